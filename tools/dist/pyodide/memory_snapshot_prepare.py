"""What Python holds when its memory is written down; runs inside Pyodide, in Node.

The page's own packages are unpacked from /wheels, all that its pages import is imported, and one
question is answered, so that what is worked out once is there. No device, no language but
English, no time, nothing random: the page asks for those when it starts. `MODULES` in the
environment names what PyScript and the worker's own script will import.
"""

#: What somebody has to ask for, or never runs in a page.
AFTER_A_TAP = (
    *("app.model_import", "tabfit.cli", "tabfit.headers", "tabfit.hub", "tabfit.sources"),
    *("tabfit.__main__", "tabfit.api", "tabfit.gate", "tabfit.limits", "tabfit.population"),
    *("tabfit.catalog.size_check", "tabfit.catalog.validation"),
    *("tabfit.estimate.imported_model", "tabfit.estimate.training_json"),
    "app.pages.ship_it.code_to_copy",
)


def prepare() -> None:  # noqa: C901, PLR0915 - one function, so that no name of it is left behind
    """Import, answer once, and leave nothing behind but what was imported."""
    import contextlib
    import gc
    import importlib
    import inspect
    import os
    import pkgutil
    import random
    import re
    import site
    import sys
    import types
    import zipfile
    import zipimport
    from pathlib import Path

    for wheel in sorted(Path("/wheels").iterdir()):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site.getsitepackages()[0])
    sys.path_importer_cache.clear()  # `invalidate_caches` would import importlib.metadata

    import app
    import tabfit
    from app.respond import respond
    from tabfit.architectures.registry import FAMILIES
    from tabfit.catalog.reader import text_of
    from tabfit.estimate.answers import kept_answer

    # A family that no model of the catalogue belongs to is for those that somebody brings.
    named = set(re.findall(r'"model_type": ?"([^"]+)"', text_of("model")))
    brought = set(FAMILIES.values()) - {FAMILIES[each] for each in named & set(FAMILIES)}
    for name in os.environ.pop("MODULES").split():
        importlib.import_module(name)
    inside = [tabfit, app]
    for package in inside:
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if found.name in (*AFTER_A_TAP, *brought):
                continue
            with contextlib.suppress(ImportError):  # needs a package that is installed later
                module = importlib.import_module(found.name)
                if found.ispkg:
                    inside.append(module)
    respond("{}")
    kept_answer.cache_clear()  # they were about a device that nobody has
    # What is read or worked out once, whatever is asked: files beside the code are not there later.
    ours = [module for name, module in sys.modules.items() if name.startswith(("app.", "tabfit."))]
    for kept in [value for module in ours for value in vars(module).values()]:
        if hasattr(kept, "cache_info") and not inspect.signature(kept).parameters:
            with contextlib.suppress(ImportError):  # needs a package that is installed later
                kept()

    def without_lines(code: types.CodeType) -> types.CodeType:
        """Return code that knows no line numbers; the files that come later have them."""
        inside = (without_lines(e) if isinstance(e, types.CodeType) else e for e in code.co_consts)
        return code.replace(co_linetable=b"", co_consts=tuple(inside))

    for one in gc.get_objects():
        if not isinstance(one, types.FunctionType):
            continue
        one.__code__ = without_lines(one.__code__)
        if (one.__module__ or "").startswith(("app.", "tabfit.")):  # nobody asks for them in a page
            one.__annotations__ = None  # type: ignore[assignment]

    random.seed(0)
    del os.environ["PYTHONHASHSEED"]
    # The files are not there yet when the page starts from this: nothing may remember them.
    sys.path_importer_cache.clear()
    vars(zipimport)["_zip_directory_cache"].clear()
    gc.collect()


prepare()
del prepare
