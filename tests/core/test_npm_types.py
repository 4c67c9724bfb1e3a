"""The npm package's types, as a page written in TypeScript meets them."""

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


@pytest.mark.skipif(
    shutil.which("node") is None or not COMPILER.exists(),
    reason="node or the packages of package-lock.json are not installed",
)
def test_types(tmp_path: Path) -> None:
    """Package and badge are found with their types; what they do not have is an error."""
    npm_package.lay_code(tmp_path / "node_modules" / "tabfit")
    (tmp_path / "right.ts").write_text(PAGE)
    (tmp_path / "wrong.ts").write_text(PAGE.replace("answer.words", "answer.verdict"))
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    said = subprocess.run(
        [COMPILER, "--project", tmp_path, "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    ).stdout
    assert "Property 'verdict' does not exist on type 'Answer'" in said
    assert said.count("error TS") == 1, said
