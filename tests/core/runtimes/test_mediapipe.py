"""LiteRT-LM and MediaPipe: what their maker says of memory lies inside what is said here."""

from __future__ import annotations

from dataclasses import replace

from tabfit import architectures, runtimes
from tabfit.catalog import Catalog
from tabfit.runtimes import Load
from tabfit.units import Tokens, exactly

FREE = 4 * 10**9  # "around 4 GB of free ram" (LiteRT-LM#2368)
FILE = 2_008_432_640
ENDS = ("low", "likely", "high")


def _peak(runtime: str) -> tuple[float, float, float]:
    """Return the peak of Gemma 4 E2B at its published file's size."""
    engine = runtimes.named(runtime)
    config = Catalog().model("gemma-4-e2b").config
    assert config is not None
    architecture = architectures.read(config)
    made = engine.store(architecture, "int4", None)
    (file,) = made.files
    stored = replace(made, files=(replace(file, size=exactly(FILE)),))
    load = Load(architecture=architecture, stored=stored, context=Tokens(4096))
    every = [[part.size for part in phase.components] for phase in engine.phases(load)]
    low, likely, high = (
        max(sum(getattr(size, end) for size in sizes) for sizes in every) for end in ENDS
    )
    return low, likely, high


def test_what_the_maker_asks_for_is_the_upper_end() -> None:
    """Google asks for about 4 GB free for Gemma 4 E2B in a browser: no less is said at most."""
    low, likely, high = _peak("litertlm")
    assert high / FREE > 0.97
    assert high / FREE < 1.1
    assert (low, likely) == _peak("mediapipe")[:2]
