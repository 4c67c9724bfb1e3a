"""Unsloth's dynamic mixes (UD-*): each tensor's type is chosen model by model, by no rule told.

In: an `Architecture` and a name such as "UD-Q4_K_XL". Out: `Stored`, the tensors of the mix
that is nearest, and how much smaller or larger published files of that name are than its.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tabfit.errors import UnknownName
from tabfit.i18n.language import _, later
from tabfit.light_dataclass import replace
from tabfit.recipes.gguf import files
from tabfit.recipes.gguf.mixes import BASE, BITNET, FLOATS, PURE
from tabfit.recipes.listed_sizes import scaled_to
from tabfit.units import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tabfit.model.architecture import Architecture
    from tabfit.recipes.stored_model import Stored

PREFIX: Final = "UD-"


class _Share(NamedTuple):
    """How large a file is, as a share of the same model in the mix that is nearest."""

    low: float
    likely: float
    high: float


#: A dynamic mix by the plain one it is nearest to, and how its files differ from that one's.
#: Source: 71 files of seven models by Unsloth (tests/data/gguf/dynamic.json), 0.86 to 1.46 of it.
_NAMED: Final[Mapping[str, tuple[str, _Share]]] = {
    "Q2_K_XL": ("Q2_K", _Share(0.90, 1.0, 1.12)),
    "Q3_K_XL": ("Q3_K_M", _Share(0.90, 1.04, 1.12)),
    "Q4_K_XL": ("Q4_K_M", _Share(0.99, 1.05, 1.09)),
    "Q5_K_XL": ("Q5_K_M", _Share(0.99, 1.04, 1.10)),
    "Q6_K_M": ("Q6_K", _Share(0.99, 1.04, 1.12)),
    "Q6_K_L": ("Q6_K", _Share(0.99, 1.08, 1.16)),
    "Q6_K_S": ("Q6_K", _Share(0.93, 1.0, 1.05)),
    "Q6_K_XL": ("Q6_K", _Share(1.04, 1.16, 1.26)),
    "Q8_K_L": ("Q8_0", _Share(0.93, 1.0, 1.1)),
    "Q8_K_XL": ("Q8_0", _Share(1.0, 1.25, 1.55)),
}
#: Of names that are a plain mix's too: those of whole importance matrices differ more.
_LOW_BITS: Final = _Share(0.84, 1.0, 1.15)
_OTHERS: Final = _Share(0.92, 1.0, 1.07)
_NONE: Final = FLOATS | PURE | {*BITNET}


def is_named(precision: str) -> bool:
    """Return whether a precision is a dynamic mix of which files are published.

    >>> is_named("ud-q4_k_xl"), is_named("UD-IQ2_M"), is_named("q4_k_m"), is_named("ud-f16")
    (True, True, False, False)
    """
    name = precision.upper().removeprefix(PREFIX)
    dynamic = precision.upper().startswith(PREFIX)
    return dynamic and (name in _NAMED or (name in BASE and name not in _NONE))


def store(architecture: Architecture, precision: str, *, name: str = "model") -> Stored:
    """Return a model as a GGUF file of such a mix: an interval, and why it is one."""
    if not is_named(precision):
        raise UnknownName(later("GGUF precision"), precision, ())
    own = precision.upper().removeprefix(PREFIX)
    usual = _LOW_BITS if own.startswith(("IQ", "TQ")) else _OTHERS
    mix, share = _NAMED.get(own, (own, usual))
    near = files.store(architecture, mix, name=name)
    size = near.files[0].size
    scaled = scaled_to(near, round(size.likely * share.likely))
    most = Interval(
        round(size.low * share.low), scaled.files[0].size.likely, round(size.high * share.high)
    )
    why = _(
        "Unsloth chooses each tensor’s type model by model, by no rule that it tells: its files "
        "are {low} to {high} times as large as {mix}",
        low=share.low,
        high=share.high,
        mix=mix,
    )
    file = replace(scaled.files[0], name=f"{name}-{PREFIX}{own}.gguf", size=most, why=why)
    weights = scaled.weights_bytes
    return replace(
        scaled,
        precision=PREFIX + own,
        files=(file,),
        notes=(*near.notes, why),
        tensors_open=Interval(
            round(weights * most.low / most.likely),
            weights,
            round(weights * most.high / most.likely),
        ),
    )
