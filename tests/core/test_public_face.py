"""What `import tabfit` offers: these names, these signatures, nothing imported before it is asked.

A change here breaks programs of others: it belongs into CHANGELOG.md.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import tabfit
from tabfit import api
from tools.dist.pyodide import python_wheels

ROOT = Path(__file__).resolve().parents[2]

SIGNATURES = {
    "estimate": "model, *, runtime, precision, context, prompt, device, options, catalog, endpoint",
    "report": "answer, *, catalog",
    "snippet": "answer",
    "compare": "device, *, catalog",
    "need": "answer, *, catalog",
    "inspect": "source, *, endpoint",
    "read_catalog": "",
    "read_config": "config",
    "read_device": "given",
    "read_link": "text",
    "write_link": "scenario",
}
VALUES = {"Answer", "Architecture", "Catalog", "Device", "Outcome", "Scenario"}
REQUIRED = {"model", "answer", "source", "config", "given", "text", "scenario"}


def test_names() -> None:
    """The public names are these, each with a docstring, and `dir` tells them."""
    assert {*tabfit.__all__} == {*SIGNATURES, *VALUES, "errors", "__version__"}
    assert dir(tabfit) == sorted(tabfit.__all__)
    for name in tabfit.__all__:
        assert name == "__version__" or inspect.getdoc(_asked(name)), name


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name: str) -> None:
    """Each function takes these parameters in this order; what is not required has a default."""
    parameters = inspect.signature(_asked(name)).parameters.values()
    shown: list[str] = []
    starred = False
    for each in parameters:
        if each.kind is each.KEYWORD_ONLY and not starred:
            shown, starred = [*shown, "*"], True
        shown.append(each.name)
        required = each.default is each.empty
        assert required == (each.name in REQUIRED or (name, each.name) == ("compare", "device"))
    assert ", ".join(shown) == SIGNATURES[name]


def test_a_scenario_is_a_link() -> None:
    """A scenario has a model, five choices and how it is loaded, which a link keeps."""
    fields = ["model", "runtime", "precision", "context", "prompt", "device", "options"]
    assert list(tabfit.Scenario.__annotations__) == fields
    given = tabfit.Scenario(model="gemma-2b", precision="int4")
    assert tabfit.read_link(tabfit.write_link(given)) == given


def _asked(name: str) -> Callable[..., object]:
    """Return what a public name is, a package's function where it is a package as well."""
    found: Callable[..., object] = getattr(api if name in {"estimate", "compare"} else tabfit, name)
    return found


def test_packages_are_asked_as_functions() -> None:
    """`estimate` and `compare` answer after their packages were imported, in either order."""
    program = (
        "import tabfit; first = tabfit.estimate('gemma-2b', precision='int4');"
        "import tabfit.estimate.answers; from tabfit import compare, estimate;"
        "assert tabfit.estimate('gemma-2b', precision='int4').verdict == first.verdict;"
        "assert estimate.answers.Answer;"
        "assert len(compare('pixel-8-pro')) == len(tabfit.read_catalog().models)"
    )
    assert _run(program) == ""


def test_nothing_is_imported_before_it_is_asked() -> None:
    """`import tabfit` brings none of its own modules nor `typing`, and `errors` no catalogue."""
    program = (
        "import sys; sys.modules.pop('typing', None); import tabfit;"
        "before = {n for n in sys.modules if n.startswith(('tabfit.', 'typing'))};"
        "tabfit.errors.UnknownName; import json;"
        "print(json.dumps([sorted(before), 'tabfit.catalog' in sys.modules]))"
    )
    assert json.loads(_run(program)) == [[], False]


def test_a_name_that_is_not_there() -> None:
    """Any other name is an attribute error, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'juggle'"):
        tabfit.juggle  # noqa: B018 - asking is the test


def test_the_answer_is_that_of_the_command_line() -> None:
    """`report(estimate(…))` is what `tabfit estimate --json` prints."""
    words = ("estimate", "gemma-2b", "--runtime", "mediapipe", "--precision", "int4")
    printed = _python("-m", "tabfit", *words, "--device", "iphone-13", "--json")
    given = tabfit.estimate("gemma-2b", runtime="mediapipe", precision="int4", device="iphone-13")
    assert tabfit.report(given) == json.loads(printed)


def test_a_device_is_told_in_three_ways() -> None:
    """An id, signals as data and a `Device` are the same device where they say the same."""
    row = tabfit.read_catalog().device("iphone-13").device
    outcomes = {
        tabfit.estimate("gemma-2b", device=device).verdict.probability
        for device in ("iphone-13", row, tabfit.read_device(row))
    }
    assert len(outcomes) == 1


def test_the_readme_tells_the_truth() -> None:
    """README's Python runs as it stands, and each comment beside a line is what it gives."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    shown = [line.partition("  # ")[::2] for line in program.splitlines() if "  # " in line]
    assert len(shown) >= 3
    tried = "\n".join(
        f"print(repr(({line.partition('  # ')[0]})))" if "  # " in line else line
        for line in program.splitlines()
    )
    results = _run(tried).splitlines()
    for (line, said), result in zip(shown, results, strict=True):
        assert said == result.strip("()"), line


def test_the_wheel_answers_by_itself(tmp_path: Path) -> None:
    """What pip installs is one folder that imports and answers with nothing else beside it."""
    with zipfile.ZipFile(python_wheels.wheel()) as wheel:
        wheel.extractall(tmp_path)
    program = "import tabfit; print(tabfit.estimate('gemma-2b').runtime.name, tabfit.__file__)"
    name, file = _run(program, path=tmp_path).split()
    assert name == "mediapipe"
    assert Path(file).is_relative_to(tmp_path)


def _run(program: str, path: Path = ROOT / "python") -> str:
    return _python("-S", "-c", program, path=path)


def _python(*words: str, path: Path = ROOT / "python") -> str:
    """Return what another Python prints, without site-packages where `-S` is among the words."""
    done = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(path)},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
