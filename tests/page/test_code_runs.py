"""The code that the page shows, run as it stands in a browser, on models made on the spot.

The hub and the content network are this test's own: each address that the code asks is answered
from a made model or from the npm package of package-lock.json, and no other is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

pytest.importorskip("onnx")
pytest.importorskip("gguf")

import onnx

import tabfit
from tests.runtimes.bench import gguf_models
from tests.runtimes.bench.shapes import SHAPES

PACKAGES: Final = Path(__file__).resolve().parents[2] / "node_modules"
PAGE: Final = "https://page.test/"
TYPES: Final = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}

#: Where the names that the code imports lie; what a bundler would look up.
NAMES: Final = {
    "@huggingface/transformers": "/npm/@huggingface/transformers/dist/transformers.min.js",
    "@wllama/wllama/": "/npm/@wllama/wllama/",
}
DOCUMENT: Final = f"""<!doctype html><title>A page</title><link rel="icon" href="data:,">
<script type="importmap">{json.dumps({"imports": NAMES})}</script>
<script>
  const log = console.log;
  console.log = (each) => log(typeof each === "string" ? each : JSON.stringify(each));
  addEventListener("error", (fault) => (document.title = `failed: ${{fault.message}}`));
  addEventListener("unhandledrejection", (fault) => (document.title = `failed: ${{fault.reason}}`));
</script>
<script type="module" src="/snippet.js"></script>"""


def answers(code: str, hub: Mapping[str, bytes], unknown: list[str]) -> Any:
    """Return what answers every address: the page, the packages, and a hub that holds `hub`."""

    def answer(route: Route) -> None:
        host, path = urlsplit(route.request.url)[1:3]
        path = unquote(path)
        isolated = {
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-embedder-policy": "require-corp",
            "cross-origin-resource-policy": "cross-origin",
            "access-control-allow-origin": "*",
            "content-type": TYPES.get(Path(path).suffix, "application/octet-stream"),
        }
        if host == "page.test" and path == "/":
            route.fulfill(body=DOCUMENT, headers={**isolated, "content-type": "text/html"})
        elif path == "/snippet.js":
            route.fulfill(body=f"{code}\ndocument.title = 'done';", headers=isolated)
        elif "/npm/" in path:
            route.fulfill(body=_packaged(path), headers=isolated)
        elif host == "huggingface.co" and path in hub:
            route.fulfill(body=hub[path], headers=isolated)
        else:
            unknown.append(route.request.url)
            route.fulfill(status=404, headers=isolated)

    return answer


def _packaged(path: str) -> bytes:
    """Return a file of a package, from the folder of node_modules that its user has."""
    scope = path.partition("/npm/")[2].split("/")
    name = "/".join(scope[:2]) if scope[0].startswith("@") else scope[0]
    rest = "/".join(scope[2:] if scope[0].startswith("@") else scope[1:])
    name = name[:1] + name[1:].partition("@")[0]
    below = PACKAGES / "@huggingface/transformers/node_modules" / name
    return ((below if below.is_dir() else PACKAGES / name) / rest).read_bytes()


@pytest.fixture
def said(browser: Browser) -> Iterator[Any]:
    """Yield what runs a snippet, and returns the lines that it writes on the console."""
    context = browser.new_context()
    page = context.new_page()

    def run(code: str, hub: Mapping[str, bytes]) -> list[str]:
        return _run(page, code, hub)

    yield run
    context.close()


def _run(page: Page, code: str, hub: Mapping[str, bytes]) -> list[str]:
    lines: list[str] = []
    unknown: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.context.route("**", answers(code, hub, unknown))
    page.goto(PAGE)
    page.wait_for_function("/^(done|failed)/.test(document.title)", timeout=60_000)
    assert page.title() == "done", (page.title(), unknown, lines[-5:])
    return lines


def classifier() -> bytes:
    """Return a graph that calls every text positive: two logits out of the sum of its tokens."""
    helper, kinds = onnx.helper, onnx.TensorProto
    axes = helper.make_tensor("axes", kinds.INT64, [1], [1])
    slope = helper.make_tensor("slope", kinds.FLOAT, [1, 2], [-1.0, 1.0])
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["numbers"], to=kinds.FLOAT),
        helper.make_node("ReduceSum", ["numbers", "axes"], ["sum"], keepdims=1),
        helper.make_node("MatMul", ["sum", "slope"], ["logits"]),
    ]
    texts = ["batch", "tokens"]
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("input_ids", kinds.INT64, texts)],
        [helper.make_tensor_value_info("logits", kinds.FLOAT, ["batch", 2])],
        [axes, slope],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


WORDS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "lovely", "day", ".")
TOKENIZER: Final[dict[str, Any]] = {
    "version": "1.0",
    "added_tokens": [],
    "normalizer": {"type": "BertNormalizer", "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": None,
    "decoder": {"type": "WordPiece"},
    "model": {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {word: at for at, word in enumerate(WORDS)},
    },
}


@pytest.mark.slow
def test_transformersjs(said: Any) -> None:
    """DistilBERT's code loads `model_quantized.onnx` of its repository, tells how far, and runs."""
    given = tabfit.estimate("distilbert", runtime="transformersjs-wasm", precision="q8")
    folder = f"/{given.subject.published[0].repository}/resolve/main"
    config = {
        "model_type": "distilbert",
        "architectures": ["DistilBertForSequenceClassification"],
        "id2label": {"0": "NEGATIVE", "1": "POSITIVE"},
    }
    hub = {
        f"{folder}/config.json": json.dumps(config).encode(),
        f"{folder}/tokenizer.json": json.dumps(TOKENIZER).encode(),
        f"{folder}/tokenizer_config.json": b'{"tokenizer_class": "DistilBertTokenizer"}',
        f"{folder}/onnx/model_quantized.onnx": classifier(),
    }
    found = tabfit.snippet(given)
    assert found is not None
    lines = said(found.code, hub)

    assert "100 %" in lines
    (judged,) = json.loads(lines[-1])
    assert judged["label"] == "POSITIVE"


@pytest.mark.slow
def test_wllama(said: Any, tmp_path: Path) -> None:
    """Llama 3.2 1B's code loads the file that the catalogue names, and a chat is answered."""
    given = tabfit.estimate("llama-3.2-1b", runtime="wllama-cpu", precision="q8_0", context=256)
    found = tabfit.snippet(given)
    assert found is not None
    repository = "bartowski/Llama-3.2-1B-Instruct-GGUF"
    assert repository in found.code
    name = "Llama-3.2-1B-Instruct-Q8_0.gguf"
    config = {
        **SHAPES["smollm2-135m"],
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 32,
        "intermediate_size": 128,
        "vocab_size": 1024,
    }
    file = gguf_models.write(config, "Q8_0", tmp_path / name)
    listing = [{"type": "file", "path": name, "size": file.stat().st_size, "oid": "0"}]
    hub = {
        f"/api/models/{repository}/tree/main": json.dumps(listing).encode(),
        f"/{repository}/resolve/main/{name}": file.read_bytes(),
    }
    lines = said(found.code, hub)

    assert "100 %" in lines
    assert lines[-1] not in ("100 %", "undefined")  # a reply, of words that chance made
