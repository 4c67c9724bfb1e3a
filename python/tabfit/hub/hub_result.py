"""What a hub, a folder or files told of a model, before anything follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tabfit.headers import Header
from tabfit.headers.not_models import other_kind
from tabfit.hub.download_variants import Variant, precision_of
from tabfit.hub.listing import ListedFile
from tabfit.i18n.language import _
from tabfit.light_dataclass import dataclass
from tabfit.units import Bytes


@dataclass(frozen=True, kw_only=True)
class HubResult:
    """What a hub or a file told.

    `source` is how to name it in a link. `kind` is the format of `header`, or
    `config`. `config` is in the words of a config.json, `None` where neither a
    config nor a header told one. `variants` are what can be downloaded, with
    sizes. `header` holds the tensors, where they were asked for or needed, and
    `read` names the files it was read from. `common` are the small files that every
    variant needs besides, with sizes.
    """

    source: str
    name: str
    kind: str
    config: Mapping[str, Any] | None = None
    variants: tuple[Variant, ...] = ()
    header: Header | None = None
    read: tuple[str, ...] = ()
    common: tuple[ListedFile, ...] = ()
    commit: str | None = None
    task: str | None = None
    notes: tuple[str, ...] = ()


def of_files(
    sizes: Mapping[str, Bytes],
    header: Header,
    config: Mapping[str, Any] | None,
    *,
    source: str,
) -> HubResult:
    """Return what the parts of one model told: their sizes by name, and their joint header.

    What is no model by itself (an adapter, a projector) has no config either, whatever lies
    beside it.
    """
    other = other_kind(header)
    names = tuple(sizes)
    files = [ListedFile(name, size) for name, size in sizes.items()]
    files += [ListedFile(name, size) for name, size in header.outside.items()]
    precision = precision_of(names[0])
    return HubResult(
        source=source,
        name=names[0].rpartition("/")[2],
        kind=header.kind,
        config=header.config or config if other is None else None,
        variants=(Variant(format=header.kind, precision=precision, files=tuple(files)),),
        header=header,
        read=names,
        notes=header.notes if other is None else (_("it is {what}, not a model", what=other),),
    )
