"""Verdicts as data and as code: what the engine decides, for whoever has many devices to judge.

In: the engine's own checks, and what a model needs. Out: rules without Python, which give the
engine's word and chance from a device's signals alone.

    rules/            a runtime's rules: trees over the signals that decide, and the same as JSON
    scenario/         the rules of one scenario, its needs worked in: a `Gate`
    code_generation/  such a gate as JavaScript or as SQL
    many_devices/     many devices at once: as arrays, or as classes that come out alike
    export_formats    a gate of a question as people ask it, in each form that `tabfit gate` writes

How: the engine's checks take numbers, arrays, and whatever else adds, multiplies and compares. Here
they are given a device whose signals are named but not known. Wherever a check asks which it is,
both ways are walked (`rules.decision_tree`), so that the tree that comes out is the engine's own
and no second set of rules. Each imports from those above it. Imports `estimate` and `compare`.
"""
