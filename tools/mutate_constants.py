"""Change every constant that decides a verdict, and see that a unit test notices.

    python -m tools.mutate_constants [--only TEXT] [--jobs 2] [--list]

Constants are found where they stand, none is listed by hand: the numbers, truths and names of
constants of modules and classes, those inside functions, and what the rows of `runtimes.json`
need. Each number is halved and doubled, each end of an interval on its own; a chance is moved by a
tenth either way, an order of ranks swapped, a truth flipped, a name left out of a collection or a
table, or another put into a comparison. The figures that `make budgets` and
`tools/browser_features.mjs` write are data and left alone.

Each mutant is tried in a process of its own, forked before anything of this project is imported,
by tests that stop at the first failure: those named after its module, then the worked examples of
its room (`test_boundaries.py`), then all of the room's. Tests that compare generated documents
are left out. Exit status 1 when a mutant survives, or when the tests fail
without one.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import io
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator
from copy import deepcopy
from difflib import unified_diff
from functools import partial
from importlib.machinery import SourceFileLoader
from itertools import chain, islice
from pathlib import Path
from types import CodeType
from typing import Any, Final, NamedTuple, TypeGuard, cast

import hypothesis  # noqa: F401 - what every trial would import again
import jsonschema  # noqa: F401
import numpy  # noqa: F401, ICN001
import pytest

ROOT: Final = Path(__file__).parents[1]
CORE: Final = ROOT / "python" / "tabfit"
RUNTIME_ROWS: Final = CORE / "catalog" / "runtimes.json"
FEATURE_ROWS: Final = CORE / "devices" / "browser_features.json"

#: Where constants are looked for, and the tests that must notice, the nearest first.
ROOMS: Final = {
    "devices": ("tests/core/devices", "tests/core/verdict", "tests/core/estimate"),
    "runtimes": ("tests/core/runtimes", "tests/runtimes/test_measured.py", "tests/core/verdict"),
    "verdict": ("tests/core/verdict", "tests/core/estimate"),
    "estimate": ("tests/core/estimate", "tests/core/verdict"),
    "recipes": ("tests/core/recipes/test_listed_sizes.py", "tests/core/estimate"),
    "catalog": ("tests/core/devices", "tests/core/verdict", "tests/core/runtimes"),
}
#: The modules that hold constants; the catalogue's stand in its rows. Of recipes one decides what
#: counts as known, and the others lay files out, which published files judge (`make accuracy`).
OF_PYTHON: Final = {
    **dict.fromkeys(("devices", "runtimes", "verdict", "estimate"), "*.py"),
    "recipes": "listed_sizes.py",
}


def worked_examples(place: str) -> str:
    """Return the table of worked examples of a place of tests: in its folder, or itself."""
    return place if place.endswith(".py") else f"{place}/test_boundaries.py"


#: The tables of worked examples that are tried before anything else.
BOUNDARIES: Final = {
    room: tuple(table for place in places if (ROOT / (table := worked_examples(place))).is_file())
    for room, places in ROOMS.items()
}
#: Modules of these rooms in which nothing decides a verdict: what is said, read or addressed.
BESIDE: Final = {
    *("answers.py", "imported_model.py", "labels.py", "link.py"),
    *("answer_json.py", "subjects.py"),
}
#: Tests that are no unit tests: they measure in a real browser, ask for packages, take seconds.
LEFT_OUT: Final = " and ".join(
    f"not {each}"
    for each in ("measured_now", "packages_say", "comparison_knows_the_past", "reports_that_died")
)
#: How a trial ends that went wrong itself.
ILL: Final = 99
#: Seconds of computing after which a mutant counts as noticed: it hangs. Not seconds of a clock,
#: by which a trial on a busy machine would hang too.
PATIENCE: Final = 300
_UNBOUND: Final = "it asks for no WebGPU, so that nothing is bound"
#: Changes of which nobody sees anything, by how their titles begin, and why.
UNSEEN: Final = {
    "estimate/published_files.py: KEPT": "how many answers are kept at hand changes time alone",
    "runtimes/ideal.py: Ideal.splits_bindings": _UNBOUND,
    "runtimes/prompt_api.py: PromptApi.splits_bindings": _UNBOUND,
    "verdict/check_kinds/kind.py: Limit.near a tenth more": "what is near lies within the limit",
}
#: Numbers in functions that count or turn units and could be no other.
PLAIN: Final = {0, 1, 2, *(10**power for power in range(1, 10))}


class Mutant(NamedTuple):
    """One change: to which file, of which constant, what was done, and how to get the new text."""

    path: Path
    name: str
    change: str
    text: Callable[[], str]

    @property
    def title(self) -> str:
        """Return where it is and what was done, in one line."""
        return f"{self.path.relative_to(CORE)}: {self.name} {self.change}"


class Change(NamedTuple):
    """What can be done to a constant: its name, the words for it, and doing it to the tree."""

    name: str
    words: str
    make: Callable[[], object]


# What may be done with one expression


def is_number(node: ast.AST) -> TypeGuard[ast.Constant]:
    """Return whether a node is a number as written, truths apart."""
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def is_text(node: ast.AST | None) -> TypeGuard[ast.Constant]:
    """Return whether a node is a text as written."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_name(node: ast.AST | None) -> bool:
    """Return whether a node names something: a text, a constant, a member of an enumeration."""
    return is_text(node) or isinstance(node, ast.Name | ast.Attribute)


def set_all(nodes: list[ast.Constant], value: object) -> None:
    """Put a value into constants."""
    for node in nodes:
        node.value = value  # type: ignore[assignment]


def scaled(node: ast.Constant) -> Iterator[tuple[str, float]]:
    """Yield a number halved and doubled, whole ones staying whole, where that changes it."""
    number = cast("float", node.value)
    for words, other in (
        ("halved", number // 2 if isinstance(number, int) else number / 2),
        ("doubled", number * 2),
    ):
        if other != number:
            yield words, other


def moved(node: ast.Constant) -> Iterator[tuple[str, float]]:
    """Yield a chance a tenth away on either side, not below nought."""
    for words, by in (("a tenth more", 0.1), ("a tenth less", -0.1)):
        yield words, max(0.0, round(cast("float", node.value) + by, 6))


def of_number(name: str, node: ast.Constant) -> Iterator[Change]:
    """Yield the changes of a number that stands alone."""
    chance = type(node.value) is float and 0 < node.value <= 1
    for words, other in (moved if chance else scaled)(node):
        yield Change(name, words, partial(set_all, [node], other))


def of_numbers(name: str, numbers: list[ast.Constant]) -> Iterator[Change]:
    """Yield the changes of numbers side by side: each alone, or one number written several times.

    Nought, which has no half and no double, becomes half of the largest.
    """
    largest = max(cast("float", each.value) for each in numbers)
    if len({each.value for each in numbers}) == 1:
        for words, other in scaled(numbers[0]):
            yield Change(name, words, partial(set_all, numbers, other))
        return
    for at, node in enumerate(numbers):
        for words, other in scaled(node) if node.value else (("raised", largest / 2),):
            yield Change(f"{name}[{at}]", words, partial(set_all, [node], other))


def of_order(name: str, values: list[ast.expr]) -> Iterator[Change]:
    """Yield the ranks with each two neighbours swapped."""

    def swap(at: int) -> None:
        values[at], values[at + 1] = values[at + 1], values[at]

    for at in range(len(values) - 1):
        yield Change(name, f"rank {at} and {at + 1} swapped", partial(swap, at))


def of_names(name: str, *columns: list[Any]) -> Iterator[Change]:
    """Yield names with each left out, and what stands beside it in other columns."""

    def leave_out(at: int) -> None:
        for column in columns:
            del column[at]

    for at, node in enumerate(columns[0]):
        if is_name(node):
            yield Change(name, f"without {ast.unparse(node)}", partial(leave_out, at))


def renamed(name: str, node: ast.AST | None) -> Iterator[Change]:
    """Yield a name with another in its place; a sentence is no name."""
    if is_text(node) and re.fullmatch(r"[a-z][\w-]*", cast("str", node.value)):
        yield Change(
            name, f"{node.value!r} renamed", partial(set_all, [node], f"no-{node.value!s}")
        )


# Where constants are


def is_order(values: list[ast.expr]) -> bool:
    """Return whether numbers are ranks, of which the order alone matters.

    Some lie below zero, or they count from 0 on.
    """
    counted = [each.value for each in values if is_number(each)] == list(range(len(values)))
    return len(values) > 1 and (counted or any(isinstance(each, ast.UnaryOp) for each in values))


def changes(node: ast.AST, name: str, *, table: bool) -> Iterator[Change]:
    """Yield every change of a node and of what is inside.

    `table` says that it is a constant, of a module or class, and not a step of a function, whose
    small numbers only count.
    """
    inside = True
    match node:
        case ast.Constant():
            yield from of_constant(node, name, table=table)
        case ast.Tuple(elts=values) | ast.List(elts=values) | ast.Set(elts=values):
            inside = yield from of_collection(name, values, table=table)
        case ast.Dict(keys=keys, values=values) if table:
            yield from of_names(name, keys, values)
            inside = yield from of_collection(name, values, table=table, keyed=True)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            yield from renamed(f"{name}, {ast.unparse(node)},", left if is_text(left) else right)
    if inside:
        for label, child in children(node):
            yield from renamed(f"{name}{label}", child) if table and label else ()
            yield from changes(child, f"{name}{label}" if table else name, table=table)


def of_constant(node: ast.Constant, name: str, *, table: bool) -> Iterator[Change]:
    """Yield the changes of a truth or of a number."""
    if isinstance(node.value, bool):
        yield Change(name, "flipped", partial(set_all, [node], not node.value))
    elif is_number(node) and (table or node.value not in PLAIN):
        yield from of_number(name if table else f"{name}, {node.value!s}", node)


def of_collection(
    name: str, values: list[ast.expr], *, table: bool, keyed: bool = False
) -> Generator[Change, None, bool]:
    """Yield the changes of what stands side by side; return whether more lies inside."""
    if table and is_order(values):
        yield from of_order(name, values)
        return False
    if table and values and not keyed and all(map(is_number, values)):
        yield from of_numbers(name, cast("list[ast.Constant]", values))
        return False
    named = is_name if table else is_text
    if not keyed and all(named(each) or isinstance(each, ast.Starred) for each in values):
        yield from of_names(name, values)
        return any(isinstance(each, ast.Starred) for each in values)
    return True


#: What says nothing of how a program runs: types, how a class is made, places in a table.
DECLARED: Final = {"annotation", "returns", "decorator_list", "slice", "keys"}


def children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what is inside a node, with what tells it from its siblings."""
    for field, value in ast.iter_fields(node):
        many = value if isinstance(value, list) else [value]
        for at, child in enumerate(many):
            if isinstance(child, ast.AST) and not is_form(node, field, at):
                yield label(node, field, at), child


def label(node: ast.AST, field: str, at: int) -> str:
    """Return what tells a part of a constant from its other parts, if it is a value of its own."""
    match node:
        case ast.Dict(keys=keys) if keys[at] is not None:
            return f"[{ast.unparse(cast('ast.expr', keys[at]))}]"
        case ast.keyword(arg=str(arg)):
            return f".{arg}"
        case ast.Call() if field == "args":
            return f"[{at}]"
        case ast.Tuple() | ast.List() | ast.Set():
            return f"[{at}]" if field == "elts" else ""
    return ""


def is_form(node: ast.AST, field: str, at: int) -> bool:
    """Return whether a part only says how often or how finely, what to say, or asks for care.

    So do those of `(x,) * 3`, `10**9`, `round(x, 3)`, `later("x")` and `zip(…, strict=True)`.
    """
    match node:
        case ast.BinOp(left=ast.Tuple()) | ast.BinOp(op=ast.Pow()):
            return field == "right"
        case ast.Call(func=ast.Name(id="later" | "_" | "Message")):
            return True
        case ast.Call(func=ast.Name(id="round")):
            return field == "args" and at > 0
        case ast.keyword(arg="strict"):
            return True
    return field in DECLARED


def of_statement(statement: ast.stmt, owner: str = "") -> Iterator[Change]:
    """Yield the changes of a statement of a module or of a class."""
    match statement:
        case ast.ClassDef():
            for inner in statement.body:
                yield from of_statement(inner, f"{owner}{statement.name}.")
        case ast.FunctionDef():
            yield from changes(statement, f"{owner}{statement.name}", table=False)
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
            for name, each in assigned(target, value):
                yield from renamed(owner + name, each)
                yield from changes(each, owner + name, table=True)


def assigned(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """Yield what is assigned to which name, each of several alone unless they are an order."""
    match target, value:
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if not is_order(values):
            for each, own in zip(names, values, strict=True):
                yield from assigned(each, own)
        case _, ast.expr() if not (name := ast.unparse(target)).startswith("__"):
            yield name.strip("()"), value


# Mutants


def of_module(path: Path) -> Iterator[Mutant]:
    """Yield the mutants of a module of Python."""
    source = path.read_text(encoding="utf-8")
    for number, each in enumerate(every_change(ast.parse(source))):
        yield Mutant(path, each.name, each.words, partial(rewritten, source, number))


def every_change(tree: ast.Module) -> Iterator[Change]:
    """Yield the changes of a module, in the order in which constants stand."""
    return (change for statement in tree.body for change in of_statement(statement))


def rewritten(source: str, number: int) -> str:
    """Return a module's text with one of its changes made."""
    tree = ast.parse(source)
    next(islice(every_change(tree), number, None)).make()
    return ast.unparse(ast.fix_missing_locations(tree))


def of_runtime_rows() -> Iterator[Mutant]:
    """Yield the mutants of what the catalogue's runtimes need."""
    whole = json.loads(RUNTIME_ROWS.read_text(encoding="utf-8"))
    for at, row in enumerate(whole["rows"]):
        for field, value in row["needs"].items():
            for words, other in of_value(value):
                changed = deepcopy(whole)
                changed["rows"][at]["needs"][field] = other
                name = f"{row['id']}.needs.{field}"
                yield Mutant(RUNTIME_ROWS, name, words, partial(json.dumps, changed))


def of_value(value: bool | float | list[str]) -> Iterator[tuple[str, Any]]:  # noqa: FBT001
    """Yield the changes of a value of a row."""
    if isinstance(value, bool):
        yield "flipped", not value
    elif isinstance(value, list):
        for each in value:
            yield f"without {each}", [other for other in value if other != each]
    elif 0 < value < 1:
        yield "a tenth more", value + 0.1
        yield "a tenth less", max(0.0, value - 0.1)
    elif value:
        yield "halved", value // 2
        yield "doubled", value * 2
    else:
        yield "a tenth more", 0.1


def of_feature_rows() -> Iterator[Mutant]:
    """Yield the mutants of the rows by hand of what browsers have."""
    whole = json.loads(FEATURE_ROWS.read_text(encoding="utf-8"))
    for words, other in of_value(whole["granted"]["share"]):
        changed = deepcopy(whole)
        changed["granted"]["share"] = other
        yield Mutant(FEATURE_ROWS, "granted.share", words, partial(json.dumps, changed))
    for at, row in enumerate(whole["systems"]):
        for field in ("share", "before", "platform_before"):
            for words, other in of_value(row[field]) if field in row else ():
                changed = deepcopy(whole)
                changed["systems"][at][field] = other
                name = f"systems[{at}].{field}"
                yield Mutant(FEATURE_ROWS, name, words, partial(json.dumps, changed))
        changed = deepcopy(whole)
        del changed["systems"][at]
        yield Mutant(FEATURE_ROWS, f"systems[{at}]", "left out", partial(json.dumps, changed))


def modules() -> Iterator[Path]:
    """Yield the modules whose constants decide verdicts."""
    for room, names in OF_PYTHON.items():
        paths = sorted((CORE / room).rglob(names))
        yield from (path for path in paths if path.name not in BESIDE)


def mutants(*, excused: bool = False) -> Iterator[Mutant]:
    """Yield every mutant of every constant, those that nobody sees only if asked for."""
    every = chain(*map(of_module, modules()), of_runtime_rows(), of_feature_rows())
    unseen = () if excused else tuple(UNSEEN)
    return (each for each in every if not each.title.startswith(unseen))


# Trials


def live_with(mutant: Mutant) -> None:
    """Let everything imported or read from now on see a mutant in place of the file."""
    code, read, text = SourceFileLoader.get_code, Path.read_text, mutant.text()

    def changed_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        if Path(path) == mutant.path:
            return compile(text, path, "exec")
        return code(self, fullname)

    def changed_text(self: Path, *given: Any, **named: Any) -> str:
        return text if self == mutant.path else read(self, *given, **named)

    SourceFileLoader.get_code = changed_code  # type: ignore[method-assign,assignment]
    Path.read_text = changed_text  # type: ignore[method-assign]


def stages(mutant: Mutant | None, room: str) -> Iterator[list[str]]:
    """Yield the tests that may notice a mutant, the likeliest first; without one all of a room."""
    if mutant is not None:
        name = f"test_{mutant.path.stem}.py"
        named = [f"{folder}/{name}" for folder in ROOMS[room] if (ROOT / folder / name).is_file()]
        if named:
            yield named
        yield from ([table] for table in BOUNDARIES[room])
    yield [*ROOMS[room]]


def run_tests(mutant: Mutant | None, room: str) -> int:
    """Run tests stage by stage; return the first status that is not 0."""
    without = ("cacheprovider", "logging", "unraisableexception", "threadexception")
    quick = [
        "-q",
        "-x",
        "--tb=no",
        "--assert=plain",
        "-o",
        "addopts=--import-mode=importlib",
        "-m",
        "not slow",
    ]
    quick += [each for name in without for each in ("-p", f"no:{name}")]
    for tests in stages(mutant, room):
        status = int(pytest.main([*quick, "-k", LEFT_OUT, *tests]))
        if status:
            break
    return status


def start(mutant: Mutant | None, room: str) -> int:
    """Fork a process that runs a room's tests with a mutant; return its number."""
    child = os.fork()
    if child:
        return child
    status = ILL
    gc.disable()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        if mutant is not None:
            live_with(mutant)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            status = run_tests(mutant, room)
    finally:
        os._exit(status)


def noticed(status: int) -> bool:
    """Return whether a test failed, nothing could be imported, or the time ran out.

    Raise `ChildProcessError` where a trial itself went wrong, which tells nothing of a mutant.
    """
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGPROF
    code = os.WEXITSTATUS(status)
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        raise ChildProcessError(f"a trial ended with status {code}, which says nothing")
    return code != pytest.ExitCode.OK


def survivors(chosen: list[Mutant], jobs: int) -> list[Mutant]:
    """Return the mutants that no test noticed, after trying each."""
    waiting, running, found = list(reversed(chosen)), dict[int, Mutant](), []
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[start(mutant, mutant.path.relative_to(CORE).parts[0])] = mutant
        number, status = os.wait()
        mutant = running.pop(number)
        if not noticed(status):
            found.append(mutant)
            sys.stdout.write(f"survives  {mutant.title}\n{difference(mutant)}")
            sys.stdout.flush()
    return found


def difference(mutant: Mutant) -> str:
    """Return the lines of a module that a mutant changes; of a table nothing."""
    if mutant.path.suffix != ".py":
        return ""
    before = ast.unparse(ast.parse(mutant.path.read_text(encoding="utf-8")))
    lines = unified_diff(before.splitlines(), mutant.text().splitlines(), n=0, lineterm="")
    return "".join(f"    {each}\n" for each in lines if not each.startswith(("---", "+++", "@@")))


def broken(rooms: list[str]) -> list[str]:
    """Return the rooms whose tests fail without any mutant."""
    return [room for room in rooms if noticed(os.waitpid(start(None, room), 0)[1])]


def main() -> int:
    """Try the mutants asked for and return the exit status."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--only", default="", help="a part of the title, as --list shows it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="show the mutants, try none")
    asked = parser.parse_args()
    chosen = [each for each in mutants() if asked.only in each.title]
    if asked.list:
        sys.stdout.writelines(f"{each.title}\n" for each in chosen)
        return 0
    if not chosen:
        parser.error(f"no constant whose title holds {asked.only!r}; --list shows them")
    began = time.monotonic()
    ill = broken(sorted({each.path.relative_to(CORE).parts[0] for each in chosen}))
    if ill:
        sys.stdout.write(f"tests fail without a mutant: {', '.join(ill)}\n")
        return 1
    left = survivors(chosen, asked.jobs)
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(f"{len(chosen)} mutants, {len(left)} survive, {minutes:.1f} minutes\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
