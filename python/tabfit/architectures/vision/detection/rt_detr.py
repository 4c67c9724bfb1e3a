"""Detectors that answer at once: RT-DETR 1 and 2, and D-FINE.

In: keys of such a config. Out: bodies and heads. A picture's stages are brought to
one width, the coarsest looks at itself, all are mixed up and down, and questions
chosen among them look at a few points each.
Sources: Zhao et al. 2023, arXiv:2304.08069; Lv et al. 2024, arXiv:2407.17140;
Peng et al. 2024, arXiv:2410.13842.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import MOST_HEADS, Keys
from tabfit.architectures.decoders.gpt2 import equal_heads
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.heads import BARE
from tabfit.architectures.vision.convolutions.backbones import backbone_body
from tabfit.architectures.vision.convolutions.stages import channels, stage_list
from tabfit.architectures.vision.detection.detr import frozen
from tabfit.architectures.vision.patches.vit import picture_body
from tabfit.architectures.vision.patches.vit_variants import perceptron
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Tower
from tabfit.model.blocks.attention import ALL_BIASED, Heads, attending, attention
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    Stack,
    beside,
    joined,
    placed,
    stacked,
    tensors_of,
    vector,
)
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import batch_norm, convolution, embedding, linear, norm
from tabfit.model.tensors import Part, Role, Tensor

#: Points looked at, bins told apart, layers of small networks: far above any published model.
MOST_POINTS = 4096


def points(keys: Keys) -> list[int]:
    """Return how many points a question looks at on each level."""
    level_key = "decoder_n_levels" if keys.type == "rt_detr_v2" else "num_feature_levels"
    levels = keys.whole(level_key, most=64)
    if isinstance(keys.get("decoder_n_points"), (list, tuple)):
        return list(keys.wholes("decoder_n_points", least=1, most=MOST_POINTS) or ())
    return [keys.whole("decoder_n_points", most=MOST_POINTS)] * levels


def dividing_heads(keys: Keys, key: str, width: int, share: int = 1) -> Heads:
    """Return the heads of a key, or a share of them, that have so much width between them."""
    given = keys.heads(key)
    count = given // share
    if not count or width % count:
        raise keys.fault(
            key, Message("is {given}, which does not divide {width}", given=given, width=width)
        )
    return Heads(queries=count, key_values=count, width=width // count)


def deformable_attention(
    heads: Heads, count: int, hidden: int, scale: Block = EMPTY, *, projected: bool = True
) -> Block:
    """Return deformable attention: where so many points lie for each head, and their weights.

    `projected` says that values and output have matrices, `scale` is what places are divided by.
    Source: Zhu et al. 2020, arXiv:2010.04159.
    """
    every = heads.queries * count
    parts = {
        "sampling_offsets": linear(hidden, 2 * every, Role.ATTENTION_OTHER, bias=True),
        "attention_weights": linear(hidden, every, Role.ATTENTION_OTHER, bias=True),
        "": scale,
    }
    if projected:
        parts["value_proj"] = linear(hidden, hidden, Role.VALUE, bias=True)
        parts["output_proj"] = linear(hidden, hidden, Role.ATTENTION_OUTPUT, bias=True)
    return attending(joined(parts), heads, ())


def normed_convolution(read: int, written: int, kernel: int, *, groups: int = 1) -> Block:
    """Return a convolution and its batch norm under these detectors' names."""
    cuts = convolution(read, written, kernel, kernel, groups=groups, bias=False)
    return joined({"conv": cuts, "norm": batch_norm(written)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """How a family differs: names of its feed-forward layers, its blocks, what points bring."""

    feeding: tuple[str, str]
    fine: bool = False
    scaled: str = ""  # the stored list of how much each point counts

    def body(self, asked: Asked) -> Body:
        """Return the tower, the encoder that mixes its stages, and the layers of questions."""
        keys, at = asked.keys, asked.at
        sees = backbone_body(asked, "backbone_config", "backbone.model.")
        if keys.flag("freeze_backbone_batch_norms"):
            sees = frozen(sees)
        hidden = keys.whole("d_model")
        mixes, asks = self._encoder(keys, at), self._decoder(keys, at)
        front = placed(at.removesuffix("."), self._around(keys), Part.VISION)
        layers = sees.towers[0].layers + mixes.layers + asks.layers
        tensors = tensors_of(sees.tensors, front, mixes.tensors, asks.tensors)
        body = picture_body(tensors, Stack(tensors, layers), hidden, None)
        return replace(body, towers=(Tower(part=Part.VISION, hidden=hidden, layers=layers),))

    def _around(self, keys: Keys) -> Block:
        """Return what brings stages to one width, and what chooses the questions."""
        hidden, width, labels = keys.whole("d_model"), _width(keys), keys.labels()
        parts = {}
        for number, read in enumerate(_stages(keys, fine=self.fine)):
            parts[f"encoder_input_proj.{number}.0"] = convolution(read, width, 1, 1, bias=False)
            parts[f"encoder_input_proj.{number}.1"] = batch_norm(width)
        if keys.whole("num_denoising", least=0):
            parts["denoising_class_embed"] = embedding(labels + 1, hidden, Role.OTHER)
        if keys.flag("learn_initial_query"):
            parts["weight_embedding"] = embedding(keys.rows("num_queries"), hidden, Role.POSITION)
        parts |= {
            "enc_output.0": linear(hidden, hidden, Role.PROJECTION, bias=True),
            "enc_output.1": norm(hidden, bias=True),
            "enc_score_head": linear(hidden, labels, Role.HEAD, bias=True),
            "enc_bbox_head": perceptron((hidden, hidden, hidden, 4)),
            "decoder_input_proj": self._levels(keys),
            "decoder.query_pos_head": perceptron((4, 2 * hidden, hidden), Role.POSITION),
        }
        return joined(parts)

    def _levels(self, keys: Keys) -> Block:
        """Return what brings every level to the questions' width; further levels are cut anew."""
        hidden, reads = keys.whole("d_model"), stage_list(keys, "decoder_in_channels")
        if self.fine and hidden == reads[-1]:
            return EMPTY
        levels = keys.whole("num_feature_levels", most=64)
        parts, read = {}, reads[-1]
        for number in range(max(levels, len(reads))):
            known = number < len(reads)
            into = read if self.fine else reads[number] if known else read
            kernel = 1 if known else 3
            parts[f"{number}.0"] = convolution(into, hidden, kernel, kernel, bias=False)
            parts[f"{number}.1"] = batch_norm(hidden)
            read = read if known or self.fine else hidden
        return joined(parts)

    def _encoder(self, keys: Keys, at: str) -> Stack:
        width = _width(keys)
        count = len(stage_list(keys, "encoder_in_channels")) - 1
        mixed = self._mixed(keys, width)
        down = normed_convolution(width, width, 3)
        if self.fine:
            down = joined(
                {
                    "conv1": normed_convolution(width, width, 1),
                    "conv2": normed_convolution(width, width, 3, groups=width),
                }
            )
        parts = {}
        for number in range(count):
            parts[f"lateral_convs.{number}"] = normed_convolution(width, width, 1)
            parts[f"fpn_blocks.{number}"] = mixed
            parts[f"downsample_convs.{number}"] = down
            parts[f"pan_blocks.{number}"] = mixed
        layer = self._looking(keys, "encoder")
        many = len(keys.sequence("encode_proj_layers") or ())
        stacks = [
            stacked(
                f"{at}encoder.aifi.{number}.layers",
                (layer,) * keys.layers("encoder_layers", least=0),
                Part.VISION,
            )
            for number in range(min(many, 64))
        ]
        around = placed(at + "encoder", joined(parts), Part.VISION)
        return Stack(
            tensors_of(around, *(stack.tensors for stack in stacks)),
            tuple(layer for stack in stacks for layer in stack.layers),
        )

    def _looking(self, keys: Keys, half: str) -> Block:
        """Return a half's layer; the encoder's is as wide as its maps."""
        hidden = keys.whole("encoder_hidden_dim" if half == "encoder" else "d_model")
        heads = dividing_heads(keys, f"{half}_attention_heads", hidden)
        normed = norm(hidden, bias=True)
        inner = keys.whole(f"{half}_ffn_dim")
        parts = {
            "self_attn": attention(hidden, heads, bias=ALL_BIASED, keeps=()),
            "self_attn_layer_norm": normed,
            "mlp": plain(hidden, inner, names=self.feeding),
            "final_layer_norm": normed,
        }
        if half == "decoder":
            parts["encoder_attn"] = self._pointed(keys, hidden)
            if self.fine:
                parts["gateway.gate"] = linear(2 * hidden, 2 * hidden, Role.OTHER, bias=True)
                parts["gateway.norm"] = normed
            else:
                parts["encoder_attn_layer_norm"] = normed
        return joined(parts)

    def _pointed(self, keys: Keys, hidden: int) -> Block:
        """Return attention to a few points: where they lie and how much each counts."""
        heads = equal_heads(keys, "d_model", "decoder_attention_heads")
        total = sum(points(keys))
        scale: Block = EMPTY
        if self.scaled:
            scale = vector(self.scaled, total, Role.ATTENTION_OTHER, buffer=True)
        return deformable_attention(heads, total, hidden, scale, projected=not self.fine)

    def _decoder(self, keys: Keys, at: str) -> Stack:
        count = keys.layers("decoder_layers")
        layers = count
        extra: tuple[Tensor, ...] = ()
        if self.fine:
            layers += count - kept_layer(keys) - 1
            extra = placed(at + "decoder", _fine_extra(keys, count), Part.VISION)
        blocks = (self._looking(keys, "decoder"),) * layers
        stack = stacked(at + "decoder.layers", blocks, Part.VISION)
        return Stack(extra + stack.tensors, stack.layers)

    def _mixed(self, keys: Keys, width: int) -> Block:
        """Return what mixes two stages: convolutions that shrink to one another when exported."""
        if not self.fine:
            inner = int(width * keys.number("hidden_expansion"))
            return _split_and_joined(2 * width, inner, width, inner, 3)
        narrow = round(keys.number("hidden_expansion") * width // 2)
        if narrow < 1:
            raise keys.fault("hidden_expansion", Message("makes convolutions without channels"))
        times = round(3 * keys.number("depth_mult"))
        if not 0 <= times <= MOST_HEADS:
            raise keys.fault("depth_mult", Message("makes {count} convolutions", count=times))
        return joined(
            {
                "conv1": normed_convolution(2 * width, 2 * width, 1),
                "csp_rep1": _split_and_joined(width, narrow, narrow, narrow, times),
                "conv2": normed_convolution(narrow, narrow, 3),
                "csp_rep2": _split_and_joined(narrow, narrow, narrow, narrow, times),
                "conv3": normed_convolution(narrow, narrow, 3),
                "conv4": normed_convolution(2 * width + 2 * narrow, width, 1),
            }
        )


def _split_and_joined(read: int, inner: int, written: int, again: int, times: int) -> Block:
    """Return two paths of which one goes through more convolutions (CSP)."""
    step = joined(
        {
            "conv1": normed_convolution(again, again, 3),
            "conv2": normed_convolution(again, again, 1),
        }
    )
    parts = {
        "conv1": normed_convolution(read, inner, 1),
        "conv2": normed_convolution(read, inner, 1),
        **{f"bottlenecks.{number}": step for number in range(times)},
    }
    if inner != written:
        parts["conv3"] = normed_convolution(inner, written, 1)
    return joined(parts)


def _width(keys: Keys) -> int:
    return keys.whole("encoder_hidden_dim", least=2)


def _stages(keys: Keys, *, fine: bool) -> list[int]:
    """Return the widths of the stages that are read; D-FINE reads as many as it looks at."""
    found = channels(keys.child("backbone_config"))
    wanted = len(stage_list(keys, "decoder_in_channels"))
    if fine and len(found) < wanted:
        raise keys.fault(
            "decoder_in_channels",
            Message("has {wanted} entries for {count} stages", wanted=wanted, count=len(found)),
        )
    return found[:wanted] if fine else found


def kept_layer(keys: Keys) -> int:
    """Return the number of D-FINE's layer whose answer counts."""
    count = keys.layers("decoder_layers")
    said = keys.whole("eval_idx", least=-count, most=count - 1)
    return said if said >= 0 else count + said


def _fine_extra(keys: Keys, count: int) -> Block:
    """Return D-FINE's own: what scales its bins, a first box, how good each answer is."""
    hidden = keys.whole("d_model")
    read = 4 * (keys.whole("top_prob_values", most=MOST_POINTS) + 1)
    width, depth = keys.whole("lqe_hidden_dim"), keys.whole("lqe_layers", most=64)
    quality = perceptron((read, *[width] * (depth - 1), 1))
    return joined(
        {
            "": beside(vector("reg_scale", 1, Role.OTHER), vector("up", 1, Role.OTHER)),
            "pre_bbox_head": perceptron((hidden, hidden, hidden, 4)),
            **{f"lqe_layers.{number}.reg_conf": quality for number in range(count)},
        }
    )


def _found(keys: Keys, body: Body) -> Ending:
    """Return what each layer's questions found, and where."""
    labels, hidden = keys.labels(), body.hidden
    parts = {}
    for number in range(keys.layers("decoder_layers")):
        parts[f"class_embed.{number}"] = linear(hidden, labels, Role.HEAD, bias=True)
        parts[f"bbox_embed.{number}"] = perceptron((hidden, hidden, hidden, 4))
    return Ending(placed("model.decoder", joined(parts), Part.VISION), labels)


def _found_twice(keys: Keys, body: Body) -> Ending:
    """Return the same, stored under two names (RT-DETR 2)."""
    found = _found(keys, body)
    return Ending((*found.tensors, *_again(keys, found.tensors)), found.outputs)


def _again(keys: Keys, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return the second names of answers, which share their storage where the config ties."""
    tied = keys.flag("tie_word_embeddings")
    return tuple(
        replace(t, name=t.name.removeprefix("model.decoder."), tied_to=t.name if tied else None)
        for t in tensors
    )


def _found_finely(keys: Keys, body: Body) -> Ending:
    """Return D-FINE's answers: each side of a box as scores of bins; stored under two names."""
    labels, hidden, kept = keys.labels(), body.hidden, kept_layer(keys)
    bins = 4 * (keys.whole("max_num_bins", most=MOST_POINTS) + 1)
    scaled = round(keys.number("layer_scale") * hidden)
    if scaled < 1:
        raise keys.fault("layer_scale", Message("makes layers without width"))
    parts: dict[str, Block] = {}
    for number in range(keys.layers("decoder_layers")):
        wide = hidden if number <= kept else scaled
        parts[f"class_embed.{number}"] = linear(hidden, labels, Role.HEAD, bias=True)
        parts[f"bbox_embed.{number}"] = perceptron((wide, wide, wide, bins))
    tensors = placed("model.decoder", joined(parts), Part.VISION)
    return Ending((*tensors, *_again(keys, tensors)), labels)


DETR_FEED, FINE_FEED = ("fc1", "fc2"), ("layers.0", "layers.1")
FIRST = Detector(feeding=DETR_FEED)
SECOND = Detector(feeding=DETR_FEED, scaled="n_points_scale")
FINE = Detector(feeding=FINE_FEED, fine=True, scaled="num_points_scale")

FAMILIES = {
    "rt_detr": Family(FIRST.body, {"ForObjectDetection": Head("model", _found), **BARE}),
    "rt_detr_v2": Family(SECOND.body, {"ForObjectDetection": Head("model", _found_twice), **BARE}),
    "d_fine": Family(FINE.body, {"ForObjectDetection": Head("model", _found_finely), **BARE}),
}
