"""What follows from an architecture: counts, caches and what one token uses."""

import json
from pathlib import Path
from typing import Any

import pytest

from tabfit.architectures import read
from tabfit.errors import UnreadableConfig
from tabfit.model.architecture import Architecture, KeyValue, Kind, Latent, State
from tabfit.model.tensors import Part, Role
from tabfit.model.textbook import Widths, textbook

DATA = Path(__file__).parents[2] / "data"
SHAPES = json.loads((DATA / "published_shapes.json").read_text(encoding="utf-8"))


def published(name: str) -> Architecture:
    """Return the architecture of a published model's config."""
    path = DATA / "configs" / f"{name}.json"
    return read(json.loads(path.read_text(encoding="utf-8")))


class TestTextbook:
    """The walk-through that write-ups count step by step."""

    def test_the_whole_without_an_output_layer(self) -> None:
        """Twelve layers of width 768 over 50,000 tokens have 123,417,600 parameters."""
        assert textbook(Widths()).inventory.total == 123_417_600

    def test_one_feed_forward_layer(self) -> None:
        """Its two matrices and both biases make 4,722,432, the vector of 3,072 included."""
        layer = [
            tensor
            for tensor in textbook(Widths()).inventory
            if tensor.layer == 0 and tensor.role in (Role.UP, Role.DOWN)
        ]

        assert sum(tensor.elements for tensor in layer) == 4_722_432

    def test_one_attention_layer(self) -> None:
        """Four matrices of 768 x 768 and four biases make 2,362,368."""
        inventory = textbook(Widths(layers=1, vocabulary=1)).inventory

        assert inventory.total - 768 - 4_722_432 == 2_362_368

    def test_an_output_layer_is_the_table_again(self) -> None:
        """An output layer of its own adds 38,400,000."""
        with_output = textbook(Widths(output_layer=True)).inventory

        assert with_output.total - 123_417_600 == 38_400_000

    def test_heads_must_divide_the_width(self) -> None:
        """Five heads do not divide a width of 768."""
        with pytest.raises(UnreadableConfig, match="a divisor of 768"):
            textbook(Widths(heads=5))


@pytest.mark.parametrize("row", SHAPES, ids=lambda row: row["model"])
class TestPublishedShapes:
    """GPT-3 and the Megatron models from the shapes their papers print."""

    def test_the_count_is_the_printed_size(self, row: dict[str, Any]) -> None:
        """The shapes give the printed number of parameters to within three percent."""
        unit = {"M": 10**6, "B": 10**9, "T": 10**12}[row["printed"][-1]]
        printed = float(row["printed"][:-1]) * unit

        assert textbook(self.widths(row)).inventory.total == pytest.approx(printed, rel=0.03)

    def test_a_gpt_2_config_of_that_shape_counts_the_same(self, row: dict[str, Any]) -> None:
        """Two ways to write the shape down agree to the last parameter."""
        config = {
            "model_type": "gpt2",
            "architectures": ["GPT2Model"],
            "n_embd": row["hidden"],
            "n_layer": row["layers"],
            "n_head": row["heads"],
            "n_positions": row["positions"],
            "vocab_size": row["vocabulary"],
        }

        assert read(config).inventory.total == textbook(self.widths(row)).inventory.total

    @staticmethod
    def widths(row: dict[str, Any]) -> Widths:
        """Return a row's widths, with positions and norms as GPT-2 has them."""
        return Widths(
            hidden=row["hidden"],
            heads=row["heads"],
            layers=row["layers"],
            vocabulary=row["vocabulary"],
            positions=row["positions"],
            norms=True,
        )


def test_megatron_agrees_to_every_printed_digit() -> None:
    """Each of the ten Megatron sizes rounds to what its table prints."""
    rows = [row for row in SHAPES if row["model"].startswith("Megatron")]
    counts = [textbook(TestPublishedShapes.widths(row)).inventory.total for row in rows]

    assert [f"{count / 1e9:.1f}B" for count in counts] == [row["printed"] for row in rows]


@pytest.mark.parametrize(
    ("name", "bytes_per_token"),
    [
        ("deepseek-ai__DeepSeek-R1", 70_272),
        ("Qwen__Qwen2.5-72B", 327_680),
        ("meta-llama__Llama-3.1-405B", 516_096),
    ],
)
def test_a_token_adds_what_the_deepseek_paper_prints(name: str, bytes_per_token: int) -> None:
    """The cache per token at two bytes a number; DeepSeek-AI 2025, arXiv:2505.09343, Table 1."""
    kept = [keeps for layer in published(name).main.layers for keeps in layer.keeps]

    assert 2 * sum(keeps.elements_per_token for keeps in kept if not isinstance(keeps, State)) == (
        bytes_per_token
    )


class TestKeeps:
    """What layers keep between tokens."""

    def test_gemma_3_looks_back_a_window_in_five_layers_of_six(self) -> None:
        """Gemma 3 270M: three of eighteen layers see everything, the others 512 tokens."""
        windows = [
            self.window(layer.keeps) for layer in published("google__gemma-3-270m").main.layers
        ]

        assert [number for number, window in enumerate(windows) if window is None] == [5, 11, 17]
        assert set(windows) == {None, 512}

    def test_gpt_oss_alternates(self) -> None:
        """Every second layer of gpt-oss looks back 128 tokens."""
        layers = published("openai__gpt-oss-120b").main.layers

        assert [self.window(layer.keeps) for layer in layers[:4]] == [128, None, 128, None]

    def test_mistral_has_one_window_for_all_layers(self) -> None:
        """Mistral 7B v0.1 looks back 4,096 tokens everywhere, unless that is null."""
        config = json.loads((DATA / "configs/mistralai__Mistral-7B-v0.1.json").read_text("utf-8"))
        windowed = read(config).main.layers
        unbounded = read({**config, "sliding_window": None}).main.layers

        assert {self.window(layer.keeps) for layer in windowed} == {4096}
        assert {self.window(layer.keeps) for layer in unbounded} == {None}

    def test_lfm2_keeps_little_but_in_its_attention_layers(self) -> None:
        """LFM2 350M: six of sixteen layers have a growing cache, the others two inputs."""
        layers = published("LiquidAI__LFM2-350M").main.layers
        states = [layer for layer in layers if isinstance(layer.keeps[0], State)]

        assert len(layers) - len(states) == 6
        assert states[0].keeps == (State(elements=0, convolution_elements=2 * 1024),)

    def test_mamba_keeps_a_state_whatever_the_context(self) -> None:
        """Mamba 130M: 1,536 channels of sixteen numbers, and three inputs of each."""
        layers = published("state-spaces__mamba-130m-hf").main.layers

        assert {layer.keeps for layer in layers} == {
            (State(elements=1536 * 16, convolution_elements=1536 * 3),)
        }

    def test_deepseek_keeps_one_narrow_vector(self) -> None:
        """DeepSeek-V2-Lite: 512 and 64 numbers per token, or sixteen heads where expanded."""
        kept = published("deepseek-ai__DeepSeek-V2-Lite").main.layers[0].keeps[0]

        assert isinstance(kept, Latent)
        assert (kept.elements_per_token, kept.expanded.elements_per_token) == (576, 16 * 320)

    def test_whisper_looks_at_its_encoder(self) -> None:
        """Whisper's decoder keeps its own tokens and 1,500 encoder positions per layer."""
        layer = published("openai__whisper-base").main.layers[0]

        assert [keeps.positions for keeps in layer.keeps if isinstance(keeps, KeyValue)] == [
            None,
            1500,
        ]

    def test_an_encoder_keeps_nothing(self) -> None:
        """BERT reads its input at once and keeps no cache."""
        assert all(
            not layer.keeps for layer in published("google-bert__bert-base-cased").main.layers
        )

    @staticmethod
    def window(keeps: tuple[object, ...]) -> int | None:
        """Return the window of a layer's first cache."""
        first = keeps[0]
        assert isinstance(first, KeyValue)
        return first.window


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("mistralai__Mixtral-8x7B-v0.1", 12.9),  # arXiv:2401.04088
        ("Qwen__Qwen3-30B-A3B", 3.3),  # arXiv:2505.09388, Table 2
        ("Qwen__Qwen3-235B-A22B-Thinking-2507", 22.0),
        ("allenai__OLMoE-1B-7B-0924-Instruct", 1.3),  # arXiv:2409.02060
        ("LiquidAI__LFM2-8B-A1B", 1.5),  # the maker's card
        ("deepseek-ai__DeepSeek-R1", 37.0),  # arXiv:2412.19437
    ],
)
def test_a_token_uses_as_much_as_the_maker_says(name: str, billions: float) -> None:
    """Active parameters: everything but the experts not chosen, as makers round them."""
    assert published(name).inventory.active / 1e9 == pytest.approx(billions, rel=0.05)


class TestShape:
    """The rest of what an architecture says."""

    def test_kinds(self) -> None:
        """A decoder, an encoder and an encoder–decoder are told apart."""
        assert [
            published("openai-community__gpt2").kind,
            published("google-bert__bert-base-cased").kind,
            published("openai__whisper-tiny").kind,
        ] == [Kind.DECODER, Kind.ENCODER, Kind.ENCODER_DECODER]

    def test_the_main_tower_is_the_one_that_generates(self) -> None:
        """Whisper's main tower is its decoder, with room for 448 tokens."""
        main = published("openai__whisper-tiny").main

        assert (main.part, main.positions) == (Part.DECODER, 448)

    def test_outputs_are_the_vocabulary_or_the_labels(self) -> None:
        """A language model answers with its vocabulary, a classifier with labels."""
        sst2 = "distilbert__distilbert-base-uncased-finetuned-sst-2-english"

        assert [
            published("openai-community__gpt2").outputs,
            published(sst2).outputs,
            published("BAAI__bge-small-en-v1.5").outputs,
        ] == [50257, 2, 0]

    def test_parts_of_the_roles_sum_to_the_whole(self) -> None:
        """Parameters by role add up to the total."""
        inventory = published("google__gemma-2-2b").inventory

        assert sum(inventory.by_role().values()) == inventory.total

    def test_gemma_2b_counts_tied_weights_once_and_at_every_use(self) -> None:
        """Gemma 2B: 2,506,172,416 stored, 3,030,460,416 used."""
        inventory = published("google__gemma-2b").inventory

        assert (inventory.total, inventory.untied) == (2_506_172_416, 3_030_460_416)
