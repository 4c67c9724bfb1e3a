"""Examples: what each command's --help ends with."""

from __future__ import annotations

import argparse
from typing import Final

#: The examples of the whole command, and of each command by its name.
WHOLE: Final = (
    "tabfit estimate gemma-2b --device pixel-8-pro",
    "tabfit compare --ram 8GB",
    "tabfit need llama-3.2-1b",
)
OF: Final = {
    "estimate": (
        "tabfit estimate gemma-2b --device pixel-8-pro",
        "tabfit estimate distilbert --ram 8GB --json",
        "tabfit estimate llama-3.2-1b --runtime webllm --context 8k --ram 16GB",
        "tabfit estimate Qwen/Qwen3-0.6B --ram 8GB     # asks the hub",
        "tabfit estimate distilbert --device pixel-8-pro --fail-below likely",
        "tabfit estimate ./config.json --runtime wllama-cpu --precision q4_k_m",
    ),
    "inspect": (
        "tabfit inspect ./model.gguf",
        "tabfit inspect hf:openai-community/gpt2 --json",
    ),
    "models": ("tabfit models", "tabfit models --json"),
    "devices": ("tabfit devices",),
    "runtimes": ("tabfit runtimes",),
    "compare": ("tabfit compare --device iphone-13", "tabfit compare --ram 16GB --json"),
    "need": ("tabfit need whisper-base", "tabfit need gemma-2b --context 4k --json"),
    "snippet": ("tabfit snippet whisper-base > transcribe.js",),
    "gate": ("tabfit gate llama-3.2-1b --runtime webllm > fits.js", "tabfit gate gpt2 --as json"),
    "coverage": (
        "tabfit coverage llama-3.2-1b visits.csv",
        "tabfit coverage visits.parquet                # the largest models",
        "tabfit coverage distilbert sample --json",
    ),
    "check": ("tabfit check", "tabfit check budgets/tabfit.toml --json"),
    "train": (
        "tabfit train llama-3.2-1b --batch 4 --sequence 2048",
        "tabfit train llama-3.2-1b --lora-rank 16 --qlora",
    ),
    "link": ("tabfit link 'https://example.org/#v=1&model=gemma-2b'",),
    "mcp": ("tabfit mcp       # an assistant is told: uvx --from 'tabfit[mcp]' tabfit mcp",),
    "completion": (
        "tabfit completion bash > ~/.local/share/bash-completion/completions/tabfit",
        "tabfit completion zsh > ~/.zfunc/_tabfit",
    ),
}


def add(parser: argparse.ArgumentParser, examples: tuple[str, ...]) -> None:
    """Have the help of a command end with examples."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(("examples:", *(f"  {each}" for each in examples)))
