"""The answer's page: the question, a place for the answer, what is true before scripts run."""

from __future__ import annotations

from typing import Final

from app.components import page_layout
from app.components.charts import download_steps
from app.components.forms import load_choices, question_form
from app.components.html import Html, joined, section, tag
from app.components.models import model_facts, model_search
from app.components.verdict import common_devices
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.estimate import answers, defaults
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import _
from tabfit.light_dataclass import replace

#: The place of the verdicts on common devices, which follow the model asked about.
COMMON: Final = "common-devices"


def main(answer: Answer, rows: list[list[Answer]], catalog: Catalog, *, root: str) -> Html:
    """Return the inside of a page that answers about one model.

    `answer` is the default one for the page's model; `rows` are answers for
    common devices; `root` leads to the site's first page.
    """
    return joined(
        question_form.form(answer, catalog, load_choices.section(answer)),
        model_search.dialog(catalog.models),
        tag("div", id="said"),
        page_layout.status(),
        tag("div", _before(), id="answer", aria_busy="true"),
        _closer(),
        _common(rows),
        tag("div", _why(answer), _about(answer, catalog, root), class_="why-and-about"),
        _models(catalog, root),
        tag("section", id="kept"),
    )


def site_root(about: str | None) -> str:
    """Return what leads to the site's first page from it, or from the page of a model."""
    return "../../" if about else "./"


def of_model(name: str, catalog: Catalog, *, root: str) -> tuple[Html, list[list[Answer]]]:
    """Return the inside of a model's own page, and its answers on common devices."""
    answer = answers.answer(Scenario(model=name), catalog, Device())
    rows = everywhere_by_way(answer, catalog)
    return main(answer, rows, catalog, root=root), rows


def everywhere_by_way(answer: Answer, catalog: Catalog) -> list[list[Answer]]:
    """Return an answer's scenario on every common device, then its model under other runtimes.

    Each of those is at its usual precision and context.
    """
    able = defaults.runtimes_of(answer.subject, catalog)
    others = [
        replace(answer.scenario, runtime=facts.id, precision=None, context=None)
        for facts in able
        if facts != answer.facts and not facts.hypothetical
    ]
    every = (answer.scenario, *others)
    return [everywhere(each, catalog, answer.subject) for each in every]


def everywhere(scenario: Scenario, catalog: Catalog, about: Subject | None = None) -> list[Answer]:
    """Return the answers to a scenario on every common device; `about` as in `answers.answer`."""
    return [
        answers.answer(replace(scenario, device=device), catalog, Device(), about)
        for device in common_devices.DEVICES
    ]


def _before() -> Html:
    """Return what stands in the answer's place, as high as a screen, until there is one."""
    return tag(
        "p",
        _(
            "Says whether an AI model is likely to run in this browser on this device, what it "
            "would download and why, before anything is downloaded. No browser answers that by "
            "itself."
        ),
        class_="card deciding",
    )


def _closer() -> Html:
    """Return the places of the code and the pictures, filled once they come near the screen."""
    return tag(
        "section",
        tag("div", id="code", data_later="code"),
        tag("div", id="pictures", data_later="pictures"),
        tag("div", id="alternatives", data_later="alternatives"),
        id="closer",
    )


def _common(rows: list[list[Answer]]) -> Html:
    return section(
        _("On common devices"),
        _("Known without asking anybody’s browser; tap one to see why."),
        tag("div", common_devices.answers(rows), id=COMMON, data_later=COMMON),
        id="common",
    )


def _why(answer: Answer) -> Html:
    """Return why parameters times bits is not the download, on this page's own model."""
    return tag("section", download_steps.inside(answer, opens=True), id="why", class_="prose")


def _about(answer: Answer, catalog: Catalog, root: str) -> Html:
    """Return what is known of the model besides its size."""
    return tag("section", model_facts.inside(answer.subject, catalog, root), id="about")


def _models(catalog: Catalog, root: str) -> Html:
    every = sorted(catalog.models, key=lambda model: model.name.lower())
    links = [tag("li", tag("a", model.name, href=f"{root}m/{model.id}/")) for model in every]
    return tag(
        "section",
        tag("h2", _("Every model")),
        tag(
            "details",
            tag(
                "summary",
                _("{count} models in the catalogue, each with a page of its own", count=len(every)),
            ),
            tag("ul", links, class_="models"),
        ),
        id="models",
    )
