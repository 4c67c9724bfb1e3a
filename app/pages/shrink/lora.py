"""Low-rank adapters: a slider for the rank, what is adapted, what it adds and what is frozen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.components.charts import svg_chart
from app.components.html import Html, joined, sentence, tag
from app.components.labels import bytes_
from app.components.verdict import quality_note
from app.components.verdict.verdict_card import chip
from tabfit.catalog.published_quality import qualities
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.model.architecture import Architecture
from tabfit.shrink import TARGETS, LoraAdapter, lora_adapter, ranks, targets_of
from tabfit.units import Basis

_TARGETS: Final = Words(
    {
        "query": later("queries"),
        "key": later("keys"),
        "value": later("values"),
        "output": later("attention output"),
        "feed-forward": later("feed-forward"),
    }
)
#: The slider's ends.
RANKS: Final = (1, 128)
#: A model and this many tasks of its own.
TASKS: Final = 10


def form(rank: int, targets: Collection[str]) -> Html:
    """Return the slider and the boxes; what follows from them stands beside."""
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name="targets", value=name, checked=name in targets),
            tag("span", _TARGETS[name]),
            class_="chip",
        )
        for name in TARGETS
    ]
    return tag(
        "form",
        tag(
            "label",
            tag("span", _("Rank")),
            tag(
                "input",
                type="range",
                name="rank",
                min=RANKS[0],
                max=RANKS[1],
                value=rank,
                aria_describedby="adapter",
            ),
            tag("output", rank, id="rank-shown"),
            class_="slider",
        ),
        tag("fieldset", tag("legend", _("Adapted")), tag("div", boxes, class_="chips")),
        data_asks=True,
        action="./",
        autocomplete="off",
        class_="adapting",
    )


def result(
    architecture: Architecture | None, rank: int, targets: Collection[str], weights: int
) -> Html:
    """Return what the adapter adds; `weights` are the bytes of one copy of the model."""
    if architecture is None:
        return tag("p", _("The maker discloses no shape, so nothing can be computed."))
    there = [name for name in targets_of(architecture) if name in targets]
    if not there:
        return tag("p", _("Nothing is adapted: choose matrices that this model has."))
    made = lora_adapter(architecture, rank, there)
    return joined(_figures(made), _tasks(made, weights), _by_rank(architecture, made))


def _figures(made: LoraAdapter) -> Html:
    share = made.parameters / made.frozen
    return tag(
        "dl",
        _figure(bytes_(made.size()), _("the adapter, 16 bits each")),
        _figure(number(made.parameters, ","), _("parameters trained")),
        _figure(number(share, ".2%" if share < 0.1 else ".0%"), _("of the model’s")),
        class_="figures",
    )


def _figure(value: str, name: str) -> Html:
    return tag("div", tag("dd", value), tag("dt", name, " ", chip(Basis.COMPUTED)))


def _tasks(made: LoraAdapter, weights: int) -> Html:
    whole, thin = TASKS * weights, weights + TASKS * made.size()
    text = _(
        "The model’s {frozen} parameters are frozen: it stays as large as it is. What shrinks is "
        "the next task: {tasks} tasks as whole models are {whole}, as one model and {tasks} "
        "adapters {thin}. Merged into the weights beforehand an adapter needs nothing at run "
        "time; kept apart it adds its bytes."
    )
    return tag(
        "p",
        sentence(
            text,
            frozen=number(made.frozen, ","),
            tasks=TASKS,
            whole=bytes_(whole),
            thin=tag("b", bytes_(thin)),
        ),
        class_="deciding",
    )


def _by_rank(architecture: Architecture, made: LoraAdapter) -> Html:
    sizes = {
        each: lora_adapter(architecture, each, made.targets).size() for each in ranks(architecture)
    }
    sizes[made.rank] = made.size()
    top = sizes[made.rank] * 4
    rows = [
        svg_chart.Bar(
            name=_("rank {rank}", rank=each),
            size=sizes[each],
            words=bytes_(sizes[each]),
            current=each == made.rank,
        )
        for each in sorted(sizes)
        if sizes[each] <= top
    ]
    matrices = plural("beside {count} matrix", "beside {count} matrices", made.matrices)
    return joined(
        tag("h3", _("By rank, {matrices}", matrices=matrices)),
        svg_chart.bars(_("Size of the adapter by rank"), rows),
    )


def published() -> Html:
    """Return what adapters cost in quality, as published."""
    rows = [each for name in ("0.8M", "4.7M") for each in qualities("adapters", name)]
    items = [
        tag("li", quality_note.cost(each, on=_("on {model}", model=each.model))) for each in rows
    ]
    return joined(
        tag("p", _("Published, the whole model trained against an adapter alone:"), class_="lead"),
        tag("ul", items, class_="costs"),
    )
