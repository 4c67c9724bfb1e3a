"""Models that a visitor brings: asked of a hub, read from files, or pasted.

In: what somebody typed, dropped or pasted, and only after a tap. Out: a `Subject` kept for the
page, or one sentence that says what is in the way.

    importer         the requests of `tabfit.hub`, carried out by the page, and headers of files
    replies          what a typed text may mean, and every way to run what was found
    session_models   the last few models, for as long as the page is open

Imports `tabfit.hub`, `headers` and `compare.ranking`, when they are first needed.
"""
