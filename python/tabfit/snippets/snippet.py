"""What a snippet is, and what its writer is told of the question.

In: an answer's subject, runtime, precision and context. Out: `SnippetRequest`, and
the `Snippet` that a writer makes of it.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Final

from tabfit.catalog import Publication, PublishedFile, PublishedPrecision, RuntimeFacts
from tabfit.estimate.subjects import Subject
from tabfit.hub_names import HUB, HUB_ID
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Kind
from tabfit.recipes.onnx import session_precisions
from tabfit.runtimes.load_options import LoadOptions
from tabfit.units import Tokens

#: What stands where no repository is known.
REPOSITORY: Final = "OWNER/REPOSITORY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A module that loads one model: `code` imports from `package`, at the version checked.

    `notes` are sentences about what is to be filled in, and about what the code leaves open.
    """

    code: str
    package: str | None
    version: str | None
    notes: tuple[str, ...] = ()

    @property
    def installed(self) -> str | None:
        """Return the command that brings the package."""
        return f"npm install {self.package}@{self.version}" if self.package else None


@dataclass(frozen=True, kw_only=True)
class SnippetRequest:
    """One model, one runtime, one precision, one context, and what the runtime is told besides."""

    about: Subject
    facts: RuntimeFacts
    precision: str
    context: Tokens
    options: LoadOptions = LoadOptions()

    @cached_property
    def sessions(self) -> dict[str, str]:
        """Return the precision of each session, nothing where one name holds for all."""
        whole = session_precisions.is_map(self.precision)
        return session_precisions.read(self.precision) if whole else {}

    @cached_property
    def publication(self) -> Publication | None:
        """Return the place that offers the precision, or `None` where none is known."""
        found = self.about.publication(self.facts)
        wanted = session_precisions.dtypes(self.precision)
        return found if found and wanted <= found.offers.keys() else None

    @property
    def offer(self) -> PublishedPrecision | None:
        """Return the precision as it is offered, or `None`; of several, that which makes tokens."""
        name = session_precisions.main(self.precision)
        return self.publication.offers[name] if self.publication else None

    @property
    def repository(self) -> str | None:
        """Return the hub's repository, `None` where it is not known or lies elsewhere."""
        found = self.publication
        return found.repository if found and HUB_ID.fullmatch(found.repository) else None

    @property
    def files(self) -> tuple[PublishedFile, ...]:
        """Return the weight files that the repository itself is known to hold."""
        found, offer = self.publication, self.offer
        if found is None or offer is None:
            return ()
        if not self.sessions:
            return offer.files
        every = (each for dtype in self.sessions.values() for each in found.offers[dtype].files)
        told = {*self.sessions.items()}
        return tuple(each for each in every if session_precisions.session_of(each.name) in told)

    @property
    def task(self) -> str | None:
        """Return what the model is for, `None` where nobody said."""
        return self.about.model.task if self.about.model else None

    @property
    def generates(self) -> bool:
        """Return whether it makes text token by token."""
        shape = self.about.architecture
        return shape is not None and shape.kind is Kind.DECODER


def quoted(text: str) -> str:
    r"""Return a text as JavaScript writes it; what ends a script in HTML is written apart.

    >>> quoted('a"b')
    '"a\\"b"'
    """
    return json.dumps(text).replace("</", "<\\/")


def on_hub(repository: str, file: str) -> str:
    """Return the address at which the hub serves a file (its documentation, "Download files")."""
    return f"{HUB}/{repository}/resolve/main/{file}"
