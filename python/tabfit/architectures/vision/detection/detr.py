"""DETR and Table Transformer: things found in a picture by questions learned in advance.

In: keys of such a config. Out: bodies and heads. The picture is read by ResNet,
under the names of transformers' or of the timm library's.
Sources: Carion et al. 2020, arXiv:2005.12872; Smock et al. 2021, arXiv:2110.00061.
"""

from __future__ import annotations

from itertools import pairwise

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES, looking_layer
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.convolutions.convolutional import pictured, resnet
from tabfit.architectures.vision.convolutions.stages import channels
from tabfit.architectures.vision.patches.clip import renamed
from tabfit.architectures.vision.patches.vit import picture_body
from tabfit.architectures.vision.patches.vit_variants import perceptron
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import USUAL_NAMES, Names
from tabfit.model.blocks.block import Block, Stack, joined, placed, stacked, tensors_of
from tabfit.model.blocks.linear import batch_norm, convolution, embedding, linear, norm
from tabfit.model.layers import KeyValue
from tabfit.model.tensors import Part, Role, Tensor

#: timm's ResNets: layers of each stage, and whether each goes through fewer channels.
RESNETS = {
    "resnet18": ((2, 2, 2, 2), False),
    "resnet34": ((3, 4, 6, 3), False),
    "resnet50": ((3, 4, 6, 3), True),
    "resnet101": ((3, 4, 23, 3), True),
    "resnet152": ((3, 8, 36, 3), True),
}
WIDTHS = (64, 128, 256, 512)
COUNTED = ".num_batches_tracked"
MEAN = ".running_mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a family calls its parts; `ended` says whether the encoder ends in a norm."""

    sees: str
    names: Names
    feeding: str
    ended: bool

    def body(self, asked: Asked) -> Body:
        """Return what sees, layers that look at it, and layers of questions."""
        keys, at = asked.keys, asked.at
        sees = frozen(_seen(keys, at + self.sees))
        hidden = keys.whole("d_model")
        normed = norm(hidden, bias=True)
        around = {
            "input_projection": convolution(_widths(keys)[-1], hidden, 1, 1),
            "query_position_embeddings": embedding(keys.rows("num_queries"), hidden, Role.POSITION),
            "decoder.layernorm": normed,
        }
        if self.ended:
            around["encoder.layernorm"] = normed
        halves = [self._half(keys, at, half) for half in ("encoder", "decoder")]
        stack = Stack(
            tensors_of(*(half.tensors for half in halves)),
            tuple(layer for half in halves for layer in half.layers),
        )
        front = placed(at.removesuffix("."), joined(around), Part.VISION)
        body = picture_body(sees.tensors + front + stack.tensors, stack, hidden, None)
        tower = Tower(part=Part.VISION, hidden=hidden, layers=sees.towers[0].layers + stack.layers)
        return replace(body, towers=(tower,))

    def _half(self, keys: Keys, at: str, half: str) -> Stack:
        heads = equal_heads(keys, "d_model", f"{half}_attention_heads")
        seen = KeyValue(key_value_heads=0, key_width=0, value_width=0)
        layer = looking_layer(
            keys.whole("d_model"),
            heads,
            keys.whole(f"{half}_ffn_dim"),
            looks=seen if half == "decoder" else None,
            names=self.names,
            feeding=self.feeding,
        )
        layer = replace(layer, keeps=())  # all questions are asked at once
        return stacked(f"{at}{half}.layers", (layer,) * keys.layers(f"{half}_layers"), Part.VISION)


def _seen(keys: Keys, at: str) -> Body:
    """Return the ResNet that the config names or describes."""
    given = keys.mapping("backbone_config")
    if given and given.get("model_type") != "timm_backbone":
        inner = keys.child("backbone_config")
        if inner.type != "resnet":
            raise keys.fault(
                "backbone_config.model_type", Message("is read as {known} alone", known="resnet")
            )
        return resnet(Asked(inner, at))
    return _timm(keys, at, _named(keys))


def _colours(keys: Keys) -> int:
    """Return the channels of the picture: the tower's own where its config lies inside."""
    inside = bool(keys.mapping("backbone_config"))
    part = keys.child("backbone_config", "timm_backbone") if inside else keys
    return part.whole_or("num_channels", 3)


def _named(keys: Keys) -> str:
    """Return the name of timm's ResNet."""
    given = keys.mapping("backbone_config")
    named = given.get("backbone") or keys.get("backbone") or "resnet50"
    if not isinstance(named, str) or named not in RESNETS:
        raise keys.fault("backbone", Message("is read as one of {known}", known=", ".join(RESNETS)))
    return named


def _timm(keys: Keys, at: str, name: str) -> Body:
    """Return timm's ResNet, without the classifier and what lies behind the last stage read."""
    depths, narrowed = RESNETS[name]
    wider = 4 if narrowed else 1
    read, stages, last = WIDTHS[0], [], max(_handed_out(keys))
    for number, (width, depth) in enumerate(zip(WIDTHS[:last], depths, strict=False), start=1):
        first = _step(read, width, width * wider, narrowed=narrowed, opens=number > 1)
        read = width * wider
        others = _step(read, width, read, narrowed=narrowed, opens=False)
        stages.append(stacked(f"{at}layer{number}", (first, *[others] * (depth - 1)), Part.VISION))
    front = {
        "conv1": convolution(_colours(keys), WIDTHS[0], 7, 7, bias=False),
        "bn1": batch_norm(WIDTHS[0]),
    }
    return pictured(front, at, stages, read)


def _step(read: int, width: int, written: int, *, narrowed: bool, opens: bool) -> Block:
    """Return convolutions, each with its norm, and what brings the input to their width."""
    kernels = (1, 3, 1) if narrowed else (3, 3)
    widths = (read, width, width, written) if narrowed else (read, width, written)
    parts = {}
    for number, (kernel, (before, after)) in enumerate(
        zip(kernels, pairwise(widths), strict=True), start=1
    ):
        parts[f"conv{number}"] = convolution(before, after, kernel, kernel, bias=False)
        parts[f"bn{number}"] = batch_norm(after)
    if opens or read != written:
        parts["downsample.0"] = convolution(read, written, 1, 1, bias=False)
        parts["downsample.1"] = batch_norm(written)
    return joined(parts)


def frozen(body: Body) -> Body:
    """Return a body whose batch norms learn nothing: all they hold is stored only."""
    held = {t.name.removesuffix(MEAN) for t in body.tensors if t.name.endswith(MEAN)}
    kept = (t for t in body.tensors if not t.name.endswith(COUNTED))
    return replace(body, tensors=tuple(_frozen(t, held) for t in kept))


def _frozen(tensor: Tensor, held: set[str]) -> Tensor:
    return replace(tensor, buffer=True) if tensor.name.rpartition(".")[0] in held else tensor


def _things(keys: Keys, body: Body) -> Ending:
    """Return what each question found (or nothing), and where it lies."""
    labels = keys.labels()
    parts = {
        "class_labels_classifier": linear(body.hidden, labels + 1, Role.HEAD, bias=True),
        "bbox_predictor": perceptron((body.hidden, body.hidden, body.hidden, 4)),
    }
    return Ending(placed("", joined(parts), Part.VISION), labels + 1)


HEADS = {"ForObjectDetection": Head("model", _things), "Model": Head("", nothing)}


def _drawn(keys: Keys, body: Body) -> Ending:
    """Return a mask for every question: where it looked, refined by three finer stages."""
    things = _things(keys, body)
    hidden, count = body.hidden, keys.heads("encoder_attention_heads")
    widths = _widths(keys)[::-1][-3:]
    if hidden < 16 or len(widths) < 3 or (hidden + count) % 8:
        raise keys.fault(
            "d_model",
            Message(
                "is {given}; with {count} heads, a multiple of 8 is needed",
                given=hidden,
                count=count,
            ),
        )
    looks = linear(hidden, hidden, Role.HEAD, bias=True)
    parts = {
        "bbox_attention.q_proj": looks,
        "bbox_attention.k_proj": looks,
        "mask_head.conv1": _refined(hidden + count, hidden + count),
        "mask_head.conv2": _refined(hidden + count, hidden // 2),
        "mask_head.output_conv": convolution(hidden // 16, 1, 3, 3),
    }
    for number, read in enumerate(widths):
        into, out = hidden // 2 ** (number + 1), hidden // 2 ** (number + 2)
        parts[f"mask_head.fpn_stages.{number}.fpn_adapter"] = convolution(read, into, 1, 1)
        parts[f"mask_head.fpn_stages.{number}.refine"] = _refined(into, out)
    tensors = renamed("detr.", things.tensors) + placed("", joined(parts), Part.VISION)
    return Ending(tensors, things.outputs)


def _refined(read: int, written: int) -> Block:
    return joined({"conv": convolution(read, written, 3, 3), "norm": norm(written, bias=True)})


def _widths(keys: Keys) -> list[int]:
    """Return how wide the stages are that the ResNet hands out."""
    given = keys.mapping("backbone_config")
    if given and given.get("model_type") != "timm_backbone":
        return channels(keys.child("backbone_config"))
    wider = 4 if RESNETS[_named(keys)][1] else 1
    every = (WIDTHS[0], *(width * wider for width in WIDTHS))
    return [every[number] for number in _handed_out(keys)]


def _handed_out(keys: Keys) -> list[int]:
    """Return the stages that timm's ResNet hands out, 0 for what lies before the first."""
    if not keys.mapping("backbone_config"):
        return list(range(1, len(WIDTHS) + 1))
    part = keys.child("backbone_config", "timm_backbone")
    count = len(WIDTHS) + 1
    given = part.wholes("out_indices", least=-count, most=count - 1)
    return [number % count for number in given] if given else [count - 1]


DETR = Asking(sees="backbone.model.", names=USUAL_NAMES, feeding="mlp", ended=False)
TABLES = Asking(sees="backbone.conv_encoder.model.", names=OUT_NAMES, feeding="", ended=True)

FAMILIES = {
    "detr": Family(DETR.body, {**HEADS, "ForSegmentation": Head("detr.model", _drawn)}),
    "table-transformer": Family(TABLES.body, HEADS),
}
