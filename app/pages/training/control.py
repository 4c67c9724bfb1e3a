"""Training: what it takes to train a model, part by part, and what would make it less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from app.components import copied_text, page_layout
from app.components.forms import form_fields, question_form
from app.components.html import Html, joined, section, sentence, tag
from app.components.labels import bytes_, tokens
from app.components.models import model_search
from app.pages.training import view as views
from app.request_reply import PageHead, PageReply, PageRequest
from app.site_pages import FOLDERS
from tabfit.catalog import Catalog, Model
from tabfit.errors import TabfitError
from tabfit.estimate import link, subjects
from tabfit.estimate.subjects import Subject
from tabfit.i18n.language import Words, _, later, number, plural
from tabfit.light_dataclass import dataclass
from tabfit.model.architecture import Architecture
from tabfit.model.lora import RANKS
from tabfit.training import (
    LoraTargets,
    Optimizer,
    Plan,
    Recompute,
    TrainingMemory,
    TrainingPrecision,
    Zero,
    plan_text,
    training_memory,
    usual_sequence,
)
from tabfit.training.plan import OPTIMIZERS, PRECISIONS, divisors
from tabfit.training.rules_of_thumb import rules_of_thumb
from tabfit.training.savings import peak_or_steady, plan_changes

#: `method` is what is trained; the others are the core's own.
KEYS: Final = ("model", "method", *plan_text.KEYS)
NUMPY: Final[tuple[str, ...]] = ()

#: The textbook case of the first page.
DEFAULT: Final = "gemma-2b"

BATCHES: Final = tuple(2**power for power in range(11))
SEQUENCES: Final = tuple(2**power for power in range(7, 18))
DEVICES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

_OPTIMIZERS: Final = Words(
    {
        Optimizer.ADAMW: later("AdamW"),
        Optimizer.ADAMW_8BIT: later("8-bit AdamW"),
        Optimizer.ADAFACTOR: later("Adafactor"),
        Optimizer.SGD_MOMENTUM: later("SGD with momentum"),
        Optimizer.SGD: later("plain SGD"),
    }
)
_PRECISIONS: Final = Words(
    {
        TrainingPrecision.MIXED: later("mixed precision"),
        TrainingPrecision.AUTOCAST: later("autocast"),
        TrainingPrecision.BF16: later("bf16"),
        TrainingPrecision.FP32: later("float32"),
    }
)
_KEPT: Final = Words(
    {
        Recompute.NONE: later("everything"),
        Recompute.SELECTIVE: later("all but attention maps"),
        Recompute.FULL: later("only the layers’ inputs"),
    }
)
_TRAINED: Final = Words(
    {
        "": later("every weight"),
        "lora": later("adapters (LoRA)"),
        "qlora": later("adapters on 4-bit weights (QLoRA)"),
    }
)
_TARGETS: Final = Words(
    {
        LoraTargets.QUERY_VALUE: later("queries and values"),
        LoraTargets.ATTENTION: later("all of attention"),
        LoraTargets.LINEAR: later("every matrix"),
    }
)
_ZERO: Final = Words(
    {
        Zero.NOTHING: later("nothing"),
        Zero.OPTIMIZER: later("optimiser states"),
        Zero.GRADIENTS: later("and gradients"),
        Zero.WEIGHTS: later("and weights"),
    }
)


@dataclass(frozen=True, kw_only=True)
class TrainingChoices:
    """A model, a plan, and the memory that it needs."""

    about: Subject
    plan: Plan
    memory: TrainingMemory

    @property
    def shape(self) -> Architecture:
        """Return the model's architecture."""
        return self.about.shape

    @property
    def method(self) -> str:
        """Return what is trained, as the form names it."""
        if not self.plan.lora_rank:
            return ""
        return "qlora" if self.plan.quantised else "lora"


def head(catalog: Catalog) -> PageHead:
    """Return what the page is called."""
    del catalog
    return PageHead(
        title=_("What does training take?"),
        description=_(
            "The memory that training a model needs: weights, gradients, optimiser states and "
            "activations, with LoRA, recomputation and ZeRO, beside the rules people quote."
        ),
    )


def main(catalog: Catalog, root: str) -> Html:
    """Return the page for the textbook case, complete before any script."""
    del root
    chosen = _chosen({}, catalog)
    every = _parts(chosen)
    return joined(
        _form(chosen, catalog),
        page_layout.status(),
        tag("div", every["finding"], id="finding", aria_live="polite"),
        copied_text.copied_from("#finding, #parts"),
        tag("div", every["picture"], id="picture", class_="card"),
        section(
            _("Part by part"),
            _("Each opens to its formula and its source."),
            tag("div", every["parts"], id="parts", class_="card"),
        ),
        section(
            _("What would make it less"),
            _("One change each; tap one to make it."),
            tag("div", every["smaller"], id="smaller", class_="card"),
        ),
        section(
            _("The rules people quote"),
            _("Computed for this run, beside the exact figure."),
            tag("div", every["rules"], id="rules", class_="card"),
        ),
        tag("section", tag("h2", _("How far this is right")), _limits(), class_="prose"),
        model_search.dialog(catalog.models, catalog_alone=True),
    )


def respond(asked: PageRequest) -> PageReply:
    """Return the memory of what was chosen; what cannot be changes nothing and says why."""
    given, notice = dict(asked.fields), None
    try:
        chosen = _chosen(given, asked.catalog, asked.changed)
    except TabfitError as fault:
        if not asked.linked:
            return PageReply(parts={}, title=_title(None), fields=given, notice=str(fault))
        chosen, notice = _chosen({}, asked.catalog), str(fault)
    shown = _choices(chosen, asked.catalog)
    return PageReply(
        parts={
            **question_form.renewed((name, *each) for name, each in shown.items()),
            **_parts(chosen),
            **(
                {} if asked.changed and asked.changed <= _STILL else {"controls": _controls(chosen)}
            ),
        },
        title=_title(chosen),
        fields=_fields(chosen),
        folder=FOLDERS["training"],
        notice=notice,
    )


#: Fields whose change leaves every other field as it is.
_STILL: Final = frozenset(("lora_rank", "lora_targets", "recompute", "eager", "no_dropout", "zero"))


def _title(chosen: TrainingChoices | None) -> str:
    if chosen is None:
        return _("Training")
    return _(
        "Training {model}: {size}",
        model=chosen.about.name,
        size=bytes_(peak_or_steady(chosen.memory)),
    )


# What was chosen


def _chosen(
    given: Mapping[str, str], catalog: Catalog, changed: frozenset[str] = frozenset()
) -> TrainingChoices:
    """Return the plan that fields say, or raise what is wrong with them."""
    about = subjects.subject(given.get("model") or DEFAULT, catalog)
    said = {key: value for key, value in given.items() if key in plan_text.KEYS}
    method = given.get("method", "")
    if "model" in changed:
        said.pop("sequence", None)
    if method not in ("lora", "qlora"):
        said.pop("lora_rank", None)
    elif not said.get("lora_rank"):
        said["lora_rank"] = str(plan_text.USUAL_RANK)
    if method == "qlora":
        said["qlora"] = "on"
    if "gpus" in changed:
        said = _divided(said)
    plan = plan_text.read(said, Plan(sequence=usual_sequence(about.shape)))
    return TrainingChoices(about=about, plan=plan, memory=training_memory(about.shape, plan))


def _divided(said: dict[str, str]) -> dict[str, str]:
    """Return fields whose tensor parallelism does not exceed a new number of devices."""
    gpus, parallel = said.get("gpus", "1"), said.get("tensor_parallel", "1")
    if gpus.isdecimal() and parallel.isdecimal() and int(gpus) % max(int(parallel), 1):
        return {**said, "tensor_parallel": "1"}
    return said


def _fields(chosen: TrainingChoices) -> dict[str, str | None]:
    """Return what differs from the page's defaults."""
    return _said(chosen, chosen.plan)


def _said(chosen: TrainingChoices, plan: Plan) -> dict[str, str | None]:
    said: dict[str, str | None] = {
        **plan_text.written(plan, Plan(sequence=usual_sequence(chosen.shape)))
    }
    said.pop("qlora", None)
    if said.get("lora_rank") == str(plan_text.USUAL_RANK):
        said.pop("lora_rank")
    method = "qlora" if plan.quantised else "lora" if plan.lora_rank else None
    model = None if chosen.about.id == DEFAULT else chosen.about.id
    return {"model": model, "method": method, **said}


# The question


def _form(chosen: TrainingChoices, catalog: Catalog) -> Html:
    labels = {
        "model": _("Model"),
        "optimizer": _("Optimiser"),
        "precision": _("Precision"),
        "batch": _("Sequences at once"),
        "sequence": _("Tokens of a sequence"),
        "gpus": _("Devices"),
    }
    made = {
        name: question_form.choice(name, labels[name], words, options)
        for name, (words, options) in _choices(chosen, catalog).items()
    }
    asked = sentence(
        _(
            "What does it take to train {model} with {optimizer} in {precision} on {gpus} "
            "with {batch} of {sequence} at a time?"
        ),
        **made,
    )
    return tag(
        "form",
        tag("h1", asked),
        tag("div", _controls(chosen), id="controls"),
        id="question",
        data_asks=True,
        action="./",
        autocomplete="off",
    )


def _choices(chosen: TrainingChoices, catalog: Catalog) -> dict[str, tuple[str, Html]]:
    """Return each choice's words and its options."""
    plan = chosen.plan
    reach = chosen.shape.main.positions or SEQUENCES[-1]
    lengths = [each for each in SEQUENCES if each <= reach]
    known = [model for model in catalog.models if model.config is not None]
    return {
        "model": (chosen.about.name, _models(chosen, known)),
        "optimizer": (
            _OPTIMIZERS[plan.optimizer],
            question_form.flat([(each, OPTIMIZERS[each]) for each in Optimizer], plan.optimizer),
        ),
        "precision": (
            _PRECISIONS[plan.precision],
            question_form.flat(
                [(each, PRECISIONS[each]) for each in TrainingPrecision], plan.precision
            ),
        ),
        "gpus": (_gpus(plan.gpus), _numbers(DEVICES, plan.gpus, _gpus)),
        "batch": (_sequences(plan.batch), _numbers(BATCHES, plan.batch, _sequences)),
        "sequence": (tokens(plan.sequence), _numbers(lengths, plan.sequence, tokens)),
    }


def _models(chosen: TrainingChoices, known: Iterable[Model]) -> Html:
    own = None
    if chosen.about.model is None:
        own = question_form.flat([(chosen.about.id, chosen.about.name)], chosen.about.id)
    return joined(own, question_form.model_options(known, chosen.about.id))


def _gpus(count: int) -> str:
    return plural("{count} GPU", "{count} GPUs", count)


def _sequences(count: int) -> str:
    return plural("{count} sequence", "{count} sequences", count)


def _numbers(offered: Iterable[int], chosen: int, words: Callable[[int], str]) -> Html:
    every = sorted({*offered, chosen})
    return question_form.flat([(str(each), words(each)) for each in every], str(chosen))


def _controls(chosen: TrainingChoices) -> Html:
    """Return the fields beneath the question: those that mean something as things are."""
    return joined(_trained(chosen), _way_back(chosen.plan), _devices(chosen))


def _trained(chosen: TrainingChoices) -> Html:
    plan = chosen.plan
    method = form_fields.chips(
        "method", _("Trained"), [(each, _TRAINED[each]) for each in _TRAINED], chosen.method
    )
    if not plan.lora_rank:
        return form_fields.group(method)
    ranks = sorted({*RANKS, plan.lora_rank})
    rank = question_form.flat(
        [(str(each), number(each, ",")) for each in ranks], str(plan.lora_rank)
    )
    return form_fields.group(
        method,
        form_fields.pick("lora_rank", _("Rank"), rank),
        form_fields.chips(
            "lora_targets",
            _("Beside"),
            [(each, _TARGETS[each]) for each in LoraTargets],
            plan.lora_targets,
        ),
    )


def _way_back(plan: Plan) -> Html:
    return form_fields.group(
        form_fields.chips(
            "recompute",
            _("Kept for the way back"),
            [(each, _KEPT[each]) for each in Recompute],
            plan.recompute,
        ),
        form_fields.tick("eager", _("eager attention"), on=not plan.flash),
        form_fields.tick("no_dropout", _("without dropout"), on=not plan.dropout),
    )


def _devices(chosen: TrainingChoices) -> Html | None:
    plan = chosen.plan
    if plan.gpus == 1:
        return None
    heads = chosen.shape.main.layers[0].attention_heads if chosen.shape.main.layers else 1
    able = [each for each in divisors(plan.gpus) if not heads % each]
    parallel = _numbers(able, plan.tensor_parallel, _gpus)
    shared = form_fields.chips(
        "zero",
        _("Copies share out (ZeRO)"),
        [(str(int(each)), _ZERO[each]) for each in Zero],
        str(int(plan.zero)),
    )
    return form_fields.group(
        shared,
        form_fields.pick("tensor_parallel", _("Each matrix lies on"), parallel),
        form_fields.tick("sequence_parallel", _("norms too"), on=plan.sequence_parallel)
        if plan.tensor_parallel > 1
        else None,
    )


# The answer


def _parts(chosen: TrainingChoices) -> dict[str, Html]:
    shape, memory, plan = chosen.shape, chosen.memory, chosen.plan
    found = plan_changes(shape, plan)
    addresses = {each.plan: _address(chosen, each.plan) for each in found}
    return {
        "finding": views.finding(chosen.about.name, shape, memory),
        "picture": views.picture(shape, memory),
        "parts": views.parts(shape, memory),
        "smaller": views.smaller(found, memory, addresses),
        "rules": views.rules(rules_of_thumb(shape, plan, memory)),
    }


def _address(chosen: TrainingChoices, plan: Plan) -> str:
    return link.composed(_said(chosen, plan), KEYS)


def _limits() -> Html:
    said = (
        _(
            "States are exact: every tensor of the model is counted, and every figure of ZeRO’s "
            "table comes out. Activations are counted array by array; for GPT’s layers they add "
            "up to the published formulas, and for Llama’s, Qwen’s and BERT’s to what PyTorch "
            "keeps, within one per cent."
        ),
        _(
            "Left out: CUDA’s own memory (about 1 GB), what the allocator wastes, and buffers for "
            "sending. Measured runs took 1 to 15 per cent more than is said here; with 4-bit "
            "weights up to 35 per cent more, because working copies are made."
        ),
        _(
            "Mixed precision is counted as Megatron’s kernels work; the other precisions as "
            "PyTorch’s own modules do."
        ),
    )
    return joined(tag("p", each) for each in said)
