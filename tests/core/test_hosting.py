"""How the page is built and published elsewhere: workflows, headers, addresses, missing sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.dist.pages import html_pages
from tools.dist.pyodide import third_party_wheels
from tools.serve import header_rules

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_pinned_and_may_do_little(path: Path) -> None:
    """Actions and containers are named by their hashes, or our own; nothing is allowed at first."""
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (?!\./)(.*)", text)
    assert used
    for each in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each
    for each in re.findall(r"container: (\S+)", text):
        assert re.fullmatch(r"[\w:.-]+@sha256:[0-9a-f]{64}", each), each
    assert "\npermissions: {}\n" in text
    assert "secrets." not in text
    assert "contents: write" not in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_targets_that_there_are(path: Path) -> None:
    """What a workflow makes is a target of the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = re.findall(r"run: make ([\w-]+)", path.read_text(encoding="utf-8"))
    assert asked
    assert set(asked) <= targets


def test_every_push_is_tried_in_three_engines_after_the_tests() -> None:
    """The job that runs them waits for the one that runs `make test`, and no condition is set."""
    folder = ROOT / ".github" / "workflows"
    jobs = re.split(r"\n  (?=\w+:\n)", (folder / "pages.yml").read_text(encoding="utf-8"))
    (tests,) = [each.partition(":")[0] for each in jobs if "run: make test\n" in each]
    (engines,) = [each for each in jobs if "uses: ./.github/workflows/engines.yml" in each]
    assert f"needs: {tests}\n" in engines
    called = (folder / "engines.yml").read_text(encoding="utf-8")
    assert "  workflow_call:\n" in called
    assert re.search(r"run: make test-engines\n      - name:", called)
    assert not re.search(r"if: .*\n        run: make test-engines", called)


def test_headers_of_what_never_changes() -> None:
    """Folders named by their content may be kept for ever, all else is asked about."""
    rules = dict(header_rules((ROOT / "static" / "_headers").read_text()))
    assert rules["/*"]["Cache-Control"] == "no-cache"
    for folder in ("code", "runtime", "snapshot", "wheels"):
        assert "immutable" in rules[f"/{folder}/*"]["Cache-Control"]


@pytest.mark.parametrize(
    ("site", "root"),
    [("", "/"), ("https://fit.example", "/"), ("https://a.github.io/fit", "/fit/")],
)
def test_the_404_page_leads_home_from_any_depth(site: str, root: str) -> None:
    """A host shows it at any address, so its links begin at the site's root."""
    laid = html_pages.SiteLayout(
        code="code/x/",
        runtime="",
        snapshot="",
        memory={},
        hashes={},
        build="",
        guard="",
        policy="",
        data=ROOT,
        site=site,
    )
    assert html_pages._root(laid, "404.html") == root
    assert html_pages._root(laid, "m/gemma-2b/index.html") == "../../"


def test_a_missing_wheel_is_named() -> None:
    """Who builds without a source is told the file, its hash, and where to lay it."""
    told = third_party_wheels.without("numpy")
    assert re.search(r"numpy-[\w.-]+\.whl with sha256 [0-9a-f]{64}", told)
    assert ".cache/wheels/" in told
