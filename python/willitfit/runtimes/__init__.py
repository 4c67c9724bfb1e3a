"""Runtimes: what each loads, keeps and needs."""

from willitfit.runtimes.base import Load, Runtime
from willitfit.runtimes.needs import Demand, Needs, demands
from willitfit.runtimes.phases import Component, Label, Phase
from willitfit.runtimes.registry import NAMES, named

__all__ = [
    "NAMES",
    "Component",
    "Demand",
    "Label",
    "Load",
    "Needs",
    "Phase",
    "Runtime",
    "demands",
    "named",
]
