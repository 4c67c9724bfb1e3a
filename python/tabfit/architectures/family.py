"""A family of models: a body that all its classes share, and the heads put on it.

In: the keys of a config and the class named in `architectures`. Out: an
`Architecture`, with tensors named as that class's state dict names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.tokenizers import tokenizer_of
from tabfit.architectures.transformers_defaults import facts_of, transformers_version
from tabfit.errors import Quoted, UnreadableConfig
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture, Kind, Tower
from tabfit.model.blocks.block import MOST_TENSORS, Block, placed
from tabfit.model.tensors import Part, Tensor, gather


@dataclass(frozen=True, slots=True)
class Asked:
    """What a body is built from: keys, the prefix of its names, and the head asked for.

    `at` is empty or ends in a dot.
    """

    keys: Keys
    at: str = ""
    head: str = ""

    def part(self, key: str, at: str, model_type: str | None = None) -> Asked:
        """Return the same question for a nested config whose tensors lie under `at`."""
        return Asked(self.keys.child(key, model_type), self.at + at, self.head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A base model: its tensors under full names, its towers, and what heads need to know.

    `hidden` is the width handed to the head, `table` the full name of the token
    table that an output layer may share, `tied` whether it does.
    """

    kind: Kind
    tensors: tuple[Tensor, ...]
    towers: tuple[Tower, ...]
    hidden: int
    vocabulary: int = 0
    table: str | None = None
    tied: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What a head adds behind the body, and how many numbers it answers with."""

    tensors: tuple[Tensor, ...] = ()
    outputs: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """One kind of class: where its body lies and what comes after it."""

    at: str
    ending: Callable[[Keys, Body], Ending]


@dataclass(frozen=True, slots=True)
class Family:
    """A model_type: its body, and a head for each ending of a class's name, usual one first."""

    body: Callable[[Asked], Body]
    heads: Mapping[str, Head]


def build(family: Family, keys: Keys, given: object) -> Architecture:
    """Return the architecture of one class of a family."""
    ending, name, notes = _chosen(family, keys.type, given)
    head = family.heads[ending]
    body = family.body(Asked(keys, f"{head.at}." if head.at else "", ending))
    answer = head.ending(keys, body)
    tensors = body.tensors + answer.tensors
    if len(tensors) > MOST_TENSORS:
        raise keys.fault(
            "num_hidden_layers",
            Message("and others make more than {most} tensors", most=MOST_TENSORS),
        )
    return Architecture(
        family=keys.type,
        head=name,
        kind=body.kind,
        inventory=gather(tensors),
        towers=body.towers,
        vocabulary=body.vocabulary,
        outputs=answer.outputs,
        notes=notes + body.notes,
        tokenizer=tokenizer_of(keys.type, body.vocabulary),
    )


def _chosen(family: Family, model_type: str, given: object) -> tuple[str, str, tuple[str, ...]]:
    """Return the head's ending, the class's name, and what the reader must know about it."""
    classes = facts_of(model_type).classes
    usual = next(iter(family.heads))
    if given is None:
        known = next((name for name in classes if name.endswith(usual)), usual)
        return usual, known, (f"architectures is missing; read as {known}",)
    name = _first_class(given)
    ending = _ending(family, name)
    stem = name.removesuffix(ending or "")
    strange = re.search(r"For[A-Z]|Head|With[A-Z]", stem) is not None
    if ending is None or (name not in classes and strange):
        accepted = [known for known in classes if _ending(family, known)]
        raise UnreadableConfig(
            "architectures",
            Message(
                "names {name}; for {model_type} these are accepted: {known}",
                name=Quoted(name),
                model_type=model_type,
                known=", ".join(accepted),
            ),
        )
    if name in classes or not classes:
        return ending, name, ()
    version = transformers_version()
    return ending, name, (f"{name} is no class of transformers {version}; read as {model_type}",)


def _first_class(given: object) -> str:
    if isinstance(given, (list, tuple)) and given and isinstance(given[0], str):
        return given[0]
    raise UnreadableConfig(
        "architectures",
        Message("is {given}; a list with a class name is needed", given=Quoted(given)),
    )


def _ending(family: Family, name: str) -> str | None:
    fitting = [ending for ending in family.heads if name.endswith(ending)]
    return max(fitting, key=len, default=None)


def tied_to_table(
    block: Block, at: str, body: Body, part: Part = Part.DECODER
) -> tuple[Tensor, ...]:
    """Return a head whose weight shares the token table's storage where the body says so."""
    tensors = placed(at, block, part)
    if not body.tied or body.table is None:
        return tensors
    weight = tensors[0]
    shared = Tensor(
        name=weight.name, shape=weight.shape, role=weight.role, part=part, tied_to=body.table
    )
    return (shared, *tensors[1:])
