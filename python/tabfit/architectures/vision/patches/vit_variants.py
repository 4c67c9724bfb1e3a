"""Kin of ViT: BEiT, masked autoencoders, YOLOS, I-JEPA, and spectrograms read as pictures.

In: keys of such a config. Out: bodies and heads.
Sources: Bao et al. 2021, arXiv:2106.08254; He et al. 2021, arXiv:2111.06377;
Fang et al. 2021, arXiv:2106.00666; Gong et al. 2021, arXiv:2104.01778.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.architectures.vision.patches.vit import (
    OLDER_NAMES,
    patch_count,
    patches,
    picture_body,
    picture_labels,
    seeing_heads,
    sides,
    vit_layer,
)
from tabfit.i18n.language import Message
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import Biases, attention, biases
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    array,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
    vector,
)
from tabfit.model.blocks.feed_forward import plain, widened
from tabfit.model.blocks.linear import convolution, linear, norm
from tabfit.model.tensors import Part, Role

POOLED_BEIT = ("Model", "ForImageClassification")


def _patched(
    asked: Asked,
    lone: Block,
    layer: Block,
    positions: int,
    *,
    layers: str = "layers",
    after: dict[str, Block] | None = None,
) -> Body:
    """Return patches, the vectors that lie beside them, layers, and what comes after."""
    keys, at = asked.keys, asked.at
    front = joined({"": lone, "patch_embeddings.projection": patches(keys)})
    stack = stacked(at + layers, (layer,) * keys.layers("num_hidden_layers"), Part.VISION)
    hidden = keys.whole("hidden_size")
    ending = {"layernorm": norm(hidden, bias=True)} if after is None else after
    return picture_body(
        tensors_of(
            placed(at + "embeddings", front, Part.VISION),
            stack.tensors,
            placed(at.removesuffix("."), joined(ending), Part.VISION),
        ),
        stack,
        hidden,
        positions,
    )


def _first_token(keys: Keys) -> Block:
    return array("cls_token", (1, 1, keys.whole("hidden_size")), Role.OTHER)


def _places(keys: Keys, count: int) -> Block:
    return array("position_embeddings", (1, count, keys.whole("hidden_size")), Role.POSITION)


def beit(asked: Asked) -> Body:
    """Return BEiT: positions in the scores of attention, halves scaled per channel."""
    keys = asked.keys
    hidden, positions = keys.whole("hidden_size"), patch_count(keys) + 1
    lone = [_first_token(keys)]
    if keys.flag("use_mask_token"):
        lone.append(array("mask_token", (1, 1, hidden), Role.OTHER))
    if keys.flag("use_absolute_position_embeddings"):
        lone.append(_places(keys, positions))
    normed, mean = norm(hidden, bias=True), keys.flag("use_mean_pooling")
    after = {
        "shared_position_bias": _distances(keys, "use_shared_relative_position_bias"),
        "layernorm": EMPTY if mean else normed,
        "pooler.layernorm": normed if mean and asked.head in POOLED_BEIT else EMPTY,
    }
    return _patched(asked, beside(*lone), _beit_layer(keys), positions, after=after)


def _distances(keys: Keys, key: str) -> Block:
    """Return a score per head for every distance between patches, where a config wants them."""
    if not keys.flag(key):
        return EMPTY
    picture, patch = sides(keys, "image_size"), sides(keys, "patch_size")
    down, across = (whole // part for whole, part in zip(picture, patch, strict=True))
    shape = ((2 * down - 1) * (2 * across - 1) + 3, keys.heads("num_attention_heads"))
    return array("relative_position_bias_table", shape, Role.ATTENTION_OTHER)


def _beit_layer(keys: Keys) -> Block:
    hidden, heads = keys.whole("hidden_size"), seeing_heads(keys)
    bias = Biases(query=True, key=False, value=True, output=True)
    normed = norm(hidden, bias=True)
    scaled = keys.number("layer_scale_init_value", 0.0) > 0
    scales = [vector(f"lambda_{half}", hidden, Role.OTHER) for half in (1, 2) if scaled]
    return joined(
        {
            "": beside(*scales),
            "attention": attention(hidden, heads, bias=bias, keeps=()),
            "relative_position_bias": _distances(keys, "use_relative_position_bias"),
            "layernorm_before": normed,
            "layernorm_after": normed,
            "mlp": plain(hidden, keys.whole("intermediate_size"), names=("fc1", "fc2")),
        }
    )


def _picture_words(keys: Keys, body: Body) -> Ending:
    """Return BEiT's pretraining head: which word of a code book a hidden patch is."""
    words = keys.rows("vocab_size")
    parts = {
        "layernorm": norm(body.hidden, bias=True),
        "lm_head": linear(body.hidden, words, Role.HEAD, bias=True),
    }
    return Ending(placed("", joined(parts), Part.VISION), words)


def _vit_with(asked: Asked, positions: int, *others: Block) -> Body:
    """Return ViT's layers behind patches, the first token, positions and other vectors."""
    keys = asked.keys
    lone = beside(_first_token(keys), _places(keys, positions), *others)
    return _patched(asked, lone, vit_layer(keys), positions)


def plain_vit(asked: Asked) -> Body:
    """Return ViT without a pooler."""
    return _vit_with(asked, patch_count(asked.keys) + 1)


def _painted(keys: Keys, body: Body) -> Ending:
    """Return the small ViT that paints again what an autoencoder did not see."""
    hidden = keys.whole("decoder_hidden_size")
    small = keys.replaced(
        hidden_size=hidden,
        num_attention_heads=keys.heads("decoder_num_attention_heads"),
        intermediate_size=keys.whole("decoder_intermediate_size"),
    )
    count = keys.layers("decoder_num_hidden_layers")
    layers = stacked("decoder.decoder_layers", (vit_layer(small),) * count, Part.VISION)
    places = (1, patch_count(keys) + 1, hidden)
    outputs = sides(keys, "patch_size")[0] ** 2 * keys.whole("num_channels")
    parts = {
        "": beside(
            array("mask_token", (1, 1, hidden), Role.OTHER),
            array("decoder_pos_embed", places, Role.POSITION),
        ),
        "decoder_embed": linear(body.hidden, hidden, Role.PROJECTION, bias=True),
        "decoder_norm": norm(hidden, bias=True),
        "decoder_pred": linear(hidden, outputs, Role.HEAD, bias=True),
    }
    return Ending(placed("decoder", joined(parts), Part.VISION) + layers.tensors, outputs)


def ijepa(asked: Asked) -> Body:
    """Return I-JEPA's encoder: patches alone, without a first token."""
    keys = asked.keys
    positions = patch_count(keys)
    masked = asked.head == "ForMaskedImageModeling"
    token = array("mask_token", (1, 1, keys.whole("hidden_size")), Role.OTHER) if masked else EMPTY
    return _patched(asked, beside(token, _places(keys, positions)), vit_layer(keys), positions)


def spectrogram(asked: Asked) -> Body:
    """Return AST: a spectrogram cut into patches that overlap, and DeiT's two tokens."""
    keys, at = asked.keys, asked.at
    hidden, side = keys.whole("hidden_size"), sides(keys, "patch_size")
    across = (keys.whole("num_mel_bins") - side[0]) // keys.whole("frequency_stride") + 1
    along = (keys.whole("max_length") - side[0]) // keys.whole("time_stride") + 1
    if across < 1 or along < 1:
        raise keys.fault("patch_size", Message("is larger than the spectrogram"))
    positions = across * along + 2
    token = array("distillation_token", (1, 1, hidden), Role.OTHER)
    front = {
        "": beside(_first_token(keys), token, _places(keys, positions)),
        "patch_embeddings.projection": convolution(1, hidden, *side),
    }
    blocks = (vit_layer(keys),) * keys.layers("num_hidden_layers")
    stack = stacked(at + "layers", blocks, Part.AUDIO)
    read = picture_body(
        tensors_of(
            placed(at + "embeddings", joined(front), Part.AUDIO),
            stack.tensors,
            placed(at + "layernorm", norm(hidden, bias=True), Part.AUDIO),
        ),
        stack,
        hidden,
        positions,
    )
    tower = Tower(part=Part.AUDIO, hidden=hidden, layers=stack.layers, positions=positions)
    return replace(read, towers=(tower,))


def _sound_labels(keys: Keys, body: Body) -> Ending:
    labels = keys.labels()
    last = linear(body.hidden, labels, Role.HEAD, bias=True) if labels else EMPTY
    parts = {"layernorm": norm(body.hidden, bias=True), "dense": last}
    return Ending(placed("classifier", joined(parts), Part.AUDIO), labels or body.hidden)


def older_vit_layer(keys: Keys) -> Block:
    """Return ViT's layer under the names that it had first."""
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    bias = biases(inputs=keys.flag("qkv_bias"), output=True)
    normed = norm(hidden, bias=True)
    feed = {
        "intermediate.dense": linear(hidden, inner, Role.UP, bias=True),
        "output.dense": linear(inner, hidden, Role.DOWN, bias=True),
    }
    return joined(
        {
            "attention": attention(
                hidden, seeing_heads(keys), names=OLDER_NAMES, bias=bias, keeps=()
            ),
            "": widened(feed, inner),
            "layernorm_before": normed,
            "layernorm_after": normed,
        }
    )


def yolos(asked: Asked) -> Body:
    """Return YOLOS: ViT with tokens that become boxes, and positions between its layers."""
    keys = asked.keys
    hidden, layers = keys.whole("hidden_size"), keys.layers("num_hidden_layers")
    boxes = keys.whole("num_detection_tokens", least=0)
    positions = patch_count(keys) + 1 + boxes
    lone = beside(
        _first_token(keys),
        array("detection_tokens", (1, boxes, hidden), Role.OTHER),
        _places(keys, positions),
    )
    pooler = linear(hidden, hidden, Role.PROJECTION, bias=True)
    after = {
        "layernorm": norm(hidden, bias=True),
        "pooler.dense": pooler if asked.head == "Model" else EMPTY,
    }
    if keys.flag("use_mid_position_embeddings"):
        height, width = sides(keys, "image_size")
        rows = 1 + height * width // sides(keys, "patch_size")[0] ** 2 + boxes
        shape = (layers - 1, 1, rows, hidden)
        places = array("mid_position_embeddings", shape, Role.POSITION)
        after["encoder.interpolation"] = places
    layer = older_vit_layer(keys)
    return _patched(asked, lone, layer, positions, layers="encoder.layer", after=after)


def perceptron(widths: Sequence[int], role: Role = Role.HEAD) -> Block:
    """Return linear layers one after another, as detectors have them."""
    parts = {
        f"layers.{number}": linear(read, written, role, bias=True)
        for number, (read, written) in enumerate(pairwise(widths))
    }
    return joined(parts)


def _boxes(keys: Keys, body: Body) -> Ending:
    """Return what each box holds (or nothing), and where it lies."""
    hidden, labels = body.hidden, keys.labels()
    parts = {
        "class_labels_classifier": perceptron((hidden, hidden, hidden, labels + 1)),
        "bbox_predictor": perceptron((hidden, hidden, hidden, 4)),
    }
    return Ending(placed("", joined(parts), Part.VISION), labels + 1)


FAMILIES = {
    "beit": Family(
        beit,
        {
            "ForImageClassification": Head("beit", picture_labels),
            "Model": Head("", nothing),
            "ForMaskedImageModeling": Head("beit", _picture_words),
        },
    ),
    "vit_mae": Family(
        plain_vit, {"ForPreTraining": Head("vit", _painted), "Model": Head("", nothing)}
    ),
    "vit_msn": Family(
        plain_vit,
        {"ForImageClassification": Head("vit", picture_labels), "Model": Head("", nothing)},
    ),
    "ijepa": Family(
        ijepa, {"ForImageClassification": Head("ijepa", picture_labels), "Model": Head("", nothing)}
    ),
    "yolos": Family(yolos, {"ForObjectDetection": Head("vit", _boxes), "Model": Head("", nothing)}),
    "audio-spectrogram-transformer": Family(
        spectrogram,
        {
            "ForAudioClassification": Head("audio_spectrogram_transformer", _sound_labels),
            "Model": Head("", nothing),
        },
    ),
}
