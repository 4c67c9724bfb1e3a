"""The npm package, packed and installed as npm does it: what is in it, and its types."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import npm_package
from tools.dist.paths import ROOT

COMPILER = ROOT / "node_modules" / ".bin" / "tsc"
PAGE = """import { canRun, type Answer } from "tabfit";
import { TabfitBadge } from "tabfit/badge";
const answer: Answer = await canRun("llama-3.2-1b", { runtime: "webllm" });
const best: string | undefined = answer.alternatives[0]?.runtime;
const badge: TabfitBadge = document.createElement("tabfit-badge");
badge.title = `${answer.words} ${answer.download.likely} ${best}`;
"""
OPTIONS = {
    "noEmit": True,
    "strict": True,
    "target": "es2023",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2023", "dom"],
    "types": [],
}


#: Prints what a script finds that imports the package by its names.
SCRIPT = """import * as all from "tabfit";
import rules from "tabfit/data/rules.json" with { type: "json" };
console.log(JSON.stringify([Object.keys(all), rules]));
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that npm installed the packed package into, without a network."""
    root = tmp_path_factory.mktemp("page")
    package = root / "packed" / "tabfit"
    npm_package.lay_code(package)
    (package / "data").mkdir()
    (package / "data" / "rules.json").write_text('{"version": "made up"}')
    (root / "package.json").write_text('{"type": "module"}')
    quiet = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    packed = subprocess.run(
        ["npm", "pack", "--json", *quiet], cwd=package, check=True, capture_output=True, text=True
    ).stdout
    (told,) = json.loads(packed) if packed.startswith("[") else json.loads(packed).values()
    archive = package / told["filename"]
    command = ["npm", "install", *quiet, str(archive)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return root


without_node = pytest.mark.skipif(
    shutil.which("node") is None or not COMPILER.exists(),
    reason="node or the packages of package-lock.json are not installed",
)


@without_node
def test_a_packed_package(page: Path) -> None:
    """An empty folder that installed it has every file of js/, data, and nothing besides."""
    installed = page / "node_modules" / "tabfit"
    files = {str(each.relative_to(installed)) for each in installed.rglob("*") if each.is_file()}
    assert files == {*(each.name for each in npm_package.SOURCE.iterdir()), "data/rules.json"}
    (page / "script.mjs").write_text(SCRIPT)
    said = subprocess.run(["node", "script.mjs"], cwd=page, check=True, capture_output=True).stdout
    assert json.loads(said) == [["canRun", "deviceSignals"], {"version": "made up"}]


@without_node
def test_types(page: Path) -> None:
    """Package and badge are found with their types; what they do not have is an error."""
    (page / "right.ts").write_text(PAGE)
    (page / "wrong.ts").write_text(PAGE.replace("answer.words", "answer.verdict"))
    (page / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    said = subprocess.run(
        [COMPILER, "--project", page, "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
        cwd=page,
    ).stdout
    assert "Property 'verdict' does not exist on type 'Answer'" in said
    assert said.count("error TS") == 1, said
