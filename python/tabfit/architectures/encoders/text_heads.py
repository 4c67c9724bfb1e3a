"""The heads of text encoders: hidden words guessed, texts and tokens labelled.

In: a body and its keys. Out: an `Ending`, every tensor of it in the encoder.
"""

from __future__ import annotations

from collections.abc import Callable

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Body, Ending, Head, tied_to_table
from tabfit.architectures.heads import nothing
from tabfit.model.blocks.block import Block, joined, placed, tensors_of
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.tensors import Part, Role, Tensor


def at_end(at: str, block: Block, outputs: int) -> Ending:
    """Return one block under a name as an encoder's head."""
    return Ending(placed(at, block, Part.ENCODER), outputs)


def labels_of(keys: Keys, body: Body) -> Ending:
    """Return a score for each of the config's labels."""
    labels = keys.labels()
    return at_end("classifier", linear(body.hidden, labels, Role.HEAD, bias=True), labels)


def labelled_span(keys: Keys, body: Body) -> Ending:
    """Return a span head as wide as the config's labels (two unless said otherwise)."""
    labels = keys.labels()
    return at_end("qa_outputs", linear(body.hidden, labels, Role.HEAD, bias=True), labels)


def one_score(keys: Keys, body: Body) -> Ending:
    """Return one score per choice."""
    del keys
    return at_end("classifier", linear(body.hidden, 1, Role.HEAD, bias=True), 1)


def first_token_classifier(keys: Keys, body: Body) -> Ending:
    """Return RoBERTa's classifier: one more layer on the first token, then the labels."""
    labels = keys.labels()
    parts = {
        "dense": linear(body.hidden, body.hidden, Role.HEAD, bias=True),
        "out_proj": linear(body.hidden, labels, Role.HEAD, bias=True),
    }
    return at_end("classifier", joined(parts), labels)


def next_sentence(keys: Keys, body: Body) -> Ending:
    """Return the two scores of whether one sentence follows another."""
    del keys
    return at_end("cls.seq_relationship", linear(body.hidden, 2, Role.HEAD, bias=True), 2)


def transform(hidden: int, width: int, *, normed: str = "LayerNorm") -> Block:
    """Return what comes before the token table is used again: a layer and a norm."""
    return joined(
        {
            "dense": linear(hidden, width, Role.HEAD, bias=True),
            normed: norm(width, bias=True),
        }
    )


def words_again(
    at: str, before: Block, body: Body, *, width: int | None = None, between: str = ""
) -> Ending:
    """Return a masked-word head: `before`, the token table again, and one bias under two names.

    `width` is the table's where it is not the body's, `between` the name under
    which `before` lies.
    """
    rows = linear(body.hidden if width is None else width, body.vocabulary, Role.HEAD)
    bias = _offset(f"{at}.bias", body.vocabulary, None)
    again = _offset(f"{at}.decoder.bias", body.vocabulary, bias.name if body.tied else None)
    return Ending(
        tensors_of(
            (bias,),
            placed(f"{at}.{between}" if between else at, before, Part.ENCODER),
            tied_to_table(rows, f"{at}.decoder", body, Part.ENCODER),
            (again,),
        ),
        body.vocabulary,
    )


def _offset(name: str, rows: int, tied_to: str | None) -> Tensor:
    return Tensor(
        name=name, shape=(rows,), role=Role.HEAD, part=Part.ENCODER, bias=True, tied_to=tied_to
    )


def masked_words(keys: Keys, body: Body) -> Ending:
    """Return BERT's masked-word head."""
    del keys
    before = transform(body.hidden, body.hidden)
    return words_again("cls.predictions", before, body, between="transform")


def roberta_words(keys: Keys, body: Body) -> Ending:
    """Return RoBERTa's masked-word head."""
    del keys
    return words_again("lm_head", transform(body.hidden, body.hidden, normed="layer_norm"), body)


def words_and_sentence(keys: Keys, body: Body) -> Ending:
    """Return both heads that BERT was pretrained with."""
    words = masked_words(keys, body)
    return Ending(words.tensors + next_sentence(keys, body).tensors, words.outputs)


def common_heads(at: str, whole_text: Callable[[Keys, Body], Ending]) -> dict[str, Head]:
    """Return the classes that nearly every encoder has, with its own classifier of texts."""
    return {
        "Model": Head("", nothing),
        "ForSequenceClassification": Head(at, whole_text),
        "ForMultipleChoice": Head(at, one_score),
        "ForTokenClassification": Head(at, labels_of),
        "ForQuestionAnswering": Head(at, labelled_span),
    }
