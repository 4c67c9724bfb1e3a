"""Limits: what the models of a site may come to, and what breaks it.

In: a tabfit.toml, which names models, devices or visits, and limits. Out: a row for each limit.

    limits_file   the file, read
    limit_checks  every limit compared with what it limits

Imports `population` and `estimate`.
"""
