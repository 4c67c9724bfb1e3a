"""The page: the question, a place for the answer, and what is true before scripts run."""

from __future__ import annotations

from app.views import common, question
from app.views.html import Html, joined, tag
from app.views.words import bytes_
from willitfit.answers import Answer, nominal_bits
from willitfit.catalog import Catalog


def main(answer: Answer, rows: list[list[Answer]], catalog: Catalog, *, root: str) -> Html:
    """Return the whole body of a page.

    `answer` is the default one for the page's model; `rows` are answers for
    common devices; `root` leads to the site's first page.
    """
    return joined(
        _header(root),
        tag(
            "main",
            question.form(answer, catalog),
            tag("div", id="notice", role="alert", hidden=True),
            tag("div", _before(), id="said"),
            _stage(),
            tag("div", id="answer", aria_live="polite", aria_busy="true"),
            _share(),
            _common(rows),
            _why(answer),
            _models(catalog, root),
            id="main",
        ),
        _footer(),
    )


def _header(root: str) -> Html:
    return tag(
        "header",
        tag("a", "Will it fit?", href=root, class_="brand"),
        tag(
            "nav",
            tag("a", "Common devices", href="#common"),
            tag("a", "Models", href="#models"),
            aria_label="Page",
        ),
        class_="site",
    )


def _before() -> Html:
    return tag(
        "p",
        "Says whether an AI model is likely to run in this browser on this device, what it would "
        "download and why, before anything is downloaded. No browser answers that by itself.",
    )


def _stage() -> Html:
    return joined(
        tag("p", id="stage", role="status"),
        tag(
            "section",
            tag("p", data_part="what"),
            tag("p", data_part="rest"),
            tag("details", tag("summary", "What happened"), tag("code", data_part="detail")),
            tag("button", "Retry", id="retry", type="button"),
            id="failure",
            role="alert",
            hidden=True,
        ),
        tag(
            "noscript",
            tag(
                "p",
                "Scripts are switched off, so this page cannot ask about your device; "
                "its answers for common devices stay true.",
            ),
        ),
    )


def _share() -> Html:
    mine = tag("input", type="checkbox", id="with-device")
    actions = joined(
        tag("button", "Copy link", type="button", id="copy", class_="main"),
        tag("button", "Send…", type="button", id="send", hidden=True),
        tag("button", "Close", type="button", id="close"),
    )
    return tag(
        "dialog",
        tag("h2", "Share this answer", id="share-title"),
        tag("p", "The link carries your choices. Whoever opens it gets an answer of their own."),
        tag("label", mine, " on my device, with what it said", class_="check"),
        tag(
            "label",
            tag("span", "Link", class_="aside"),
            tag("input", id="link", type="text", readonly=True, spellcheck="false"),
        ),
        tag("p", actions, class_="buttons"),
        tag("p", id="copied", role="status"),
        tag("div", id="qr", role="img", aria_label="The link as a QR code"),
        id="sharing",
        aria_labelledby="share-title",
    )


def _common(rows: list[list[Answer]]) -> Html:
    return tag(
        "section",
        tag("h2", "On common devices"),
        tag("p", "Known without asking anybody’s browser; tap one to see why.", class_="lead"),
        common.answers(rows),
        id="common",
    )


def _why(answer: Answer) -> Html | None:
    """Return why parameters times bits is not the download, on this page's own model."""
    architecture = answer.subject.architecture
    bits = _bits(answer)
    if architecture is None or bits is None:
        return None
    count = architecture.inventory.total
    naive = count * bits // 8
    tensors = answer.stored.weights_bytes
    return tag(
        "section",
        tag("h2", "Why not parameters × bits ÷ 8?"),
        tag(
            "p",
            f"{answer.subject.name} has {count:,} parameters. At {bits} bits each that would be "
            f"{bytes_(naive)}; the download is {bytes_(answer.download.likely)}, of which weights "
            f"take {bytes_(tensors)}. A precision names what most matrices are stored in: "
            "scales take room beside them, embeddings and norms often stay wider, rows that do "
            "not divide into blocks fall back to a fatter type, and a tokenizer travels along.",
        ),
        id="why",
        class_="prose",
    )


def _bits(answer: Answer) -> int | None:
    return nominal_bits(answer.stored.precision)


def _models(catalog: Catalog, root: str) -> Html:
    every = sorted(catalog.models, key=lambda model: model.name.lower())
    links = [tag("li", tag("a", model.name, href=f"{root}m/{model.id}/")) for model in every]
    return tag(
        "section",
        tag("h2", "Every model"),
        tag(
            "details",
            tag("summary", f"{len(every)} models in the catalogue, each with a page of its own"),
            tag("ul", links, class_="models"),
        ),
        id="models",
    )


def _footer() -> Html:
    return tag(
        "footer",
        tag("p", "Computed in this tab by Python. Nothing is sent anywhere."),
        class_="site",
    )
