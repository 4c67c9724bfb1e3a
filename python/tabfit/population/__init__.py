"""The population: how many of a site's visitors could run a model.

In: a table of visits, a row each, with the columns of `gate.rules.device_signals`. Out: shares.

    columns         what a visit's columns may hold
    visit_classes   a table as classes of visits that say the same, each with its count
    csv_lines       the lines of a CSV, counted as they come in pieces
    csv_visits      classes from CSV, with the standard library alone
    parquet_visits  the same from Parquet, by DuckDB
    shares          shares of a count, with their intervals
    coverage        one way to run a model, judged once for each class
    many_visits     the same for very many visits, as arrays (numpy)
    ways            every way to run a model, and the largest model that so many visitors can run
    report          all of it as plain values
    sample          a population made from public shares, to try it on; the collector's module

Nothing is sent anywhere. Imports `gate`, `compare` and `estimate`.
"""
