"""One bit: what the methods would store of a model, and what their papers report."""

from __future__ import annotations

from typing import Final

from app.components import copied_text, page_layout
from app.components.device import device_summary
from app.components.forms import question_form
from app.components.html import Html, joined, section, sentence, tag
from app.components.models import model_search
from app.device_here import TYPICAL
from app.pages.one_bit import view
from app.request_reply import PageHead, PageReply, PageRequest
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import answers, defaults, subjects
from tabfit.estimate.answers import Answer
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import _
from tabfit.shrink import one_bit_comparison
from tabfit.shrink.one_bit_comparison import MethodSize

KEYS: Final = ("model", "device")
NUMPY: Final[tuple[str, ...]] = ()

DEFAULT: Final = "llama-3.1-8b"
#: Models of the catalogue that were made at one bit.
MADE_SO: Final = ("bitnet-b1.58-2b", "bonsai-1.7b", "bonsai-4b", "bonsai-8b")


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    del catalog
    return PageHead(
        title=_("One bit: what 1-bit models really store"),
        description=_(
            "BitNet, OneBit, BiLLM and PB-LLM on any model: the bits they name, the bytes they "
            "would store, and the quality their papers report."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the page as it is before any script: the default model on a typical laptop."""
    del root
    scenario = Scenario(model=DEFAULT, device=TYPICAL)
    steps = one_bit_comparison.method_sizes(scenario, catalog, Device())
    return joined(
        _form(Scenario(model=DEFAULT), catalog),
        tag("div", device_summary.waiting(_before(catalog)), id="said"),
        page_layout.status(),
        tag("div", _stored(steps), id="stored", aria_live="polite"),
        _reported(),
        _real(catalog),
        model_search.dialog(one_bit_comparison.decoders(catalog), catalog_alone=True),
    )


def _before(catalog: Catalog) -> str:
    return _(
        "Until this page has asked your device, it answers for a typical one: {device}.",
        device=catalog.device(TYPICAL).name,
    )


def _stored(steps: list[MethodSize]) -> Html:
    name = steps[0].answer.subject.name
    return joined(
        tag("div", view.finding(steps, name), class_="finding"),
        copied_text.copied_from(".finding, #stored .ladder"),
        tag(
            "p",
            _(
                "Every method shrinks the matrices inside the layers and leaves the token table, "
                "the head and the norms at 16 bits. Of these forms a browser’s runtime reads TQ1_0 "
                "and TQ2_0 alone (wllama, on the processor), so the verdicts count weights and "
                "cache and nothing else."
            ),
            class_="lead",
        ),
        view.methods(steps),
    )


def _reported() -> Html:
    return tag(
        "section",
        tag("h2", _("What the papers report")),
        tag(
            "div",
            tag("div", view.perplexities(), class_="card"),
            tag(
                "div",
                tag("h3", _("As people tell it, and what that leaves out")),
                view.told(),
                class_="card",
            ),
            class_="reported",
        ),
        view.every(),
        tag("h3", _("Their sizes, computed again")),
        tag("p", _sizes_explained(), class_="lead"),
        view.sizes(one_bit_comparison.printed_sizes()),
        id="papers",
    )


def _sizes_explained() -> str:
    return _(
        "OneBit’s four sizes come out to the printed digit: signs, two vectors a matrix, table and "
        "head at 16 bits. BitNet’s are whole runs: weights at two bits, and beside them what the "
        "original’s run needs too. BiLLM’s come out at about twice what it prints: its parts add "
        "up to 2.9 bits a weight, and its table counts only some of them."
    )


def _real(catalog: Catalog) -> Html:
    return section(
        _("Models made at one bit"),
        _(
            "BitNet b1.58 2B4T is said to need 0.4 GB. That is its ternary weights alone, at "
            "1.58 bits: the file people download keeps them in two bits and the token table in "
            "sixteen, and needs bitnet.cpp, which no browser runs. Bonsai’s files keep even "
            "the table at one bit."
        ),
        view.trained_so([_smallest(model, catalog) for model in MADE_SO]),
        view.peers(),
        id="models-at-one-bit",
    )


def _smallest(model: str, catalog: Catalog) -> Answer:
    """Return the answer about a model's smallest file, in the first runtime that has it.

    Where no runtime has it, that is the precision it was trained for, as its own page says.
    """
    about = subjects.subject(model, catalog)
    facts = defaults.runtimes_of(about, catalog)[0]
    if facts.hypothetical:
        return answers.answer(Scenario(model=model), catalog, Device(), about)
    found = [
        answers.answer(
            Scenario(model=model, runtime=facts.id, precision=name), catalog, Device(), about
        )
        for name in defaults.precisions_of(about, facts)
    ]
    return min(found, key=lambda given: given.download.likely)


def respond(asked: PageRequest) -> PageReply:
    """Return what the methods would store of the chosen model."""
    scenario, steps, notice = _answered(asked)
    device = answers.place(scenario.device, asked.here, asked.catalog)
    name = steps[0].answer.subject.name
    return PageReply(
        parts={
            **_choices(scenario, asked.catalog),
            "said": device_summary.summary(
                device, stated=asked.stated, elsewhere=scenario.device is not None
            ),
            "stored": _stored(steps),
        },
        title=_("One bit: {model}", model=name),
        fields={"model": scenario.model, "device": _device(scenario)},
        folder=FOLDERS["one_bit"],
        notice=notice,
    )


def _device(scenario: Scenario) -> str | None:
    return scenario.device if isinstance(scenario.device, str) else None


def _answered(asked: PageRequest) -> tuple[Scenario, list[MethodSize], str | None]:
    """Return the steps, giving up choices that name nothing, with the reason."""
    model, device = asked.fields.get("model") or DEFAULT, asked.fields.get("device") or None
    notice = None
    for attempt in ((model, device), (model, None), (DEFAULT, None)):
        try:
            scenario = _scenario(*attempt, asked.catalog)
            return (
                scenario,
                one_bit_comparison.method_sizes(scenario, asked.catalog, asked.here),
                notice,
            )
        except TabfitError as fault:
            notice = notice or str(fault)
    scenario = Scenario(model=DEFAULT)
    return scenario, one_bit_comparison.method_sizes(scenario, asked.catalog, asked.here), notice


def _scenario(model: str, device: str | None, catalog: Catalog) -> Scenario:
    return Scenario(
        model=catalog.model(model).id, device=catalog.device(device).id if device else None
    )


# The question


def _form(scenario: Scenario, catalog: Catalog) -> Html:
    shown = _shown(scenario, catalog)
    every = _options(scenario, catalog)
    asked = sentence(
        _("What would {model} weigh at one bit, and would it fit {device}?"),
        model=question_form.choice("model", _("Model"), shown["model"], every["model"]),
        device=question_form.choice("device", _("Device"), shown["device"], every["device"]),
    )
    return tag(
        "form", tag("h1", asked), id="question", data_asks=True, action="./", autocomplete="off"
    )


def _choices(scenario: Scenario, catalog: Catalog) -> dict[str, Html]:
    options, shown = _options(scenario, catalog), _shown(scenario, catalog)
    return question_form.renewed((name, shown[name], options[name]) for name in options)


def _shown(scenario: Scenario, catalog: Catalog) -> dict[str, str]:
    device = _device(scenario)
    return {
        "model": catalog.model(scenario.model).name,
        "device": catalog.device(device).name if device else _(question_form.THIS_DEVICE),
    }


def _options(scenario: Scenario, catalog: Catalog) -> dict[str, Html]:
    models = {model.id: model for model in one_bit_comparison.decoders(catalog)}
    chosen = catalog.model(scenario.model)
    models.setdefault(chosen.id, chosen)
    return {
        "model": question_form.model_options(models.values(), chosen.id),
        "device": question_form.device_options(catalog, _device(scenario) or ""),
    }
