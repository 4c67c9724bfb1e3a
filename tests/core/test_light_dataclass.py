"""Values are what the library's frozen dataclasses are."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tabfit import light_dataclass

ROOT = Path(__file__).resolve().parents[2]
Maker = Callable[..., Any]


def classes(make: Maker) -> dict[str, Any]:
    """Return one class of each sort that the project writes."""

    @make(frozen=True, slots=True)
    class Point:
        across: int
        up: int = 2

        def __post_init__(self) -> None:
            if self.across < 0:
                raise ValueError(self.across)

    @make(frozen=True, slots=True, kw_only=True)
    class Named:
        first: str = "one"
        second: tuple[int, ...]

        @property
        def both(self) -> str:
            return f"{self.first} {self.second}"

    @make(frozen=True)
    class Open:
        held: object

    @make(frozen=True, kw_only=True)
    class Longer(Open):
        more: int = 1
        held: object = "nothing"

        @cached_property
        def twice(self) -> int:
            return 2 * self.more

    @make(frozen=True, eq=False)
    class Itself:
        held: object

    @make(frozen=True)
    class Mapped:
        held: object = MappingProxyType({1: 2}) if make is light_dataclass.dataclass else None

    kinds = (Point, Named, Open, Longer, Itself, Mapped)
    return {each.__name__: each for each in kinds}


LIBRARY, OWN = classes(dataclasses.dataclass), classes(light_dataclass.dataclass)

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Point", (1,), {}),
    ("Point", (1, 3), {}),
    ("Point", (), {"up": 4, "across": 5}),
    ("Point", (), {}),
    ("Point", (-1,), {}),
    ("Point", (1, 2, 3), {}),
    ("Point", (1,), {"down": 1}),
    ("Named", (), {"second": (1, 2)}),
    ("Named", (), {"second": (), "first": "two"}),
    ("Named", ("one",), {"second": ()}),
    ("Named", (), {}),
    ("Open", ("anything",), {}),
    ("Open", ([],), {}),
    ("Longer", (), {}),
    ("Longer", (), {"held": 3, "more": 2}),
    ("Longer", (3,), {}),
]


def outcome(act: Callable[[], object]) -> object:
    """Return what an act gives, or the kind of error that it raises."""
    try:
        return act()
    except (TypeError, ValueError) as error:
        return type(error)


@pytest.mark.parametrize(("name", "given", "named"), CALLS)
def test_a_value_is_made_shown_and_refused_as_by_the_library(
    name: str, given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    """The same arguments make the same value or raise the same kind of error."""
    theirs, ours = (
        outcome(lambda kinds=kinds: kinds[name](*given, **named))  # type: ignore[misc]
        for kinds in (LIBRARY, OWN)
    )

    if isinstance(theirs, type):
        assert ours is theirs
    else:
        assert repr(ours) == repr(theirs).rpartition("<locals>.")[2]
        again = OWN[name](*given, **named)
        assert ours == again
        assert outcome(lambda: hash(ours)) == outcome(lambda: hash(again))
        assert (outcome(lambda: hash(ours)) is TypeError) == (
            outcome(lambda: hash(theirs)) is TypeError
        )
        assert ours != theirs


@pytest.mark.parametrize("kinds", [LIBRARY, OWN])
def test_a_value_never_changes(kinds: dict[str, Any]) -> None:
    """Fields are neither set nor deleted, and a value with slots takes no others."""
    point = kinds["Point"](1)

    for name in ("across", "other"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(point, name, 7)
        with pytest.raises((AttributeError, TypeError)):
            delattr(point, name)
    assert not hasattr(point, "__dict__")
    assert hasattr(kinds["Open"](1), "__dict__")


@pytest.mark.parametrize("change", [light_dataclass.replace, dataclasses.replace])
def test_a_value_with_some_fields_changed_is_another(change: Callable[..., Any]) -> None:
    """Both ways of changing fields give a new value and keep what it refuses."""
    point = OWN["Point"](1, 3)

    assert change(point, up=5) == OWN["Point"](1, 5)
    assert change(OWN["Named"](second=()), second=(1,)).both == "one (1,)"
    assert point == OWN["Point"](1, 3)
    with pytest.raises(ValueError, match="-1"):
        change(point, across=-1)
    with pytest.raises(TypeError):
        change(point, down=1)


@pytest.mark.parametrize("kinds", [LIBRARY, OWN])
def test_a_value_extends_another_or_is_equal_to_itself_alone(kinds: dict[str, Any]) -> None:
    """A class has the fields of the one it extends; without `eq` two values are never equal."""
    longer = kinds["Longer"](held=3, more=2)

    assert isinstance(longer, kinds["Open"])
    assert (longer.held, longer.more, longer.twice, longer.twice) == (3, 2, 4, 4)
    assert longer == kinds["Longer"](more=2, held=3) != kinds["Longer"](held=3)
    assert kinds["Itself"](1) != kinds["Itself"](1)
    assert len({kinds["Itself"](1), kinds["Itself"](1)}) == 2


def test_the_library_reads_values_as_its_own() -> None:
    """`fields` and `asdict` serve who wants them."""
    assert dataclasses.asdict(OWN["Longer"](held=3)) == {"held": 3, "more": 1}
    assert dataclasses.replace(OWN["Mapped"]()).held == {1: 2}
    assert [each.name for each in dataclasses.fields(OWN["Named"])] == ["first", "second"]
    assert dataclasses.asdict(OWN["Point"](1)) == {"across": 1, "up": 2}


def test_values_are_matched_by_their_fields() -> None:
    """A case may name fields in their order, or by name where they are keyword-only."""
    for kinds in (LIBRARY, OWN):
        assert kinds["Point"].__match_args__ == ("across", "up")
        assert kinds["Named"].__match_args__ == ()


def test_what_changes_is_left_to_the_library() -> None:
    """A class that is not frozen is refused where it is written."""
    with pytest.raises(TypeError, match="not frozen"):
        light_dataclass.dataclass(frozen=False)(type("Loose", (), {"__annotations__": {}}))


def test_inspecting_a_config_imports_no_slow_library() -> None:
    """What `inspect config.json` runs on stays clear of libraries that take long to import."""
    slow = {"argparse", "dataclasses", "inspect", "pathlib", "urllib", "importlib.resources"}
    script = (
        "import sys\n"
        "from tabfit.cli.start import main\n"
        "assert main(['inspect', sys.argv[1], '--json']) == 0\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)\n"
    )
    config = str(ROOT / "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json")
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, config],
        env={"PYTHONPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert slow.isdisjoint(done.stderr.split())


@pytest.mark.parametrize("folder", ["python/tabfit", "app"])
def test_every_value_is_made_by_one_decorator(folder: str) -> None:
    """The library's is left to values that need what the light one leaves out."""
    wrong = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.name != "light_dataclass.py" and _needs_no_library(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def _needs_no_library(text: str) -> bool:
    """Return whether a module takes the library's decorator for frozen values alone."""
    if "from dataclasses import" not in text:
        return False
    made = [line for line in text.splitlines() if line.strip().startswith("@dataclass")]
    return bool(made) and all("frozen=True" in line for line in made) and "= field(" not in text
