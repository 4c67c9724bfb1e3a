"""A model's page tells what the catalogue knows of it, and nothing that it does not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo

from app.components.models import model_facts
from app.pages.answer import control
from app.render_page import model_page
from app.request_reply import PageRequest
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.estimate import link
from tabfit.estimate.subjects import subject
from tabfit.i18n import language
from tools import messages

ROOT = Path(__file__).parents[3]
ROWS: list[dict[str, Any]] = json.loads(
    (ROOT / "python/tabfit/catalog/models.json").read_text(encoding="utf-8")
)["rows"]


def facts(model: str) -> str:
    """Return the facts of a model as HTML."""
    catalog = Catalog()
    return str(model_facts.inside(subject(model, catalog), catalog, "../../"))


def values(html: str) -> dict[str, str]:
    """Return each fact's text by its name."""
    pairs = re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", html)
    return {name: re.sub("<[^>]+>", "", text) for name, text in pairs}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_each_fact_is_the_catalogues(row: dict[str, Any]) -> None:
    """Licence, maker, release, count and places stand as the row has them; what it lacks, not."""
    html = facts(row["id"])
    found = values(html)

    assert found["Released"] == row["released"]
    assert found.get("Licence") == (None if row["licence"] == "unknown" else row["licence"])
    assert found.get("On the hub") == row["hub"]
    assert found.get("Maker") == (row["hub"].partition("/")[0] if row["hub"] else None)
    counted = row["parameters"]
    assert found.get("Parameters") == (f"{counted:,}" if counted else None)
    assert all(each["repository"] in html for each in row["published"])
    assert f'datetime="{row["read_on"]}"' in html


def test_a_note_is_read_in_every_language() -> None:
    """What a row says besides is said too, in the reader's language."""
    said = "The config kept here has no audio tower."
    assert said in facts("gemma-4-e2b")
    for code in messages.OTHERS:
        file = BytesIO()
        write_mo(file, messages.read(code))
        language.use(code, file.getvalue())
        translated, html = language._(said), facts("gemma-4-e2b")
        language.use(language.ENGLISH)
        assert translated != said
        assert translated in html


def test_what_distilbert_is() -> None:
    """Its card on the hub says Apache 2.0 and 512 tokens; it was distilled from BERT."""
    found = values(facts("distilbert"))

    assert found["Licence"] == "apache-2.0"
    assert found["Longest context"] == "512 tokens"
    assert found["Distilled from"] == "BERT base uncased"
    assert 'href="../../m/bert-base-uncased/"' in facts("distilbert")


def test_languages_are_told_where_a_maker_names_them() -> None:
    """By name or by number, with who says so; of most models nobody is known to say it."""
    assert values(facts("llama-3.2-1b"))["Languages"].startswith("English, German, French, Italian")
    assert values(facts("qwen3-1.7b"))["Languages"].startswith("at least 119")
    assert "https://arxiv.org/abs/2505.09388" in facts("qwen3-1.7b")
    assert "Languages" not in values(facts("gemma-2b"))


def test_every_row_of_languages_is_of_the_catalogue() -> None:
    """Each row names known models once, and languages that have a name, or how many they are."""
    path = ROOT / "python/tabfit/catalog/model_languages.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    named = [model for row in rows for model in row["models"]]
    assert len(named) == len(set(named))
    assert set(named) <= {row["id"] for row in ROWS}
    for row in rows:
        assert ("languages" in row) != ("count" in row)
        assert set(row.get("languages", ())) <= set(model_facts.LANGUAGES)
        assert row["url"].startswith("https://")


def test_published_sizes_stand_beside_their_place() -> None:
    """The file that only bitnet.cpp reads is told with its listed size, as are all others."""
    assert "i2_s 1.19 GB" in re.sub("<[^>]+>", "", facts("bitnet-b1.58-2b"))
    assert "q8 67.6 MB" in re.sub("<[^>]+>", "", facts("distilbert"))


def test_a_runtimes_own_list_is_no_repository() -> None:
    """MLC has a repository for each precision: the name of all of them is no address."""
    html = facts("gemma-2b")
    assert 'href="https://huggingface.co/iAkashPaul/gemma-2b-it-gguf"' in html
    assert "<b>MLC</b> mlc-ai/gemma-2b-it" in html
    listed = {each.format for row in Catalog().models for each in row.published}
    assert listed <= {*model_facts.FORMATS}
    assert "huggingface.co/mlc-ai" not in html


def test_it_stands_in_the_document_and_follows_the_question() -> None:
    """The page has it before scripts run; another model's replaces it; a pasted one has none."""
    _head, body = model_page("whisper-base", Catalog(), "../../")
    assert "About Whisper base" in body

    def parts(model: str) -> dict[str, str]:
        asked = PageRequest(
            catalog=Catalog(), here=Device(), fields={"model": model}, about="whisper-base"
        )
        return {name: str(html) for name, html in control.respond(asked).parts.items()}

    assert "About Gemma 2B" in parts("gemma-2b")["about"]
    config = (ROOT / "tests/data/configs/HuggingFaceTB__SmolLM2-135M.json").read_text()
    pasted = parts(link.packed(json.loads(config)))
    assert pasted["about"] == ""
    assert pasted["chosen-model"] == "llama"


def test_the_first_answer_needs_neither_hub_nor_snippets() -> None:
    """What is wanted later is imported later: it would lengthen the page's start."""
    program = (
        "import json, sys; from app.respond import respond;"
        "respond(json.dumps({'view': 'answer', 'device': {}}));"
        "print([name for name in sys.modules if name.startswith(("
        "'tabfit.hub.', 'tabfit.snippets', 'tabfit.catalog.not_covered'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
