"""Google's own files, by the converter and the checkpoints that they were made from."""

from __future__ import annotations

from tabfit.architectures.conversions.by_family import among

#: Families whose files Google converted in 2024 from its first checkpoints.
was_converted_first = among("gemma")
#: Families whose web files of "int4" are known to hold a table of eight bits.
has_wide_table = among("gemma3", "gemma3_text", "gemma3n", "gemma3n_text")
