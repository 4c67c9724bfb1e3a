"""Tokens per second as a formula: the twin of `speed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabfit.explain import model_sizes
from tabfit.explain.constant_sources import known
from tabfit.explain.formula import (
    Ends,
    Explanation,
    Expression,
    Given,
    Named,
    Operator,
    Unit,
    operation,
    product,
    rounded,
    shares,
    total,
)
from tabfit.explain.runtime_phases import cache_of, stored_weights
from tabfit.i18n.language import _
from tabfit.runtimes import speed
from tabfit.units import Basis, Interval

if TYPE_CHECKING:
    from tabfit.estimate.answers import Answer


def tokens_per_second(answer: Answer) -> Explanation | None:
    """Return how fast tokens come: bytes moved per second over bytes read for a token."""
    if answer.rates is None:
        return None
    return Explanation(
        id="speed",
        title=_("Tokens per second"),
        expression=operation(
            Operator.RATE,
            Named(_("bytes moved per second"), _moved(answer), Unit.BYTES_PER_SECOND),
            Named(_("bytes read for a token"), _read(answer)),
        ),
        basis=answer.rates.basis,
        unit=Unit.TOKENS_PER_SECOND,
        about=_("Each new token reads every active weight and the whole cache once."),
    )


def _read(answer: Answer) -> Expression:
    load = answer.load
    source = answer.subject.model.source if answer.subject.model else _("the configuration given")
    active, every = model_sizes.active_share(load.architecture, source)
    weights = operation(Operator.QUOTIENT, product(stored_weights(load), active), every)
    return total(weights, cache_of(answer.runtime, load))


def _moved(answer: Answer) -> Expression:
    runtime, device = answer.runtime, answer.device
    if not runtime.uses_gpu and runtime.name != "ideal":
        return _flow(_("what WebAssembly moves"), speed.WASM_MOVES, *known("WASM_MOVES"))
    interval, basis = speed.bandwidth(device)
    source = known("USUAL")[1] if basis is Basis.ASSUMED else _("told of this device")
    whole = _flow(_("what the memory moves"), interval, basis, source)
    if runtime.name == "ideal":
        return whole
    share: Expression = shares(_("share of it reached"), _reached(answer), *known("REACHED"))
    if device.on_phone:
        phone = shares(_("share of that on phones"), speed.ON_PHONES, *known("ON_PHONES"))
        share = product(share, phone)
    return rounded(product(whole, share))


def _flow(words: str, interval: Interval, basis: Basis, source: str) -> Given:
    ends = (interval.low, interval.likely, interval.high)
    return Given(words=words, ends=ends, unit=Unit.BYTES_PER_SECOND, basis=basis, source=source)


def _reached(answer: Answer) -> Ends:
    """Return the share of the bandwidth reached with weights of so many bits."""
    count = answer.load.architecture.inventory.total
    bits = 8 * answer.load.weights / count if count else 8.0
    share = speed.reached(bits)
    return share.low / 100, share.likely / 100, share.high / 100
