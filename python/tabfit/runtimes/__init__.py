"""Runtimes: what each loads, keeps and needs."""

from tabfit.runtimes.base import Load, Runtime
from tabfit.runtimes.needs import Demand, Needs, demands
from tabfit.runtimes.phases import Component, Label, Phase
from tabfit.runtimes.registry import NAMES, named

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
