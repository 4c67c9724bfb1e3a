"""Pruning, sharing and adapters against models and papers that others made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tabfit import shrink
from tabfit.architectures import read
from tabfit.catalog import Catalog, published_quality
from tabfit.errors import UnsupportedCombination
from tabfit.estimate.subjects import subject
from tabfit.model.architecture import Architecture
from tabfit.model.tensors import Part, is_layer_matrix
from tabfit.shrink import SharedLayers
from tabfit.units import MIB

LORA: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "lora.json").read_text(encoding="utf-8")
)


def of(model: str) -> Architecture:
    """Return the architecture of a catalogue model."""
    found = subject(model, Catalog()).architecture
    assert found is not None
    return found


def bert(**changes: Any) -> Architecture:
    """Return BERT base with the given keys of its config changed."""
    return read(
        {
            "model_type": "bert",
            "architectures": ["BertModel"],
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
            "vocab_size": 30522,
            "max_position_embeddings": 512,
            "type_vocab_size": 2,
            **changes,
        }
    )


# Taking layers out

SHALLOWER = [
    ("whisper-large-v3", "whisper-large-v3-turbo", 4, Part.DECODER),
    ("whisper-large-v3", "distil-large-v3", 2, Part.DECODER),
    ("whisper-small.en", "distil-small.en", 4, Part.DECODER),
    ("gpt2", "distilgpt2", 6, None),
    ("roberta-base", "distilroberta-base", 6, None),
]


@pytest.mark.parametrize(("teacher", "student", "layers", "part"), SHALLOWER)
def test_layers_taken_out_make_the_published_student(
    teacher: str, student: str, layers: int, part: Part | None
) -> None:
    """Five published students are their teachers with fewer layers: every tensor of them."""
    left = shrink.shallower(of(teacher), layers, part)
    real = of(student)

    assert left.inventory.total == real.inventory.total
    assert [t.shape for t in left.inventory.stored] == [t.shape for t in real.inventory.stored]
    assert [tower.layers for tower in left.towers] == [tower.layers for tower in real.towers]


def test_no_layer_or_all_of_them_is_refused() -> None:
    """Keeping every layer, or none, is no pruning: the sentence says what is."""
    for layers in (0, 12):
        with pytest.raises(UnsupportedCombination, match="1 to 11"):
            shrink.shallower(of("gpt2"), layers)
    assert shrink.layers_of(of("gpt2")) == 12
    assert shrink.layers_of(of("gpt2"), Part.VISION) == 0


# Zeros


def test_two_of_four_stores_nine_sixteenths_of_what_it_prunes() -> None:
    """PyTorch's own factors: 9/16 at 16 bits and 10/16 at 8, the rest of the model as before."""
    whole = of("llama-3.2-1b")
    packed = sum(t.elements for t in whole.inventory.stored if is_layer_matrix(t))
    rest = whole.inventory.total - packed

    assert shrink.two_of_four(whole).weights_bytes == 2 * packed * 9 / 16 + 2 * rest
    eight = shrink.two_of_four(whole, shrink.EIGHT_BITS_2_4)
    assert eight.weights_bytes == packed * 10 / 16 + 2 * rest


def test_zeros_anywhere_pay_only_beyond_the_bitmap() -> None:
    """A bitmap costs a bit a weight: at 16 bits one weight of sixteen must go before it pays."""
    assert shrink.masked_bits(16, 15 / 16) == 16
    assert shrink.masked_bits(4, 0.9) > 4


# Sharing


@pytest.mark.parametrize(
    ("what", "printed"),
    [
        (SharedLayers.ALL, 31),
        (SharedLayers.ATTENTION, 83),
        (SharedLayers.FEED_FORWARD, 57),
        (None, 108),
    ],
)
def test_alberts_four_ways_to_share(what: SharedLayers | None, printed: int) -> None:
    """Table 4 of arXiv:1909.11942 at E = 768: millions of parameters, without the pooler."""
    whole = bert(vocab_size=30000)
    left = shrink.with_shared_layers(whole, what) if what else whole
    pooler = sum(t.elements for t in left.inventory.stored if "pooler" in t.name)

    assert round((left.inventory.total - pooler) / 1e6) == printed


def test_sharing_changes_what_is_stored_and_not_what_is_used() -> None:
    """The uses stay: shared layers are applied as often, and their caches stay as long."""
    whole = of("smollm2-135m")
    left = shrink.with_shared_layers(whole)

    assert left.inventory.untied == whole.inventory.untied
    assert left.inventory.total < whole.inventory.total / 3
    assert left.towers == whole.towers


def test_layers_of_another_shape_keep_their_own() -> None:
    """A hybrid's attention layers share with each other and not with its convolutions."""
    left = shrink.with_shared_layers(of("lfm2-350m")).inventory
    shapes = {tensor.name: tensor.shape for tensor in left}
    assert all(shapes[t.tied_to] == t.shape for t in left if t.tied_to)


def test_what_is_tied_already_is_counted() -> None:
    """ALBERT applies its one layer twelve times, Gemma 2B its table twice."""
    assert shrink.tied_elements(of("gemma-2b")) == 256000 * 2048
    albert = of("albert-base-v2").inventory
    assert shrink.tied_elements(of("albert-base-v2")) > 6 * albert.total


# Adapters


def gpt3() -> Architecture:
    """Return GPT-3 175B (arXiv:2005.14165, table 2.1)."""
    return read(
        {
            "model_type": "gpt2",
            "architectures": ["GPT2LMHeadModel"],
            "n_embd": 12288,
            "n_layer": 96,
            "n_head": 96,
            "vocab_size": 50257,
            "n_positions": 2048,
        }
    )


def deberta() -> Architecture:
    """Return DeBERTa v2 XXL: 48 layers of 1536."""
    return read(
        {
            "model_type": "deberta-v2",
            "architectures": ["DebertaV2ForSequenceClassification"],
            "hidden_size": 1536,
            "intermediate_size": 6144,
            "num_hidden_layers": 48,
            "num_attention_heads": 24,
            "vocab_size": 128100,
            "max_position_embeddings": 512,
            "type_vocab_size": 0,
            "relative_attention": True,
            "position_buckets": 256,
            "norm_rel_ebd": "layer_norm",
            "share_att_key": True,
            "pos_att_type": "p2c|c2p",
        }
    )


MODELS: dict[str, Callable[[], Architecture]] = {
    "RoBERTa base": lambda: of("roberta-base"),
    "RoBERTa large": lambda: bert(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16
    ),
    "DeBERTa XXL": deberta,
    "GPT-3 175B": gpt3,
    "GPT-2 medium": lambda: of("gpt2-medium"),
}


@pytest.mark.parametrize("row", LORA["parameters"], ids=lambda row: f"{row['model']} {row['rank']}")
def test_adapters_match_the_papers_tables(row: dict[str, Any]) -> None:
    """Trainable parameters to the printed digit."""
    made = shrink.lora_adapter(MODELS[row["model"]](), row["rank"], row["targets"])
    assert f"{made.parameters / 1e6:.1f}" == row["printed_millions"]


def test_one_budget_spent_in_seven_ways() -> None:
    """Table 5: the same parameters, printed as 18M, which at 16 bits are 36 mebibytes."""
    whole = gpt3()
    sizes = {
        shrink.lora_adapter(whole, way["rank"], way["targets"]).size()
        for way in LORA["budget"]["ways"]
    }
    assert sizes == {36 * MIB}


def test_a_checkpoint_is_its_parameters() -> None:
    """The published GPT-2 medium checkpoint, 1.5 MB by its README, and not table 3's 0.35M."""
    row = LORA["files"][0]
    made = shrink.lora_adapter(MODELS[row["model"]](), row["rank"], row["targets"])

    assert made.size(row["bytes_each"]) / MIB == float(row["printed_mebibytes"])
    assert f"{made.parameters / 1e6:.2f}" == "0.39" != LORA["explained"][0]["printed_millions"]


def test_grouped_keys_are_thinner() -> None:
    """Llama 3.2 1B: queries of 2048, keys and values of 512, so a rank costs less beside them."""
    query = shrink.lora_adapter(of("llama-3.2-1b"), 1, ["query"]).parameters
    value = shrink.lora_adapter(of("llama-3.2-1b"), 1, ["value"]).parameters
    assert (query, value) == (16 * (2048 + 2048), 16 * (2048 + 512))


def test_fused_matrices_cost_what_their_parts_do() -> None:
    """Phi-3 fuses queries, keys and values, and gate and up: the parts count one by one."""
    whole = of("phi-3-mini-4k")  # 32 layers of 3072, inner 8192
    made = shrink.lora_adapter(whole, 2, ["query", "key", "value"])
    assert (made.matrices, made.parameters) == (32 * 3, 32 * 3 * 2 * (3072 + 3072))
    inner = shrink.lora_adapter(whole, 2, ["feed-forward"])
    assert (inner.matrices, inner.parameters) == (32 * 3, 32 * 3 * 2 * (3072 + 8192))


def test_an_expert_costs_as_much_as_a_layer() -> None:
    """Mixtral's eight experts have three matrices each in every layer."""
    assert shrink.lora_adapter(of("mixtral-8x7b"), 1, ["feed-forward"]).matrices == 32 * 8 * 3


def test_unknown_targets_and_ranks_are_refused() -> None:
    """The sentence names what was wrong and what there is."""
    with pytest.raises(UnsupportedCombination, match="no matrices are called 'wings'"):
        shrink.lora_adapter(of("gpt2"), 4, ["wings"])
    with pytest.raises(UnsupportedCombination, match="a rank of 0 adapts nothing"):
        shrink.lora_adapter(of("gpt2"), 0)


def test_ranks_stay_below_the_models_width() -> None:
    """No rank is offered that is as wide as the model; targets are those it has."""
    assert max(shrink.ranks(of("minilm-l12-h384-uncased"))) == 256
    assert shrink.targets_of(of("gpt2")) == tuple(shrink.TARGETS)
    assert "query" not in shrink.targets_of(of("mamba-130m"))


# What others published


def test_every_pair_is_in_the_catalogue_and_smaller() -> None:
    """Both models of a pair have a page, and the student stores fewer parameters."""
    for pair in published_quality.pairs():
        assert of(pair.student).inventory.total < of(pair.teacher).inventory.total


def test_every_figure_has_a_source_with_an_address() -> None:
    """No row without where it stands; none whose baseline equals nothing."""
    rows = [
        *published_quality.qualities("pruning", "2:4"),
        *published_quality.qualities("sharing", "all"),
    ]
    rows += [pair.quality for pair in published_quality.pairs() if pair.quality]
    for row in rows:
        assert row.source.says
        assert row.source.url.startswith("https://")
        assert row.baseline > 0 < row.value


def test_every_precision_of_the_scoreboard_is_one_a_runtime_offers() -> None:
    """Published perplexities belong to precisions by the names their runtimes use."""
    offered = {name for facts in Catalog().runtimes for name in facts.precisions}
    found = {name for name in offered if published_quality.qualities("quantisation", name)}
    assert {"q4_k_m", "q8_0", "q4f16_1", "q8", "f16"} <= found
    values = [
        published_quality.qualities("quantisation", n)[0].value for n in ("q8_0", "q4_k_m", "q2_k")
    ]
    assert values == sorted(values)


def test_what_nobody_measured_is_left_out() -> None:
    """A precision without a published figure has none here."""
    assert published_quality.qualities("quantisation", "bnb4") == ()
