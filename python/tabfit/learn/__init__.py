"""Figures that teach: what names and sizes mean, and how near the predictions come.

In: the catalogue. Out: figures for the lessons, and the errors that `make accuracy` wrote.

    lessons            names against counts, size classes, precisions, devices
    accuracy_figures   what was predicted beside what others published or measured

Imports `compare` and all before it.
"""
