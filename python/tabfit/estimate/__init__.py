"""One question, answered: a scenario on a device becomes a verdict.

In: a `Scenario`, the catalogue and a `Device`. Out: an `Answer`, everything a view shows.

    scenario          what a visitor chose
    link              a scenario as the text after '#', and back
    published_files   the precisions a runtime loads of a model, and their files
    subjects          what is asked about: a model with its shape
    defaults          the runtime, precision and context that are meant
    answers           the whole story, each step one module's
    demands           what a scenario asks, and what a device has against it
    check_kinds/      every kind of check, declared once
    check_rules       how needs compare with what there is, in numbers alone
    outcome           a need and what there is -> a probability and a word
    decide            the one engine: requirements and a device -> decisions, settled
    checks            what was decided, in words
    verdict           the checks taken together
    labels            words for phases, pools and checks
    size_text         sizes as people read them
    reports           an answer as the JSON object that others rely on
    imported_model    a model that a hub, a folder or a file told of

Imports every room before it: `runtimes` for what is needed, `devices` for what there is.
"""
