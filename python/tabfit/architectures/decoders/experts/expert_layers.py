"""Mixtures of experts: which layers have one, and what it is made of.

In: keys of such a config. Out: feed-forward blocks, one per layer. transformers
holds all experts of a layer in one array; one token uses those its router
chooses, and the shared ones.
"""

from __future__ import annotations

from collections.abc import Callable

from tabfit.architectures.config_keys import MOST_EXPERTS, Keys
from tabfit.architectures.decoders.decoder_layer import layer_kinds
from tabfit.model.blocks.block import Block, joined
from tabfit.model.blocks.feed_forward import Experts, fused_gated, gated, gated_experts, router
from tabfit.model.blocks.linear import linear
from tabfit.model.tensors import Role

Feed = Callable[[Keys], Block]


def read_experts(
    keys: Keys,
    count: str,
    *,
    chosen: str = "num_experts_per_tok",
    inner: str = "moe_intermediate_size",
) -> Experts:
    """Return how many experts there are, how many a token uses, and their width.

    Where a config does not say how many are used, all are.
    """
    total = keys.whole(count, most=MOST_EXPERTS)
    return Experts(
        count=total,
        chosen=keys.whole_or(chosen, total, most=MOST_EXPERTS),
        inner=keys.whole(inner),
    )


def mixture(
    keys: Keys, experts: Experts, *, gate: str = "gate", correction: bool = False
) -> dict[str, Block]:
    """Return a router and its experts under the names most families use."""
    hidden = keys.whole("hidden_size")
    return {
        gate: router(hidden, experts.count, correction=correction),
        "experts": gated_experts(hidden, experts),
    }


def shared(keys: Keys, inner: int, *, bias: bool = False) -> Block:
    """Return the experts that every token meets: one gated layer as wide as all of them."""
    return gated(keys.whole("hidden_size"), inner, bias=bias)


def layered(
    sparse: Feed, dense: Feed, where: Callable[[Keys, int], bool]
) -> Callable[[Keys], tuple[Block, ...]]:
    """Return a reader of feed-forward layers: experts where the rule says so, else one layer."""

    def read(keys: Keys) -> tuple[Block, ...]:
        chosen = [where(keys, number) for number in range(keys.layers("num_hidden_layers"))]
        made = {kind: (sparse if kind else dense)(keys) for kind in set(chosen)}
        return tuple(made[kind] for kind in chosen)

    return read


def listed(
    sparse: Feed, dense: Feed, first: Callable[[Keys], int]
) -> Callable[[Keys], tuple[Block, ...]]:
    """Return a reader of feed-forward layers by `mlp_layer_types`, else dense ones first."""

    def read(keys: Keys) -> tuple[Block, ...]:
        dense_first = first(keys)
        kinds = layer_kinds(
            keys,
            ("dense", "sparse"),
            lambda number: "dense" if number < dense_first else "sparse",
            key="mlp_layer_types",
        )
        made = {kind: (sparse if kind == "sparse" else dense)(keys) for kind in set(kinds)}
        return tuple(made[kind] for kind in kinds)

    return read


def dense_first(keys: Keys) -> int:
    """Return how many of the first layers have no experts (DeepSeek's key)."""
    return keys.whole_or("first_k_dense_replace", 0, least=0)


def past_dense(keys: Keys, number: int) -> bool:
    """Return whether a layer comes after the dense ones."""
    return number >= dense_first(keys)


def granite_shared(keys: Keys, width: int) -> Block:
    """Return Granite's shared feed-forward layer."""
    return fused_gated(keys.whole("hidden_size"), width, names=("input_linear", "output_linear"))


def qwen_sparse(keys: Keys) -> Block:
    """Return Qwen's experts with one shared expert behind a gate of its own."""
    hidden, width = keys.whole("hidden_size"), keys.whole("shared_expert_intermediate_size")
    return joined(
        {
            **mixture(keys, read_experts(keys, "num_experts")),
            "shared_expert": shared(keys, width),
            "shared_expert_gate": linear(hidden, 1, Role.ROUTER),
        }
    )


def qwen_is_sparse(keys: Keys, number: int) -> bool:
    """Return whether a layer of Qwen has experts: every n-th, but for those listed."""
    step = keys.whole("decoder_sparse_step")
    dense = keys.wholes("mlp_only_layers") or ()
    some = keys.whole("num_experts", least=0, most=MOST_EXPERTS) > 0
    return number not in dense and some and (number + 1) % step == 0


def deepseek_sparse(keys: Keys) -> Block:
    """Return experts with a corrected router, and shared ones beside (DeepSeek-V3)."""
    return with_shared(keys, correction=True)


def deepseek_v2_sparse(keys: Keys) -> Block:
    """Return experts and shared ones beside, the router uncorrected (DeepSeek-V2)."""
    return with_shared(keys, correction=False, bias=keys.flag("mlp_bias"))


def uncorrected_sparse(keys: Keys) -> Block:
    """Return experts and shared ones beside, the router uncorrected and nothing biased."""
    return with_shared(keys, correction=False)


def with_shared(
    keys: Keys,
    *,
    correction: bool,
    count: str = "n_routed_experts",
    shared_count: str = "n_shared_experts",
    bias: bool = False,
) -> Block:
    """Return experts and, beside them, one gated layer as wide as all shared ones together."""
    experts = read_experts(keys, count)
    width = experts.inner * keys.whole(shared_count, least=0, most=MOST_EXPERTS)
    parts = mixture(keys, experts, correction=correction)
    return joined({**parts, "shared_experts": shared(keys, width, bias=bias)})
