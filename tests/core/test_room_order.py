"""The import graph: modules import only from those before them, and one knows the browser."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from tabfit.architectures import FAMILIES
from tabfit.catalog import read
from tabfit.recipes import one_bit
from tabfit.runtimes import module_of, names

ROOT = Path(__file__).resolve().parents[2]

# The rooms, in the order of the question. A new module goes into the room it belongs to.
ORDER = (
    "light_dataclass", "units", "hub_names", "i18n", "formula", "errors",
    "model", "storage", "architectures", "recipes", "headers", "hub", "sources",
    "devices", "runtimes", "training", "catalog", "verdict", "estimate", "snippets",
    "compare", "gate", "population", "limits", "explain", "shrink", "workbench", "learn", "api",
    "cli", "__main__",
)  # fmt: skip

#: The page's, likewise: what a module of it imports lies before it.
APP_ORDER = (
    "browser", "qr_code", "site_pages", "site_data", "components", "request_reply", "device_here",
    "model_import", "pages", "first_verdict", "document", "render_page", "respond", "prerender",
    "answering", "worker",
)  # fmt: skip
#: And parts of pages within `components`; what lies in no folder comes before the folders.
COMPONENTS_ORDER = ("charts", "forms", "models", "device", "verdict")

BROWSER = {"js", "pyodide", "pyodide_js", "pyscript", "micropip"}
NEEDED = {
    "tabfit.cli.commands.completion": {"shtab"},
    "tabfit.cli.commands.mcp": {"mcp"},
    "tabfit.sources.hub_token": {"huggingface_hub"},
    "tabfit.compare.verdict_grid.table": {"numpy"},
    "tabfit.compare.verdict_grid.judging": {"numpy"},
    "tabfit.gate.many_devices.vectorized_verdicts": {"numpy"},
    "tabfit.gate.many_devices.signal_columns": {"numpy"},
    "tabfit.gate.many_devices.alike_devices": {"numpy"},
    "tabfit.population.coverage.many_visits": {"numpy"},
    "tabfit.population.visits.lines_by_column": {"numpy"},
    "tabfit.population.visits.plain_lines": {"numpy"},
    "tabfit.population.visits.visit_columns": {"numpy"},
    "app.qr_code": {"segno"},
    "tabfit.cli.commands.gate": {"sqlglot"},
    "tabfit.population.visits.parquet_visits": {"duckdb"},
}  # installed when first used


def modules(package: str) -> dict[str, Path]:
    """Return every module of a package by its dotted name."""
    folder = ROOT / ("python" if package == "tabfit" else "") / package
    names = {
        ".".join((package, *path.relative_to(folder).with_suffix("").parts)): path
        for path in sorted(folder.rglob("*.py"))
    }
    return {name.removesuffix(".__init__"): path for name, path in names.items()}


MODULES = {**modules("tabfit"), **modules("app")}


@cache
def imported(name: str) -> frozenset[str]:
    """Return the dotted names that a module imports, wherever in it the import stands."""
    return frozenset(_imported(ast.parse(MODULES[name].read_text(encoding="utf-8"))))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = [f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names]
            yield from (path if path in MODULES else path.rpartition(".")[0] for path in whole)


def roots(name: str) -> set[str]:
    """Return the top-level packages that a module imports."""
    return {other.partition(".")[0] for other in imported(name)}


def step(name: str) -> str:
    """Return the room a module lies in: `model` for `tabfit.model.tensors`."""
    return name.split(".")[1] if "." in name else ""


def test_packages_say_what_they_hold() -> None:
    """What goes in, what comes out, what is imported, and every module by its name."""
    for name, path in MODULES.items():
        if path.name != "__init__.py" or name in ("tabfit", "app.pages"):
            continue  # the public face; the list of pages
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        inside = {each.rpartition(".")[2] for each in MODULES if each.rpartition(".")[0] == name}
        assert {"In:", "Out:", "Imports"} <= set(said.split()), name
        assert inside <= set(re.findall(r"\w+", said)), name


def test_packages_import_what_they_say() -> None:
    """A room that another's page names as imported is imported by it."""
    for name, path in MODULES.items():
        if path.name != "__init__.py" or name in ("tabfit", "app.pages"):
            continue
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        named = re.findall(
            r"`(?:tabfit\.)?(\w+)`",
            said.rpartition("Imports")[2].partition(".\n")[0].partition(". ")[0],
        )
        inside = [each for each in MODULES if f"{each}.".startswith(f"{name}.")]
        rooms = {other.split(".")[1] for each in inside for other in imported(each) if "." in other}
        assert {*named} & {*ORDER} <= rooms, name


def test_placed() -> None:
    """Every module has its place in the order of the steps."""
    assert {step(name) for name in modules("tabfit")} - {""} <= set(ORDER)


def test_order() -> None:
    """A module imports only from its own step and the steps before it."""
    upward = [
        f"{name} imports {other}"
        for name in modules("tabfit")
        for other in imported(name)
        if step(name) and other.startswith("tabfit.") and step(name) != step(other)
        if ORDER.index(step(other)) > ORDER.index(step(name))
    ]
    assert not upward


def test_the_page_has_its_order_too() -> None:
    """A module of the page imports only from its own room and those before it; so do parts."""
    assert {step(name) for name in modules("app")} - {""} == set(APP_ORDER)
    upward = [
        f"{name} imports {other}"
        for name in modules("app")
        for other in imported(name)
        if step(name) and other.startswith("app.") and _is_after(step(other), step(name), APP_ORDER)
    ]
    assert not upward
    folders = {name: name.split(".")[2:-1] for name in modules("app") if ".components." in name}
    assert not [
        f"{name} imports {other}"
        for name, inside in folders.items()
        for other in imported(name)
        if (there := folders.get(other))
        and (not inside or _is_after(there[0], inside[0], COMPONENTS_ORDER))
    ]


def _is_after(room: str, other: str, order: tuple[str, ...]) -> bool:
    return order.index(room) > order.index(other)


def test_acyclic() -> None:
    """No module imports itself by way of others; a package gathers what lies in it."""
    graph = {
        name: {other for other in imported(name) & {*MODULES} if not name.startswith(f"{other}.")}
        for name in MODULES
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_browser() -> None:
    """Only the page's one door imports the browser."""
    assert {name for name in MODULES if roots(name) & BROWSER} == {"app.browser.bridge"}


def test_nothing_else() -> None:
    """The core needs nothing but Python; the page only the core beside it."""
    beside = {
        name: roots(name) - sys.stdlib_module_names - BROWSER - {name.partition(".")[0]}
        for name in MODULES
    }
    found = {name: others for name, others in beside.items() if others}
    core = {name: others for name, others in found.items() if name.startswith("tabfit")}
    assert all(others <= NEEDED.get(name, set()) for name, others in core.items()), core
    page = {name: others for name, others in found.items() if name.startswith("app")}
    assert all(others <= {"tabfit", *NEEDED.get(name, ())} for name, others in page.items()), page


def _compared(path: Path) -> set[str]:
    """Return the texts that a module compares something with, in an expression or a `case`."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    told = [node for node in nodes if isinstance(node, ast.Compare | ast.MatchValue)]
    sides = [each for node in told for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return {each.value for each in sides if isinstance(each.value, str)}


def test_runtimes_are_told_apart_by_what_they_are() -> None:
    """Outside `runtimes/`, no name of a runtime is compared with; its row or class says the rest.

    A file format may be called as the one runtime that reads it.
    """
    formats = {form for facts in read().runtimes for form in facts.formats}
    told = {
        name: _compared(path) & {*names()} - formats
        for name, path in MODULES.items()
        if not name.startswith("tabfit.runtimes")
    }
    assert not {name: found for name, found in told.items() if found}


def _said(path: Path) -> set[str]:
    """Return the texts that stand in a module."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_a_runtime_is_named_in_two_files() -> None:
    """Its own module and its row; who writes the code that loads it is called as it is.

    A file format may be called as the one runtime that reads it.
    """
    formats = {form for facts in read().runtimes for form in facts.formats}
    said = {module: _said(path) for module, path in modules("tabfit").items()}
    told = {facts.id for facts in read().runtimes if not facts.hypothetical}
    for runtime in told - formats:
        found = {module for module in said if runtime in said[module]}
        assert found == {module_of(runtime, "tabfit.runtimes").__name__}, runtime


#: GGUF has words of its own for families; two modules say them as a config.json does.
GGUF_WORDS = "tabfit.headers.gguf."


def test_model_types_are_told_apart_by_what_they_are() -> None:
    """Outside `architectures/`, none is compared with; `conversions` has facts by their names."""
    others = {n: path for n, path in MODULES.items() if not n.startswith("tabfit.architectures")}
    told = {name: _compared(path) & {*FAMILIES} for name, path in others.items()}
    assert not {name: found for name, found in told.items() if found}
    assert not {name: found for name, path in others.items() if (found := _by_beginning(path))}
    assert not {name: found for name, path in others.items() if (found := _by_family(path))}


def test_no_table_names_model_types() -> None:
    """Sets, lists and keys outside `architectures/` hold none, under whatever name they go.

    A way to store weights may be called as the family that is stored so.
    """
    others = {
        name: path
        for name, path in modules("tabfit").items()
        if not name.startswith(("tabfit.architectures", GGUF_WORDS))
    }
    types = {*FAMILIES} - {*one_bit._ALIASES}
    told = {name: found for name, path in others.items() if (found := _listed(path) & types)}
    assert told == {}


#: What an architecture's family is asked of.
HOLDERS = {"architecture", "about", "subject", "shape"}
LOOK_UPS = {"get", "pop", "index", "count", "__contains__"}


def _by_family(path: Path) -> list[str]:
    """Return where an architecture's family is looked up, or compared with what is no row's."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Subscript):
            sides = [node.value, node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            sides = [node.func.value, *node.args] if node.func.attr in LOOK_UPS else []
        if any(map(_is_family, sides)):
            found += [ast.unparse(node)]
    return [each for each in found if "facts." not in each]


def _is_family(node: ast.expr) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr != "family":
        return False
    holder = node.value
    return (holder.attr if isinstance(holder, ast.Attribute) else ast.unparse(holder)) in HOLDERS


def _listed(path: Path) -> set[str]:
    """Return the texts that stand in sets, lists, tuples and as keys."""
    held: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Set | ast.List | ast.Tuple):
            held += node.elts
        elif isinstance(node, ast.Dict):
            held += node.keys
    texts = (each.value for each in held if isinstance(each, ast.Constant))
    return {text for text in texts if isinstance(text, str)}


KEY = "model_type"


def _by_beginning(path: Path) -> list[str]:
    """Return where a family's name is asked how it begins or ends, or if it is one in a name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = ("family.startswith", "family.endswith", "model_type.startswith", "model_type.endswith")
    parts = [ast.unparse(call.func) for call in _calls(path)]
    alone = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and node.value.value in FAMILIES
    }
    compared = [
        side.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and ("family" in (said := ast.unparse(node)) or KEY in said)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Name) and side.id in alone
    ]
    return [part for part in parts if part.endswith(asked)] + compared


def test_the_catalogue_is_passed() -> None:
    """Nothing of the core opens a catalogue for itself but what programs and people ask."""
    opened = ("Catalog()", "catalog.read()")
    found = {
        name
        for name, path in modules("tabfit").items()
        if any(ast.unparse(node) in opened for node in _calls(path))
    }
    assert {step(name) for name in found} <= {"catalog", "api", "cli"}


def _calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_the_drawing_is_up_to_date() -> None:
    """docs/architecture.svg shows these rooms in this order; `make architecture` draws it anew."""
    from tools import room_diagram  # noqa: PLC0415 - it takes the order from here

    assert room_diagram.TARGET.read_text(encoding="utf-8") == room_diagram.drawn()


def test_every_room_says_what_goes_in_and_out() -> None:
    """A room's docstring says what goes in and what comes out, and what it imports."""
    rooms = {name: path for name, path in modules("tabfit").items() if name.count(".") == 1}
    texts = {
        name: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for name, path in rooms.items()
        if path.name == "__init__.py"
    }
    silent = [name for name, text in texts.items() if not ("In: " in text and "Import" in text)]
    assert silent == []


def test_no_two_classes_share_a_name() -> None:
    """A name means one thing, whichever room it is read in, and be it for that room alone."""
    places: dict[str, list[str]] = {}
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name)
    assert len(places) > 200
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
