"""1-bit: what one-bit methods would store of a model, beside what papers report.

In: a model and a device. Out: the page.

    control   what is asked, and the reply
    view      methods as bars, papers' figures as tables

Imports `tabfit.shrink.one_bit_comparison` and `app.components`.
"""
