"""What fills a tab while a runtime loads and runs: phases, caches, peaks.

phases       what fills a tab, from the first byte fetched to the last token
footprint    bytes per pool and phase, and the peaks that decide
cache        keys, values and states that a model keeps between tokens
quantities   figures that several runtimes share
"""
