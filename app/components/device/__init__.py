"""The visitor's device: what it said, what it keeps, what was tried and measured on it.

In: a device, and what its browser keeps. Out: `Html`.

    device_summary  what the device said, in one sentence, with a way to correct it
    kept_data       what this device keeps, each part with a button that forgets it
    memory_test     a test of how much memory this tab gets
    trial_report    whether a model ran here or crashed, kept here and told to others by hand

Imports the modules of `components`.
"""
