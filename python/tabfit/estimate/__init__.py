"""One question, answered: a scenario on a device becomes an answer.

In: a `Scenario`, the catalogue and a `Device`. Out: an `Answer`, everything a view shows.

    scenario          what a visitor chose
    link              a scenario as the text after '#', and back
    load_choices      whether runtime and model have the choices that are made
    runtime_builds    the build of a runtime's own code that a browser fetches
    published_files   the precisions a runtime loads of a model, and their files
    subjects          what is asked about: a model with its shape
    defaults          the runtime, precision and context that are meant
    answers           the whole story, each step one module's
    answer_json       an answer as the JSON object that others rely on
    training_json     what training takes, likewise
    imported_model    a model that a hub, a folder or a file told of

Imports every room before it: `runtimes` for what is needed, `verdict` for how it comes out.
"""
