"""Models that see or hear: a tower, a bridge into the space of words, a decoder.

In: keys with a text_config and a vision_config. Out: bodies that reuse the
towers and the decoders of other families, and add the bridge.
"""

from __future__ import annotations

from collections.abc import Callable

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body, Family, Head
from tabfit.architectures.heads import nothing, output_layer, score
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    array,
    beside,
    joined,
    placed,
    tensors_of,
    vector,
)
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.tensors import Part, Role

Bridge = Callable[[Keys, Body, Body], Block]

#: More layers than any tower has whose outputs a bridge reads together.
MOST_FEATURE_LAYERS = 64


def together(keys: Keys, texts: Body, *others: Body, bridge: tuple[str, Block]) -> Body:
    """Return the decoder with everything that feeds it as one body."""
    at, block = bridge
    return replace(
        texts,
        tensors=tensors_of(
            *(other.tensors for other in others),
            placed(at, block, Part.PROJECTOR),
            texts.tensors,
        ),
        towers=texts.towers + tuple(tower for other in others for tower in other.towers),
        tied=keys.flag("tie_word_embeddings"),
        notes=texts.notes + tuple(note for other in others for note in other.notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeing:
    """How a family bridges pictures and words: names of its parts, and the bridge itself.

    `newline` marks families that learn a vector for the end of a row of
    patches. `forwards` marks those that tie where their text_config says so. `key`
    is where the tower's config lies, which may as well hear. `apart` marks those
    whose output layer never shares the token table.
    """

    bridge: Bridge
    at: str = "multi_modal_projector"
    language: str = "language_model."
    vision: str = "vision_tower."
    text_type: str | None = None
    vision_type: str | None = None
    key: str = "vision_config"
    newline: bool = False
    forwards: bool = False
    apart: bool = False

    def body(self, asked: Asked) -> Body:
        """Return the whole model but its output layer."""
        keys = asked.keys
        texts = part_body(asked, "text_config", self.language, self.text_type)
        pictures = part_body(asked, self.key, self.vision, self.vision_type)
        bridge = self.bridge(keys, texts, pictures)
        row = vector("image_newline", texts.hidden, Role.OTHER) if self.newline else EMPTY
        block = joined({self.at: bridge, "": row})
        whole = together(keys, texts, pictures, bridge=(asked.at.removesuffix("."), block))
        tied = whole.tied or (self.forwards and texts.tied)
        return replace(whole, tied=tied and not self.apart)


def _read_layers(keys: Keys) -> int:
    """Return how many of the tower's layers the bridge reads: one, or those listed."""
    if isinstance(keys.get("vision_feature_layer"), (list, tuple)):
        listed = keys.wholes("vision_feature_layer", least=-1000, most=1000) or ()
        if 1 <= len(listed) <= MOST_FEATURE_LAYERS:
            return len(listed)
        raise keys.fault(
            "vision_feature_layer",
            Message("needs from 1 to {most} entries", most=MOST_FEATURE_LAYERS),
        )
    return 1


def two_layers(read: int, between: int, written: int, *, bias: bool = True) -> Block:
    """Return the two linear layers that most bridges are."""
    return joined(
        {
            "linear_1": linear(read, between, Role.PROJECTION, bias=bias),
            "linear_2": linear(between, written, Role.PROJECTION, bias=bias),
        }
    )


def _llava(keys: Keys, texts: Body, pictures: Body) -> Block:
    read = pictures.hidden * _read_layers(keys)
    bias = keys.flag("multimodal_projector_bias")
    return two_layers(read, texts.hidden, texts.hidden, bias=bias)


def _mistral3(keys: Keys, texts: Body, pictures: Body) -> Block:
    """Return Mistral 3's bridge: squares of patches merged, then two layers."""
    hidden, side = pictures.hidden, keys.whole("spatial_merge_size", most=64)
    merges = linear(hidden * side**2, hidden, Role.PROJECTION)
    return joined(
        {
            "norm": norm(hidden),
            "patch_merger.merging_layer": merges,
            "": _llava(keys, texts, pictures),
        }
    )


def _lighton(keys: Keys, texts: Body, pictures: Body) -> Block:
    """Return LightOnOCR's bridge: Mistral 3's without biases."""
    plain = keys.replaced(multimodal_projector_bias=False, vision_feature_layer=-1)
    return _mistral3(plain, texts, pictures)


def _idefics3(keys: Keys, texts: Body, pictures: Body) -> Block:
    read = pictures.hidden * keys.whole("scale_factor", most=64) ** 2
    return joined({"modality_projection.proj": linear(read, texts.hidden, Role.PROJECTION)})


def _paligemma(keys: Keys, texts: Body, pictures: Body) -> Block:
    del texts
    width = keys.whole("projection_dim")
    return joined({"linear": linear(pictures.hidden, width, Role.PROJECTION, bias=True)})


def gemma3_bridge(written: int, read: int) -> Block:
    """Return Gemma 3's bridge: one matrix, and a norm of what the tower saw."""
    return beside(
        array("mm_input_projection_weight", (read, written), Role.PROJECTION),
        joined({"mm_soft_emb_norm": norm(read)}),
    )


def _gemma3(keys: Keys, texts: Body, pictures: Body) -> Block:
    del keys
    return gemma3_bridge(texts.hidden, pictures.hidden)


def _lfm2_vl(keys: Keys, texts: Body, pictures: Body) -> Block:
    read = pictures.hidden * keys.whole("downsample_factor", most=64) ** 2
    normed = norm(read, bias=True) if keys.flag("projector_use_layernorm") else EMPTY
    between, bias = keys.whole("projector_hidden_size"), keys.flag("projector_bias")
    layers = two_layers(read, between, texts.hidden, bias=bias)
    return joined({"layer_norm": normed, "": layers})


def _lfm3_vl(keys: Keys, texts: Body, pictures: Body) -> Block:
    side = keys.child("vision_config", "lfm3_vl_vision").whole("spatial_merge_size", most=64)
    between, bias = keys.whole("projector_hidden_size"), keys.flag("projector_bias")
    layers = two_layers(pictures.hidden * side**2, between, texts.hidden, bias=bias)
    return joined({"layer_norm": norm(pictures.hidden, bias=True), "": layers})


def _internvl(keys: Keys, texts: Body, pictures: Body) -> Block:
    ratio = keys.number("downsample_ratio")
    if not 1 / 64 <= ratio <= 1:
        raise keys.fault(
            "downsample_ratio",
            Message(
                "is {given}; from {least} to {most} is accepted", given=ratio, least="1/64", most=1
            ),
        )
    read = pictures.hidden * int(1 / ratio) ** 2
    layers = two_layers(read, texts.hidden, texts.hidden)
    return joined({"layer_norm": norm(read, bias=True), "": layers})


def _qwen2_audio(keys: Keys, texts: Body, sounds: Body) -> Block:
    del keys
    return joined({"linear": linear(sounds.hidden, texts.hidden, Role.PROJECTION, bias=True)})


def _voxtral(keys: Keys, texts: Body, sounds: Body) -> Block:
    """Return Voxtral's bridge: several frames side by side, as wide as a feed-forward layer."""
    del sounds
    read = keys.child("audio_config").whole("intermediate_size")
    return two_layers(read, texts.hidden, texts.hidden, bias=False)


def voxtral(asked: Asked) -> Body:
    """Return Voxtral; what its text_config lacks is what Voxtral Mini has."""
    seeing = Seeing(bridge=_voxtral, key="audio_config", vision="audio_tower.", apart=True)
    return seeing.body(replace(asked, keys=asked.keys.filled("text_config")))


def lfm2_vl(asked: Asked) -> Body:
    """Return LFM2-VL; an older key for tying counts for more."""
    whole = Seeing(bridge=_lfm2_vl).body(asked)
    if asked.keys.has("tie_embedding"):
        return replace(whole, tied=asked.keys.flag("tie_embedding"))
    return whole


HEADS = {
    "ForConditionalGeneration": Head("model", output_layer),
    "Model": Head("", nothing),
}


def _idefics(vision_type: str) -> Family:
    seeing = Seeing(
        bridge=_idefics3,
        at="connector",
        language="text_model.",
        vision="vision_model.",
        vision_type=vision_type,
    )
    return Family(seeing.body, HEADS)


FAMILIES = {
    "idefics3": _idefics("idefics3_vision"),
    "smolvlm": _idefics("smolvlm_vision"),
    "llava": Family(Seeing(bridge=_llava, forwards=True).body, HEADS),
    "llava_next": Family(Seeing(bridge=_llava, newline=True).body, HEADS),
    "llava_onevision": Family(Seeing(bridge=_llava, newline=True, forwards=True).body, HEADS),
    "mistral3": Family(Seeing(bridge=_mistral3).body, HEADS),
    "lighton_ocr": Family(
        Seeing(bridge=_lighton, at="vision_projection", vision="vision_encoder.").body, HEADS
    ),
    "qwen2_audio": Family(
        Seeing(bridge=_qwen2_audio, key="audio_config", vision="audio_tower.", apart=True).body,
        HEADS,
    ),
    "voxtral": Family(voxtral, HEADS),
    "paligemma": Family(Seeing(bridge=_paligemma).body, HEADS),
    "gemma3": Family(
        Seeing(bridge=_gemma3, text_type="gemma3_text").body,
        {**HEADS, "ForSequenceClassification": Head("model", score)},
    ),
    "lfm2_vl": Family(lfm2_vl, HEADS),
    "lfm3_vl": Family(Seeing(bridge=_lfm3_vl, vision_type="lfm3_vl_vision").body, HEADS),
    "internvl": Family(Seeing(bridge=_internvl, vision_type="internvl_vision").body, HEADS),
}
