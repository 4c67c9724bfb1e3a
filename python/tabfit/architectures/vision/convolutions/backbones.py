"""Towers that detectors read a picture with, and how wide each stage they hand out is.

In: keys of a backbone_config. Out: the tower's body, and its channels, stage by
stage; ResNet-D and HGNet-V2, which only detectors have.
Sources: He et al. 2018, arXiv:1812.01187; Cui et al. 2021, arXiv:2109.15099.
"""

from __future__ import annotations

from itertools import pairwise

from tabfit.architectures.build import family_of
from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.registry import FAMILIES as KNOWN
from tabfit.architectures.vision.convolutions.convolutional import batch_normed, counted, pictured
from tabfit.architectures.vision.convolutions.stages import MOST_DEPTH, MOST_SIDE, stage_list
from tabfit.architectures.vision.patches.clip import renamed
from tabfit.architectures.vision.patches.vit import labelled
from tabfit.errors import shown
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    Stack,
    beside,
    joined,
    stacked,
    vector,
)
from tabfit.model.blocks.linear import convolution
from tabfit.model.tensors import Part, Role


def backbone_body(asked: Asked, key: str, at: str) -> Body:
    """Return the tower a config names under a key, as the bare backbone where it has one."""
    inner = asked.part(key, at)
    heads = family_of(inner.keys.type).heads if inner.keys.type in KNOWN else {}
    kind = next((each for each in ("Backbone", "Model") if each in heads), None)
    if kind is None:
        given = shown(inner.keys.type)
        raise asked.keys.fault(
            f"{key}.model_type", Message("is {given}, which is not known", given=given)
        )
    family = family_of(inner.keys.type)
    head = family.heads[kind]
    below = f"{inner.at}{head.at}." if head.at else inner.at
    body = family.body(Asked(inner.keys, below, kind))
    after = head.ending(inner.keys, body).tensors
    return replace(body, tensors=body.tensors + renamed(inner.at, after))


def rt_detr_resnet(asked: Asked) -> Body:
    """Return ResNet-D: three convolutions in front, pictures halved beside the layers."""
    keys, at = asked.keys, asked.at
    first = keys.whole("embedding_size", least=2)
    widths = stage_list(keys, "hidden_sizes")
    depths = stage_list(keys, "depths", most=MOST_DEPTH)
    narrow = keys.word("layer_type", ("basic", "bottleneck")) == "bottleneck"
    stages = []
    for number, ((read, written), depth) in enumerate(
        zip(pairwise((first, *widths)), depths, strict=False)
    ):
        halves = number > 0 or keys.flag("downsample_in_first_stage")
        opening = _opening(read, written, narrow=narrow, halves=halves)
        others = _steps(written, written, narrow=narrow)
        blocks = [opening, *[others] * (depth - 1)]
        stages.append(stacked(f"{at}encoder.stages.{number}.layers", blocks, Part.VISION))
    stem = pairwise((keys.whole("num_channels"), first // 2, first // 2, first))
    front = {f"embedder.embedder.{n}": counted(a, b, 3) for n, (a, b) in enumerate(stem)}
    return pictured(front, at, stages, widths[-1])


def _opening(read: int, written: int, *, narrow: bool, halves: bool) -> Block:
    """Return a stage's first layer; a picture that is halved is averaged first."""
    moved = halves if narrow else read != written
    needed = read != written or halves or not narrow
    name = "shortcut.1" if moved else "shortcut"
    shortcut = {name: counted(read, written)} if needed else {}
    return joined({**shortcut, "": _steps(read, written, narrow=narrow)})


def _steps(read: int, written: int, *, narrow: bool) -> Block:
    quarter = max(written // 4, 1)
    steps = (
        (counted(read, quarter), counted(quarter, quarter, 3), counted(quarter, written))
        if narrow
        else (counted(read, written, 3), counted(written, written, 3))
    )
    return joined({f"layer.{number}": step for number, step in enumerate(steps)})


def hgnet(asked: Asked) -> Body:
    """Return HGNet-V2: blocks whose layers are all read together at their end."""
    keys, at = asked.keys, asked.at
    reads = stage_list(keys, "stage_in_channels")
    stages = [_hgnet_stage(keys, at, number) for number in range(len(reads))]
    parts = {f"encoder.stages.{n}.downsample": down for n, (down, _) in enumerate(stages)}
    parts["embedder"] = _hgnet_stem(keys)
    last = stage_list(keys, "hidden_sizes")[-1]
    return pictured(parts, at, [stack for _, stack in stages], last)


def _hgnet_stem(keys: Keys) -> Block:
    read, middle, written = stage_list(keys, "stem_channels", 3)
    half = middle // 2
    return joined(
        {
            "stem1": _learned(keys, read, middle, 3),
            "stem2a": _learned(keys, middle, half, 2),
            "stem2b": _learned(keys, half, middle, 2),
            "stem3": _learned(keys, 2 * middle, middle, 3),
            "stem4": _learned(keys, middle, written, 1),
        }
    )


def _learned(keys: Keys, read: int, written: int, kernel: int, *, each: bool = False) -> Block:
    """Return a convolution, its norm, and one scale and offset for all of it where asked for."""
    groups = written if each else 1
    cut = convolution(read, written, kernel, kernel, groups=groups, bias=False)
    affine = keys.flag("use_learnable_affine_block")
    both = beside(vector("scale", 1, Role.NORM), vector("bias", 1, Role.NORM)) if affine else EMPTY
    return joined({"": batch_normed(cut, written), "lab": both})


def _hgnet_stage(keys: Keys, at: str, number: int) -> tuple[Block, Stack]:
    def said(key: str, most: int = MOST_SIDE) -> int:
        return stage_list(keys, key, number + 1, most=most)[number]

    read, written = said("stage_in_channels", 2**24), said("stage_out_channels", 2**24)
    down = counted(read, read, 3, each=True) if _flag(keys, "stage_downsample", number) else EMPTY
    blocks = [
        _hgnet_block(
            keys,
            (written if step else read, said("stage_mid_channels", 2**24), written),
            said("stage_numb_of_layers"),
            said("stage_kernel_size"),
            light=_flag(keys, "stage_light_block", number),
        )
        for step in range(said("stage_num_blocks", MOST_DEPTH))
    ]
    return down, stacked(f"{at}encoder.stages.{number}.blocks", blocks, Part.VISION)


def _flag(keys: Keys, key: str, number: int) -> bool:
    given = keys.sequence(key) or ()
    if number >= len(given) or not isinstance(given[number], bool):
        raise keys.fault(
            key,
            Message("needs true or false for each of the first {count} stages", count=number + 1),
        )
    return bool(given[number])


def _hgnet_block(
    keys: Keys, widths: tuple[int, int, int], count: int, kernel: int, *, light: bool
) -> Block:
    read, middle, written = widths
    parts = {}
    for number in range(count):
        into = middle if number else read
        if light:
            parts[f"layers.{number}.conv1"] = counted(into, middle)
            parts[f"layers.{number}.conv2"] = _learned(keys, middle, middle, kernel, each=True)
        else:
            parts[f"layers.{number}"] = _learned(keys, into, middle, kernel)
    parts["aggregation.0"] = _learned(keys, read + count * middle, written // 2, 1)
    parts["aggregation.1"] = _learned(keys, written // 2, written, 1)
    return joined(parts)


def _hgnet_labels(keys: Keys, body: Body) -> Ending:
    return labelled(keys, body.hidden, "fc")


FAMILIES = {
    "rt_detr_resnet": Family(rt_detr_resnet, {"Backbone": Head("", nothing)}),
    "hgnet_v2": Family(
        hgnet,
        {"ForImageClassification": Head("", _hgnet_labels), "Backbone": Head("", nothing)},
    ),
}
