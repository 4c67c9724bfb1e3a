"""Devices made by chance: every signal told, untold and near where it decides."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tabfit.catalog import Catalog
from tabfit.compare.catalog_requirements import survey_on
from tabfit.compare.run_requirements import requirements_of_precision
from tabfit.devices.device import AVAILABILITY, BROWSERS, GRAPHICS, PLATFORMS, Device
from tabfit.estimate.defaults import loads_nowhere
from tabfit.estimate.subjects import subject
from tabfit.gate.rules.device_signals import SAID_MEMORY
from tabfit.units import GIB, Tokens
from tabfit.verdict.decide import decide, settle
from tabfit.verdict.requirements import Offered

VENDORS = ("apple", "nvidia", "intel", "amd", "qualcomm", "arm", "samsung", "google", "img-tec")
ODD_VENDORS = ("imagination", "NVIDIA", "")
VERSIONS = (16, 17, 18, 25, 26, 27, 113, 120, 121, 137, 141, 144, 145, 146, 147, 153)
TRUTHS = (True, False)


def devices(count: int, seed: int = 15) -> list[dict[str, Any]]:
    """Return devices as the contract writes them, the same ones for a seed."""
    chance = Random(seed)  # noqa: S311 - nothing is kept secret by it
    return [_device(chance) for _ in range(count)]


def _device(chance: Random) -> dict[str, Any]:
    given = {
        "platform": (0.9, lambda: chance.choice(PLATFORMS)),
        "browser": (0.9, lambda: chance.choice(BROWSERS)),
        "browser_version": (0.8, lambda: _version(chance)),
        "platform_version": (0.3, lambda: chance.randint(8, 27)),
        "device_memory": (0.6, lambda: chance.choice(SAID_MEMORY)),
        "cores": (0.7, lambda: chance.randint(1, 32)),
        "graphics": (0.3, lambda: chance.choice(GRAPHICS)),
        "ram_bytes": (0.3, lambda: _bytes(chance, 28, 37)),
        "vram_bytes": (0.2, lambda: _bytes(chance, 29, 35)),
        "secure_context": (0.5, lambda: chance.choice(TRUTHS)),
        "cross_origin_isolated": (0.6, lambda: chance.choice(TRUTHS)),
        "language_model": (0.4, lambda: chance.choice(AVAILABILITY)),
    }
    made = _some(chance, given)
    made["wasm"] = _some(
        chance,
        {
            name: (0.7, lambda: chance.choice(TRUTHS))
            for name in ("simd", "threads", "memory64", "jspi")
        },
    )
    made["storage"] = _some(
        chance,
        {
            "quota_bytes": (0.6, lambda: chance.randint(0, 2 ** chance.randint(20, 38))),
            "usage_bytes": (0.6, lambda: chance.randint(0, 2**31)),
        },
    )
    asked = chance.random()
    if asked < 0.85:
        made["webgpu"] = None if asked < 0.15 else _adapter(chance)
    return made


def _adapter(chance: Random) -> dict[str, Any]:
    return _some(
        chance,
        {
            "vendor": (0.8, lambda: chance.choice((*VENDORS, *VENDORS, *ODD_VENDORS))),
            "architecture": (0.5, lambda: chance.choice(("adreno-6xx", "ampere"))),
            "fallback": (0.5, lambda: chance.choice(TRUTHS)),
            "shader_f16": (0.7, lambda: chance.choice(TRUTHS)),
            "max_buffer_size": (0.75, lambda: _bytes(chance, 27, 32)),
            "max_storage_buffer_binding_size": (0.75, lambda: _bytes(chance, 26, 32)),
            "max_compute_workgroup_storage_size": (
                0.6,
                lambda: chance.choice((16_384, 32_767, 32_768, 49_152)),
            ),
            "max_storage_buffers_per_shader_stage": (
                0.6,
                lambda: chance.choice((8, 9, 10, 16, 64)),
            ),
        },
    )


def _some(chance: Random, given: dict[str, tuple[float, Any]]) -> dict[str, Any]:
    return {name: make() for name, (share, make) in given.items() if chance.random() < share}


def _version(chance: Random) -> int:
    return chance.choice((chance.choice(VERSIONS), chance.randint(10, 160)))


def _bytes(chance: Random, low: int, high: int) -> int:
    """Return a size as it is sold, one at a limit's edge, or any at all."""
    power: int = 2 ** chance.randint(low, high)
    any_at_all = chance.randint(2**low, 2**high)
    return chance.choice((power, power - 4, chance.randint(1, 64) * GIB, any_at_all))


def estimator(
    model: str, runtime: str, precision: str, context: int | None, catalog: Catalog
) -> Callable[[Device], tuple[str, float | None]]:
    """Return the estimator of one scenario: word and chance for a device, its files laid out once.

    tests/core/gate/test_device_classes.py holds it to `estimate.answers.answer`.
    """
    about, facts = subject(model, catalog), catalog.runtime(runtime)
    contexts = () if context is None else (Tokens(context),)
    found = requirements_of_precision(
        about, facts, precision, contexts, unsupported=loads_nowhere(about, catalog)
    )
    surveyed = tuple(found)
    required = {id(each): each.requirements(facts, 0) for each in surveyed}

    def estimated(device: Device) -> tuple[str, float | None]:
        offered = Offered(device)
        settled = settle(decide(required[id(survey_on(surveyed, device))], offered))
        return settled.outcome.value, settled.probability

    return estimated
