"""What llama.cpp did differently when a published file was made.

In: a family, a month. Out: `WriterVersion`, the few habits that change bytes. Files stay
on hubs for years, so the usual file of an old family is not what today's
converter would write.
"""

from __future__ import annotations

import re

from tabfit.architectures.conversions import gguf as conversions
from tabfit.errors import Quoted, UnsupportedCombination
from tabfit.i18n.language import Message
from tabfit.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterVersion:
    """The habits of the converter and quantiser that made a file.

    `fused_values`: the mixes treat a fused query, key and value as a value.
    `copied_heads`: a tied head is written out a second time (GPT-2's kind).
    `wide_positions`: learned positions and token types stay float32.
    `joined_queries`: Phi's three projections were still one array.
    `joined_latents`: what latent attention expands to keys and values was still one array.
    """

    fused_values: bool = True
    copied_heads: bool = False
    wide_positions: bool = True
    joined_queries: bool = False
    joined_latents: bool = False


NOW = WriterVersion()

# The month since which files are made as today. Sources: llama.cpp pull requests 12456 (heads,
# March 2025) and 7234 (positions, May 2024); for the fused projections the source of early 2026,
# which first knows tensor categories; for Phi the model's own change of layout; for what latent
# attention expands to pull request 12801 (April 2025).
_FUSED_VALUES = "2026-02"
_WIDE_POSITIONS = "2024-05"
_JOINED_QUERIES = "2024-02"

_JOINED_LATENTS = "2025-04"


def made_in(month: str, family: str) -> WriterVersion:
    """Return the habits of a month, written as year-month, for one family.

    >>> made_in("2024-09", "phi3").fused_values, made_in("2026-10", "phi3").fused_values
    (False, True)
    """
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month) is None:
        raise UnsupportedCombination(
            Message("{month} is no month", month=Quoted(month)),
            [Message("a year and a month such as {example}", example="2024-09")],
        )
    return WriterVersion(
        fused_values=month >= _FUSED_VALUES,
        copied_heads=month < (conversions.copied_heads_until(family) or ""),
        wide_positions=month >= _WIDE_POSITIONS,
        joined_queries=conversions.joined_queries(family) and month < _JOINED_QUERIES,
        joined_latents=month < _JOINED_LATENTS,
    )


def usually_made(family: str) -> WriterVersion:
    """Return the habits behind the files that are usually fetched for a family."""
    usual = conversions.usually_made_in(family)
    return made_in(usual, family) if usual else NOW
