"""Models: finding one, and what is known of it.

In: models of the catalogue, of a hub or of a file. Out: `Html`.

    model_search  the dialog in which a model is found
    model_facts   maker, licence, release, task, context, sources

Imports the modules of `components`, and `forms`.
"""
