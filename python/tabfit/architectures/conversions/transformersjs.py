"""What pipelines of Transformers.js are given where a family wants more than its task."""

from __future__ import annotations

from tabfit.architectures.conversions.by_family import told

#: NLLB both languages (its card).
given_to_pipeline = told(
    {"m2m_100": '"The sky is blue.", { src_lang: "eng_Latn", tgt_lang: "fra_Latn" }'}
)
