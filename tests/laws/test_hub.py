"""Laws of the hub's plan: any text is an address or refused, any answers end in a result."""

from __future__ import annotations

import contextlib
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tabfit.errors import TabfitError, UnreachableHub
from tabfit.hub import Address, HubResponse, HubResult, Request, carry_out, look_up, parse
from tabfit.hub.request import MOST_RETRIES, pause_before

NAMES = st.sampled_from(
    ["config.json", "model.safetensors", "m-Q4_K_M.gguf", "onnx/model.onnx", "x.task", "a.py",
     "model.safetensors.index.json", "tensor-cache.json", "mlc-chat-config.json", "../x.gguf",
     "params_shard_0.bin", "m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | NAMES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
INFORMATION = st.fixed_dictionaries(
    {
        "id": st.just("a/b") | JSON,
        "siblings": st.lists(
            st.fixed_dictionaries(
                {"rfilename": NAMES | JSON, "size": st.integers(-1, 2**64) | JSON}
            ),
            max_size=6,
        )
        | JSON,
    }
)


@settings(max_examples=500, deadline=None)
@given(
    text=st.text(max_size=60) | st.from_regex(r"(https?://huggingface\.co/|hf:)?[\w./@%-]{0,40}")
)
@example(text="https://[::1")
@example(text="https://huggingface.co/a/b/blob/main/")
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """No text makes the reader of addresses do anything else; what it gives stays on its host."""
    try:
        found = parse(text)
    except UnreachableHub:
        return
    host = found.url.split("/")[2] if found.url else "huggingface.co"
    assert found.host == host
    assert found.file("config.json").startswith(("https://", "http://"))


def answers() -> st.SearchStrategy[HubResponse]:
    """Return answers of every kind: sound JSON of the wrong shape, noise, refusals."""
    bodies = st.one_of(
        INFORMATION.map(lambda value: json.dumps(value).encode()),
        JSON.map(lambda value: json.dumps(value).encode()),
        st.binary(max_size=60),
    )
    headers = st.dictionaries(
        st.sampled_from(["content-range", "content-length", "x-error-code", "retry-after"]),
        st.sampled_from(
            ["bytes 0-9/10", "bytes 0-9/*", "99999999999999999999", "GatedRepo", "-1", ""]
        ),
        max_size=3,
    )
    status = st.sampled_from([200, 200, 200, 206, 206, 0, 301, 401, 403, 404, 416, 429, 500])
    return st.builds(
        lambda s, b, h: HubResponse(status=s, body=b, headers=h), s=status, b=bodies, h=headers
    )


@settings(max_examples=300, deadline=None)
@given(
    data=st.data(), path=st.sampled_from(["", "m.gguf", "m.onnx", "m.safetensors", "config.json"])
)
def test_any_answers_end_in_a_result_or_a_sentence(data: st.DataObject, path: str) -> None:
    """A hub that answers nonsense is survived, and asked no more than a few times."""
    asked: list[Request] = []

    def fetch(batch: object) -> list[HubResponse]:
        requests = list(batch) if isinstance(batch, tuple) else []
        asked.extend(requests)
        return [data.draw(answers()) for _ in requests]

    plan = look_up(Address(repository="a/b", path=path), tensors=data.draw(st.booleans()))
    with contextlib.suppress(TabfitError):
        assert isinstance(carry_out(plan, fetch), HubResult)
    assert all(request.url.startswith("https://huggingface.co/") for request in asked)
    assert len(asked) < 100


@given(status=st.integers(0, 599), said=st.text(max_size=8))
def test_waiting_always_ends(status: int, said: str) -> None:
    """No answer is asked again more than a few times, nor waited for long."""
    answer = HubResponse(status=status, headers={"retry-after": said})
    pauses = [pause_before(attempt, answer) for attempt in range(1, MOST_RETRIES + 2)]
    assert pauses[-1] is None
    assert all(pause is None or 0 <= pause <= 20 for pause in pauses)
