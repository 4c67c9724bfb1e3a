"""Where each page of the site lies, and what the way to it is called."""

from __future__ import annotations

from typing import Final

from tabfit.i18n.language import _

#: Every page's folder from the site's root, by its module in `pages/`, in the order of the
#: navigation.
FOLDERS: Final = {
    "answer": "",
    "compare": "compare/",
    "shrink": "shrink/",
    "one_bit": "1-bit/",
    "training": "training/",
    "workbench": "workbench/",
    "ship_it": "ship-it/",
    "learn": "learn/",
    "accuracy": "accuracy/",
}


def labels() -> dict[str, str]:
    """Return the label of every page the navigation leads to."""
    return {
        "compare": _("Compare"),
        "shrink": _("Shrink"),
        "one_bit": _("1-bit"),
        "training": _("Training"),
        "workbench": _("Workbench"),
        "ship_it": _("Ship it"),
        "learn": _("Learn"),
        "accuracy": _("Accuracy"),
    }
