"""Change every constant that decides a verdict, and see that a unit test notices.

    python -m tools.mutate_constants [--only TEXT] [--jobs 2] [--list]

Constants are found where they stand, none is listed by hand: the numbers, truths and names of
module-level constants and the numbers inside functions, in the modules of `ROOMS`, and what the
rows of `runtimes.json` need. A number is halved and doubled, a chance moved by a tenth either
way, an order of ranks swapped, a truth flipped, a name left out of a collection. The figures
that `make budgets` and `tools/browser_features.mjs` write are data and left alone.

Each mutant is tried in a process of its own, forked before anything of this project is imported,
by tests that stop at the first failure: the worked examples of its room (`test_boundaries.py`),
then those named after its module, then all of the room's. Tests that compare generated documents
are left out. Exit status 1 when a mutant survives, or when the tests fail
without one.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, Final, NamedTuple, cast

import hypothesis  # noqa: F401 - what every trial would import again
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
    *("answers.py", "device.py", "imported_model.py", "labels.py", "link.py"),
    *("published_files.py", "answer_json.py", "subjects.py"),
}
#: A test that measures again in a real browser is no unit test; the others draw documents.
LEFT_OUT: Final = "not measured_now and not packages_say"
#: How a trial ends that went wrong itself.
ILL: Final = 99
#: Seconds of computing after which a mutant counts as noticed: it hangs. Not seconds of a clock,
#: by which a trial on a busy machine would hang too.
PATIENCE: Final = 300
#: Numbers in functions that count or turn units and could be no other.
PLAIN: Final = {0, 1, 2, *(10**power for power in range(1, 10))}


class Mutant(NamedTuple):
    """One change: to which file, of which constant, what was done, and the file's new text."""

    path: Path
    name: str
    change: str
    text: str

    @property
    def title(self) -> str:
        """Return where it is and what was done, in one line."""
        return f"{self.path.relative_to(CORE)}: {self.name} {self.change}"


# Numbers


def is_number(node: ast.AST) -> bool:
    """Return whether a node is a number as written, truths apart."""
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def scaled(node: ast.expr, factor: float) -> ast.expr:
    """Return an expression of numbers with its value multiplied, units left as they are."""
    if isinstance(node, ast.Constant) and is_number(node):
        number = cast("float", node.value) * factor
        return ast.Constant(int(number) if number == int(number) else number)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return ast.BinOp(scaled(node.left, factor), node.op, node.right)
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        return ast.BinOp(node, ast.Mult(), ast.Constant(factor))
    if isinstance(node, ast.Tuple):
        return ast.Tuple([scaled(each, factor) for each in node.elts], node.ctx)
    if isinstance(node, ast.Call):
        return ast.Call(node.func, [scaled(each, factor) for each in node.args], node.keywords)
    return node


def is_quantity(node: ast.AST) -> bool:
    """Return whether an expression is numbers alone, with their units, helpers and signs."""
    if isinstance(node, ast.Tuple):
        flat = not any(isinstance(each, ast.Tuple | ast.Call) for each in node.elts)
        return flat and bool(node.elts) and all(map(is_quantity, node.elts))
    if isinstance(node, ast.BinOp):
        return has_number(node) and all(
            is_quantity(each) or isinstance(each, ast.Name) for each in parts(node)
        )
    if isinstance(node, ast.UnaryOp):
        return is_quantity(node.operand)
    if isinstance(node, ast.Call):
        numbers = bool(node.args) and all(map(is_quantity, node.args))
        return numbers and isinstance(node.func, ast.Name) and not node.keywords
    return is_number(node)


def parts(node: ast.BinOp) -> tuple[ast.expr, ast.expr]:
    """Return both operands."""
    return node.left, node.right


def has_number(node: ast.AST) -> bool:
    """Return whether any number is written inside."""
    return any(map(is_number, ast.walk(node)))


def is_chance(node: ast.AST) -> bool:
    """Return whether a bare number is a chance or a share of people."""
    return isinstance(node, ast.Constant) and type(node.value) is float and 0 < node.value <= 1


def is_order(node: ast.AST) -> bool:
    """Return whether numbers are ranks, of which the order alone matters: some lie below zero."""
    return isinstance(node, ast.Tuple) and any(isinstance(each, ast.UnaryOp) for each in node.elts)


# What may be done with an expression

Change = tuple[str, Callable[[], ast.expr]]


def moved(node: ast.Constant, by: float) -> ast.expr:
    """Return a chance a tenth away, not below nought."""
    return ast.Constant(max(0.0, round(cast("float", node.value) + by, 6)))


def changes(node: ast.expr) -> Iterator[Change]:
    """Yield every change of a whole expression, none if it is no constant of its own."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "flipped", lambda: ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and is_chance(node):
        yield "a tenth more", lambda: moved(node, 0.1)
        yield "a tenth less", lambda: moved(node, -0.1)
    elif is_order(node):
        yield from orders(cast("ast.Tuple", node))
    elif is_quantity(node):
        for words, factor in (("halved", 0.5), ("doubled", 2)):
            if ast.dump(scaled(node, factor)) != ast.dump(node):
                yield words, lambda factor=factor: scaled(node, factor)  # type: ignore[misc]


def orders(node: ast.Tuple) -> Iterator[Change]:
    """Yield the ranks with each two neighbours swapped."""
    for at in range(len(node.elts) - 1):
        yield f"rank {at} and {at + 1} swapped", lambda at=at: swapped(node, at)  # type: ignore[misc]


def swapped(node: ast.Tuple, at: int) -> ast.expr:
    """Return a tuple with two neighbours in each other's place."""
    every = list(node.elts)
    every[at], every[at + 1] = every[at + 1], every[at]
    return ast.Tuple(every, node.ctx)


# Where constants are


class Place(NamedTuple):
    """A constant: what it is called, the expression, and how another is put there."""

    name: str
    node: ast.expr
    put: Callable[[ast.expr], None]


def put_in(owner: Any, field: str, at: int | None = None) -> Callable[[ast.expr], None]:
    """Return what puts an expression into a field of a node, or into its list."""

    def put(node: ast.expr) -> None:
        if at is None:
            setattr(owner, field, node)
        else:
            getattr(owner, field)[at] = node

    return put


def places(tree: ast.Module) -> Iterator[Place]:
    """Yield the constants of a module, in the order in which they stand."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            for place in pairs(statement):
                if place.name.upper() == place.name and place.name.strip("_"):
                    yield from inside(place)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield from in_functions(statement, statement.name)


def names_of(statement: ast.Assign | ast.AnnAssign) -> str:
    """Return what a statement assigns to, several names with commas."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    return ast.unparse(target).strip("()")


def pairs(statement: ast.Assign | ast.AnnAssign) -> Iterator[Place]:
    """Yield what a statement assigns, each of several numbers alone unless they are an order."""
    name, value = names_of(statement), cast("ast.expr", statement.value)
    if "," not in name or not isinstance(value, ast.Tuple) or is_order(value):
        yield Place(name, value, put_in(statement, "value"))
        return
    for at, each in enumerate(name.split(", ")):
        yield Place(each, value.elts[at], put_in(value, "elts", at))


def inside(place: Place) -> Iterator[Place]:
    """Yield a constant, or the constants that it is made of."""
    name, node, _put = place
    if any(True for _each in changes(node)) or is_ranking(node) or is_names(node):
        yield place
        return
    for field, value in ast.iter_fields(node):
        if isinstance(node, ast.Call) and field == "func":
            continue
        many = value if isinstance(value, list) else [value]
        for at, each in enumerate(many):
            owner = at if isinstance(value, list) else None
            told = f"{name}{label(node, field, at, each)}"
            if isinstance(each, ast.keyword):
                yield from inside(Place(told, each.value, put_in(each, "value")))
            elif isinstance(each, ast.expr):
                yield from inside(Place(told, each, put_in(node, field, owner)))


def label(node: ast.expr, field: str, at: int, child: ast.AST) -> str:
    """Return what tells a part of a constant from its other parts."""
    if isinstance(child, ast.keyword):
        return f".{child.arg}"
    if isinstance(node, ast.Dict):
        return f"[{ast.unparse(cast('ast.expr', node.keys[at]))}]" if field == "values" else ""
    return f"[{at}]" if isinstance(node, ast.Tuple) else ""


def is_ranking(node: ast.AST) -> bool:
    """Return whether a dictionary gives names their ranks, from 0 on."""
    if not isinstance(node, ast.Dict) or len(node.values) < 2:
        return False
    numbers = [each.value for each in node.values if isinstance(each, ast.Constant)]
    return numbers == list(range(len(node.values)))


def is_names(node: ast.AST) -> bool:
    """Return whether a call makes a set of names."""
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "frozenset"
        and bool(node.args)
        and isinstance(node.args[0], ast.Set)
        and not any(isinstance(each, ast.Starred) for each in node.args[0].elts)
    )


def in_functions(owner: ast.AST, name: str) -> Iterator[Place]:
    """Yield the numbers written inside functions that are more than counting."""
    for node in ast.walk(owner):
        for field, value in ast.iter_fields(node):
            many = value if isinstance(value, list) else [value]
            for at, each in enumerate(many):
                if is_number(each) and each.value not in PLAIN and not is_form(node, at):
                    here = at if isinstance(value, list) else None
                    yield Place(f"{name}, {each.value}", each, put_in(node, field, here))


def is_form(node: ast.AST, at: int) -> bool:
    """Return whether a number only says how often or how finely.

    So do those of `(x,) * 3`, `10**9` and `round(x, 3)`.
    """
    if isinstance(node, ast.BinOp):
        return isinstance(node.left, ast.Tuple) or isinstance(node.op, ast.Pow)
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "round" and at > 0


# Mutants


def of_module(path: Path) -> Iterator[Mutant]:
    """Yield the mutants of a module of Python."""
    source = path.read_text(encoding="utf-8")
    for number, place in enumerate(places(ast.parse(source))):
        for words, _made in ways(place.node):
            yield Mutant(path, place.name, words, rewritten(source, number, words))


def rewritten(source: str, number: int, words: str) -> str:
    """Return a module's text with the constant of a number changed in one way."""
    tree = ast.parse(source)
    place = list(places(tree))[number]
    place.put(next(made() for each, made in ways(place.node) if each == words))
    return ast.unparse(ast.fix_missing_locations(tree))


def ways(node: ast.expr) -> Iterator[Change]:
    """Yield every change of a constant, of rankings and sets of names too."""
    yield from changes(node)
    if isinstance(node, ast.Dict) and is_ranking(node):
        for at in range(len(node.values) - 1):
            yield f"{at} and {at + 1} swapped", lambda at=at: re_ranked(node, at)  # type: ignore[misc]
    if isinstance(node, ast.Call) and is_names(node):
        for each in cast("ast.Set", node.args[0]).elts:
            words = f"without {ast.unparse(each)}"
            yield words, lambda each=each: without(node, each)  # type: ignore[misc]


def re_ranked(node: ast.Dict, at: int) -> ast.expr:
    """Return a ranking with two neighbours in each other's place."""
    values = list(node.values)
    values[at], values[at + 1] = values[at + 1], values[at]
    return ast.Dict(node.keys, values)


def without(node: ast.Call, name: ast.expr) -> ast.expr:
    """Return a set of names without one of them."""
    names = [each for each in cast("ast.Set", node.args[0]).elts if each is not name]
    return ast.Call(node.func, [ast.List(names, ast.Load())], node.keywords)


def of_runtime_rows() -> Iterator[Mutant]:
    """Yield the mutants of what the catalogue's runtimes need."""
    whole = json.loads(RUNTIME_ROWS.read_text(encoding="utf-8"))
    for at, row in enumerate(whole["rows"]):
        for field, value in row["needs"].items():
            for words, other in of_value(value):
                changed = deepcopy(whole)
                changed["rows"][at]["needs"][field] = other
                name = f"{row['id']}.needs.{field}"
                yield Mutant(RUNTIME_ROWS, name, words, json.dumps(changed))


def of_value(value: bool | float | list[str]) -> Iterator[tuple[str, Any]]:  # noqa: FBT001
    """Yield the changes of a value of a row."""
    if isinstance(value, bool):
        yield "flipped", not value
    elif isinstance(value, list):
        yield "emptied", []
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
        yield Mutant(FEATURE_ROWS, "granted.share", words, json.dumps(changed))
    for at, row in enumerate(whole["systems"]):
        for field in ("share", "before", "platform_before"):
            for words, other in of_value(row[field]) if field in row else ():
                changed = deepcopy(whole)
                changed["systems"][at][field] = other
                name = f"systems[{at}].{field}"
                yield Mutant(FEATURE_ROWS, name, words, json.dumps(changed))
        changed = deepcopy(whole)
        del changed["systems"][at]
        yield Mutant(FEATURE_ROWS, f"systems[{at}]", "left out", json.dumps(changed))


def modules() -> Iterator[Path]:
    """Yield the modules whose constants decide verdicts."""
    for room, names in OF_PYTHON.items():
        paths = sorted((CORE / room).rglob(names))
        yield from (path for path in paths if path.name not in BESIDE)


def mutants() -> Iterator[Mutant]:
    """Yield every mutant of every constant."""
    for path in modules():
        yield from of_module(path)
    yield from of_runtime_rows()
    yield from of_feature_rows()


# Trials


def live_with(mutant: Mutant) -> None:
    """Let everything imported or read from now on see a mutant in place of the file."""
    code, read = SourceFileLoader.get_code, Path.read_text

    def changed_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        if Path(path) == mutant.path:
            return compile(mutant.text, path, "exec")
        return code(self, fullname)

    def changed_text(self: Path, *given: Any, **named: Any) -> str:
        return mutant.text if self == mutant.path else read(self, *given, **named)

    SourceFileLoader.get_code = changed_code  # type: ignore[method-assign,assignment]
    Path.read_text = changed_text  # type: ignore[method-assign]


def stages(mutant: Mutant | None, room: str) -> Iterator[list[str]]:
    """Yield the tests that may notice a mutant, the likeliest first; without one all of a room."""
    if mutant is not None:
        yield [*BOUNDARIES[room]]
        name = f"test_{mutant.path.stem}.py"
        named = [f"{folder}/{name}" for folder in ROOMS[room] if (ROOT / folder / name).is_file()]
        if named:
            yield named
    yield [*ROOMS[room]]


def run_tests(mutant: Mutant | None, room: str) -> int:
    """Run tests stage by stage; return the first status that is not 0."""
    quiet = ["-q", "-x", "-p", "no:cacheprovider", "--tb=no", "--no-header"]
    for tests in stages(mutant, room):
        status = int(pytest.main([*quiet, "-k", LEFT_OUT, *tests]))
        if status:
            break
    return status


def start(mutant: Mutant | None, room: str) -> int:
    """Fork a process that runs a room's tests with a mutant; return its number."""
    child = os.fork()
    if child:
        return child
    status = ILL
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
            sys.stdout.write(f"survives  {mutant.title}\n")
            sys.stdout.flush()
    return found


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
