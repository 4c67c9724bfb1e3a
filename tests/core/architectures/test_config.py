"""Reading other people's configs: what is answered, what is refused, and in what words."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tabfit.architectures import FAMILIES, read
from tabfit.architectures.build import family_of
from tabfit.errors import UnreadableConfig, UnsupportedArchitecture
from tabfit.sources.inspection import of_architecture, stored_type
from tabfit.storage.storage_type import BF16, F32

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "vocab_size": 100,
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
}
LISTED_ERRORS = [
    ({"hidden_size": -48}, "'hidden_size' is -48; from 1 to 16777216"),
    ({"num_attention_heads": 0}, "'num_attention_heads' is 0; from 1 to"),
    ({"num_attention_heads": 7}, "'hidden_size' is 48, which num_attention_heads (7)"),
    ({"num_key_value_heads": 4}, "num_key_value_heads (4) does not divide"),
    ({"num_hidden_layers": 10**9}, "'num_hidden_layers' is 1000000000; from 1 to 1000"),
    ({"vocab_size": 10**40}, "'vocab_size' is a number of more than 30 digits"),
    ({"hidden_size": "48"}, "'hidden_size' is '48'; a whole number is needed"),
    ({"hidden_size": 48.0}, "'hidden_size' is 48.0; a whole number is needed"),
    ({"hidden_size": True}, "'hidden_size' is True; a whole number is needed"),
    ({"hidden_size": None}, "'hidden_size' is null"),
    ({"hidden_size": [48]}, "'hidden_size' is [48]; a whole number is needed"),
    ({"attention_bias": "yes"}, "'attention_bias' is 'yes'; true or false is needed"),
    ({"rope_parameters": [1]}, "'rope_parameters' is [1]; an object is needed"),
    ({"architectures": []}, "'architectures' is []; a list with a class name"),
    ({"architectures": "LlamaForCausalLM"}, "a list with a class name is needed"),
    ({"architectures": ["LlamaForRewardModel"]}, "these are accepted: LlamaForCausalLM"),
    ({"architectures": ["LlamaForVideo"]}, "names 'LlamaForVideo'"),
    ({"model_type": 7}, "'model_type' is 7; a name such as 'llama' is needed"),
    ({"model_type": None}, "'model_type' is missing"),
    ({"per_layer_config": {"0": {"head_dim": 8}}}, "'per_layer_config' is not read"),
]


@pytest.mark.parametrize(("change", "sentence"), LISTED_ERRORS)
def test_a_wrong_value_names_the_key_and_the_rule(change: dict[str, Any], sentence: str) -> None:
    """What no such model can have is refused in one sentence that names the key."""
    with pytest.raises(UnreadableConfig) as caught:
        read({**LLAMA, **change})

    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_key_without_a_default_is_named() -> None:
    """dots.llm1 has no usual number of experts, so the config must say it."""
    with pytest.raises(UnreadableConfig, match="'n_routed_experts' is missing; dots1 configs need"):
        read({"model_type": "dots1", "architectures": ["Dots1ForCausalLM"]})


def test_something_that_is_no_object_is_refused() -> None:
    """A list is no config."""
    with pytest.raises(UnreadableConfig, match="an object is needed"):
        read([1])  # type: ignore[arg-type]


def test_an_unknown_type_is_refused_by_name_with_the_list_of_known_ones() -> None:
    """The sentence names the type that was asked for and those that are read."""
    with pytest.raises(UnsupportedArchitecture) as caught:
        read({"model_type": "perceptron9000"})

    assert "'perceptron9000' is not known; known are: " in str(caught.value)
    assert "llama" in caught.value.known


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("mllama", "no runtime here loads Llama 3.2's models that see"),
        ("edgetam", "it sees with timm's RepViT"),
        ("moondream1", "its own code builds it"),
    ],
)
def test_a_type_that_is_asked_for_and_not_read_says_why(kind: str, why: str) -> None:
    """One sentence instead of a list of other types."""
    with pytest.raises(UnsupportedArchitecture, match=f"'{kind}' is not read: {why}"):
        read({"model_type": kind, "text_config": {"hidden_size": 8}})


def test_minimax_m3_alone_is_its_text_part() -> None:
    """Its engines call the text part so; the arrays are those of transformers' own type."""
    small = {"num_hidden_layers": 2, "num_local_experts": 4, "hidden_size": 64}
    named = read({**small, "model_type": "minimax_m3"})
    assert named.inventory == read({**small, "model_type": "minimax_m3_vl_text"}).inventory


def test_an_unknown_type_with_the_usual_keys_is_assumed_llama_like() -> None:
    """The counts are those of a Llama of the same widths, and the answer says so."""
    read_as = read({**LLAMA, "model_type": "perceptron9000", "architectures": ["X9000ForCausalLM"]})

    assert read_as.inventory.total == read(LLAMA).inventory.total
    assert read_as.family == "perceptron9000"
    assert "'perceptron9000' is not known; assumed Llama-like" in read_as.notes[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("n_routed_experts", 256),
        ("kv_lora_rank", 512),
        ("layer_types", ["full_attention", "sliding_attention"]),
        ("vision_config", {"hidden_size": 8}),
        ("audio_config", {"hidden_size": 8}),
        ("sliding_window", 512),
        ("use_qk_norm", True),
        ("attention_type", "latent"),
        ("architectures", ["X9000ForSequenceClassification"]),
    ],
)
def test_a_key_that_no_llama_has_makes_an_unknown_type_no_llama(key: str, value: object) -> None:
    """No number is given where something that may change it is not understood: it is named."""
    unknown = {**LLAMA, "model_type": "perceptron9000", "architectures": ["X9000ForCausalLM"]}
    with pytest.raises(UnsupportedArchitecture, match=f"no Llama has '{key}'"):
        read({**unknown, key: value})


def test_what_is_off_or_a_fraction_leaves_an_unknown_type_a_llama() -> None:
    """Keys that are off, rates and the ids of tokens add no array."""
    more = {"use_sliding_window": False, "n_experts": None, "dropout": 0.1, "eos_token_id": [1, 2]}
    read_as = read({**LLAMA, **more, "model_type": "perceptron9000"})

    assert read_as.inventory.total == read(LLAMA).inventory.total


def test_heads_of_an_unknown_type_need_not_divide_where_their_width_is_said() -> None:
    """With `head_dim` the projections are as wide as heads and width make them."""
    hidden = LLAMA["hidden_size"]
    odd = {**LLAMA, "num_attention_heads": 7, "num_key_value_heads": 7, "head_dim": 16}
    assert hidden % 7
    found = {t.name: t.shape for t in read({**odd, "model_type": "perceptron9000"}).inventory}

    assert found["model.layers.0.self_attn.q_proj.weight"] == (112, hidden)


def test_missing_architectures_are_read_as_the_usual_class() -> None:
    """Without a class the usual one is read, and the answer says so."""
    config = {key: value for key, value in LLAMA.items() if key != "architectures"}

    assert read(config).head == "LlamaForCausalLM"
    assert read(config).notes == ("architectures is missing; read as LlamaForCausalLM",)


def test_a_class_of_another_spelling_is_read_with_a_note() -> None:
    """MPT's own code spells its class in capitals."""
    config = {"model_type": "mpt", "architectures": ["MPTForCausalLM"], "n_layers": 1}

    assert read(config).inventory.total == (
        read({**config, "architectures": ["MptForCausalLM"]}).inventory.total
    )
    assert "MPTForCausalLM is no class of transformers" in read(config).notes[0]


def test_every_class_of_a_family_adds_its_own_head() -> None:
    """The head is the difference to the bare model."""
    bare = read({**LLAMA, "architectures": ["LlamaModel"]}).inventory.total
    added = {
        name: read({**LLAMA, "architectures": [name], "num_labels": 3}).inventory.total - bare
        for name in (
            "LlamaForCausalLM",
            "LlamaForSequenceClassification",
            "LlamaForTokenClassification",
            "LlamaForQuestionAnswering",
        )
    }

    assert list(added.values()) == [100 * 48, 3 * 48, 3 * 48 + 3, 2 * 48 + 2]


def test_labels_are_counted_by_their_names() -> None:
    """Five names in `id2label` make five labels."""
    config = {
        **LLAMA,
        "architectures": ["LlamaForSequenceClassification"],
        "id2label": {str(number): f"L{number}" for number in range(5)},
    }

    assert read(config).outputs == 5


def test_a_second_name_of_a_key_is_understood() -> None:
    """GPT-2's `n_embd` may be written `hidden_size`."""
    first = {"model_type": "gpt2", "architectures": ["GPT2Model"], "n_embd": 96}
    second = {"model_type": "gpt2", "architectures": ["GPT2Model"], "hidden_size": 96}

    assert read(first).inventory.total == read(second).inventory.total


def test_older_names_of_layers_are_understood() -> None:
    """Granite 4 was published with `mamba` and `attention` for what is called otherwise now."""
    config = {
        "model_type": "granitemoehybrid",
        "architectures": ["GraniteMoeHybridForCausalLM"],
        "num_hidden_layers": 2,
        "hidden_size": 256,
    }
    older = read({**config, "layer_types": ["mamba", "attention"]})
    newer = read({**config, "layer_types": ["linear_attention", "full_attention"]})

    assert older.inventory.tensors == newer.inventory.tensors


def test_gemma_4_layers_may_be_said_one_by_one() -> None:
    """A written `per_layer_config` gives what the global head width gives."""
    config = {
        "model_type": "gemma4_text",
        "architectures": ["Gemma4ForCausalLM"],
        "num_hidden_layers": 6,
        "global_head_dim": 128,
    }
    written = {**config, "global_head_dim": 64, "per_layer_config": {"5": {"head_dim": 128}}}

    assert read(written).inventory.tensors == read(config).inventory.tensors


def test_a_layer_outside_the_model_is_refused() -> None:
    """A `per_layer_config` for layer 30 of 30 names what it may hold."""
    config = {
        "model_type": "gemma4_text",
        "architectures": ["Gemma4ForCausalLM"],
        "per_layer_config": {"30": {"head_dim": 8}},
    }
    with pytest.raises(UnreadableConfig, match="not a layer below 30"):
        read(config)


def test_a_shared_cache_needs_a_layer_that_owns_one() -> None:
    """Sharing all layers' caches leaves nobody to make them."""
    config = {
        "model_type": "gemma4_text",
        "architectures": ["Gemma4ForCausalLM"],
        "num_kv_shared_layers": 30,
    }
    with pytest.raises(UnreadableConfig, match="needs one that keeps a cache of its own"):
        read(config)


def test_no_config_can_ask_for_more_tensors_than_there_are_in_any_model() -> None:
    """A norm for each of 8,000 heads in 1,000 layers is refused before it is made."""
    config = {
        "model_type": "stablelm",
        "architectures": ["StableLmForCausalLM"],
        "hidden_size": 8000,
        "num_attention_heads": 8000,
        "num_key_value_heads": 8000,
        "num_hidden_layers": 1000,
        "qk_layernorm": True,
    }
    with pytest.raises(UnreadableConfig, match="at most 20000 are read"):
        read(config)


def test_only_the_family_asked_for_is_imported() -> None:
    """Reading a Llama imports neither encoders nor hybrids, so that the start stays short."""
    program = (
        "import sys, json; from tabfit.architectures import read; read(json.loads(sys.argv[1]));"
        "print([m for m in sys.modules if m.startswith('tabfit.architectures.')])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program, json.dumps(LLAMA)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3] / "python",
    ).stdout

    assert "tabfit.architectures.decoders.llama" in shown
    assert not {"encoders", "hybrids", "latent", "vision"} & set(shown.replace("'", ".").split("."))


def test_every_family_is_where_the_table_says() -> None:
    """Each model_type's module lists it."""
    assert all(family_of(name).heads for name in FAMILIES)


class TestInspection:
    """The object of `inspect --json` for a config."""

    def test_bytes_follow_the_type_that_the_config_names(self) -> None:
        """Two bytes a weight where the config says bfloat16."""
        config = {**LLAMA, "torch_dtype": "bfloat16"}
        found = of_architecture(
            read(config), stored_type(config), source="config.json", bytes_read=10
        )

        assert found["weights_bytes"] == 2 * found["parameters"]["total"]
        assert found["largest_tensor_bytes"] == 2 * 100 * 48
        assert found["tensors"][0] == {
            "name": "model.embed_tokens.weight",
            "shape": [100, 48],
            "type": "BF16",
            "bytes": 9600,
        }

    def test_a_tied_tensor_names_the_one_it_shares_with(self) -> None:
        """The output layer of a tied model is listed, and not counted again."""
        config = {**LLAMA, "tie_word_embeddings": True}
        found = of_architecture(read(config), F32, source="config.json", bytes_read=10)

        assert found["tensors"][-1]["tied_to"] == "model.embed_tokens.weight"
        assert found["weights_bytes"] == 4 * found["parameters"]["total"]
        assert found["parameters"]["untied"] - found["parameters"]["total"] == 4800

    @pytest.mark.parametrize(
        ("config", "expected"),
        [
            ({}, F32),
            ({"dtype": "bfloat16"}, BF16),
            ({"dtype": "torch.bfloat16"}, BF16),
            ({"torch_dtype": "float8"}, F32),
            ({"dtype": 7}, F32),
        ],
    )
    def test_types_that_are_not_known_are_read_as_floats(
        self, config: dict[str, Any], expected: object
    ) -> None:
        """What a config does not say is 32 bits."""
        assert stored_type(config) is expected
