"""Listed sizes: a published file's own size wins over what a recipe computes.

In: a recipe's `Stored` and published files. Out: the same with the published
sizes in place, and a note where the recipe is off by more than one in a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from tabfit.formula import Constant, Unit
from tabfit.i18n.language import _
from tabfit.light_dataclass import replace
from tabfit.recipes.stored_model import Content, File, Stored, StoredTensor, total_size
from tabfit.recipes.tokenizer_size import travelled
from tabfit.units import Basis, Bytes, Interval, exactly


def _share(label: str, value: float, basis: Basis, source: str, fitted_on: str) -> Constant:
    ends = (value, value, value)
    return Constant(label, ends, unit=Unit.SHARE, basis=basis, source=source, fitted_on=fitted_on)


WORTH_SAYING: Final = _share(
    "difference that is worth a reader's time",
    0.01,
    Basis.ASSUMED,
    "a choice of this project: a hundredth",
    "no measurement: no verdict hangs on less",
)
TRUSTED: Final = _share(
    "difference up to which the recipe's tensors tell how large each is",
    0.1,
    Basis.ASSUMED,
    "beyond it the published files keep other tensors, or keep them otherwise",
    "Gemma 4 E2B for MediaPipe: a table of 2.35 GB was computed for a file of 2.00 GB",
)
ROUNDING: Final = _share(
    "share by which a listing of three digits is off at most",
    0.005,
    Basis.COMPUTED,
    "half of the last of three digits",
    "the least number of three digits, 1.00",
)


class Published(Protocol):
    """A file that somebody lists with its size."""

    @property
    def name(self) -> str:
        """Return the file's name below the model's folder."""

    @property
    def bytes(self) -> int:
        """Return its size."""

    @property
    def exact(self) -> bool:
        """Return whether the listing is exact or rounded."""

    @property
    def source(self) -> str:
        """Return where it is listed."""

    @property
    def least(self) -> int | None:
        """Return the smallest of its sizes, where it comes in several."""


def with_listed(
    stored: Stored, weights: Sequence[Published], common: Sequence[Published] = ()
) -> Stored:
    """Return the files with published sizes in place of computed ones.

    Published weight files replace all computed ones: they are the whole of a
    precision. Other files are replaced one by one, by name.
    """
    files = stored.files
    notes, known = stored.notes, stored.tensors_known
    if weights:
        computed = [file for file in files if file.content is Content.WEIGHTS]
        others = tuple(file for file in files if file.content is not Content.WEIGHTS)
        tensors = tuple(tensor for file in computed for tensor in file.tensors)
        listed = tuple(_file(each, Content.WEIGHTS) for each in weights)
        listed = (replace(listed[0], tensors=tensors), *listed[1:])
        if tensors:  # of an undisclosed shape nothing was computed to compare
            sizes = (total_size(listed), total_size(computed))
            notes += _difference(*sizes)
            known = known and abs(_off(*sizes)) <= TRUSTED.likely
        files = (*listed, *others)
    named = {each.name: each for each in common}
    files = tuple(
        _file(named[file.name], file.content) if file.name in named else file for file in files
    )
    return replace(stored, files=files, notes=notes, tensors_known=known)


def listed_files(weights: Sequence[Published], common: Sequence[Published]) -> tuple[File, ...]:
    """Return published files alone, of a model that no recipe can lay out."""
    held = tuple(_file(each, Content.WEIGHTS) for each in weights)
    return (*held, *(_file(each, _content(each.name)) for each in common))


def _content(name: str) -> Content:
    return Content.TOKENIZER if name == "tokenizer.json" else Content.CONFIG


def with_tensors(stored: Stored, held: Sequence[StoredTensor]) -> Stored:
    """Return the files with the tensors that a header lists in place of computed ones.

    A header says what a tensor is called and how it is stored; what it does is known by the
    recipe, which calls it the same.
    """
    known = {tensor.name: tensor for tensor in stored.tensors}
    tensors = tuple(_recognised(tensor, known.get(tensor.name)) for tensor in held)
    more = sum(tensor.size for tensor in tensors) - stored.weights_bytes
    return replace(stored, tensors=tensors, files=_refilled(stored.files, tensors, more))


def scaled_to(stored: Stored, size: int) -> Stored:
    """Return the files with every tensor scaled, so that the weights' files fill `size` bytes."""
    weights = total_size(file for file in stored.files if file.content is Content.WEIGHTS)
    share = size / weights.likely
    tensors = tuple(
        replace(tensor, size=Bytes(round(tensor.size * share))) for tensor in stored.tensors
    )
    files = _refilled(stored.files, tensors, size - weights.likely)
    return replace(stored, tensors=tensors, files=files)


def _recognised(tensor: StoredTensor, known: StoredTensor | None) -> StoredTensor:
    if known is None:
        return tensor
    return replace(tensor, origin=known.origin, role=known.role, part=known.part, layer=known.layer)


def _refilled(
    files: Sequence[File], tensors: tuple[StoredTensor, ...], more: int
) -> tuple[File, ...]:
    """Return the files with the first one of weights holding all tensors, at its changed size."""
    at = next(i for i, file in enumerate(files) if file.content is Content.WEIGHTS)
    first = replace(files[at], tensors=tensors, size=files[at].size + exactly(more))
    return (*files[:at], first, *files[at + 1 :])


def travelling(stored: Stored) -> Stored:
    """Return the files with their texts as they travel.

    The hub compresses the small texts it keeps in git (huggingface_hub pull request 3269);
    weights, and texts kept with them, travel as they are.
    """
    return replace(stored, files=tuple(_travelling(file) for file in stored.files))


def _travelling(file: File) -> File:
    if file.content is Content.WEIGHTS or not file.name.endswith((".json", ".txt")):
        return file
    return replace(file, size=travelled(file.size))


def _file(published: Published, content: Content) -> File:
    size = exactly(published.bytes)
    if not published.exact:
        size = size.scaled(1 - ROUNDING.likely, 1, 1 + ROUNDING.likely)
    if published.least is not None:
        size = Interval(published.least, size.likely, size.high)
    return File(
        name=published.name, size=size, basis=Basis.LISTED, why=published.source, content=content
    )


def _off(listed: Interval, computed: Interval) -> float:
    """Return by what share of what is listed the computed size is larger."""
    if not listed.likely or not computed.likely:
        return 0.0
    return (computed.likely - listed.likely) / listed.likely


def _difference(listed: Interval, computed: Interval) -> tuple[str, ...]:
    off = _off(listed, computed)
    if abs(off) <= WORTH_SAYING.likely:
        return ()
    off_by = {"bytes": listed.likely, "share": abs(off)}
    if off > 0:
        return (
            _(
                "the published files are {bytes:,} bytes; our recipe computes {share:.1%} more",
                **off_by,
            ),
        )
    return (
        _(
            "the published files are {bytes:,} bytes; our recipe computes {share:.1%} less",
            **off_by,
        ),
    )
