"""What each recipe of CONTRIBUTING.md writes: the files it adds or changes, and nothing else.

In: a copy of the package. Out: the same with one made-up thing more of each kind. What a command
of the recipe makes besides (`make messages`) is made here as that command makes it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog as Messages
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FILES: Final = Path(__file__).parent / "files"

Step = Callable[[Path], None]

TRIAL: Final[dict[str, Any]] = {
    "id": "trial",
    "name": "Trial of a runtime",
    "aliases": ["made-up"],
    "formats": ["gguf"],
    "package": "trial",
    "version": "1.0.0",
    "precisions": ["q4_k_m", "q8_0"],
    "default_precision": "q4_k_m",
    "fallback_precisions": ["q4_k_m", "q8_0"],
    "default_context": 4096,
    "files": [{"name": "trial.wasm", "bytes": 1_234_567}],
    "families": [],
    "label": "Trial",
    "needs": {"webgpu": True, "wasm_memory": 2**32, "buffer_bytes": 2**28},
    "notes": [],
    "sources": {"files": "made up", "needs": "made up", "needs.wasm_memory": "made up"},
    "read_on": "2026-11-29",
}
CRANE: Final[dict[str, Any]] = {
    "id": "crane-35m",
    "name": "Crane 35M",
    "aliases": [],
    "task": "text-generation",
    "licence": "mit",
    "released": "2026-11",
    "source": "nobody",
    "read_on": "2026-11-29",
    "config": {
        "model_type": "origami",
        "architectures": ["OrigamiForCausalLM"],
        "vocab_size": 32_000,
        "paper": 512,
        "creases": 8,
        "inner": 2048,
        "folds": 6,
        "longest": 2048,
        "tie_word_embeddings": True,
    },
    "published": [
        {
            "format": "onnx",
            "repository": "folder/crane",
            "source": "nobody",
            "precisions": {"q4": [], "q8": []},
        }
    ],
}
KITCHEN: Final[dict[str, Any]] = {
    "id": "kitchen",
    "name": "Kitchen",
    "aliases": [],
    "group": "Kitchens",
    "form": "laptop",
    "year": 2026,
    "device": {"platform": "chromeos", "browser": "chrome", "ram_bytes": 4 * 2**30},
    "known": {
        "browser": ["assumed", "nobody"],
        "ram_bytes": ["listed", "nobody"],
    },
    "read_on": "2026-11-29",
}
#: A budget for a system that had none of its own: the rule, and who gets it.
RULE: Final = """\
KITCHEN: Final = _rule(
    "kitchen",
    later("it is a toaster"),
    later("nobody"),
    "nothing",
    shares=(0.001, 0.002, 0.003),
)

"""
GETS: Final = """\
    if device.platform == "chromeos":
        return KITCHEN
"""
#: What a translator says, and what `make messages` takes from CLDR (47, common/main/eo.xml).
ESPERANTO: Final = {
    "Will {model} fit?": "Ĉu {model} konvenos?",
    "Language": "Lingvo",
    "likely": "verŝajne",
    "Share": "Kunhavigi",
}
SIGNS: Final[dict[str, Any]] = {
    "decimal": ",",
    "group": "\N{NO-BREAK SPACE}",
    "percent": "{0}%",
    "units": {each: f"{{0}} {each}" for each in ("kB", "MB", "GB", "TB")},
    "date": "{year}-{name}-{day:02}",
    "months": ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aŭg", "sep", "okt", "nov", "dec"],
}


def new(file: str) -> Step:
    """Return the step that writes a file of its own."""

    def write(at: Path) -> None:
        shutil.copy(FILES / file, at)

    return write


def beside(line: str, text: str, *, below: bool = True) -> Step:
    """Return the step that writes something below, or above, the one line that begins so."""

    def write(at: Path) -> None:
        lines = at.read_text("utf-8").splitlines(keepends=True)
        (place,) = (place for place, each in enumerate(lines) if each.startswith(line))
        lines.insert(place + below, text)
        at.write_text("".join(lines), "utf-8")

    return write


def both(first: Step, second: Step) -> Step:
    """Return the step that writes into one file at two places."""

    def write(at: Path) -> None:
        first(at)
        second(at)

    return write


def row(said: Mapping[str, Any]) -> Step:
    """Return the step that adds a row to a table of the catalogue."""

    def write(at: Path) -> None:
        table = json.loads(at.read_text("utf-8"))
        table["rows"] = sorted((*table["rows"], said), key=lambda each: str(each["id"]))
        at.write_text(json.dumps(table), "utf-8")

    return write


def offered(at: Path) -> None:
    """Have wllama on the processor load one more precision."""
    table = json.loads(at.read_text("utf-8"))
    (found,) = (each for each in table["rows"] if each["id"] == "wllama-cpu")
    found["precisions"].append("q4_toast")
    at.write_text(json.dumps(table), "utf-8")


def translated(at: Path) -> None:
    """Write a catalogue of four sentences, and what `make messages` makes of it beside it."""
    messages = Messages(locale="eo")
    for english, said in ESPERANTO.items():
        messages.add(english, said, flags=["python-brace-format"] if "{" in english else [])
    at.parent.mkdir(parents=True)
    with at.open("wb") as file:
        write_po(file, messages)
    with at.open("rb") as file, at.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(file))
    signs = at.parents[2] / "cldr.json"
    table = json.loads(signs.read_text("utf-8"))
    table["languages"]["eo"] = SIGNS
    signs.write_text(json.dumps(table), "utf-8")


def sourdough(package: Path) -> dict[str, Any]:
    """Return a row for a model of Llama 3.2 1B's shape that somebody publishes as GGUF."""
    rows = json.loads((package / "catalog/models.json").read_text("utf-8"))["rows"]
    (known,) = (each for each in rows if each["id"] == "llama-3.2-1b")
    published = {
        "format": "gguf",
        "repository": "baker/sourdough",
        "source": "nobody",
        "precisions": {"q4_toast": [], "q4_k_m": [], "q6_k": [], "q8_0": []},
    }
    return {
        **CRANE,
        "id": "sourdough-1b",
        "name": "Sourdough 1B",
        "config": known["config"],
        "published": [published],
    }


def recipes(package: Path) -> dict[str, dict[str, Step]]:
    """Return what each recipe does, file by file, below the package's folder."""
    return {
        "runtime": {
            "runtimes/trial.py": new("trial_runtime.py"),
            "catalog/runtimes.json": row(TRIAL),
            "snippets/trial.py": new("trial_snippet.py"),
        },
        "architecture": {
            "architectures/decoders/origami.py": new("origami.py"),
            "architectures/registry.py": beside(
                "FAMILIES: dict[str, str] = {", '    **_in("decoders.origami", ("origami",)),\n'
            ),
        },
        "precision": {
            "recipes/gguf/mixes.py": beside(
                "BASE: dict[str, str] = {", '    "Q4_TOAST": "IQ4_XS",\n'
            ),
            "catalog/runtimes.json": offered,
        },
        "device": {"catalog/devices.json": row(KITCHEN)},
        "model": {"catalog/models.json": row(sourdough(package))},
        "model of the architecture": {"catalog/models.json": row(CRANE)},
        "budget": {
            "devices/budgets.py": both(
                beside("#: The name of the rule for graphics cards.", RULE, below=False),
                beside('    if device.platform == "ios":', GETS, below=False),
            ),
        },
        "language": {
            "i18n/language.py": beside("LANGUAGES: Final = {", '    "eo": "Esperanto",\n'),
            "i18n/locale/eo/LC_MESSAGES/tabfit.po": translated,
        },
    }


def follow(every: Mapping[str, Mapping[str, Step]], package: Path) -> None:
    """Follow recipes in a copy of the package."""
    for steps in every.values():
        for file, step in steps.items():
            step(package / file)


def copied(source: Path, package: Path) -> None:
    """Copy the package, without what Python compiled of it."""
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
