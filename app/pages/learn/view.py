"""Lessons: what sizes and precisions mean, each told on figures computed for the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from app.components import formula_popover
from app.components.charts import download_steps, svg_chart
from app.components.html import Child, Html, joined, listed, sentence, tag
from app.components.labels import SHORT, bytes_, gibibytes
from app.components.outcome_marks import mark
from app.components.verdict import common_devices
from app.pages.learn import size_classes
from app.pages.learn.lesson import bold, said
from app.pages.learn.lesson import lesson as whole_lesson
from tabfit import explain
from tabfit.catalog import Catalog, Model
from tabfit.catalog.published_quality import PeerSize
from tabfit.devices import budgets
from tabfit.devices.device import Device
from tabfit.estimate.answers import Answer
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.learn import lessons
from tabfit.learn.lessons import DeviceReach, NamedSize, SizeClass, StoredBits
from tabfit.runtimes import Label
from tabfit.shrink import one_bit_comparison
from tabfit.units import Interval
from tabfit.verdict.labels import LABELS, PHASES
from tabfit.verdict.probability import Outcome

#: Lessons by their anchors, in the order they are told.
TITLES: Final = Words(
    {
        "2b": later("Why “2B” is not 2 GB"),
        "size-classes": later("What size classes are"),
        "bits": later("Why parameters × bits ÷ 8 is wrong"),
        "precisions": later("What the name of a precision means"),
        "browser": later("Why no browser answers the question"),
        "today": later("Which models run in browsers today"),
        "loading": later("What happens while a model loads"),
        "one-bit": later("What 1-bit models promise"),
        "quantising": later("Rounded afterwards, or trained so"),
        "energy": later("What 1-bit arithmetic would save"),
        "parameter": later("What a parameter is"),
        "gpt-3": later("GPT-3, counted layer by layer"),
        "kinds": later("Encoder, decoder, and whether DistilBERT is an LLM"),
        "quality": later("What a size class says of quality"),
        "peak": later("What training holds at its peak"),
        "network": later("Sizes in the browser’s own Network panel"),
        "corrections": later("Figures that are often told wrong"),
        "messages": later("What you see when it does not run"),
    }
)
_HOW_MANY_NAMES: Final = 6
#: The model that people quote one-bit methods on.
QUOTED: Final = "LLaMA-13B"


def contents() -> Html:
    """Return the way to each lesson."""
    links = [tag("li", tag("a", title, href=f"#{name}")) for name, title in TITLES.items()]
    return tag("nav", tag("ol", links), class_="contents", aria_label=_("Lessons"))


def lesson(name: str, told: Child, shown: Child) -> Html:
    """Return one lesson under its title."""
    return whole_lesson(name, TITLES[name], told, shown)


# Why "2B" is not 2 GB


def two_billion(answer: Answer, catalog: Catalog) -> Html:
    """Return the lesson on counts and bytes, told on Gemma 2B."""
    counted = explain.explain_one(answer, "parameters")
    widths = lessons.nominal_widths("gemma-2b", catalog, ("fp32", "fp16", "int8", "int4"))
    opener = formula_popover.opener(
        number(answer.load.architecture.inventory.total, ","), "parameters"
    )
    rows = [
        svg_chart.Bar(name=_BITS[each.precision], size=each.size, words=bytes_(each.size))
        for each in widths
    ]
    file = svg_chart.Bar(
        name=_("int4, the file as published"),
        size=answer.download.likely,
        words=bytes_(answer.download.likely),
        class_="copies",
    )
    told = joined(
        said(
            sentence(
                _("The B in a name counts parameters in billions, and not bytes: {model} has {n}."),
                model=answer.subject.name,
                n=opener,
            ),
            _(
                "How many bytes they fill depends on how each is stored. A parameter takes four "
                "bytes where models are trained, two where they are usually published, and half a "
                "byte where four bits must do."
            ),
        ),
        said(
            _(
                "The published file is larger than the bar above it, because it holds more than "
                "four bits a parameter; and a name is no exact count either."
            )
        ),
        formula_popover.filled(counted) if counted else None,
    )
    shown = joined(
        tag(
            "div",
            svg_chart.bars(_("Gemma 2B at several widths"), [*rows, file]),
            class_="wide-names",
        ),
        _names(catalog),
    )
    return lesson("2b", told, shown)


_BITS: Final = Words(
    {
        "fp32": later("32 bits each"),
        "fp16": later("16 bits each"),
        "int8": later("8 bits each"),
        "int4": later("4 bits each"),
    }
)


def _names(catalog: Catalog) -> Html:
    every = lessons.sizes_in_names(catalog)
    far = every[:_HOW_MANY_NAMES]
    rows = [
        (each.model.name, _billions(each.said), _billions(each.count), _off(each)) for each in far
    ]
    head = (_("model"), _("its name says"), _("it has"), _("so much more"))
    return svg_chart.table(_("Names furthest from their counts"), head, rows)


def _billions(count: int) -> str:
    shown = number(count / 10**9, ".3g")
    form = int(shown) if shown.isdigit() else 2  # what a fraction takes in every language here
    return plural("{count} billion", "{count} billion", form, count=shown)


def _off(each: NamedSize) -> str:
    return _("{ratio} times", ratio=number(each.ratio, ".2g"))


# Size classes


def classes(catalog: Catalog) -> Html:
    """Return the lesson on size classes."""
    every = lessons.size_classes(catalog)
    count = sum(len(each.models) for each in every)
    smallest, largest = every[0], every[-1]
    told = said(
        _(
            "People sort models by their number of parameters, because memory, download and "
            "patience all grow with it. The borders are a habit, not a law."
        ),
        sentence(
            _(
                "Of the {count} models here whose size is known, {small} have less than one "
                "billion parameters: these are what browsers can count on. {giants} of the class "
                "{class_} will stay in data centres."
            ),
            count=count,
            small=bold(len(smallest.models)),
            giants=bold(len(largest.models)),
            class_=largest.name,
        ),
    )
    shown = joined(
        size_classes.chart(catalog),
        svg_chart.behind(_("The figures"), _examples(every)),
    )
    return lesson("size-classes", told, shown)


def _class_name(each: SizeClass) -> str:
    return each.name.replace("-", "–")


def _examples(every: Iterable[SizeClass]) -> Html:
    head = (_("class"), _("models"), _("smallest"), _("in the middle"), _("largest"))
    rows = [
        (
            _class_name(each),
            number(len(each.models)),
            each.models[0].name,
            each.example.name,
            each.models[-1].name,
        )
        for each in every
    ]
    return svg_chart.table(_("Size classes with examples"), head, rows)


# Bits


def bits(answer: Answer, catalog: Catalog) -> Html:
    """Return the lesson on the product of parameters and bits; the stair is the model's own."""
    pairs = lessons.shorter_but_larger(catalog)
    told = said(
        _(
            "Multiply parameters by bits and divide by eight: it is the first formula "
            "everybody writes down, and no file obeys it."
        ),
        sentence(
            _(
                "It can even be wrong about which file is the larger. Of the {both} models here "
                "whose files for Transformers.js are listed at q4 and at q8, {larger} are a larger "
                "download at q4: only the matrices inside the layers shrink to four bits, and the "
                "token table stays at 32 where q8 keeps it at eight."
            ),
            both=pairs.both,
            larger=bold(len(pairs.larger)),
        ),
    )
    return lesson("bits", told, tag("div", stair(answer), id="stair", class_="card live"))


def stair(answer: Answer) -> Html:
    """Return a model's own difference between the product and its download."""
    return download_steps.inside(answer, heading="h3")


# Precisions


def names_of_precisions(stored: Html | None) -> Html:
    """Return the lesson on precisions; `stored` is what `bits_stored` says, or nothing yet."""
    told = said(
        _(
            "A precision is the name of a recipe. Its number says how many bits most weights "
            "of the matrices get; it does not say what the scales beside them take, nor what "
            "was left as it was."
        ),
        _(
            "q4 and int4 are four bits with scales. q4f16 and q4f16_1 say besides that the "
            "rest, and the computing, is in 16-bit floats. Q4_K_M is llama.cpp’s mix: most "
            "matrices at four bits, the touchy ones at six. bnb4 uses sixteen fixed levels that "
            "lie closer near zero. fp32, fp16 and bf16 are plain floats."
        ),
    )
    live = tag("div", stored, id="stored", data_later="stored", class_="card live")
    return lesson("precisions", told, live)


def bits_stored(answer: Answer, catalog: Catalog) -> Html:
    """Return what each precision of a model really stores per parameter."""
    found = lessons.stored_bits(answer.subject, catalog)
    if not found:
        return tag("p", _("No file of {model} is on offer.", model=answer.subject.name))
    rows = [_precision(each) for each in found]
    head = (_("precision"), _("bits in its name"), _("bits stored"), _("download"), _("for"))
    caption = _("{model}: bits a parameter, and what travels", model=answer.subject.name)
    most = max(found, key=lambda each: each.bits / (each.named or each.bits))
    return joined(
        tag("h3", answer.subject.name),
        tag("p", _most_off(most)) if most.named else None,
        svg_chart.table(caption, head, rows),
        list(_noted(found)),
    )


def _noted(found: Sequence[StoredBits]) -> Iterator[Html]:
    """Yield what recipes say besides, as why two precisions that differ are one download."""
    for note in dict.fromkeys(note for each in found for note in each.notes):
        names = ", ".join(each.name for each in found if note in each.notes)
        yield tag("p", f"{names}: {note}", class_="aside-note")


def _most_off(each: StoredBits) -> Html:
    return sentence(
        _("{name} stores {bits} bits for each parameter, over the whole model."),
        name=bold(each.name),
        bits=bold(number(each.bits, ".3g")),
    )


def _precision(each: StoredBits) -> tuple[Child, ...]:
    return (
        each.name,
        number(each.named) if each.named else "–",
        number(each.bits, ".2f"),
        bytes_(each.download.likely),
        each.runtime.short.partition(" (")[0],
    )


# Browsers


def browsers() -> Html:
    """Return the lesson on what browsers tell, with what this one says below it."""
    told = joined(
        said(
            _(
                "A page cannot ask “will this fit?”. What a browser tells is rounded, so that a "
                "visitor is not recognised by it; and much it does not tell at all."
            )
        ),
        tag("dl", [_asked(*each) for each in _questions()], class_="unasked"),
    )
    shown = tag(
        "div",
        tag("h3", _("Memory behind navigator.deviceMemory")),
        _ranges(),
        tag("div", id="here"),
        class_="card live",
    )
    return lesson("browser", told, shown)


def _asked(question: str, told: str) -> Html:
    return tag("div", tag("dt", question), tag("dd", told))


def _questions() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("How much memory has the device?"),
            _(
                "Chrome and Edge round it to a power of two and stop at some value. Safari and "
                "Firefox say nothing, so on an iPhone nobody knows. It is the memory that is "
                "built in, and not what is free."
            ),
        ),
        (
            _("How much may one tab use?"),
            _(
                "No browser says. Phones end a tab when they must, without a word to the page; on "
                "iPhones at about {most} at the latest, whatever the phone has.",
                most=bytes_(_ceiling()),
            ),
        ),
        (
            _("How much memory has the graphics card?"),
            _(
                "WebGPU tells limits, and limits are steps chosen by the browser: a small card and "
                "a large one answer alike. The largest buffer is what one array may be, and never "
                "how much there is."
            ),
        ),
        (
            _("How fast is the line?"),
            _("Chrome rounds it and soon stops counting; Safari and Firefox do not say."),
        ),
        (
            _("Is there room to keep a download?"),
            _(
                "Chrome names what is used and at most {most} more, whatever the disk has. A "
                "promise it is not.",
                most=bytes_(budgets.SYNTHETIC_QUOTA.exact),
            ),
        ),
        (
            _("Could a page just try?"),
            _(
                "Memory is handed out on paper and taken when it is filled. To know, a page must "
                "fill it, and on a phone the tab is gone before the answer is there."
            ),
        ),
    )


def _ceiling() -> int:
    """Return what a tab on an iPhone has at the very most."""
    ceiling = budgets.IPHONE.ceiling
    return ceiling.interval.high if ceiling else 0


def here(device: Device) -> Html:
    """Return what this browser leaves open."""
    have = budgets.installed(device).have
    if have is None:
        return tag("p", _("This browser tells nothing about memory."))
    if have.low == have.high:
        return tag("p", _("Of this device {have} GB are known.", have=gibibytes(have.low)))
    text = _("This browser says {value}: it may be anything from {low} to {high} GB.")
    return tag(
        "p",
        sentence(
            text,
            value=bold(number(device.device_memory or 0, "g")),
            low=bold(gibibytes(have.low)),
            high=bold(gibibytes(have.high)),
        ),
    )


def _ranges() -> Html:
    head = (_("value"), _("on a computer, GB"), _("on Android, GB"))
    computer = dict(lessons.reported_device_memory("windows"))
    android = dict(lessons.reported_device_memory("android"))
    rows = [
        (number(value), _range(computer.get(value)), _range(android.get(value)))
        for value in sorted({*computer, *android})
    ]
    return svg_chart.table(_("What each value of Chrome can mean"), head, rows)


def _range(have: Interval | None) -> str:
    if have is None:
        return "–"
    return f"{gibibytes(have.low)}–{gibibytes(have.high)}"


# Models today


def today(ran: Html | None, root: str) -> Html:
    """Return the lesson on what runs; `ran` is what `running` says, or nothing yet."""
    told = said(
        _(
            "Most models that run in browsers are small and do one thing: they sort texts, search "
            "by meaning, write down speech, name what is in a picture. They run almost anywhere. "
            "Models that chat want a good phone or a laptop, and the larger of them a good laptop."
        ),
        _("Each model is judged at the precision that suits the device best."),
    )
    later = None if ran else f"running {root}"
    live = tag("div", ran, id="running", data_later=later, class_="showing")
    return lesson("today", told, live)


def running(every: tuple[DeviceReach, ...], root: str) -> Html:
    """Return how much of the catalogue runs on each device, and the largest models there."""
    phone, best = every[0], every[-1]
    found = said(
        sentence(
            _(
                "{models} models here are published for browsers. Likely to fit: {few} on this "
                "phone ({small}), {many} on this computer ({large})."
            ),
            models=phone.models,
            few=bold(len(phone.likely)),
            small=_called(phone),
            many=bold(len(best.likely)),
            large=_called(best),
        )
    )
    largest = tag("ul", [_largest(each, root) for each in every], class_="plain")
    return joined(found, _reaches(every), largest)


def _called(reach: DeviceReach) -> str:
    return common_devices.short_name(reach.device, reach.name)


_SHOWN: Final = (Outcome.LIKELY, Outcome.MAY, Outcome.UNLIKELY, Outcome.NO)


def _reaches(every: tuple[DeviceReach, ...]) -> Html:
    head = (_("device"), *(SHORT[each] for each in _SHOWN))
    rows: list[tuple[Child, ...]] = [
        (_called(each), *(_count(each.outcomes.get(outcome, 0), outcome) for outcome in _SHOWN))
        for each in every
    ]
    return svg_chart.table(_("Models by verdict on common devices"), head, rows)


def _count(count: int, outcome: Outcome) -> Child:
    return joined(mark(outcome), " ", number(count)) if count else "–"


def _largest(reach: DeviceReach, root: str) -> Html:
    links = [_link(model, root) for model in reach.likely[:3]]
    return tag(
        "li",
        sentence(_("{device}, the largest: {models}."), device=_called(reach), models=listed(links))
        if links
        else _("{device}: none is likely.", device=_called(reach)),
    )


def _link(model: Model, root: str) -> Html:
    return tag("a", model.name, href=f"{root}m/{model.id}/")


# Loading


def loading(answer: Answer) -> Html:
    """Return the lesson on phases."""
    told = said(
        _(
            "The peak of memory is rarely where people look for it. First the file arrives, "
            "and the script may hold all of it. Then the runtime reads it and copies every "
            "tensor into memory of its own, while the file is still there. Once all is ready "
            "some of that is let go. The first pass over a prompt needs room for what passes "
            "between the layers, and a chat model then keeps a cache that grows with every "
            "word."
        )
    )
    return lesson("loading", told, tag("div", phases(answer), id="phases", class_="card live"))


def phases(answer: Answer) -> Html:
    """Return a model's memory phase by phase, and what fills the fullest."""
    fullest = answer.footprint.fullest
    rows = [
        svg_chart.Bar(
            name=PHASES[each.name],
            size=each.peak.likely,
            words=bytes_(each.peak.likely),
            current=each is fullest,
        )
        for each in answer.footprint.phases
    ]
    parts = [
        _("{part} {size}", part=LABELS[label], size=bytes_(fullest.of_label(label).likely))
        for label in Label
        if fullest.of_label(label).likely
    ]
    return joined(
        tag("h3", _asked_as(answer)),
        svg_chart.bars(_("Memory phase by phase"), rows),
        tag(
            "p",
            sentence(
                _("Most is held in the phase “{phase}”: {parts}. The download is {download}."),
                phase=PHASES[fullest.name],
                parts=", ".join(parts),
                download=bytes_(answer.download.likely),
            ),
        ),
    )


def _asked_as(answer: Answer) -> str:
    return _(
        "{model}, {precision}, {runtime}",
        model=answer.subject.name,
        precision=answer.scenario.precision,
        runtime=answer.facts.short,
    )


# One bit


def one_bit(bonsai: Answer, peer: PeerSize, root: str) -> Html:
    """Return the lesson on one-bit models: what is promised, and what a file then holds."""
    told = joined(
        said(
            _(
                "If a weight is only plus or minus one, it fits in one bit, a sixteenth of the "
                "usual two bytes, and multiplying becomes adding. The methods differ in how much "
                "they keep besides: a scale for each row or block, a zero as a third value, a few "
                "weights left wide."
            ),
        ),
        said(
            _(
                "What is promised is size and speed. What it costs is quality, unless a model was "
                "trained so from the start; and a runtime must know how to read it."
            ),
            tag("a", _("All methods, with what each stores"), href=f"{root}1-bit/"),
        ),
    )
    return lesson("one-bit", told, _promises(bonsai, peer, root))


def _promises(bonsai: Answer, peer: PeerSize, root: str) -> Html:
    """Return three promises with what becomes of them."""
    wide = bonsai.load.architecture.inventory.total * 2
    quoted = next(each for each in one_bit_comparison.printed_sizes() if each.row.model == QUOTED)
    paper = sentence(
        _(
            "OneBit takes {model} from {wide} GB to {small} GB on paper; computed from its shape "
            "it is {ours}."
        ),
        model=QUOTED,
        wide=number(quoted.row.baseline_memory_gb or 0, "g"),
        small=number(quoted.row.memory_gb or 0, "g"),
        ours=bold(bytes_(quoted.ours)),
    )
    real = sentence(
        _(
            "A real file: {model} is {file} to download where its 16-bit weights would be {wide}. "
            "Its table of words is at one bit too, which few dare."
        ),
        model=tag("a", bonsai.subject.name, href=f"{root}m/{bonsai.subject.id}/"),
        file=bold(bytes_(bonsai.download.likely)),
        wide=bytes_(wide),
    )
    return tag("ul", [tag("li", each) for each in (paper, real, _bitnet(peer))], class_="plain")


def _bitnet(peer: PeerSize) -> str:
    return _(
        "{model} is often quoted with {quoted} GB: that leaves its table of words out.",
        model=peer.model,
        quoted=number(peer.memory_gb, "g"),
    )
