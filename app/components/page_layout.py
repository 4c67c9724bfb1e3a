"""What every page has around it: the head with the way to the others, stages, sharing, the foot."""

from __future__ import annotations

from typing import Final

from app.components.html import Html, joined, tag
from app.components.outcome_marks import meanings
from app.site_pages import FOLDERS, labels
from tabfit.i18n import language
from tabfit.i18n.language import LANGUAGES, _

#: Three lines; an arrow that leaves a box.
_MENU: Final = "M3 6h18M3 12h18M3 18h18"
_SENT: Final = "M12 15V3m0 0L7 8m5-5 5 5M5 12v9h14v-9"


def body(main: Html, *, root: str, view: str) -> Html:
    """Return a whole body; `root` leads to the site's first page, `view` is the page's module."""
    return joined(
        tag("a", _("Skip to the content"), href="#main", class_="skip"),
        header(root, view),
        tag("main", main, id="main", tabindex="-1"),
        _sharing(),
        _site_notices(),
        footer(root, view),
        _hatches(),
    )


def _hatches() -> Html:
    """Return the patterns that charts fill parts with, so that none is told by colour alone."""
    ways = {"hatched-copies": "rotate(45)", "hatched-work": "rotate(-45)"}
    patterns = [
        tag(
            "pattern",
            tag("rect", width="5", height="5"),
            tag("line", x1="0", x2="0", y1="0", y2="5"),
            id=name,
            width="5",
            height="5",
            patternUnits="userSpaceOnUse",
            patternTransform=turned,
        )
        for name, turned in ways.items()
    ]
    return tag("svg", tag("defs", patterns), class_="hatches", aria_hidden="true")


def header(root: str, view: str) -> Html:
    """Return the head of the page with the way to every other."""
    home = root + language.folder()
    links = [
        _link(home + FOLDERS[name], text, here=view == name) for name, text in labels().items()
    ]
    return tag(
        "header",
        tag("a", _("Will it fit?"), href=home, class_="brand"),
        tag(
            "button",
            _icon(_MENU),
            tag("span", _("Pages")),
            type="button",
            popovertarget="pages",
            class_="quiet",
        ),
        tag("nav", links, id="pages", popover="auto", aria_label=_("Pages")),
        _languages(),
        tag(
            "button",
            _icon(_SENT),
            tag("span", _("Share")),
            type="button",
            data_share=True,
            class_="quiet",
        ),
        class_="site",
    )


def _icon(path: str) -> Html:
    """Return what stands for a button's words where there is no room for them."""
    drawn = tag("path", d=path)
    return tag("svg", drawn, class_="mark", viewBox="0 0 24 24", aria_hidden="true")


def _link(address: str, text: str, *, here: bool) -> Html:
    return tag("a", text, href=address, aria_current="page" if here else None)


def status() -> Html:
    """Return where a page tells what went wrong, its stage of loading, and, aloud, its answer."""
    return joined(
        tag("div", id="notice", role="alert", hidden=True),
        tag("p", id="stage", role="status"),
        tag("p", id="announced", role="status", class_="aside"),
        tag(
            "div",
            tag("span", aria_hidden="true"),
            tag("progress", max=1, value=0, aria_label=_("Loading")),
            id="loaded",
            hidden=True,
        ),
        tag(
            "section",
            tag("p", data_part="what"),
            tag("p", data_part="rest"),
            tag("details", tag("summary", _("What happened")), tag("code", data_part="detail")),
            tag("button", _("Retry"), id="retry", type="button"),
            id="failure",
            role="alert",
            hidden=True,
        ),
        tag(
            "noscript",
            tag(
                "p",
                _(
                    "Scripts are switched off, so this page cannot ask about your device; "
                    "what it already says stays true."
                ),
            ),
        ),
    )


def unrendered() -> Html:
    """Return the inside of <main> of a page that did not arrive: Python writes it anew."""
    told = _("Without a network, this page is written by Python on your device.")
    return joined(status(), tag("p", told, id="unrendered"))


def _site_notices() -> Html:
    """Return what is said of the site; `offline_copy.js` and `late_load_error.js` show it."""
    away = _("You are offline. Answers are worked out here as ever; a hub cannot be asked.")
    newer = joined(
        tag("span", _("A new version of this page is ready.")),
        tag("button", _("Use it"), type="button", id="renew"),
    )
    problem = tag(
        "p",
        tag(
            "span", _("A file that this needs did not arrive, or arrived damaged. All else works.")
        ),
        tag("button", _("Try again"), type="button"),
        class_="late-problem",
        role="alert",
    )
    return tag(
        "div",
        tag("p", away, id="away", role="status", hidden=True),
        tag("p", newer, id="newer", role="status", hidden=True),
        tag("div", id="late"),
        tag("template", problem, id="late-problem"),
        id="site-notices",
    )


def _sharing() -> Html:
    mine = tag("input", type="checkbox", id="with-device")
    actions = joined(
        tag("button", _("Copy link"), type="button", id="copy", class_="main"),
        tag("button", _("Send…"), type="button", id="send", hidden=True),
        tag("button", _("Close"), type="button", id="close"),
    )
    return tag(
        "dialog",
        tag("h2", _("Share this answer"), id="share-title"),
        tag("p", _("The link carries your choices. Whoever opens it gets an answer of their own.")),
        tag("label", mine, " ", _("Include my device, with what it said"), class_="check"),
        tag(
            "label",
            tag("span", _("Link"), class_="aside"),
            tag("input", id="link", type="text", readonly=True, spellcheck="false"),
        ),
        tag("p", actions, class_="buttons"),
        tag("p", id="copied", role="status"),
        tag("div", id="qr", role="img", aria_label=_("The link as a QR code")),
        id="sharing",
        aria_labelledby="share-title",
        data_copied=_("Copied."),
    )


def _languages() -> Html:
    """Return the choice of the language; `page.js` listens to it."""
    options = [
        tag("option", name, value=code, lang=code, selected=code == language.current())
        for code, name in LANGUAGES.items()
    ]
    return tag("select", options, id="language", aria_label=_("Language"), autocomplete="off")


def footer(root: str, view: str) -> Html:
    """Return the foot of the page, with the way to it in every language."""
    folder = FOLDERS[view]
    others = [
        tag("a", name, href=root + language.folder(code) + folder, lang=code, hreflang=code)
        for code, name in LANGUAGES.items()
    ]
    return tag(
        "footer",
        tag(
            "p",
            _(
                "Computed in this tab by Python. "
                "Nothing leaves it unless you ask a hub for a model."
            ),
        ),
        tag("p", tag("a", _("Every model"), href=f"{root}{language.folder()}#models")),
        tag("p", others, class_="languages"),
        meanings(),
        class_="site",
    )
