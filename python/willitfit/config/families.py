"""Which module reads which model_type; a family's module is imported only when asked for.

To add a family: write its body in the module named here, list it in that
module's `FAMILIES`, name it here, and run `tools/config_facts.py`.
"""

from __future__ import annotations

from collections.abc import Iterable


def _in(module: str, types: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(types, f"willitfit.config.{module}")


FAMILIES: dict[str, str] = {
    **_in("decoders", ("llama", "mistral", "qwen2", "phi3")),
    **_in("gemma", ("gemma", "gemma2", "gemma3_text")),
    **_in("gpt", ("gpt2",)),
    **_in("encoders", ("bert", "distilbert")),
    **_in("speech", ("whisper",)),
}
