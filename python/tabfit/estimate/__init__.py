"""One question, answered: a scenario on a device becomes a verdict.

In: a `Scenario`, the catalogue and a `Device`. Out: an `Answer`, everything a view shows.

    scenario          what a visitor chose
    link              a scenario as the text after '#', and back
    published_files   the precisions a runtime loads of a model, and their files
    answers           the whole story, each step one module's
    check_rules       how each kind of check comes out, in numbers alone
    checks            need against have, in words
    outcome           a need and what there is -> a probability and a word
    verdict           the checks taken together
    labels            words for phases, pools and checks
    reports           an answer as the JSON object that others rely on
    imported_model    a model that a hub, a folder or a file told of

Imports every room before it: `runtimes` for what is needed, `devices` for what there is.
"""
