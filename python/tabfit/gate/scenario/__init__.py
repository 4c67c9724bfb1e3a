"""One scenario's gate: a runtime's rules with the needs of a model worked in.

In: surveys of one way to run a model. Out: a `Gate`, whose trees ask for signals alone.

    scenario_rules       the rules of one scenario, and what nobody asks cut away
    consistent_answers   what is derived of a device and what it is derived from, asked together
    adapter_kinds        which kind of graphics adapter a device has, where that makes a difference

Imports `gate.rules`.
"""
