"""Figures that teach: what names and sizes mean, and how near the predictions come.

In: the catalogue. Out: figures for the lessons, and the errors that `make accuracy` wrote.

    lessons            names against counts, size classes, precisions, devices
    textbook_counts    what write-ups count by hand: one layer, GPT-3, training's peak
    published_figures  figures of others that the lessons quote, each with source and date
    troubleshooting    what people see when a model does not run, and the check that answers it
    accuracy_figures   what was predicted beside what others published or measured

Imports `compare` and all before it.
"""
