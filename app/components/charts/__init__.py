"""Drawings: what is seen, beside the table that says the same exactly.

In: values, intervals, words. Out: `Html`.

    svg_chart       axes, bands, lines and dots as inline SVG
    budget_band     what a tab may use, the darker the less likely
    download_steps  from parameters times bits to the download, as steps

Imports the modules of `components`.
"""
