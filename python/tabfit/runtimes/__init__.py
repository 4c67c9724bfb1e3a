"""Runtimes: what each loads, keeps and needs.

In: a `Load`: an architecture, its stored files, a context. Out: phases of components, whose
figures remember their formulas; what a device must offer; tokens per second.

    base           what every runtime answers
    registry       the runtimes by name, each imported when asked for
    transformersjs  webllm  wllama  mediapipe  prompt_api  ideal  files_alone   one each
    phases         what fills a tab, from the first byte fetched to the last token
    footprint      bytes per pool and phase, and the peaks that decide
    cache          keys, values and states that a model keeps between tokens
    needs          features and limits that a runtime asks of a browser
    speed          tokens per second and times
    constants      what shapes do not give: value, basis, source, what it was fitted on
    quantities     figures that several runtimes share

Imports `recipes` and `devices`. No other room compares runtimes by name.
"""

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
