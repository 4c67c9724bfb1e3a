"""Data that the site serves: for other programs under api/v1/, and the grid for its own page.

In: the catalogue and the engine. Out: JSON, Parquet and a wheel.

    public_data     dist/api/v1/ and llms.txt
    visitor_kinds   verdicts for kinds of visitors
    verdicts_table  the same as Parquet
    verdict_grid    the catalogue's grid as a wheel

Imports the modules of `tools.dist`, and `pyodide` for the wheel.
"""
