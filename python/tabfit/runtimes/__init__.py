"""Runtimes: what each loads, keeps and needs.

In: a `Load`: an architecture, its stored files, a context. Out: phases of components, whose
figures remember their formulas; what a device must offer; tokens per second.

    base           what every runtime answers
    registry       the runtimes by name, each in the module called so, imported when asked for
    transformersjs  webllm  wllama  mediapipe  litertlm  prompt_api  ideal  files_alone   one each
    memory/        what fills a tab: phases, caches, and the peaks that decide
    load_options   what a page tells its runtime besides, and what the model is fed
    browser_needs  features and limits that a runtime asks of a browser
    speed          tokens per second and times
    constants      what shapes do not give: value, basis, source, what it was fitted on

Imports `recipes` and `devices`. No other room compares runtimes by name.
"""

from tabfit.runtimes.base import BindsScores, Load, Runtime
from tabfit.runtimes.browser_needs import Needs
from tabfit.runtimes.files_alone import FilesAlone
from tabfit.runtimes.memory.phases import Component, Label, Phase
from tabfit.runtimes.registry import is_brought, module_of, named, names, register

__all__ = [
    "BindsScores",
    "Component",
    "FilesAlone",
    "Label",
    "Load",
    "Needs",
    "Phase",
    "Runtime",
    "is_brought",
    "module_of",
    "named",
    "names",
    "register",
]
