"""The workbench: a decoder of one's own from sliders, and what it would need on this device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.components import copied_text, page_layout
from app.components.device import device_summary
from app.components.forms import question_form
from app.components.html import Html, joined, section, sentence, tag
from app.components.labels import tokens
from app.components.models import model_search
from app.device_here import TYPICAL
from app.pages.workbench import view as views
from app.request_reply import PageHead, PageReply, PageRequest
from app.site_pages import FOLDERS
from tabfit.architectures.custom_decoder import NAMES, alike
from tabfit.catalog import Catalog, Model
from tabfit.devices.device import Device
from tabfit.errors import Quoted, TabfitError, UnsupportedCombination
from tabfit.estimate import answers, defaults, link, subjects
from tabfit.estimate.answers import Answer
from tabfit.estimate.defaults import CONTEXTS
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import Message, _, number
from tabfit.light_dataclass import dataclass, replace
from tabfit.model.architecture import Architecture
from tabfit.model.textbook import Widths, textbook
from tabfit.units import Tokens
from tabfit.workbench import scaling_laws
from tabfit.workbench.decoder_design import BOUNDS, Design, config_of, design_of, grown, shape_of

KEYS: Final = ("start", *BOUNDS, "gate", "head", "context", "gain", "device")
NUMPY: Final[tuple[str, ...]] = ()

#: Where the sliders start: the textbook's decoder, or a model of the catalogue.
TEXTBOOK: Final = "textbook"
CONTEXT: Final = Tokens(2048)
GAIN: Final = 10
GAINS: Final = (1, 2, 5, 10, 20, 30, 50, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbenchChoices:
    """What the visitor built, and with what it is asked about."""

    own: Design
    start: str = TEXTBOOK
    context: Tokens = CONTEXT
    gain: int = GAIN
    device: str | None = None

    @property
    def model(self) -> str:
        """Return the design as a model's name in a link."""
        return link.packed(config_of(self.own))


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    del catalog
    return PageHead(
        title=_("The workbench: a model of your own"),
        description=_(
            "Build a language model from sliders: its parameters part by part with the formulas, "
            "its memory and cache, whether it would fit here, and what a larger one would gain."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the page on the textbook's decoder, complete before any script."""
    del root
    chosen = WorkbenchChoices(own=Design(), device=TYPICAL)
    every = _parts(chosen, catalog)
    device = answers.place(TYPICAL, Device(), catalog)
    return joined(
        _form(replace(chosen, device=None), catalog, every),
        tag("div", device_summary.summary(device, stated=False, elsewhere=True), id="said"),
        page_layout.status(),
        tag("div", every["finding"], id="finding", aria_live="polite"),
        copied_text.copied_from("#finding, #counted"),
        section(
            _("Where the parameters are"),
            _("Each part opens to its formula, filled in."),
            tag("div", every["counted"], id="counted", class_="card"),
        ),
        section(
            _("Would it fit?"),
            _("Every runtime that knows this kind of model."),
            tag(
                "div",
                views.verdicts(_answers(chosen, catalog, Device()), chosen.model),
                id="verdicts",
                class_="card",
                data_later="verdicts",
            ),
        ),
        section(
            _("What more would give"),
            _by_power(),
            tag(
                "div",
                _gain_form(replace(chosen, device=None), catalog),
                tag("div", every["scaling"], id="scaling"),
                class_="card",
            ),
            id="laws",
        ),
        model_search.dialog(_starts(catalog), catalog_alone=True),
    )


def _by_power() -> str:
    return _("A language model’s loss falls with a small power of its size: gains are dear.")


def respond(asked: PageRequest) -> PageReply:
    """Return what was built; what does not go together changes nothing and says why."""
    given, notice = dict(asked.fields), None
    try:
        chosen = _chosen(given, asked.catalog, asked.changed)
    except TabfitError as fault:
        if not asked.linked:
            return PageReply(parts={}, title=_("Workbench"), fields=given, notice=str(fault))
        chosen, notice = WorkbenchChoices(own=Design()), str(fault)
    if asked.part == "verdicts":
        rows = _answers(chosen, asked.catalog, asked.here)
        return PageReply(
            parts={"verdicts": views.verdicts(rows, chosen.model)}, title=_title(chosen)
        )
    return _replied(asked, chosen, notice)


def _replied(asked: PageRequest, chosen: WorkbenchChoices, notice: str | None) -> PageReply:
    parts = _parts(chosen, asked.catalog)
    if _dials_anew(asked):
        parts["verdicts"] = tag("p", _("One moment…"), class_="lead")
    else:
        parts.pop("sliders")
    device = answers.place(chosen.device, asked.here, asked.catalog)
    shown_ = _choices(chosen, asked.catalog)
    return PageReply(
        parts={
            **question_form.renewed((name, *each) for name, each in shown_.items()),
            "said": device_summary.summary(
                device, stated=asked.stated, elsewhere=chosen.device is not None
            ),
            **parts,
        },
        title=_title(chosen),
        fields=_fields(chosen, asked.catalog),
        folder=FOLDERS["workbench"],
        notice=notice,
    )


def _dials_anew(asked: PageRequest) -> bool:
    """Return whether the page sets the sliders: never while the visitor moves one."""
    return asked.linked or not asked.changed or "start" in asked.changed


def _title(chosen: WorkbenchChoices) -> str:
    return _("{count} parameters", count=views.short(shape_of(chosen.own).inventory.total))


# What was chosen


def _chosen(
    given: Mapping[str, str], catalog: Catalog, changed: frozenset[str] = frozenset()
) -> WorkbenchChoices:
    """Return what fields say, or raise what is wrong with them."""
    start, usual = _start(given.get("start") or TEXTBOOK, catalog)
    own = usual if "start" in changed else _own(given, usual)
    device = given.get("device")
    return WorkbenchChoices(
        own=own,
        start=start,
        context=Tokens(_whole(_("Context length"), given.get("context"), CONTEXT, _upto(CONTEXTS))),
        gain=_whole(_("Gain"), given.get("gain"), GAIN, _upto(GAINS)),
        device=catalog.device(device).id if device else None,
    )


def _start(name: str, catalog: Catalog) -> tuple[str, Design]:
    """Return where the sliders start."""
    if name == TEXTBOOK:
        return TEXTBOOK, Design()
    about = subjects.subject(name, catalog)
    found = design_of(about.shape)
    if found is None:
        raise UnsupportedCombination(
            Message("{model} has layers that the sliders do not have", model=about.name),
            [Message("a decoder whose layers are alike")],
        )
    return about.id, found


def _own(given: Mapping[str, str], usual: Design) -> Design:
    """Return the design of the fields; an unticked or missing one is as at the start."""
    widths = {
        name: _whole(NAMES[name], given.get(name), getattr(usual, name), allowed)
        for name, allowed in BOUNDS.items()
    }
    gate, head_ = given.get("gate"), given.get("head")
    return Design(
        **widths,
        tied=usual.tied if head_ is None else head_ == "tied",
        gated=usual.gated if gate is None else gate == "gated",
    )


def _upto(offered: Sequence[int]) -> range:
    """Return the numbers that a link may name where a list offers some of them."""
    return range(1, offered[-1] + 1)


def _whole(name: str, text: str | None, usual: int, allowed: range) -> int:
    if not text:
        return usual
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 10 and int(plain) in allowed):
        low, high = number(allowed.start, ","), number(allowed.stop - 1, ",")
        raise UnsupportedCombination(
            Message("{name} is {value}", name=name, value=Quoted(text)),
            [Message("whole numbers from {low} to {high}", low=low, high=high)],
        )
    return int(plain)


def _fields(chosen: WorkbenchChoices, catalog: Catalog) -> dict[str, str | None]:
    """Return what differs from the page's defaults."""
    usual = _start(chosen.start, catalog)[1]
    return _said(chosen, usual)


def _said(chosen: WorkbenchChoices, usual: Design) -> dict[str, str | None]:
    own = chosen.own
    widths: dict[str, str | None] = {
        name: str(getattr(own, name))
        for name in BOUNDS
        if getattr(own, name) != getattr(usual, name)
    }
    return {
        "start": None if chosen.start == TEXTBOOK else chosen.start,
        **widths,
        "gate": None if own.gated == usual.gated else "gated" if own.gated else "plain",
        "head": None if own.tied == usual.tied else "tied" if own.tied else "own",
        "context": None if chosen.context == CONTEXT else str(chosen.context),
        "gain": None if chosen.gain == GAIN else str(chosen.gain),
        "device": chosen.device,
    }


# The question


def _form(chosen: WorkbenchChoices, catalog: Catalog, every: Mapping[str, Html]) -> Html:
    labels = {
        "start": _("Start from"),
        "context": _("Context length"),
        "device": _("Device"),
    }
    made = {
        name: question_form.choice(name, labels[name], words, options)
        for name, (words, options) in _choices(chosen, catalog).items()
        if name in labels
    }
    asked = sentence(
        _("What would a model built like {start} need with {context} on {device}?"), **made
    )
    return tag(
        "form",
        tag("h1", asked),
        tag(
            "div",
            tag("p", every["total"], id="total"),
            tag("div", every["sliders"], id="sliders", class_="dials"),
            class_="card bench",
        ),
        id="question",
        data_asks=True,
        action="./",
        autocomplete="off",
    )


def _gain_form(chosen: WorkbenchChoices, catalog: Catalog) -> Html:
    words, options = _choices(chosen, catalog)["gain"]
    asked = sentence(
        _("What would it cost to be {gain} better?"),
        gain=question_form.choice("gain", _("Gain"), words, options),
    )
    return tag("form", tag("h3", asked), data_asks=True, action="./", autocomplete="off")


def _choices(chosen: WorkbenchChoices, catalog: Catalog) -> dict[str, tuple[str, Html]]:
    """Return each choice's words and its options."""
    lengths = sorted({*CONTEXTS, chosen.context})
    gains = sorted({*GAINS, chosen.gain})
    place = catalog.device(chosen.device).name if chosen.device else _(question_form.THIS_DEVICE)
    book = question_form.flat([(TEXTBOOK, _("the textbook’s"))], chosen.start)
    models = question_form.model_options(_starts(catalog), chosen.start)
    return {
        "start": (_start_name(chosen, catalog), joined(book, models)),
        "context": (
            tokens(chosen.context),
            question_form.flat(
                [(str(each), tokens(each)) for each in lengths], str(chosen.context)
            ),
        ),
        "device": (place, question_form.device_options(catalog, chosen.device or "")),
        "gain": (
            _gain(chosen.gain),
            question_form.flat([(str(each), _gain(each)) for each in gains], str(chosen.gain)),
        ),
    }


def _start_name(chosen: WorkbenchChoices, catalog: Catalog) -> str:
    return _("the textbook’s") if chosen.start == TEXTBOOK else catalog.model(chosen.start).name


def _gain(percent: int) -> str:
    return number(percent / 100, ".0%")


def _starts(catalog: Catalog) -> list[Model]:
    """Return the models whose layers the sliders have."""
    return [
        model
        for model in catalog.models
        if model.task == "text-generation" and model.config is not None and alike(model.config)
    ]


# The answer


def _parts(chosen: WorkbenchChoices, catalog: Catalog) -> dict[str, Html]:
    own = chosen.own
    shape = shape_of(own)
    return {
        "sliders": views.sliders(own),
        "total": joined(views.total(shape)),
        "finding": joined(
            views.finding(own, shape, chosen.context), _compared(chosen, shape, catalog)
        ),
        "counted": views.counted(own),
        "scaling": _scaling(chosen, shape, catalog),
    }


def _compared(chosen: WorkbenchChoices, shape: Architecture, catalog: Catalog) -> Html | None:
    """Return how the start's own count differs, while the sliders stand where they started."""
    del shape
    start, usual = _start(chosen.start, catalog)
    if chosen.own != usual:
        return None
    if start == TEXTBOOK:
        written = textbook(Widths()).inventory.total
        return views.differs(_("The textbook’s example"), written, usual)
    about = subjects.subject(start, catalog)
    return views.differs(about.name, about.shape.inventory.total, usual)


def _scaling(chosen: WorkbenchChoices, shape: Architecture, catalog: Catalog) -> Html:
    inside = scaling_laws.outside_embeddings(shape.inventory)
    times = scaling_laws.HENIGHAN.growth(chosen.gain / 100)
    larger = None
    try:
        own = grown(chosen.own, times)
    except TabfitError:
        pass
    else:
        usual = _start(chosen.start, catalog)[1]
        larger = link.composed(_said(replace(chosen, own=own), usual), KEYS)
    return views.scaling(inside, chosen.gain, larger)


def _answers(chosen: WorkbenchChoices, catalog: Catalog, here: Device) -> list[Answer]:
    """Return the answers of every runtime that knows this kind of model, those that fit first."""
    about = Subject(id=chosen.model, name=_("your model"), config=config_of(chosen.own))
    asked = Scenario(model=chosen.model, device=chosen.device, context=chosen.context)
    wanted = [
        _with(asked, facts.id, precision)
        for facts in defaults.runtimes_of(about, catalog)
        for precision in (
            views.WIDTHS if facts.hypothetical else (defaults.usual_precision(about, facts),)
        )
    ]
    return [answers.answer(each, catalog, here, about) for each in wanted]


def _with(asked: Scenario, runtime: str, precision: str) -> Scenario:
    return Scenario(
        model=asked.model,
        runtime=runtime,
        precision=precision,
        context=asked.context,
        device=asked.device,
    )
