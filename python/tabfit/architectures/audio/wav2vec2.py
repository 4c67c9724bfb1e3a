"""Speech read from the wave itself: wav2vec 2, HuBERT, WavLM, UniSpeech.

In: keys of such a config. Out: bodies and heads.
Sources: Baevski et al. 2020, arXiv:2006.11477; Hsu et al. 2021,
arXiv:2106.07447; Chen et al. 2021, arXiv:2110.13900.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod

from tabfit.architectures.config_keys import MOST_LAYERS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.encoder_decoders.bart import OUT_NAMES
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import nothing
from tabfit.i18n.language import Message
from tabfit.model.architecture import Kind, Tower
from tabfit.model.blocks.attention import ALL_BIASED, attention
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
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import batch_norm, convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role

Attends = Callable[[Keys, int], Block]
#: Samples of a second of sound (Wav2Vec2FeatureExtractor).
SAMPLES = 16_000


def wave_body(asked: Asked, attends: Attends) -> Body:
    """Return convolutions over the wave, layers, and an adapter where the config has one.

    `attends` gives the attention of a layer by its number.
    """
    keys, at = asked.keys, asked.at
    hidden = keys.whole("hidden_size")
    layers = [_layer(keys, attends(keys, n)) for n in range(keys.layers("num_hidden_layers"))]
    stack = stacked(at + "encoder.layers", layers, Part.AUDIO)
    around = {
        "feature_extractor.conv_layers": _convolutions(keys),
        "feature_projection": _projection(keys),
        "encoder.pos_conv_embed": _places(keys),
        "encoder.layer_norm": norm(hidden, bias=True),
        "adapter": _adapter(keys) if _shortens(keys) else EMPTY,
        "": vector("masked_spec_embed", hidden, Role.OTHER) if _masked(keys) else EMPTY,
    }
    return Body(
        kind=Kind.ENCODER,
        tensors=tensors_of(placed(at.removesuffix("."), joined(around), Part.AUDIO), stack.tensors),
        towers=(
            Tower(
                part=Part.AUDIO,
                hidden=hidden,
                layers=stack.layers,
                per_second=SAMPLES / prod(_widths(keys, "conv_stride")),
            ),
        ),
        hidden=hidden,
    )


def waves_read(keys: Keys) -> Block:
    """Return what makes vectors of a wave, as it stands in front of other encoders."""
    hidden = keys.whole("hidden_size")
    return joined(
        {
            "feature_encoder.conv_layers": _convolutions(keys),
            "feature_projection": _projection(keys),
            "pos_conv_embed": _places(keys),
            "": vector("masked_spec_embed", hidden, Role.OTHER) if _masked(keys) else EMPTY,
        }
    )


def _masked(keys: Keys) -> bool:
    if keys.type == "unispeech-sat":
        return True
    return keys.number("mask_time_prob", 0.0) > 0 or keys.number("mask_feature_prob", 0.0) > 0


#: Types whose classes have an adapter; the others only name it among their keys.
SHORTENING = ("wav2vec2", "wavlm", "wav2vec2-bert")


def _shortens(keys: Keys) -> bool:
    return keys.type in SHORTENING and keys.flag("add_adapter")


def _answer_width(keys: Keys) -> int:
    """Return the width that the head reads: the adapter's own where the config asks for one.

    UniSpeech's head does so although its class has no adapter.
    """
    hidden = keys.whole("hidden_size")
    if not keys.flag("add_adapter"):
        return hidden
    return keys.whole_or("output_hidden_size", hidden, least=0) or hidden


def _widths(keys: Keys, key: str) -> tuple[int, ...]:
    widths = keys.wholes(key, least=1)
    if not widths or len(widths) > MOST_LAYERS:
        raise keys.fault(key, Message("needs from 1 to {most} entries", most=MOST_LAYERS))
    return widths


def _convolutions(keys: Keys) -> Block:
    """Return the convolutions that turn a wave into frames; one or all of them normed."""
    widths, kernels = _widths(keys, "conv_dim"), _widths(keys, "conv_kernel")
    strides = _widths(keys, "conv_stride")
    if not len(widths) == len(kernels) == len(strides):
        raise keys.fault(
            "conv_dim", Message("needs as many entries as conv_kernel and conv_stride")
        )
    every = keys.word("feat_extract_norm", ("group", "layer")) == "layer"
    bias, parts = keys.flag("conv_bias"), {}
    for number, ((read, written), kernel) in enumerate(
        zip(pairwise((1, *widths)), kernels, strict=True)
    ):
        parts[f"{number}.conv"] = convolution(read, written, kernel, bias=bias)
        if every or number == 0:
            parts[f"{number}.layer_norm"] = norm(written, bias=True)
    return joined(parts)


def _projection(keys: Keys) -> Block:
    last, hidden = _widths(keys, "conv_dim")[-1], keys.whole("hidden_size")
    parts = {"projection": linear(last, hidden, Role.PROJECTION, bias=True)}
    if keys.type != "hubert" or keys.flag("feat_proj_layer_norm"):
        parts["layer_norm"] = norm(last, bias=True)
    return joined(parts)


def _places(keys: Keys) -> Block:
    """Return the convolution that tells places apart, its weight as direction and length."""
    hidden, kernel = keys.whole("hidden_size"), keys.whole("num_conv_pos_embeddings")
    groups = keys.whole("num_conv_pos_embedding_groups")
    if hidden % groups:
        raise keys.fault(
            "num_conv_pos_embedding_groups", Message("does not divide {width}", width="hidden_size")
        )
    plainly = convolution(hidden, hidden, kernel, groups=groups)
    if keys.flag("conv_pos_batch_norm"):
        return joined({"conv": plainly, "batch_norm": batch_norm(hidden)})
    weight, bias = plainly.tensors
    normed = "conv.parametrizations.weight.original"
    return beside(
        array(f"{normed}0", (1, 1, kernel), Role.CONVOLUTION),
        array(f"{normed}1", weight.shape, Role.CONVOLUTION),
        joined({"conv": Block((bias,))}),
    )


def _layer(keys: Keys, attends: Block) -> Block:
    hidden, inner = keys.whole("hidden_size"), keys.whole("intermediate_size")
    feeds = plain(hidden, inner, names=("intermediate_dense", "output_dense"))
    parts = {
        "attention": attends,
        "layer_norm": norm(hidden, bias=True),
        "feed_forward": feeds,
        "final_layer_norm": norm(hidden, bias=True),
    }
    narrow = keys.maybe("adapter_attn_dim")
    if narrow is not None and keys.flag("do_stable_layer_norm") and keys.type != "wavlm":
        parts["adapter_layer"] = _language_adapter(hidden, narrow)
    return joined(parts)


def _language_adapter(hidden: int, narrow: int) -> Block:
    """Return the small layers that MMS exchanges for each language."""
    return joined(
        {
            "norm": norm(hidden, bias=True),
            "linear_1": linear(hidden, narrow, Role.PROJECTION, bias=True),
            "linear_2": linear(narrow, hidden, Role.PROJECTION, bias=True),
        }
    )


def _adapter(keys: Keys) -> Block:
    """Return the convolutions that shorten the frames behind the layers."""
    hidden, width = keys.whole("hidden_size"), _answer_width(keys)
    parts = {}
    if width != hidden:
        parts["proj"] = linear(hidden, width, Role.PROJECTION, bias=True)
        parts["proj_layer_norm"] = norm(width, bias=True)
    shorter = convolution(width, 2 * width, keys.whole("adapter_kernel_size"))
    count = keys.layers("num_adapter_layers", least=0)
    return joined({**parts, **{f"layers.{number}.conv": shorter for number in range(count)}})


def _plainly(keys: Keys, number: int) -> Block:
    del number
    heads = equal_heads(keys, "hidden_size", "num_attention_heads")
    return attention(keys.whole("hidden_size"), heads, names=OUT_NAMES, bias=ALL_BIASED, keeps=())


def _gated_places(keys: Keys, number: int) -> Block:
    """Return WavLM's attention: relative positions, gated by what is said there."""
    attends = _plainly(keys, number)
    parts = {
        "": beside(
            attends, array("gru_rel_pos_const", (1, attends.heads, 1, 1), Role.ATTENTION_OTHER)
        ),
        "gru_rel_pos_linear": linear(attends.head_width, 8, Role.ATTENTION_OTHER, bias=True),
    }
    if number == 0:
        rows = keys.rows("num_buckets")
        parts["rel_attn_embed"] = embedding(rows, attends.heads, Role.ATTENTION_OTHER)
    return joined(parts)


def wav2vec2(asked: Asked) -> Body:
    """Return wav2vec 2 or HuBERT: attention without relative positions."""
    return wave_body(asked, _plainly)


def wavlm(asked: Asked) -> Body:
    """Return WavLM: wav2vec 2 with gated relative positions."""
    return wave_body(asked, _gated_places)


def _ending(parts: dict[str, Block], outputs: int) -> Ending:
    return Ending(placed("", joined(parts), Part.AUDIO), outputs)


def _letters(keys: Keys, body: Body) -> Ending:
    """Return a score per frame for each letter (connectionist temporal classification)."""
    del body
    letters, width = keys.rows("vocab_size"), _answer_width(keys)
    return _ending({"lm_head": linear(width, letters, Role.HEAD, bias=True)}, letters)


def _refuse_adapter(keys: Keys) -> None:
    if keys.flag("add_adapter"):
        raise keys.fault("add_adapter", Message("is true, which classifiers do not accept"))


def _weights(keys: Keys) -> dict[str, Block]:
    """Return a weight per layer where the class may mix them all."""
    if not keys.flag("use_weighted_layer_sum"):
        return {}
    return {"": vector("layer_weights", keys.layers("num_hidden_layers") + 1, Role.OTHER)}


def _sound_labels(keys: Keys, body: Body) -> Ending:
    _refuse_adapter(keys)
    labels, width = keys.labels(), keys.whole("classifier_proj_size")
    return _ending(
        {
            **_weights(keys),
            "projector": linear(body.hidden, width, Role.PROJECTION, bias=True),
            "classifier": linear(width, labels, Role.HEAD, bias=True),
        },
        labels,
    )


def _frame_labels(keys: Keys, body: Body) -> Ending:
    _refuse_adapter(keys)
    labels = keys.labels()
    last = linear(body.hidden, labels, Role.HEAD, bias=True)
    return _ending({**_weights(keys), "classifier": last}, labels)


def _speakers(keys: Keys, body: Body) -> Ending:
    """Return vectors that tell speakers apart: layers over growing stretches of time."""
    widths, kernels = _widths(keys, "tdnn_dim"), _widths(keys, "tdnn_kernel")
    if len(kernels) < len(widths):
        raise keys.fault("tdnn_kernel", Message("needs as many entries as tdnn_dim"))
    answer, labels = keys.whole("xvector_output_dim"), keys.labels()
    return _ending(
        {
            **_weights(keys),
            "projector": linear(body.hidden, widths[0], Role.PROJECTION, bias=True),
            "tdnn": _stretches(widths, kernels),
            "feature_extractor": linear(2 * widths[-1], answer, Role.HEAD, bias=True),
            "classifier": linear(answer, answer, Role.HEAD, bias=True),
            "objective": array("weight", (answer, labels), Role.HEAD),
        },
        answer,
    )


def _stretches(widths: Sequence[int], kernels: Sequence[int]) -> Block:
    pairs = zip(pairwise((widths[0], *widths)), kernels, strict=False)
    return joined(
        {
            f"{number}.kernel": linear(read * kernel, written, Role.HEAD, bias=True)
            for number, ((read, written), kernel) in enumerate(pairs)
        }
    )


def _quantised(keys: Keys, body: Body) -> Ending:
    """Return what pretraining compares frames with: a book of codes."""
    groups, codes = keys.whole("num_codevector_groups"), keys.whole("num_codevectors_per_group")
    width, compared = keys.whole("codevector_dim"), keys.whole("proj_codevector_dim")
    if width % groups:
        raise keys.fault(
            "codevector_dim",
            Message(
                "is {given}, which {by_key} does not divide",
                given=width,
                by_key="num_codevector_groups",
            ),
        )
    frames = _widths(keys, "conv_dim")[-1]
    book = array("codevectors", (1, groups * codes, width // groups), Role.OTHER)
    return _ending(
        {
            "quantizer": book,
            "quantizer.weight_proj": linear(frames, groups * codes, Role.PROJECTION, bias=True),
            "project_hid": linear(body.hidden, compared, Role.PROJECTION, bias=True),
            "project_q": linear(width, compared, Role.PROJECTION, bias=True),
        },
        compared,
    )


def speech_heads(at: str, *names: str) -> dict[str, Head]:
    """Return the heads of these names over a body called so, and none for the bare model."""
    every = {
        "ForCTC": _letters,
        "ForSequenceClassification": _sound_labels,
        "ForAudioFrameClassification": _frame_labels,
        "ForXVector": _speakers,
        "ForPreTraining": _quantised,
    }
    return {name: Head(at, every[name]) for name in names} | {"Model": Head("", nothing)}


FEW = ("ForCTC", "ForSequenceClassification")
MORE = (*FEW, "ForAudioFrameClassification", "ForXVector")

FAMILIES = {
    "wav2vec2": Family(wav2vec2, speech_heads("wav2vec2", *MORE, "ForPreTraining")),
    "hubert": Family(wav2vec2, speech_heads("hubert", *FEW)),
    "unispeech": Family(wav2vec2, speech_heads("unispeech", *FEW)),
    "unispeech-sat": Family(wav2vec2, speech_heads("unispeech_sat", *MORE)),
    "wavlm": Family(wavlm, speech_heads("wavlm", *MORE)),
}
