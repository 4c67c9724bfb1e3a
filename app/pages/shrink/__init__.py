"""Shrink: one model, step by step from its largest file to the smallest.

In: a model, a runtime, a device. Out: the page.

    control   what is asked, and the reply
    view      the ladder as a picture
    lora      low-rank adapters: a slider for the rank

Imports `tabfit.shrink` and `app.components`.
"""
