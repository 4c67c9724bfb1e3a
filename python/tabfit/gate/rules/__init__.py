"""A runtime's rules: trees over a device's signals, walked out of the engine's own checks.

In: a runtime's row and the engine's kinds of check. Out: `Rules`, and the same as JSON.

    device_signals   the signals that decide, as flat columns, and a device that is read one by one
    decision_tree    every way through the engine: a tree of what it asked for, and what came out
    symbols          what stands for a number that only a device or a model will tell
    budget_formulas  a budget's formula as an expression of signals
    runtime_rules    the trees of a runtime's checks and of the budgets they ask for
    rules_json       rules as JSON, for other languages and for pages
    rules_from_json  such rules read back, without exploring the engine again
    needs_json       what every way to run a model needs, in the terms of the rules

Imports `verdict`, `devices`, `runtimes`, `compare` and `estimate`; nothing else of `gate`.
"""
