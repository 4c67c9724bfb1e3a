"""Sentences in the reader's language.

In: a sentence with named places. Out: the same sentence in the language in use, with numbers,
sizes and dates as CLDR writes them. Translations lie in `locale/`, one folder a language.

Imports nothing but `light_dataclass`; everything that speaks to a person imports it.
"""
