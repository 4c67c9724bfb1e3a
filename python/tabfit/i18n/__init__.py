"""Sentences in the reader's language.

In: a sentence with named places. Out: the same sentence in the language in use, with numbers,
sizes and dates as CLDR writes them. Translations lie in `locale/`, one folder a language.

    language       the sentence, its places, the language in use and what must follow a change of it
    local_places   places filled with another language's numbers, imported with the first of them
    size_text      bytes as people read them, in steps of a thousand

Imports `units` and `light_dataclass` alone; everything that speaks to a person imports it.
"""
