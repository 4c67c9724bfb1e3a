"""Stages of towers that read pictures: lists by stage, widths, and those that are handed out.

In: keys of a config that says things stage by stage. Out: numbers, and the norms that
bare backbones put behind what they hand out.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_WIDTH, Keys
from tabfit.architectures.family import Body, Ending
from tabfit.i18n.language import Message
from tabfit.model.blocks.block import joined, placed
from tabfit.model.blocks.linear import norm
from tabfit.model.tensors import Part, Tensor

MOST_STAGES = 16
MOST_DEPTH = 200
MOST_SIDE = 256


def stage_list(
    keys: Keys, key: str, count: int | None = None, *, most: int = MOST_WIDTH
) -> list[int]:
    """Return one whole number per stage."""
    given = keys.wholes(key, least=1, most=most) or ()
    if count is not None and len(given) < count:
        raise keys.fault(
            key, Message("has {count} entries; {count2} are needed", count=len(given), count2=count)
        )
    if not 1 <= len(given) <= MOST_STAGES:
        raise keys.fault(
            key,
            Message(
                "has {count} entries; from 1 to {most} are accepted",
                count=len(given),
                most=MOST_STAGES,
            ),
        )
    return list(given[:count])


#: Where each type's stages begin: the key of the width before the first of them.
FIRST_WIDTHS = {
    "resnet": "embedding_size",
    "rt_detr_resnet": "embedding_size",
    "bit": "embedding_size",
    "hgnet_v2": "embedding_size",
    "convnext": None,
    "convnextv2": None,
    "dinov3_convnext": None,
}


def handed_out(keys: Keys, count: int) -> list[int]:
    """Return the stages a backbone hands out: named, numbered from the stem, or the last."""
    stages = ["stem", *(f"stage{number}" for number in range(1, count + 1))]
    names = keys.words("out_features", choices=stages)
    if names is not None:
        return [stages.index(name) for name in names]
    given = keys.wholes("out_indices", least=-count - 1, most=count)
    return [count] if given is None else [number % (count + 1) for number in given]


def stage_widths(keys: Keys) -> list[int]:
    """Return the channels of the stem and of every stage."""
    if keys.type in ("swin", "maskformer-swin", "hiera"):
        first = keys.whole("embed_dim")
        grows = keys.number("embed_dim_multiplier", 2.0)
        count = len(stage_list(keys, "depths", most=MOST_DEPTH))
        return [first, *(int(first * grows**number) for number in range(count))]
    if keys.type not in FIRST_WIDTHS:
        raise keys.fault(
            "model_type",
            Message("is read as one of {known}", known=", ".join((*FIRST_WIDTHS, "swin"))),
        )
    widths = stage_list(keys, "hidden_sizes")
    depths = keys.wholes("depths", least=1, most=MOST_DEPTH)
    widths = widths[: len(depths)] if depths else widths
    before = FIRST_WIDTHS[keys.type]
    return [widths[0] if before is None else keys.whole(before), *widths]


def channels(keys: Keys) -> list[int]:
    """Return how wide each stage is that the backbone hands out."""
    widths = stage_widths(keys)
    return [widths[number] for number in handed_out(keys, len(widths) - 1)]


def handed_norms(keys: Keys, at: str) -> tuple[Tensor, ...]:
    """Return the norm of each stage that a bare backbone hands out."""
    widths = stage_widths(keys)
    numbers = handed_out(keys, len(widths) - 1)
    parts = {("stem" if n == 0 else f"stage{n}"): norm(widths[n], bias=True) for n in numbers}
    return placed(at + "hidden_states_norms", joined(parts), Part.VISION)


def stage_norms(keys: Keys, body: Body) -> Ending:
    """Return the same as a head."""
    return Ending(handed_norms(keys, ""), body.hidden)
