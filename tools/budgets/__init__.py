"""Chances learnt from people's reports: `make budgets`.

In: `tests/data/field_reports.jsonl`, and what we know of limits as priors. Out: `budgets.json` of
`devices/`, `failure_rates.json` of `verdict/` and `tests/data/field_judgement.json`: what would
have been said of every report by rates fitted on the reports of all other sources.

    cases              reports, as the needs, budgets and groups that the fits are about
    memory_fit         how far the budgets of memory are off, rule by rule
    failure_fit        how often models die of what no limit tells, kind by kind
    sureness_fit       between which ends every chance lies
    same_device        the upper end where something as large ran on the same device
    cross_validation   each source judged by rates fitted without it
    usual_memory       what is assumed where no memory is told
    unseen             new reports, judged before any fit has seen them
"""
