"""An architecture of one's own as a config.json: a decoder of the family that has its parts.

In: widths. Out: a config that `read` understands, or one sentence on what does not go
together. Gated layers are Llama's, plain ones StarCoder 2's (with biases, as GPT-2 has
them), experts Mixtral's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tabfit.errors import UnsupportedCombination
from tabfit.i18n.language import Message, Words, later, number
from tabfit.light_dataclass import dataclass

#: The tokens that a context may have: what current models are trained for.
POSITIONS: Final = 131_072

#: What each width may be, and the step of a slider.
BOUNDS: Final = {
    "layers": range(1, 257),
    "width": range(8, 65_537),
    "heads": range(1, 513),
    "key_value_heads": range(1, 513),
    "head_width": range(1025),
    "feed_forward": range(8, 262_145),
    "vocabulary": range(16, 2_000_001),
    "experts": range(1025),
    "chosen": range(1, 1025),
}

NAMES: Final = Words(
    {
        "layers": later("layers"),
        "width": later("width"),
        "heads": later("heads"),
        "key_value_heads": later("key-value heads"),
        "head_width": later("width of a head"),
        "feed_forward": later("feed-forward width"),
        "vocabulary": later("vocabulary"),
        "experts": later("experts"),
        "chosen": later("experts for each token"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The widths of a decoder; the textbook's unless said otherwise.

    A `head_width` of 0 shares the width among the heads. `experts` of 0 is a dense model.
    """

    layers: int = 12
    width: int = 768
    heads: int = 12
    key_value_heads: int = 12
    head_width: int = 0
    feed_forward: int = 3072
    vocabulary: int = 50_000
    experts: int = 0
    chosen: int = 2
    tied: bool = True
    gated: bool = False

    def __post_init__(self) -> None:
        """Refuse widths that do not go together, with what does."""
        for name, allowed in BOUNDS.items():
            if getattr(self, name) not in allowed:
                raise self._outside(name, allowed)
        self._check_division()
        if self.experts and not self.gated:
            raise UnsupportedCombination(
                Message("experts have gates here"),
                [Message("a gated feed-forward layer, or no experts")],
            )
        if 0 < self.experts < self.chosen:
            raise UnsupportedCombination(
                Message(
                    "a token cannot go to {chosen} of {experts} experts",
                    chosen=self.chosen,
                    experts=self.experts,
                ),
                [Message("whole numbers from {low} to {high}", low=1, high=self.experts)],
            )

    def _outside(self, name: str, allowed: range) -> UnsupportedCombination:
        low, high = number(allowed.start, ","), number(allowed.stop - 1, ",")
        return UnsupportedCombination(
            Message("{name} is {value}", name=NAMES[name], value=number(getattr(self, name), ",")),
            [Message("whole numbers from {low} to {high}", low=low, high=high)],
        )

    def _check_division(self) -> None:
        if self.width % self.heads:
            raise UnsupportedCombination(
                Message(
                    "{heads} heads do not divide a width of {width:,}",
                    heads=self.heads,
                    width=self.width,
                ),
                _near(self.heads, self.width),
            )
        if self.heads % self.key_value_heads:
            raise UnsupportedCombination(
                Message(
                    "{few} key-value heads do not divide {heads} heads",
                    few=self.key_value_heads,
                    heads=self.heads,
                ),
                _near(self.key_value_heads, self.heads),
            )

    @property
    def each_head(self) -> int:
        """Return the width of a head."""
        return self.head_width or self.width // self.heads


def _near(wanted: int, whole: int) -> list[str]:
    """Return the divisors next to a number that does not divide another."""
    able = [each for each in BOUNDS["heads"] if not whole % each]
    below = [each for each in able if each < wanted][-2:]
    near = (*below, *[each for each in able if each > wanted][:2])
    return [", ".join(map(str, near))]  # in this order


#: Families of decoders whose layers are not all of one kind, or keep no keys and values.
_OTHERWISE: Final = frozenset(
    {
        "deepseek_v2", "deepseek_v3", "deepseek_v32", "deepseek_v4", "falcon_mamba", "glm_moe_dsa",
        "lfm2", "lfm2_moe", "mamba", "mimo_v2_flash", "minicpm3", "nemotron_h",
        "rwkv", "t5", "t5gemma",
    }
)  # fmt: skip


def alike(config: Mapping[str, Any]) -> bool:
    """Return whether a decoder has layers of one kind, as wide as its table, told by its config."""
    width = config.get("hidden_size")
    table = config.get("word_embed_proj_dim") or width
    return config.get("model_type") not in _OTHERWISE and table == width


def config_of(own: Design) -> dict[str, Any]:
    """Return the config.json of a design.

    >>> config_of(Design())["model_type"]
    'starcoder2'
    """
    kind, cls = _family(own)
    config = {
        "model_type": kind,
        "architectures": [cls],
        "vocab_size": own.vocabulary,
        "hidden_size": own.width,
        "intermediate_size": own.feed_forward,
        "num_hidden_layers": own.layers,
        "num_attention_heads": own.heads,
        "num_key_value_heads": own.key_value_heads,
        "tie_word_embeddings": own.tied,
        "max_position_embeddings": POSITIONS,
    }
    if own.head_width:
        config["head_dim"] = own.head_width
    if own.experts:
        config |= {"num_local_experts": own.experts, "num_experts_per_tok": own.chosen}
    return config


def _family(own: Design) -> tuple[str, str]:
    if own.experts:
        return "mixtral", "MixtralForCausalLM"
    if own.gated:
        return "llama", "LlamaForCausalLM"
    return "starcoder2", "Starcoder2ForCausalLM"
