"""Accuracy: predictions beside what others published and what was measured.

In: the figures of `tabfit.learn.accuracy_figures`. Out: the page.

    control   its head and its reply
    view      its pictures and tables

Imports `app.components`.
"""
