"""A repository as its hub describes it: files with sizes, and what stands beside them.

In: the model information of a hub (`/api/models/owner/name?blobs=true`). Out: a
`Listing`, or `UnreachableHub` where the repository holds nothing to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tabfit.errors import Quoted, UnreachableHub, from_outside
from tabfit.headers import kind_of
from tabfit.hub.address import is_name
from tabfit.hub.bounded_json import parse_object
from tabfit.i18n.language import Message, _
from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes

MOST_FILES = 12_000
_READ_HERE = (".task", ".litertlm")
_CONFIGS = ("config.json", "mlc-chat-config.json")
_NOT_READ = (".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".pkl", ".npz", ".tflite")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file: its path in the repository and its size, `None` where the hub does not say."""

    name: str
    size: Bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A repository: `name` as the hub spells it, the commit, the files."""

    name: str
    commit: str | None
    files: tuple[ListedFile, ...]
    task: str | None = None
    notes: tuple[str, ...] = ()

    def has(self, path: str) -> bool:
        """Return whether a file of exactly this path is there."""
        return any(file.name == path for file in self.files)

    def size_of(self, path: str) -> Bytes | None:
        """Return the size of a file, `None` where it is not there or the hub does not say."""
        return next((file.size for file in self.files if file.name == path), None)


def read_listing(asked: str, repository: str, text: bytes) -> Listing:
    """Return the listing that a hub's answer describes."""
    try:
        said = parse_object(text)
    except (ValueError, TypeError) as error:
        raise UnreachableHub(
            asked, Message("has a description that {error}", error=from_outside(error))
        ) from None
    name = said.get("id") or said.get("modelId")
    siblings = said.get("siblings")
    if not isinstance(name, str) or not is_name(name) or not isinstance(siblings, list):
        raise UnreachableHub(asked, Message("has a description without a name or a list of files"))
    if said.get("disabled") is True:
        raise UnreachableHub(asked, Message("was disabled by its hub"))
    listing = Listing(
        name=name,
        commit=_word(said, "sha"),
        files=_files(asked, siblings),
        task=_word(said, "pipeline_tag"),
        notes=_renamed(repository, name),
    )
    check_worth(asked, listing)
    return listing


def _word(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value[:200] if isinstance(value, str) else None


def _renamed(asked: str, name: str) -> tuple[str, ...]:
    if asked.lower() == name.lower():
        return ()
    return (_("{asked} is now called {name}", asked=asked, name=name),)


def _files(asked: str, siblings: list[Any]) -> tuple[ListedFile, ...]:
    if len(siblings) > MOST_FILES:
        raise UnreachableHub(
            asked,
            Message(
                "lists {count:,} files, too many to read; give the address of one file",
                count=len(siblings),
            ),
        )
    found: dict[str, ListedFile] = {}
    for sibling in siblings:
        path = sibling.get("rfilename") if isinstance(sibling, dict) else None
        if not isinstance(path, str) or not path or len(path) > 1000 or ".." in path.split("/"):
            raise UnreachableHub(asked, Message("lists a file without a name, or outside of it"))
        found[path] = ListedFile(path, _size(sibling))
    return tuple(found.values())


def _size(sibling: Mapping[str, Any]) -> Bytes | None:
    size = sibling.get("size")
    return Bytes(size) if type(size) is int and 0 <= size < 2**53 else None


def check_worth(asked: str, listing: Listing) -> None:
    """Refuse a repository in which nothing can be read, saying what lies in it instead."""
    names = [file.name for file in listing.files if not file.name.startswith(".git")]
    if not names:
        raise UnreachableHub(asked, Message("is empty: it has no files yet"))
    if any(is_readable(name) for name in names):
        return
    others = sorted(name for name in names if name.endswith(_NOT_READ))
    if others:
        raise UnreachableHub(
            asked,
            Message(
                "has neither a config.json nor a file read here, only {given} and its like",
                given=Quoted(others[0]),
            ),
        )
    raise UnreachableHub(
        asked,
        Message(
            "has no model: {count:,} other files, such as {given}",
            count=len(names),
            given=Quoted(max(names)),
        ),
    )


def is_readable(path: str) -> bool:
    """Return whether a file says something of a model here."""
    name = path.rpartition("/")[2]
    return kind_of(name) is not None or name.endswith(_READ_HERE) or path in _CONFIGS
