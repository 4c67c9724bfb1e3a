"""The population: how many of a site's visitors could run a model.

In: a table of visits, a row each, with the columns of `gate.rules.device_signals`. Out: shares.

    visits/    reading tables of visits: CSV, Parquet, the sample; visits that say the same as one
    coverage/  what a way to run a model, or a model, comes to for them, with shares and a report

Nothing is sent anywhere. `coverage` rests on `visits`. Imports `gate`, `compare` and `estimate`.
"""
