"""What fills a tab while a runtime loads and runs: phases, caches, peaks.

In: a model's layers and stored files. Out: components with their formulas, and the peaks of phases.

    phases       what fills a tab, from the first byte fetched to the last token
    footprint    bytes per pool and phase, and the peaks that decide
    cache        keys, values and states that a model keeps between tokens
    quantities   figures that several runtimes share

Imports `formula`, `model` and `recipes.stored_model`; each runtime imports it.
"""
