"""Runtimes: what each loads, keeps and needs."""

from tabfit.runtimes.base import Load, Runtime
from tabfit.runtimes.files_alone import FilesAlone
from tabfit.runtimes.needs import Needs
from tabfit.runtimes.phases import Component, Label, Phase
from tabfit.runtimes.registry import NAMES, named, register

__all__ = [
    "NAMES",
    "Component",
    "FilesAlone",
    "Label",
    "Load",
    "Needs",
    "Phase",
    "Runtime",
    "named",
    "register",
]
