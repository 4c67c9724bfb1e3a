"""Shrink it: one model, step by step from its largest file to the smallest that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from app.components import copied_text, page_layout
from app.components.device import device_summary
from app.components.forms import question_form
from app.components.html import Html, joined, section, sentence, tag
from app.components.models import model_search
from app.device_here import TYPICAL
from app.pages.shrink import lora, view
from app.request_reply import PageHead, PageReply, PageRequest, current_choices
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog
from tabfit.devices.device import Device
from tabfit.errors import TabfitError
from tabfit.estimate import answers, defaults, subjects
from tabfit.estimate.scenario import Scenario
from tabfit.i18n.language import _, cleared_with_language
from tabfit.light_dataclass import dataclass
from tabfit.shrink import TARGETS, USUAL_TARGETS, ladder
from tabfit.shrink.ladder import Rung

KEYS: Final = ("model", "runtime", "device", "rank", "targets")
NUMPY: Final[tuple[str, ...]] = ()

#: A model that no laptop holds as it is published, and whose smaller relatives many do.
DEFAULT: Final = "llama-3.1-8b"
RANK: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkChoices:
    """What the visitor chose."""

    model: str = DEFAULT
    runtime: str | None = None
    device: str | None = None
    rank: int = RANK
    targets: tuple[str, ...] = USUAL_TARGETS

    @property
    def scenario(self) -> Scenario:
        """Return the choices that a ladder is about."""
        return Scenario(model=self.model, runtime=self.runtime, device=self.device)


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    del catalog
    return PageHead(
        title=_("Shrink it: how small must a model become to fit?"),
        description=_(
            "Every way to make an AI model smaller, on your device: precisions, distilled models, "
            "pruning, shared layers, one-bit methods and adapters, with what each costs in quality."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the page as it is before any script: the default model on a typical laptop."""
    del root
    chosen = ShrinkChoices(device=TYPICAL)
    rungs = ladder.existing(chosen.scenario, catalog, Device())
    return joined(
        _form(ShrinkChoices(), rungs, catalog),
        tag("div", device_summary.waiting(_before(catalog)), id="said"),
        page_layout.status(),
        tag("div", _exists(chosen, rungs, catalog), id="exists", aria_live="polite"),
        section(
            _("What could be made"),
            _made_of_shapes(),
            tag(
                "div",
                view.made(ladder.imagined(chosen.scenario, catalog, Device())),
                id="made",
                data_later="made",
            ),
        ),
        section(
            _("Adapted, not shrunk: LoRA"),
            _what_adapters_are(),
            tag(
                "div",
                lora.form(RANK, USUAL_TARGETS),
                tag("div", _adapter(chosen, catalog), id="adapter", aria_live="polite"),
                class_="card adapters",
            ),
            lora.published(),
            id="lora",
        ),
        model_search.dialog(catalog.models, catalog_alone=True),
    )


def _before(catalog: Catalog) -> str:
    return _(
        "Until this page has asked your device, it answers for a typical one: {device}.",
        device=catalog.device(TYPICAL).name,
    )


def _made_of_shapes() -> str:
    return _(
        "Nobody offers these files. Their sizes follow from the model’s shapes; what they would "
        "cost is what others measured on other models."
    )


def _what_adapters_are() -> str:
    return _(
        "A low-rank adapter leaves the weights as they are and learns two thin matrices beside "
        "some of them. It makes no download smaller, but every further task nearly free."
    )


def respond(asked: PageRequest) -> PageReply:
    """Return the ladder of what was chosen, or what could be made of it."""
    chosen, notice = _answerable(asked)
    if asked.part == "made":
        rungs = ladder.imagined(chosen.scenario, asked.catalog, asked.here)
        return PageReply(parts={"made": view.made(rungs)}, title=_title(chosen, asked.catalog))
    device = answers.place(chosen.device, asked.here, asked.catalog)
    return PageReply(
        parts={**_laddered(asked, chosen, device), **_adapted(chosen, asked.catalog)},
        title=_title(chosen, asked.catalog),
        fields=_fields(chosen, asked.catalog, device),
        folder=FOLDERS["shrink"],
        notice=notice,
    )


@cleared_with_language
@lru_cache(maxsize=2)
def _existing(scenario: Scenario, catalog: Catalog, here: Device) -> tuple[Rung, ...]:
    """Return the ladder, kept while a slider moves that changes nothing of it."""
    return tuple(ladder.existing(scenario, catalog, here))


def _laddered(asked: PageRequest, chosen: ShrinkChoices, device: Device) -> dict[str, Html]:
    rungs = _existing(chosen.scenario, asked.catalog, asked.here)
    choices = _choices(chosen, rungs, asked.catalog)
    elsewhere = chosen.device is not None
    return {
        **question_form.renewed((name, *each) for name, each in choices.items()),
        "said": device_summary.summary(device, stated=asked.stated, elsewhere=elsewhere),
        "exists": _exists(chosen, rungs, asked.catalog),
    }


def _adapted(chosen: ShrinkChoices, catalog: Catalog) -> dict[str, Html]:
    return {"rank-shown": joined(chosen.rank), "adapter": _adapter(chosen, catalog)}


def _title(chosen: ShrinkChoices, catalog: Catalog) -> str:
    return _("Shrink {model}", model=subjects.subject(chosen.model, catalog).name)


def _exists(chosen: ShrinkChoices, rungs: Sequence[Rung], catalog: Catalog) -> Html:
    name = catalog.model(chosen.model).name
    return joined(
        tag("div", view.finding(rungs, name), class_="finding"),
        copied_text.copied_from(".finding, .ladder"),
        view.origin(chosen.model, catalog),
        view.band_text(rungs),
        view.steps(rungs, _("Steps that exist")),
        view.figures(rungs, _("Every step that exists")),
    )


def _adapter(chosen: ShrinkChoices, catalog: Catalog) -> Html:
    architecture = subjects.subject(chosen.model, catalog).architecture
    whole = 2 * architecture.inventory.total if architecture else 0  # as trained, 16 bits each
    return lora.result(architecture, chosen.rank, chosen.targets, whole)


# The question


def _form(chosen: ShrinkChoices, rungs: Sequence[Rung], catalog: Catalog) -> Html:
    labels = {"model": _("Model"), "runtime": _("Runtime"), "device": _("Device")}
    choices = {
        name: question_form.choice(name, labels[name], shown, options)
        for name, (shown, options) in _choices(chosen, rungs, catalog).items()
    }
    asked = sentence(
        _("How small must {model} become to run with {runtime} on {device}?"), **choices
    )
    return tag(
        "form", tag("h1", asked), id="question", data_asks=True, action="./", autocomplete="off"
    )


def _choices(
    chosen: ShrinkChoices, rungs: Sequence[Rung], catalog: Catalog
) -> dict[str, tuple[str, Html]]:
    """Return each choice's words and its options."""
    about = subjects.subject(chosen.model, catalog)
    runtime = next(rung.answer.facts for rung in rungs if rung.pair is None)
    able = [(each.id, each.short) for each in defaults.runtimes_of(about, catalog)]
    place = catalog.device(chosen.device).name if chosen.device else _(question_form.THIS_DEVICE)
    return {
        "model": (about.name, question_form.model_options(catalog.models, about.id)),
        "runtime": (runtime.short, question_form.flat(able, runtime.id)),
        "device": (place, question_form.device_options(catalog, chosen.device or "")),
    }


# What was chosen


def _answerable(asked: PageRequest) -> tuple[ShrinkChoices, str | None]:
    """Return the choices, giving up those that name nothing, with the reason."""
    notice = None
    fields = current_choices(asked.fields, asked.changed)
    for given in (fields, {**fields, "runtime": ""}, {**fields, "runtime": "", "device": ""}, {}):
        try:
            chosen = _chosen(given, asked)
            answers.answer(chosen.scenario, asked.catalog, asked.here)
        except TabfitError as fault:
            notice = notice or str(fault)
        else:
            return chosen, notice
    return ShrinkChoices(), notice


def _chosen(fields: Mapping[str, str], asked: PageRequest) -> ShrinkChoices:
    catalog = asked.catalog
    device = fields.get("device")
    rank = fields.get("rank", "")
    picked = [name for name in TARGETS if name in fields.get("targets", "").split(",")]
    usual = () if "targets" in asked.changed else USUAL_TARGETS
    low, high = lora.RANKS
    return ShrinkChoices(
        model=catalog.model(fields.get("model") or DEFAULT).id,
        runtime=fields.get("runtime") or None,
        device=catalog.device(device).id if device else None,
        rank=min(max(int(rank), low), high) if rank.isdecimal() and len(rank) < 6 else RANK,
        targets=tuple(picked) or usual,
    )


def _fields(chosen: ShrinkChoices, catalog: Catalog, device: Device) -> dict[str, str | None]:
    """Return what differs from the page's defaults."""
    usual = ladder.widest_choice(subjects.subject(chosen.model, catalog), catalog, device).id
    return {
        "model": chosen.model,
        "runtime": None if chosen.runtime == usual else chosen.runtime,
        "device": chosen.device,
        "rank": None if chosen.rank == RANK else str(chosen.rank),
        "targets": None if chosen.targets == USUAL_TARGETS else ",".join(chosen.targets),
    }
