"""Model types that people ask for and that no family reads, each with why.

In: a model_type. Out: the rest of a sentence that begins "is not read:". What has ONNX files
beside its config is answered by them all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tabfit.i18n.language import Message

_OWN_CODE: Final = Message(
    "its own code builds it and transformers has no class to compare with; a folder or "
    "repository with its ONNX files is answered by them"
)
_OF_TRANSFORMERS_JS: Final = (
    *("fastvit", "jais", "jina_clip", "lite-whisper", "llava_qwen2", "metric3d"),
    *("metric3dv2", "mobilellm", "mobilenet_v3", "mobilenet_v4", "moondream1"),
    *("neobert", "openelm", "phi3_v", "pyannote", "sapiens", "snac"),
    *("style_text_to_speech_2", "supertonic", "ultravox", "wespeaker-resnet"),
)

NOT_READ: Final[Mapping[str, Message]] = {
    **dict.fromkeys(_OF_TRANSFORMERS_JS, _OWN_CODE),
    "edgetam": Message(
        "it sees with timm's RepViT, whose shape no config tells; a folder or repository with "
        "its ONNX files is answered by them"
    ),
    "mllama": Message("no runtime here loads Llama 3.2's models that see"),
    "nemo-conformer-tdt": Message(
        "NeMo's own config names no class; parakeet_tdt is the same model"
    ),
    "FluxTransformer2DModel": Message("a part of an image generator, which no runtime here loads"),
}
