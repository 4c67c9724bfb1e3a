"""Verdicts as data and as code: what the engine decides, for whoever has many devices to judge.

In: the engine's own checks, and what a model needs. Out: rules without Python, which give the
engine's word and chance from a device's signals alone.

    signals        the signals that decide, as flat columns, and a device that is read one by one
    paths          every way through the engine: a tree of what it asked for, and what came out
    symbols        what stands for a number that only a device or a model will tell
    formulas       a budget's formula as an expression of signals
    rules          a runtime's rules: the trees of its checks and of the budgets they ask for
    many_devices   what rules say of many devices at once, as columns of arrays (numpy)
    signal_columns one of those columns, made of a signal's values
    written        rules as JSON, for other languages and for pages
    read_rules     such rules read back, without exploring the engine again
    needs          what one way to run a model needs, in the terms of the rules
    one_gate       the rules of one scenario, its needs worked in and what nobody asks cut away
    adapter_kinds  which kind of graphics adapter a device has, where that makes a difference
    choices        choices among answers, with those that come to the same taken together
    javascript     such a gate as a module of JavaScript; javascript_terms, javascript_texts and
                   repeated_texts write its expressions
    sql            such a gate as a query over a table of visits
    class_keys     the same as a join with a table of classes, each judged once
    scenario_gate  a gate of a question as people ask it, for the command line
    classes        visits as classes of devices that come out alike

How: the engine's checks take numbers, arrays, and whatever else adds, multiplies and compares. Here
they are given a device whose signals are named but not known. Wherever a check asks which it is,
both ways are walked (`paths`), so that the tree that comes out is the engine's own and no second
set of rules. Imports `estimate` and `compare`.
"""
