"""What somebody typed or pasted -> a repository, a file in one, or a file elsewhere.

In: a line of text and the hub's address. Out: an `Address`, or `UnreachableHub`
with what is accepted. Nothing is asked of anybody here.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tabfit.errors import UnreachableHub
from tabfit.headers import kind_of
from tabfit.hub_names import HUB
from tabfit.i18n.language import Message, later
from tabfit.light_dataclass import dataclass, replace

ENDPOINT = HUB
_HUB_HOSTS = {"huggingface.co", "www.huggingface.co", "hf.co"}
_ACCEPTED = later(
    "is not an address that is read here; accepted are owner/name, owner/name@revision, hf:name, "
    "the web address of a model, and that of a .safetensors, .gguf, .onnx, .task, .litertlm or "
    "config.json file"
)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}")
_LONGEST = 2000
_NOT_MODELS = {
    "datasets": later("a dataset"),
    "spaces": later("a space"),
    "collections": later("a collection"),
}
_NOT_OWNERS = {"api", "docs", "blog", "models", "papers", "tasks", "settings", "login", "join"}
_VIEWS = {"tree", "blob", "resolve", "raw"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a model lies: `repository` on a hub, perhaps one `path` in it; or `url` elsewhere.

    `revision` is a branch, a tag or a commit; `None` is the hub's own main one.
    """

    repository: str = ""
    revision: str | None = None
    path: str = ""
    url: str = ""
    endpoint: str = ENDPOINT

    @property
    def source(self) -> str:
        """Return how this address is written in links and answers."""
        if self.url:
            return self.url
        revision = f"@{self.revision}" if self.revision else ""
        return f"hf:{self.repository}{revision}" + (f"/{self.path}" if self.path else "")

    @property
    def host(self) -> str:
        """Return who will be asked."""
        return urlsplit(self.url or self.endpoint).netloc

    @property
    def name(self) -> str:
        """Return the last part of what is addressed: the file's name or the repository's."""
        return (self.path or urlsplit(self.url).path or self.repository).rpartition("/")[2]

    @property
    def information(self) -> str:
        """Return the address of the repository's list of files with their sizes."""
        revision = f"/revision/{quote(self.revision, safe='')}" if self.revision else ""
        return f"{self.endpoint}/api/models/{self.repository}{revision}?blobs=true"

    def file(self, path: str) -> str:
        """Return the address of one file of the repository, or of one beside the file elsewhere."""
        if self.url:
            return self.url.rpartition("/")[0] + "/" + quote(path)
        revision = quote(self.revision or "main", safe="")
        return f"{self.endpoint}/{self.repository}/resolve/{revision}/{quote(path)}"

    def beside(self, name: str) -> str:
        """Return the path of a file in the same folder as this one."""
        folder = self.path.rpartition("/")[0]
        return f"{folder}/{name}" if folder else name


def looks_like_address(text: str) -> bool:
    """Return whether a text can only mean a hub or the web, not a catalogue id or a path.

    >>> [looks_like_address(t) for t in ("hf:gpt2", "https://hf.co/a/b", "gemma-2b", "a/b")]
    [True, True, False, False]
    """
    return text.startswith(("hf:", "https://", "http://"))


def is_name(text: str) -> bool:
    """Return whether a text can be a repository's name: owner/name, or the oldest ones' name."""
    parts = text.split("/")
    return len(parts) <= 2 and all(_PART.fullmatch(part) for part in parts)


def parse(text: str, endpoint: str = ENDPOINT) -> Address:
    """Return where a text points.

    >>> parse("Qwen/Qwen3-0.6B@v1").source
    'hf:Qwen/Qwen3-0.6B@v1'
    >>> parse("https://huggingface.co/a/b/blob/main/onnx/model.onnx").path
    'onnx/model.onnx'
    """
    text, endpoint = text.strip(), endpoint.rstrip("/")
    if not text or len(text) > _LONGEST or any(not sign.isprintable() for sign in text):
        raise UnreachableHub(text, Message(_ACCEPTED))
    if re.match(r"https?://", text):
        return _from_web(text, endpoint)
    found = _from_words(text.removeprefix("hf:"), endpoint)
    if found is None or ("/" not in found.repository and not text.startswith("hf:")):
        raise UnreachableHub(text, Message(_ACCEPTED))
    return found


def _from_words(text: str, endpoint: str) -> Address | None:
    """Return owner/name, with @revision and a path after it where they are written."""
    name, _, rest = text.partition("@")
    parts = name.strip("/").split("/")
    revision, behind = _revision(rest.split("/")) if rest else ("", "/".join(parts[2:]))
    repository = parts[:2]
    if not all(_PART.fullmatch(part) for part in repository):
        return None
    if rest and not _REVISION.fullmatch(revision):
        return None
    return _checked(
        Address(
            repository="/".join(repository),
            revision=revision or None,
            path=behind,
            endpoint=endpoint,
        )
    )


def _checked(address: Address) -> Address | None:
    steps = address.path.split("/")
    wrong = len(address.path) > 512 or any(step in {".", ".."} for step in steps)
    return None if wrong or (address.path and "" in steps) else address


def _from_web(text: str, endpoint: str) -> Address:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise UnreachableHub(text, Message(_ACCEPTED)) from None
    if parts.username or parts.password or not parts.hostname or port == 0:
        raise UnreachableHub(text, Message(_ACCEPTED))
    if parts.netloc == urlsplit(endpoint).netloc or parts.hostname in _HUB_HOSTS:
        return _from_hub_path(text, parts, endpoint)
    return _elsewhere(text, parts, endpoint)


def _elsewhere(text: str, parts: SplitResult, endpoint: str) -> Address:
    name = unquote(parts.path).rpartition("/")[2]
    if not (kind_of(name) or name.endswith(".json")):
        raise UnreachableHub(
            text,
            Message(
                "is on another host, where only .safetensors, .gguf, .onnx, .task, .litertlm and "
                ".json are read"
            ),
        )
    return Address(url=parts._replace(fragment="").geturl(), endpoint=endpoint)


def _from_hub_path(text: str, parts: SplitResult, endpoint: str) -> Address:
    steps = [unquote(step) for step in parts.path.strip("/").split("/")]
    if steps[0] in _NOT_MODELS:
        raise UnreachableHub(
            text,
            Message(
                "is the address of {what}, not of a model", what=Message(_NOT_MODELS[steps[0]])
            ),
        )
    if steps[0] in _NOT_OWNERS:
        raise UnreachableHub(text, Message(_ACCEPTED))
    at = next((i for i in (1, 2) if len(steps) > i + 1 and steps[i] in _VIEWS), None)
    found = _from_words("/".join(steps[: at or 2]), endpoint)
    if found is not None and at is not None:
        found = _with_view(found, steps[at], steps[at + 1 :])
    if found is None:
        raise UnreachableHub(text, Message(_ACCEPTED))
    return found


def _revision(steps: list[str]) -> tuple[str, str]:
    """Return a revision and the path behind it; `refs/pr/3` is the one kind with slashes in use."""
    length = 3 if steps[0] == "refs" else 1
    return "/".join(steps[:length]), "/".join(steps[length:])


def _with_view(address: Address, view: str, behind: list[str]) -> Address | None:
    """Return the revision and path behind /tree/, /blob/, /resolve/ or /raw/."""
    revision, path = _revision(behind)
    if not _REVISION.fullmatch(revision):
        return None
    named = None if revision == "main" else revision
    return _checked(replace(address, revision=named, path="" if view == "tree" else path))
