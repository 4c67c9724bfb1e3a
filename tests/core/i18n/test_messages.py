"""Every sentence of the page is in every language: extracted, translated, with its places kept."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from tabfit.catalog.reader import devices
from tabfit.learn import accuracy_figures
from tools import messages

ROOT = Path(__file__).resolve().parents[3]
VIEWS = sorted((ROOT / "app").rglob("*.py"))

# What makes HTML of its children, and the attributes that a reader hears.
MAKERS = {"tag", "sentence", "joined"}
HEARD = {"aria_label", "label", "title", "placeholder", "alt", "aria_description", "data_copied"}


@cache
def extracted() -> Catalog:
    """Return every message of the sources."""
    return messages.extracted()


@cache
def catalogue(code: str) -> Catalog:
    """Return a language's catalogue."""
    return messages.read(code)


def forms(message: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return a message's forms: one, or those of a plural."""
    return (message,) if isinstance(message, str) else tuple(message or ())


def places(text: str) -> set[str]:
    """Return the names of a message's places."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _id(message: Message) -> str | tuple[str, ...]:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def wanted() -> list[str | tuple[str, ...]]:
    """Return the sources' messages in English."""
    return [_id(message) for message in extracted() if message.id]


@pytest.mark.parametrize("code", messages.OTHERS)
def test_every_message_is_translated(code: str) -> None:
    """Every message of the sources is in the catalogue, said, and by nobody guessed."""
    found = catalogue(code)
    untold = []
    for message in wanted():
        entry = found.get(message)
        if entry is None or entry.fuzzy or not all(forms(entry.string) or ("",)):
            untold.append(message)
    assert not untold


@pytest.mark.parametrize("code", messages.OTHERS)
def test_nothing_is_left_over(code: str) -> None:
    """No catalogue holds a message that the sources no longer have."""
    assert {_id(entry) for entry in catalogue(code) if entry.id} <= set(wanted())


@pytest.mark.parametrize("code", messages.OTHERS)
def test_places_are_kept(code: str) -> None:
    """A translation fills the same places as its English; a plural may leave out the count."""
    strange = []
    for entry in catalogue(code):
        if not entry.id:
            continue
        english = set().union(*map(places, forms(entry.id)))
        for said in filter(None, forms(entry.string)):
            missing = english - places(said)
            if places(said) - english or missing - ({"count"} if entry.pluralizable else set()):
                strange.append((entry.id, said))
    assert not strange


@pytest.mark.parametrize("code", messages.OTHERS)
def test_plural_forms(code: str) -> None:
    """A plural has as many forms as its language counts."""
    found = catalogue(code)
    plurals = [entry for entry in found if entry.pluralizable and any(forms(entry.string))]
    assert all(len(forms(entry.string)) == found.num_plurals for entry in plurals)


def test_what_data_says_is_gathered() -> None:
    """Devices' classes in the catalogue and reasons to leave reports out are among the messages."""
    named = {row.title for row in devices() if row.generic}
    assert named <= set(wanted())
    assert {why for why, _count in accuracy_figures.read().left_out} <= set(wanted())


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_nothing_bypasses_the_catalogue(path: Path) -> None:
    """No words stand in HTML or in what a reader hears unless `_` or its like says them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [f"{path.name}:{line}: {text}" for line, text in bare(tree)]


def bare(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the literals with letters that are put into HTML as they are."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in MAKERS and not named(node):
            skipped = 1 if node.func.id == "tag" else 0
            children = [*node.args[skipped:], *(k.value for k in node.keywords if says(node, k))]
            for child in children:
                yield from literals(child)


def named(call: ast.Call) -> bool:
    """Return whether an element holds a name or code, the same in every language."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and first.value in ("cite", "code")


def says(call: ast.Call, keyword: ast.keyword) -> bool:
    """Return whether an attribute is read aloud, or a place of a sentence is shown."""
    return isinstance(call.func, ast.Name) and (
        keyword.arg in HEARD if call.func.id == "tag" else True
    )


def literals(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield a child's own literals that have letters; calls inside it are judged by themselves."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if any(letter.isalpha() for letter in node.value):
            yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from literals(part)
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif isinstance(node, (ast.List, ast.Tuple)):
        for each in node.elts:
            yield from literals(each)
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.ListComp):
        yield from literals(node.elt)
