"""Coverage: what ways to run a model come to for visits.

In: classes of visits, and what a way to run a model needs. Out: counts by outcome, shares of them,
and the same as plain values.

    class_coverage        one way to run a model, judged once for each class many_visits
    the same for very many visits, as arrays (numpy) model_coverage        every way to run a model,
    and the largest model so many visitors can run confidence_intervals  shares of a count, with
    their intervals class_table           each class with its outcome and chance, to be joined with
    a table of visits report                all of it as plain values

Imports `population.visits`, `gate`, `compare` and `estimate`.
"""
