"""What the page says while it loads, and when it fails: said by JavaScript, before Python."""

from __future__ import annotations

from tabfit.i18n.language import _, number


def words() -> dict[str, dict[str, str] | str]:
    """Return the stages of loading, the ways to fail, and what is true all the same."""
    return {
        "decimal": number(0.1, ".1f")[1],
        "arrived": _("{done} of {whole} MB of Python, unpacked"),
        "stages": {
            "page": _("Loading the page"),
            "python": _("Loading Python: about 5 MB, once"),
            "estimator": _("Loading the estimator"),
            "start": _("Starting the estimator"),
            "device": _("Asking the browser about this device"),
            "answer": _("Working out the answer"),
            "ready": _("Ready"),
        },
        "failures": {
            "webassembly": _(
                "This browser has WebAssembly switched off, and the estimator needs it."
            ),
            "origin": _(
                "The browser does not let this page load its own files here: it was opened as a "
                "file, or in a frame whose sandbox lacks allow-same-origin."
            ),
            "file": _("A file of this page did not arrive, so the estimator cannot start."),
            "python": _("Python did not start in this browser."),
            "code": _("The estimator's own code did not arrive whole, so it was not run."),
            "exception": _("The estimator came upon a fault of its own."),
            "slow": _("Loading takes longer than it should; it goes on, and may still succeed."),
        },
        "rest": {
            "true": _(
                "The answers already on this page stay true, and nothing you chose was lost."
            ),
            "still": _("still at:"),
        },
    }
