"""Sound as a few numbers a second, and back: EnCodec, DAC and Mimi.

In: keys of such a config. Out: bodies. Convolutions shorten the wave, code books
name what is left, and convolutions draw the wave again.
Sources: Défossez et al. 2022, arXiv:2210.13438; Kumar et al. 2023, arXiv:2306.06546;
Défossez et al. 2024, arXiv:2410.00037.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, log2, prod

from tabfit.architectures.config_keys import MOST_ROWS, MOST_WIDTH, Keys
from tabfit.architectures.decoders.decoder_layer import read_heads
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import BARE
from tabfit.architectures.vision.convolutions.stages import stage_list
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Kind, Layer, Tower
from tabfit.model.blocks.attention import attention, biases
from tabfit.model.blocks.block import (
    EMPTY,
    Block,
    array,
    beside,
    joined,
    placed,
    stacked,
    vector,
)
from tabfit.model.blocks.feed_forward import plain
from tabfit.model.blocks.linear import convolution, embedding, norm, transposed_convolution
from tabfit.model.tensors import Part, Role, Tensor

#: Far above any codec: samples of a kernel, code books, samples a second.
MOST_KERNEL, MOST_BOOKS, MOST_RATE = 4096, 1024, 2**22


def weight_normed(block: Block) -> Block:
    """Return a convolution whose weight is kept as direction and length (arXiv:1602.07868)."""
    weight, *rest = block.tensors
    normed = "parametrizations.weight.original"
    return beside(
        array(f"{normed}0", (weight.shape[0], *[1] * (len(weight.shape) - 1)), Role.CONVOLUTION),
        array(f"{normed}1", weight.shape, Role.CONVOLUTION),
        Block(tuple(rest)),
    )


@dataclass(frozen=True, slots=True)
class Seanet:
    """EnCodec's convolutions: how one is stored, and whether a recurrence lies among them."""

    keys: Keys
    normed: bool

    def cut(self, read: int, written: int, kernel: int) -> Block:
        """Return a convolution as this codec stores it."""
        return self._stored(convolution(read, written, kernel), written)

    def grow(self, read: int, written: int, kernel: int) -> Block:
        """Return a convolution that makes a wave longer."""
        return self._stored(transposed_convolution(read, written, kernel), written)

    def _stored(self, block: Block, written: int) -> Block:
        if not self.normed:
            return joined({"conv": block})
        if self.keys.word("norm_type", ("weight_norm", "time_group_norm")) == "weight_norm":
            return joined({"conv": weight_normed(block)})
        return joined({"conv": block, "norm": norm(written, bias=True)})

    def kernel(self, key: str) -> int:
        """Return how many samples a convolution reads."""
        return self.keys.whole(key, most=MOST_KERNEL)

    def shortens(self, ratios: Sequence[int]) -> Block:
        """Return the half that makes few wide frames of a wave, numbered with its activations."""
        keys, width = self.keys, self.keys.whole("num_filters")
        layers: list[Block] = [
            self.cut(keys.whole("audio_channels"), width, self.kernel("kernel_size"))
        ]
        for ratio in reversed(ratios):
            layers += [self._residual(width)] * self._count()
            layers += [EMPTY, self.cut(width, 2 * width, 2 * ratio)]
            width *= 2
        layers += self._remembers(width)
        layers += [
            EMPTY,
            self.cut(width, keys.whole("hidden_size"), self.kernel("last_kernel_size")),
        ]
        return numbered(layers)

    def lengthens(self, ratios: Sequence[int]) -> Block:
        """Return the half that draws a wave from frames."""
        keys, width = self.keys, self.keys.whole("num_filters") * 2 ** len(ratios)
        layers: list[Block] = [
            self.cut(keys.whole("hidden_size"), width, self.kernel("kernel_size"))
        ]
        layers += self._remembers(width)
        for ratio in ratios:
            layers += [EMPTY, self.grow(width, width // 2, 2 * ratio)]
            width //= 2
            layers += [self._residual(width)] * self._count()
        last = self.cut(width, keys.whole("audio_channels"), self.kernel("last_kernel_size"))
        return numbered([*layers, EMPTY, last])

    def _count(self) -> int:
        return self.keys.whole("num_residual_layers", least=0, most=64)

    def _remembers(self, width: int) -> list[Block]:
        """Return EnCodec's recurrence over frames."""
        return (
            [joined({"lstm": recurrence(self.keys.layers("num_lstm_layers"), width)})]
            if self.normed
            else []
        )

    def _residual(self, width: int) -> Block:
        narrow = width // self.keys.whole("compress")
        if not narrow:
            raise self.keys.fault("compress", Message("leaves no channels of {width}", width=width))
        short = self.keys.flag("use_conv_shortcut")
        return joined(
            {
                "block.1": self.cut(width, narrow, self.kernel("residual_kernel_size")),
                "block.3": self.cut(narrow, width, 1),
                "shortcut": self.cut(width, width, 1) if short else EMPTY,
            }
        )


def numbered(layers: Sequence[Block]) -> Block:
    """Return blocks in a list in which those without weights count too."""
    return joined({f"layers.{number}": block for number, block in enumerate(layers)})


def recurrence(layers: int, width: int) -> Block:
    """Return layers of an LSTM as torch stores them."""
    tensors = []
    for number in range(layers):
        for side in ("ih", "hh"):
            shape = (4 * width, width)
            name = f"{side}_l{number}"
            tensors.append(Tensor(name=f"weight_{name}", shape=shape, role=Role.RECURRENT))
            bias = Tensor(name=f"bias_{name}", shape=shape[:1], role=Role.RECURRENT, bias=True)
            tensors.append(bias)
    return Block(tuple(tensors))


def _ratios(keys: Keys, key: str) -> list[int]:
    return stage_list(keys, key, most=MOST_KERNEL)


def _body(tensors: tuple[Tensor, ...], layers: tuple[Layer, ...], hidden: int) -> Body:
    tower = Tower(part=Part.AUDIO, hidden=hidden, layers=layers)
    return Body(kind=Kind.ENCODER, tensors=tensors, towers=(tower,), hidden=hidden)


def encodec(asked: Asked) -> Body:
    """Return EnCodec: as many code books as its widest bandwidth takes."""
    keys, at = asked.keys, asked.at
    net, ratios = Seanet(keys, normed=True), _ratios(keys, "upsampling_ratios")
    width, rows = keys.whole_or("codebook_dim", keys.whole("hidden_size")), _rows(keys)
    book = _buffers(inited=(1,), cluster_size=(rows,), embed=(rows, width), embed_avg=(rows, width))
    parts = {
        "encoder": net.shortens(ratios),
        "decoder": net.lengthens(ratios),
        **{f"quantizer.layers.{n}.codebook": book for n in range(_book_count(keys, ratios))},
    }
    hidden = keys.whole("hidden_size")
    return _body(placed(at.removesuffix("."), joined(parts), Part.AUDIO), (), hidden)


def _rows(keys: Keys) -> int:
    return keys.whole("codebook_size", least=2, most=MOST_ROWS)


def _buffers(**shapes: tuple[int, ...]) -> Block:
    """Return arrays that are stored and never trained by the optimiser."""
    return beside(*(array(name, s, Role.EMBEDDING, buffer=True) for name, s in shapes.items()))


def _book_count(keys: Keys, ratios: Sequence[int]) -> int:
    """Return how many code books the widest bandwidth (kbit/s) pays for at this frame rate."""
    given = keys.sequence("target_bandwidths") or ()
    if not given or not isinstance(given[-1], (int, float)) or not 0 < given[-1] <= MOST_RATE:
        raise keys.fault("target_bandwidths", Message("needs a list of numbers above 0"))
    rate = ceil(keys.whole("sampling_rate", most=MOST_RATE) / prod(ratios))
    count = int(1000 * given[-1] // (rate * ceil(log2(_rows(keys)))))
    if not 0 <= count <= MOST_BOOKS:
        raise keys.fault("target_bandwidths", Message("pays for {count} code books", count=count))
    return count


def mimi(asked: Asked) -> Body:
    """Return Mimi: EnCodec's convolutions, attention on both sides of its code books."""
    keys, at = asked.keys, asked.at
    if not keys.get("upsampling_ratios"):
        keys = keys.replaced(upsampling_ratios=[8, 6, 5, 4])
    net, ratios = Seanet(keys, normed=False), _ratios(keys, "upsampling_ratios")
    hidden = keys.whole("hidden_size")
    count = keys.layers("num_hidden_layers")
    stacks = [
        stacked(f"{at}{half}.{half}_transformer.layers", (_mimi_layer(keys),) * count, Part.AUDIO)
        for half in ("encoder", "decoder")
    ]
    parts = {
        "encoder.encoder_seanet": net.shortens(ratios),
        "decoder.decoder_seanet": net.lengthens(ratios),
        "quantizer": _mimi_books(keys),
    }
    stride = _stride(keys, ratios)
    if stride is not None:
        groups = keys.whole("upsample_groups")
        if hidden % groups:
            raise keys.fault(
                "upsample_groups",
                Message("is {given}, which does not divide {width}", given=groups, width=hidden),
            )
        parts["encoder.downsample.conv"] = convolution(hidden, hidden, 2 * stride, bias=False)
        up = transposed_convolution(hidden, hidden // groups, 2 * stride, bias=False)
        parts["decoder.upsample.conv"] = up
    around = placed(at.removesuffix("."), joined(parts), Part.AUDIO)
    layers = tuple(layer for stack in stacks for layer in stack.layers)
    tensors = (*around, *(tensor for stack in stacks for tensor in stack.tensors))
    return _body(tensors, layers, hidden)


def _stride(keys: Keys, ratios: Sequence[int]) -> int | None:
    """Return how many frames become one, or None where the rates agree."""
    samples = keys.whole("sampling_rate", most=MOST_RATE)
    quick = ceil(samples / prod(ratios))
    slow = keys.number("frame_rate", samples / (2 * prod(ratios)))
    if slow == quick:
        return None
    stride = int(quick / slow) if slow > 0 else 0
    if not 1 <= stride <= MOST_KERNEL:
        raise keys.fault(
            "frame_rate",
            Message(
                "is {given}; from {least} to {most} is accepted",
                given=slow,
                least=quick / MOST_KERNEL,
                most=quick,
            ),
        )
    return stride


def _mimi_layer(keys: Keys) -> Block:
    hidden, bias = keys.whole("hidden_size"), keys.flag("attention_bias")
    heads = read_heads(keys)
    scale = vector("scale", hidden, Role.OTHER)
    inner = keys.whole("intermediate_size")
    return joined(
        {
            "self_attn": attention(hidden, heads, bias=biases(inputs=bias), keeps=()),
            "mlp": plain(hidden, inner, names=("fc1", "fc2"), bias=False),
            "input_layernorm": norm(hidden, bias=True),
            "post_attention_layernorm": norm(hidden, bias=True),
            "self_attn_layer_scale": scale,
            "mlp_layer_scale": scale,
        }
    )


def _mimi_books(keys: Keys) -> Block:
    """Return code books of what is said, and of how it sounds."""
    rows, width = _rows(keys), keys.whole_or("codebook_dim", keys.whole("hidden_size"))
    total = keys.whole("num_quantizers", most=MOST_BOOKS)
    said = keys.whole("num_semantic_quantizers", most=MOST_BOOKS)
    if said >= total:
        raise keys.fault(
            "num_semantic_quantizers",
            Message("is {given}, not below {limit}", given=said, limit=total),
        )
    book = _buffers(initialized=(1,), cluster_usage=(rows,), embed_sum=(rows, width))
    hidden, narrow = keys.whole("hidden_size"), keys.whole("vector_quantization_hidden_dimension")
    parts: dict[str, Block] = {}
    for name, count in (("semantic", said), ("acoustic", total - said)):
        at = f"{name}_residual_vector_quantizer"
        parts |= {f"{at}.layers.{number}.codebook": book for number in range(count)}
        if narrow != hidden:
            parts[f"{at}.input_proj"] = convolution(hidden, narrow, 1, bias=False)
            parts[f"{at}.output_proj"] = convolution(narrow, hidden, 1, bias=False)
    return joined(parts)


def dac(asked: Asked) -> Body:
    """Return DAC: convolutions with learned waves as activations."""
    keys, at = asked.keys, asked.at
    ratios = _ratios(keys, "downsampling_ratios")
    first, last = keys.whole("encoder_hidden_size"), keys.whole("decoder_hidden_size")
    hidden = first * 2 ** len(ratios)
    if hidden > MOST_WIDTH or not last >> len(ratios):
        raise keys.fault(
            "decoder_hidden_size",
            Message("is {given}; it is halved {count} times", given=last, count=len(ratios)),
        )
    narrow, rows = keys.whole("codebook_dim"), _rows(keys)
    book = joined(
        {
            "in_proj": convolution(hidden, narrow, 1),
            "out_proj": convolution(narrow, hidden, 1),
            "codebook": embedding(rows, narrow),
        }
    )
    count = keys.whole("n_codebooks", most=MOST_BOOKS)
    parts = {
        **dict(_dac_encoder(ratios, first)),
        **dict(_dac_decoder(ratios[::-1], hidden, last)),
        **{f"quantizer.quantizers.{number}": book for number in range(count)},
    }
    return _body(placed(at.removesuffix("."), joined(parts), Part.AUDIO), (), hidden)


def _snake(width: int) -> Block:
    return array("alpha", (1, width, 1), Role.OTHER)


def _unit(width: int) -> Block:
    return joined(
        {
            "snake1": _snake(width),
            "conv1": convolution(width, width, 7),
            "snake2": _snake(width),
            "conv2": convolution(width, width, 1),
        }
    )


def _units(width: int) -> dict[str, Block]:
    return {f"res_unit{number}": _unit(width) for number in (1, 2, 3)}


def _dac_encoder(ratios: Sequence[int], width: int) -> Iterator[tuple[str, Block]]:
    yield "encoder.conv1", convolution(1, width, 7)
    for number, ratio in enumerate(ratios):
        wider = convolution(width, 2 * width, 2 * ratio)
        block = {**_units(width), "snake1": _snake(width), "conv1": wider}
        yield f"encoder.block.{number}", joined(block)
        width *= 2
    yield "encoder.snake1", _snake(width)
    yield "encoder.conv2", convolution(width, width, 3)


def _dac_decoder(ratios: Sequence[int], read: int, width: int) -> Iterator[tuple[str, Block]]:
    yield "decoder.conv1", convolution(read, width, 7)
    for number, ratio in enumerate(ratios):
        longer = transposed_convolution(width, width // 2, 2 * ratio)
        block = {"snake1": _snake(width), "conv_t1": longer, **_units(width // 2)}
        yield f"decoder.block.{number}", joined(block)
        width //= 2
    yield "decoder.snake1", _snake(width)
    yield "decoder.conv2", convolution(width, 1, 7)


FAMILIES = {
    "encodec": Family(encodec, BARE),
    "dac": Family(dac, BARE),
    "mimi": Family(mimi, BARE),
}
