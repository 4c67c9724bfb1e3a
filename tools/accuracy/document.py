"""What the page of accuracy is made of: sections, claims and tables, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.accuracy.onnx_sizes import Row

SHOWN = 8  # rows furthest off


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked of some rows, what they give, and whether that is enough."""

    asked: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the document; a table's first line is its heading.

    `key` names it, `rows` are every figure it is about.
    """

    key: str
    title: str
    about: str
    rows: tuple[Row, ...] = field(default=())
    claims: tuple[Claim, ...] = ()
    tables: tuple[tuple[tuple[str, ...], ...], ...] = field(default=())

    @property
    def text(self) -> str:
        """Return the section in Markdown."""
        parts = [f"## {self.title}", self.about]
        if self.claims:
            heading = ("asked", "found", "holds")
            lines = ((c.asked, c.found, "yes" if c.holds else "**no**") for c in self.claims)
            parts.append(table((heading, *lines)))
        parts += [table(each) for each in self.tables]
        return "\n\n".join(part for part in parts if part) + "\n"


def table(lines: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; its first line is the heading."""
    heading, *rest = lines
    rule = ["---"] * len(heading)
    return "\n".join("| " + " | ".join(line) + " |" for line in (heading, rule, *rest))


# Claims


def percent(share: float) -> str:
    """Return a share with the figures that matter: 0.0012 % and 12 % alike."""
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.1f} %"


def all_within(rows: Sequence[Row], most: float) -> Claim:
    """Return the claim that no row is further off."""
    worst = max((abs(row.error) for row in rows), default=1.0)
    asked = f"every one within {percent(most)}"
    return Claim(asked, f"{len(rows)} rows, worst {percent(worst)}", worst <= most)


def share_within(rows: Sequence[Row], most: float, least: float) -> Claim:
    """Return the claim that at least such a share of rows is no further off."""
    share = sum(abs(row.error) <= most for row in rows) / len(rows)
    asked = f"at least {least:.0%} within {percent(most)}"
    return Claim(asked, f"{percent(share)} of {len(rows)} rows", share >= least)


def median_within(rows: Sequence[Row], most: float) -> Claim:
    """Return the claim that half the rows are no further off."""
    found = median(abs(row.error) for row in rows)
    return Claim(f"median error at most {percent(most)}", percent(found), found <= most)


def inside(rows: Sequence[Row], least: float, words: str) -> Claim:
    """Return the claim that at least such a share of intervals holds the truth."""
    share = sum(row.inside for row in rows) / len(rows)
    asked = f"{words}: at least {least:.0%}" if least < 1 else f"{words}: every one"
    return Claim(asked, f"{percent(share)} of {len(rows)} rows", share >= least)


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Return rows, the furthest off first."""
    return sorted(rows, key=lambda row: (-abs(row.error), row.model, row.recipe))


def furthest(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    """Return a table of the rows furthest off."""
    lines = (
        (
            row.model,
            row.recipe,
            f"{row.likely:,}",
            f"{row.truth:,}",
            f"{100 * row.error:+.3f} %",
            "yes" if row.inside else "no",
        )
        for row in ordered(rows)[:SHOWN]
    )
    heading = (f"furthest off, of {len(rows)}", "what", "predicted", "published", "error", "inside")
    return (heading, *lines)
