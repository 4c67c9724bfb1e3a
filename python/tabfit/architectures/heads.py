"""The heads that many families share: output layers, classifiers, answers in a span.

In: a body and its keys. Out: an `Ending`.
"""

from __future__ import annotations

from collections.abc import Callable

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Body, Ending, Head, tied_to_table
from tabfit.model.blocks.block import placed
from tabfit.model.blocks.linear import linear
from tabfit.model.tensors import Role


def nothing(keys: Keys, body: Body) -> Ending:
    """Return no head: the class hands out hidden states."""
    del keys, body
    return Ending()


#: What has no head of its own.
BARE = {"Model": Head("", nothing)}


def output_layer(keys: Keys, body: Body) -> Ending:
    """Return a language model's output layer, shared with the token table where tied."""
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD)
    return Ending(tied_to_table(layer, "lm_head", body), body.vocabulary)


def output_layer_with_bias(keys: Keys, body: Body) -> Ending:
    """Return an output layer with a bias (GPT-J, Phi 1 and 2)."""
    del keys
    layer = linear(body.hidden, body.vocabulary, Role.HEAD, bias=True)
    return Ending(tied_to_table(layer, "lm_head", body), body.vocabulary)


def output_layer_biased_by(key: str) -> Callable[[Keys, Body], Ending]:
    """Return an output layer that has a bias where a key of the config says so."""

    def ending(keys: Keys, body: Body) -> Ending:
        return (output_layer_with_bias if keys.flag(key) else output_layer)(keys, body)

    return ending


def score(keys: Keys, body: Body) -> Ending:
    """Return a classifier of whole texts, without a bias."""
    labels = keys.labels()
    return Ending(placed("score", linear(body.hidden, labels, Role.HEAD)), labels)


def score_with_bias(keys: Keys, body: Body) -> Ending:
    """Return a classifier of tokens called `score`."""
    labels = keys.labels()
    return Ending(placed("score", linear(body.hidden, labels, Role.HEAD, bias=True)), labels)


def classifier(keys: Keys, body: Body) -> Ending:
    """Return a classifier called `classifier`, with a bias."""
    labels = keys.labels()
    return Ending(placed("classifier", linear(body.hidden, labels, Role.HEAD, bias=True)), labels)


def span(keys: Keys, body: Body) -> Ending:
    """Return the two scores of a span: where an answer starts and where it ends."""
    del keys
    return Ending(placed("qa_outputs", linear(body.hidden, 2, Role.HEAD, bias=True)), 2)


#: The classes transformers writes for most decoders.
DECODER_HEADS = {
    "ForCausalLM": Head("model", output_layer),
    "Model": Head("", nothing),
    "ForSequenceClassification": Head("model", score),
    "ForTokenClassification": Head("model", score_with_bias),
    "ForQuestionAnswering": Head("model", span),
}

#: The same, where the question-answering class calls its body `transformer`.
DECODER_HEADS_WITH_TRANSFORMER = {
    **DECODER_HEADS,
    "ForQuestionAnswering": Head("transformer", span),
}

#: The same, where the output layer has a bias.
LM_HEAD_WITH_BIAS = {**DECODER_HEADS, "ForCausalLM": Head("model", output_layer_with_bias)}
