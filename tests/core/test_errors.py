"""Errors: a code and fields for programs, a sentence in the reader's language for people."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo

from tabfit import architectures, errors
from tabfit.catalog import read
from tabfit.cli import command_line
from tabfit.devices import device
from tabfit.errors import (
    NotAModel,
    Quoted,
    TabfitError,
    UnknownName,
    UnreadableConfig,
    UnreadableDevice,
    UnreadableHeader,
    from_outside,
)
from tabfit.headers.gguf import gguf_header
from tabfit.i18n import language
from tabfit.i18n.language import Message
from tabfit.limits import limits_file
from tabfit.sources import read_source
from tools import messages

ROOT = Path(__file__).resolve().parents[2]
KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, TabfitError)
]


@pytest.fixture
def german() -> Iterator[None]:
    """Have German at hand, as English is in use, and go back to English."""
    file = BytesIO()
    write_mo(file, messages.read("de"))
    language.use("de", file.getvalue())
    language.use("en")
    yield
    language.use("en")


def test_every_kind_has_its_code() -> None:
    """A code is the name of its kind in lower case, and no two kinds share one."""
    named = {kind.code for kind in KINDS if kind is not TabfitError}
    assert len(named) == len(KINDS) - 1
    for kind in KINDS:
        if kind is not TabfitError:
            assert kind.code.replace("-", "") == kind.__name__.lower()


def test_a_sentence_is_worded_where_it_is_read(german: None) -> None:
    """An error that was raised in English is read in German by who asks for German."""
    with pytest.raises(UnreadableConfig) as caught:
        architectures.read({"model_type": "llama", "num_hidden_layers": "many"})
    english = str(caught.value)
    language.use("de")
    assert english == (
        "the config cannot be read: 'num_hidden_layers' is 'many'; a whole number is needed"
    )
    assert str(caught.value) != english
    assert "'num_hidden_layers'" in str(caught.value)


def test_fields_are_raw() -> None:
    """A program reads what was given and what is accepted, not a sentence's rendering of it."""
    with pytest.raises(UnreadableConfig) as caught:
        architectures.read({"model_type": "llama", "num_hidden_layers": "many"})
    assert caught.value.code == "unreadable-config"
    assert caught.value.fields == {
        "given": "many",
        "key": "num_hidden_layers",
        "problem": "is {given}; a whole number is needed",
    }


def test_an_unknown_name_knows_its_neighbours() -> None:
    """The names most like the one asked for are a field."""
    with pytest.raises(UnknownName) as caught:
        read().model("llama-3.2-1")
    assert caught.value.fields["name"] == "llama-3.2-1"
    assert caught.value.fields["kind"] == "model"
    assert "llama-3.2-1b" in caught.value.near


def test_a_device_names_its_key() -> None:
    """A key of a device that is wrong is a field."""
    with pytest.raises(UnreadableDevice) as caught:
        device.read({"ram_bytes": "much"})
    assert (caught.value.key, caught.value.fields["given"]) == ("ram_bytes", "much")


def test_numbers_are_written_as_the_reader_writes_them(german: None) -> None:
    """A figure in an error is kept as a number: German groups its digits with points."""
    fault = UnreadableHeader("GGUF", Message("it lists {keys:,} keys; at most {most:,} are read",
                                             keys=123_456, most=65_536))  # fmt: skip
    assert "123,456" in str(fault)
    language.use("de")
    assert "123.456" in str(fault)


def test_somebody_elses_words_stay_as_they_are() -> None:
    """An error of other people's code is quoted, braces and all; one of ours keeps its message."""
    assert str(from_outside(OSError("no {space} left"))) == "no {space} left"
    inner = NotAModel("a", Message("an adapter (LoRA)"))
    assert from_outside(inner) is inner.message


def test_a_long_value_is_cut_when_it_is_said() -> None:
    """A value is kept whole as a field and shown short in the sentence."""
    fault = UnreadableConfig("n", Message("is {given}", given=Quoted("x" * 500)))
    assert len(str(fault)) < 120
    assert fault.fields["given"] == "x" * 500


def test_no_error_speaks_english_only() -> None:
    """No message is made of words that a catalogue could not hold; the command line may."""
    calls = [
        (path.relative_to(ROOT).as_posix(), node)
        for folder in ("python/tabfit", "app")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    made = [(path, call) for path, call in calls if ast.unparse(call.func) == "Message"]
    built = (ast.JoinedStr, ast.BinOp)
    assert len(made) > 150
    assert not [(path, call.lineno) for path, call in made if isinstance(call.args[0], built)]
    assert _users("verbatim", calls) == {"errors", "hub/request"}
    assert _users("english", calls) == {"errors", "cli/usage_error", "limits/limits_file"}


#: Where the library's own errors are raised with plain words: programs that use the package
#: wrongly, and what is caught where it is raised.
OF_PROGRAMS = {
    *("__init__", "compare/comparisons", "formula", "gate/rules/rules_json", "i18n/language"),
    *("light_dataclass", "runtimes/registry", "units"),
    *("estimate/link", "sources/http_fetch"),  # caught there
}


def _raised() -> Iterator[tuple[str, ast.Call]]:
    """Yield every error that the core raises, with its module."""
    core = ROOT / "python" / "tabfit"
    for path in sorted(core.rglob("*.py")):
        name = path.relative_to(core).as_posix().removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                yield name, node.exc


def _of_library(call: ast.Call) -> bool:
    """Return whether what is raised is an error of Python's library, with words of its own."""
    kind = ast.unparse(call.func)
    words = [each for each in call.args if not _messages(each)]
    return bool(words) and (hasattr(builtins, kind) or kind == "HTTPException")


def _messages(node: ast.AST) -> list[str]:
    """Return the English of every message that is made inside an expression."""
    return [
        call.args[0].value
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Message"
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    ]


def test_what_is_raised_for_a_reader_can_be_said_in_every_language() -> None:
    """Errors of the library are for programs; each message that is raised has its translation."""
    every = [*_raised()]
    assert {name for name, call in every if _of_library(call)} == OF_PROGRAMS
    said = {text for _name, call in every for text in _messages(call)}
    assert len(said) > 150
    for code in set(language.LANGUAGES) - {"en"}:
        known = messages.read(code)
        assert not {text for text in said if not getattr(known.get(text), "string", None)}


def _users(name: str, calls: list[tuple[str, ast.Call]]) -> set[str]:
    """Return the core's modules that call a function."""
    every = {path for path, call in calls if ast.unparse(call.func) == name}
    return {path.removeprefix("python/tabfit/").removesuffix(".py") for path in every}


def test_what_the_command_line_refuses_has_fields() -> None:
    """A program reads the code, what was given and what is accepted, not the sentence alone."""
    with pytest.raises(TabfitError) as caught:
        command_line.parser().parse_args(["estimate", "gpt2", "--fail-below", "never"])
    assert caught.value.code == "usage"
    with pytest.raises(TabfitError) as limited:
        limits_file._LimitsReader("tabfit.toml").whole(
            {"models": [{"model": "gpt2", "peak": "much"}]}
        )
    assert limited.value.code == "unreadable-limits"
    assert limited.value.fields == {
        "file": "tabfit.toml",
        "place": "models[1].peak",
        "problem": "is {given}; {accepted} is accepted",
        "given": "much",
        "accepted": 'a size such as "2.4GB"',
    }


def test_a_damaged_file_says_what_is_wrong(tmp_path: Path) -> None:
    """A header's error has its format and the rule that is broken."""
    file = tmp_path / "a.gguf"
    file.write_bytes(b"NOPE" + bytes(64))
    with pytest.raises(UnreadableHeader) as caught:
        read_source.inspect(str(file), None)
    assert caught.value.form == gguf_header.FORM
    assert "GGUF" in str(caught.value)
