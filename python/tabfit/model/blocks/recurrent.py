"""Recurrent layers: a state of constant size instead of a cache that grows.

In: widths. Out: blocks with their tensors and the state that stays between
tokens. A short convolution before the recurrence keeps its last inputs too.

Source: Mamba, Gu and Dao 2023, arXiv:2312.00752; Mamba 2, Dao and Gu 2024,
arXiv:2405.21060; RWKV, Peng et al. 2023, arXiv:2305.13048; gated delta
networks, Yang et al. 2024, arXiv:2412.06464; Griffin, De et al. 2024,
arXiv:2402.19427.
"""

from __future__ import annotations

from collections.abc import Mapping

from tabfit.light_dataclass import dataclass
from tabfit.model.blocks.block import Block, array, beside, joined, vector
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.layers import State
from tabfit.model.tensors import Role


def depthwise(channels: int, kernel: int, *, bias: bool) -> Block:
    """Return a convolution over time that keeps every channel to itself."""
    return convolution(channels, channels, kernel, groups=channels, bias=bias)


def stateful(parts: Mapping[str, Block], state: int, channels: int = 0, kernel: int = 1) -> Block:
    """Return named parts as one block that keeps a state and a convolution's last inputs."""
    kept = State(elements=state, convolution_elements=channels * (kernel - 1))
    return Block(joined(parts).tensors, keeps=(kept,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mamba:
    """The widths of a selective state space (Mamba 1)."""

    hidden: int
    inner: int
    state: int
    rank: int
    kernel: int
    bias: bool
    convolution_bias: bool


def mamba(widths: Mamba, extra: Mapping[str, Block] | None = None) -> Block:
    """Return Mamba's mixer: what is kept and forgotten depends on the token."""
    inner, state, rank = widths.inner, widths.state, widths.rank
    parts = {
        "": beside(
            array("A_log", (inner, state), Role.RECURRENT), vector("D", inner, Role.RECURRENT)
        ),
        "conv1d": depthwise(inner, widths.kernel, bias=widths.convolution_bias),
        "in_proj": linear(widths.hidden, 2 * inner, Role.RECURRENT, bias=widths.bias),
        "x_proj": linear(inner, rank + 2 * state, Role.RECURRENT),
        "dt_proj": linear(rank, inner, Role.RECURRENT, bias=True),
        "out_proj": linear(inner, widths.hidden, Role.RECURRENT, bias=widths.bias),
        **(extra or {}),
    }
    return stateful(parts, inner * state, inner, widths.kernel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mamba2:
    """The widths of a state space with heads (Mamba 2)."""

    hidden: int
    inner: int
    heads: int
    groups: int
    state: int
    kernel: int
    bias: bool
    convolution_bias: bool
    output_bias: bool
    normed: bool = True


def mamba2(widths: Mamba2) -> Block:
    """Return Mamba 2's mixer: one decay per head, inputs and gates in one projection."""
    inner, heads = widths.inner, widths.heads
    channels = inner + 2 * widths.groups * widths.state
    scalars = (vector(name, heads, Role.RECURRENT) for name in ("dt_bias", "A_log", "D"))
    parts = {
        "": beside(*scalars),
        "conv1d": depthwise(channels, widths.kernel, bias=widths.convolution_bias),
        "in_proj": linear(
            widths.hidden, inner + channels + heads, Role.RECURRENT, bias=widths.bias
        ),
        "out_proj": linear(inner, widths.hidden, Role.RECURRENT, bias=widths.output_bias),
    }
    if widths.normed:
        parts["norm"] = norm(inner)
    return stateful(parts, inner * widths.state, channels, widths.kernel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """The widths of gated linear attention: a matrix per head, written by the delta rule."""

    hidden: int
    key_heads: int
    value_heads: int
    key_width: int
    value_width: int
    kernel: int

    @property
    def keys(self) -> int:
        """Return the width of all keys together."""
        return self.key_heads * self.key_width

    @property
    def values(self) -> int:
        """Return the width of all values together."""
        return self.value_heads * self.value_width


def gated_delta(widths: Delta, *, fused: bool) -> Block:
    """Return a gated delta layer, its inputs in two projections (Qwen3-Next) or four."""
    hidden, heads = widths.hidden, widths.value_heads
    channels = 2 * widths.keys + widths.values
    if fused:
        inputs = {
            "in_proj_qkvz": linear(hidden, channels + widths.values, Role.RECURRENT),
            "in_proj_ba": linear(hidden, 2 * heads, Role.RECURRENT),
        }
    else:
        inputs = {
            "in_proj_qkv": linear(hidden, channels, Role.RECURRENT),
            "in_proj_z": linear(hidden, widths.values, Role.RECURRENT),
            "in_proj_b": linear(hidden, heads, Role.RECURRENT),
            "in_proj_a": linear(hidden, heads, Role.RECURRENT),
        }
    parts = {
        "": beside(
            vector("dt_bias", heads, Role.RECURRENT), vector("A_log", heads, Role.RECURRENT)
        ),
        "conv1d": depthwise(channels, widths.kernel, bias=False),
        **inputs,
        "norm": norm(widths.value_width),
        "out_proj": linear(widths.values, hidden, Role.RECURRENT),
    }
    state = heads * widths.key_width * widths.value_width
    return stateful(parts, state, channels, widths.kernel)


def short_convolution(hidden: int, kernel: int, *, bias: bool) -> Block:
    """Return a gated short convolution (LFM2): nothing is kept but its last inputs."""
    parts = {
        "conv": depthwise(hidden, kernel, bias=bias),
        "in_proj": linear(hidden, 3 * hidden, Role.RECURRENT, bias=bias),
        "out_proj": linear(hidden, hidden, Role.RECURRENT, bias=bias),
    }
    return stateful(parts, 0, hidden, kernel)


def rwkv_time(hidden: int, inner: int) -> Block:
    """Return RWKV 4's time mixing: a decaying average in place of attention."""
    mixes = ("time_mix_key", "time_mix_value", "time_mix_receptance")
    parts = {
        "": beside(
            vector("time_decay", inner, Role.RECURRENT),
            vector("time_first", inner, Role.RECURRENT),
            *(array(name, (1, 1, hidden), Role.RECURRENT) for name in mixes),
        ),
        "key": linear(hidden, inner, Role.RECURRENT),
        "value": linear(hidden, inner, Role.RECURRENT),
        "receptance": linear(hidden, inner, Role.RECURRENT),
        "output": linear(inner, hidden, Role.RECURRENT),
    }
    # The last input, and the average's numerator, denominator and largest exponent.
    return stateful(parts, hidden + 3 * inner)


def rwkv_channels(hidden: int, inner: int) -> Block:
    """Return RWKV 4's channel mixing: a feed-forward layer that also sees the token before."""
    mixes = ("time_mix_key", "time_mix_receptance")
    parts = {
        "": beside(*(array(name, (1, 1, hidden), Role.RECURRENT) for name in mixes)),
        "key": linear(hidden, inner, Role.UP),
        "receptance": linear(hidden, hidden, Role.GATE),
        "value": linear(inner, hidden, Role.DOWN),
    }
    return Block(joined(parts).tensors, inner=inner, keeps=(State(elements=hidden),))


def gated_recurrence(hidden: int, width: int, heads: int, kernel: int) -> Block:
    """Return Griffin's recurrent block: gates per head, one decay per channel."""
    head = width // heads
    unit = beside(
        vector("recurrent_param", width, Role.RECURRENT),
        *(
            array(f"{gate}_gate_{kind}", shape, Role.RECURRENT)
            for gate in ("input", "recurrent")
            for kind, shape in (("weight", (heads, head, head)), ("bias", (heads, head)))
        ),
    )
    parts = {
        "linear_y": linear(hidden, width, Role.RECURRENT, bias=True),
        "linear_x": linear(hidden, width, Role.RECURRENT, bias=True),
        "linear_out": linear(width, hidden, Role.RECURRENT, bias=True),
        "conv_1d": depthwise(width, kernel, bias=True),
        "rg_lru": unit,
    }
    return stateful(parts, width, width, kernel)


def lightning(hidden: int, heads: int, width: int, block: int) -> Block:
    """Return MiniMax's lightning attention: linear attention with fixed, stored decays."""
    inner = heads * width
    decays = (
        ("slope_rate", (heads, 1, 1)),
        ("query_decay", (heads, block, 1)),
        ("key_decay", (heads, block, 1)),
        ("diagonal_decay", (1, heads, block, block)),
    )
    parts = {
        "": beside(*(array(name, shape, Role.RECURRENT, buffer=True) for name, shape in decays)),
        "norm": norm(inner),
        "qkv_proj": linear(hidden, 3 * inner, Role.RECURRENT),
        "out_proj": linear(inner, hidden, Role.RECURRENT),
        "output_gate": linear(hidden, inner, Role.RECURRENT),
    }
    return stateful(parts, heads * width * width)
