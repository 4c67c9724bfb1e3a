"""A precision for each session: Transformers.js's map from a model file to its dtype.

In: text such as "encoder=fp32,decoder=q4". Out: dtypes by session, and what of a precision,
one name or a map, holds for the whole. A session that the map leaves out is loaded at the
device's default dtype (transformers.js src/utils/dtypes.js, `selectDtype`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from tabfit.errors import UnknownName
from tabfit.i18n.language import later
from tabfit.recipes.onnx.exports import DTYPES

#: The short names of sessions; each also goes by its own.
SHORT: Final[Mapping[str, str]] = {
    "encoder": "encoder_model",
    "decoder": "decoder_model_merged",
    "vision": "vision_encoder",
    "audio": "audio_encoder",
    "embed": "embed_tokens",
}
_MAP: Final = re.compile(r"(?:[A-Za-z_]+=[A-Za-z0-9]*(?:,|$))+")
#: The sessions that make tokens.
_MAKERS: Final = ("decoder_model_merged", "language_model", "model")


def is_map(precision: str) -> bool:
    """Return whether a precision is told for each session.

    >>> is_map("encoder=fp32,decoder=q4"), is_map("q4"), is_map("a name = anything")
    (True, False, False)
    """
    return _MAP.fullmatch(precision) is not None


def read(precision: str) -> dict[str, str]:
    """Return the dtypes of a map by session, as they stand in it.

    >>> read("encoder=fp32,decoder=q4")
    {'encoder_model': 'fp32', 'decoder_model_merged': 'q4'}
    """
    pairs = (part.partition("=") for part in precision.lower().split(",") if part.strip())
    return {SHORT.get(name.strip(), name.strip()): dtype.strip() for name, _, dtype in pairs}


def written(chosen: Mapping[str, str]) -> str:
    """Return dtypes by session as a precision, by the sessions' short names.

    >>> written({"encoder_model": "fp32", "decoder_model_merged": "q4"})
    'encoder=fp32,decoder=q4'
    """
    return ",".join(f"{short_name(session)}={dtype}" for session, dtype in chosen.items())


def short_name(session: str) -> str:
    """Return the short name of a session, its own where it has none.

    >>> short_name("encoder_model"), short_name("model")
    ('encoder', 'model')
    """
    return next((short for short, name in SHORT.items() if name == session), session)


def complete(
    precision: str, sessions: Iterable[str], offered: Iterable[str], usual: str
) -> dict[str, str]:
    """Return a dtype for each of a model's sessions, the usual one where none is told.

    Raises `UnknownName` for a session that the model has not, and a dtype that is not offered.
    """
    names, known = tuple(sessions), tuple(offered)
    told = read(precision)
    for name, dtype in told.items():
        if name not in names:
            raise UnknownName(later("session"), name, [short_name(each) for each in names])
        if dtype not in known:
            raise UnknownName(later("ONNX dtype"), dtype, known)
    return {name: told.get(name, usual) for name in names}


def dtypes(precision: str) -> frozenset[str]:
    """Return every dtype of a precision.

    >>> sorted(dtypes("encoder=fp32,decoder=q4")), sorted(dtypes("q8"))
    (['fp32', 'q4'], ['q8'])
    """
    return frozenset(read(precision).values()) if is_map(precision) else frozenset({precision})


def main(precision: str) -> str:
    """Return the dtype of the session that makes tokens, or of the only one.

    >>> main("encoder=fp32,decoder=q4"), main("q8")
    ('q4', 'q8')
    """
    if not is_map(precision):
        return precision
    chosen = read(precision)
    makers = (chosen[name] for name in _MAKERS if name in chosen)
    return next(makers, next(iter(chosen.values())))


def session_of(file: str) -> tuple[str, str] | None:
    """Return the session and dtype that a file's name tells, `None` where it tells none.

    >>> session_of("onnx/decoder_model_merged_q4f16.onnx_data_1")
    ('decoder_model_merged', 'q4f16')
    """
    stem, mark, _ = file.rpartition("/")[2].partition(".onnx")
    if not mark:
        return None
    suffixed = (name for name, dtype in DTYPES.items() if dtype.suffix)
    found = next((name for name in suffixed if stem.endswith(DTYPES[name].suffix)), "fp32")
    return stem.removesuffix(DTYPES[found].suffix), found
