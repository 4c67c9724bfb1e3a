"""Make ONNX files on random weights as publishers do, and write down their sizes.

In: nothing but the shapes below. Out: tests/data/onnx/made.json: for each model,
each file's bytes and how many of them are weights.

Not part of `make test`: it needs an environment of its own with transformers
4.48, optimum 1.24, onnx, onnxruntime, onnxslim and onnxconverter-common. The steps
are those of optimum's exporter and of the quantising script that Transformers.js
carried until version 4: dynamic quantisation, MatMulNBits (block 32, symmetric),
MatMulBnb4 (block 64), and a cast to float16. Models in SLIMMED are simplified by
onnxslim first, as that script does since June 2024. Run it as

    python tools/oracle/onnx_truth.py tests/data/onnx/made.json [model ...]
"""

from __future__ import annotations

import functools
import json
import logging
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import onnx
import onnxslim
import torch
import transformers
from onnxconverter_common import float16
from onnxruntime.quantization import QuantizationMode, QuantType
from onnxruntime.quantization.matmul_bnb4_quantizer import MatMulBnb4Quantizer
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.onnx_quantizer import ONNXQuantizer
from onnxruntime.quantization.registry import IntegerOpsRegistry
from optimum.exporters.onnx import main_export

PACKAGES = (
    "onnx", "onnxruntime", "onnxconverter-common", "onnxslim", "optimum", "transformers", "torch",
)  # fmt: skip

# Widths are small where only the graph is wanted: its bytes depend on the layers, not on widths.
_NARROW: dict[str, object] = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 2,
    "vocab_size": 500,
}
_BART: dict[str, object] = {
    "d_model": 64, "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "vocab_size": 500,
    "encoder_attention_heads": 2, "decoder_attention_heads": 2,
}  # fmt: skip
_SPEECH = "automatic-speech-recognition-with-past"
MODELS: dict[str, tuple[str, str, str, dict[str, object]]] = {
    # name: (config class, model class, task, what differs from the config's defaults)
    "distilbert-sst2": (
        "DistilBertConfig", "DistilBertForSequenceClassification", "text-classification", {},
    ),
    "minilm-l6": (
        "BertConfig", "BertModel", "feature-extraction",
        {"hidden_size": 384, "intermediate_size": 1536, "num_hidden_layers": 6},
    ),
    "bert-12": ("BertConfig", "BertModel", "feature-extraction", _NARROW),
    "bert-masked-2": (
        "BertConfig", "BertForMaskedLM", "fill-mask", {**_NARROW, "num_hidden_layers": 2},
    ),
    "bert-24": (
        "BertConfig", "BertModel", "feature-extraction", {**_NARROW, "num_hidden_layers": 24},
    ),
    "roberta-12": ("RobertaConfig", "RobertaModel", "feature-extraction", _NARROW),
    "vit-12": (
        "ViTConfig", "ViTForImageClassification", "image-classification",
        {"hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 2},
    ),
    "whisper-4": (
        "WhisperConfig", "WhisperForConditionalGeneration", _SPEECH,
        {**_BART, "encoder_layers": 4, "decoder_layers": 4, "vocab_size": 500, "pad_token_id": 0,
         "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 3},
    ),
    "whisper-6": (
        "WhisperConfig", "WhisperForConditionalGeneration", _SPEECH,
        {**_BART, "encoder_layers": 6, "decoder_layers": 6, "vocab_size": 500, "pad_token_id": 0,
         "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 3},
    ),
    "t5-6": (
        "T5Config", "T5ForConditionalGeneration", "text2text-generation-with-past",
        {"d_model": 64, "d_ff": 128, "d_kv": 32, "num_heads": 2, "vocab_size": 500,
         "decoder_start_token_id": 0},
    ),
    "bart-6": (
        "BartConfig", "BartForConditionalGeneration", "text2text-generation-with-past",
        {**_BART, "encoder_layers": 6, "decoder_layers": 6},
    ),
    "gpt2-6": (
        "GPT2Config", "GPT2LMHeadModel", "text-generation-with-past",
        {"n_embd": 64, "n_head": 2, "n_layer": 6, "vocab_size": 500, "bos_token_id": 0,
         "eos_token_id": 0},
    ),
    "llama-4": (
        "LlamaConfig", "LlamaForCausalLM", "text-generation-with-past",
        {**_NARROW, "num_hidden_layers": 4, "num_key_value_heads": 1, "tie_word_embeddings": True},
    ),
    "llama-16": (
        "LlamaConfig", "LlamaForCausalLM", "text-generation-with-past",
        {**_NARROW, "num_hidden_layers": 16, "num_key_value_heads": 1, "tie_word_embeddings": True},
    ),
    "qwen2-4": (
        "Qwen2Config", "Qwen2ForCausalLM", "text-generation-with-past",
        {**_NARROW, "num_hidden_layers": 4, "num_key_value_heads": 1, "tie_word_embeddings": True},
    ),
    "albert-4": (
        "AlbertConfig", "AlbertForMaskedLM", "fill-mask",
        {**_NARROW, "embedding_size": 32, "num_hidden_layers": 4},
    ),
    "deberta-v2-2": (
        "DebertaV2Config", "DebertaV2ForSequenceClassification", "text-classification",
        {**_NARROW, "num_hidden_layers": 2, "relative_attention": True,
         "pos_att_type": ["p2c", "c2p"], "share_att_key": True, "position_buckets": 16,
         "norm_rel_ebd": "layer_norm", "position_biased_input": False,
         "max_position_embeddings": 64, "type_vocab_size": 0},
    ),
    "electra-2": (
        "ElectraConfig", "ElectraModel", "feature-extraction",
        {**_NARROW, "num_hidden_layers": 2, "embedding_size": 32},
    ),
    "mpnet-2": (
        "MPNetConfig", "MPNetModel", "feature-extraction", {**_NARROW, "num_hidden_layers": 2},
    ),
    "squeezebert-2": (
        "SqueezeBertConfig", "SqueezeBertForMaskedLM", "fill-mask",
        {**_NARROW, "num_hidden_layers": 2, "embedding_size": 64},
    ),
    "segformer": (
        "SegformerConfig", "SegformerForSemanticSegmentation", "semantic-segmentation",
        {"hidden_sizes": [16, 24, 32, 48], "num_attention_heads": [1, 2, 4, 4],
         "depths": [1, 1, 1, 1], "decoder_hidden_size": 32},
    ),
    "dinov2-2": (
        "Dinov2Config", "Dinov2Model", "feature-extraction",
        {"hidden_size": 64, "num_attention_heads": 2, "num_hidden_layers": 2},
    ),
    "swin": (
        "SwinConfig", "SwinForImageClassification", "image-classification",
        {"embed_dim": 24, "depths": [1, 2], "num_heads": [2, 4], "image_size": 56},
    ),
    "wav2vec2-2": (
        "Wav2Vec2Config", "Wav2Vec2ForCTC", "automatic-speech-recognition",
        {"hidden_size": 64, "num_attention_heads": 2, "num_hidden_layers": 2,
         "intermediate_size": 128},
    ),
    "mobilevit": ("MobileViTConfig", "MobileViTForImageClassification", "image-classification", {}),
    "resnet": (
        "ResNetConfig", "ResNetForImageClassification", "image-classification",
        {"embedding_size": 16, "hidden_sizes": [16, 24, 32, 48], "depths": [1, 1, 1, 1]},
    ),
    "marian-2": (
        "MarianConfig", "MarianMTModel", "text2text-generation-with-past",
        {**_BART, "encoder_layers": 2, "decoder_layers": 2, "pad_token_id": 0,
         "decoder_start_token_id": 0, "eos_token_id": 1},
    ),
    "gpt_neox-2": (
        "GPTNeoXConfig", "GPTNeoXForCausalLM", "text-generation-with-past",
        {**_NARROW, "num_hidden_layers": 2},
    ),
}  # fmt: skip

# The same models, simplified before they are quantised.
SLIMMED = {"whisper-4-slimmed": "whisper-4", "deberta-v2-2-slimmed": "deberta-v2-2"}


def _initializers(graph: onnx.GraphProto) -> list[onnx.TensorProto]:
    found = list(graph.initializer)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                found += _initializers(attribute.g)
    return found


def _size(tensor: onnx.TensorProto) -> int:
    return onnx.numpy_helper.to_array(tensor).nbytes


def measure(path: Path) -> dict[str, object]:
    """Return a file's bytes, those of its weights, and the weights by type."""
    model = onnx.load(path)
    by_type: dict[str, int] = {}
    for tensor in _initializers(model.graph):
        kind = onnx.TensorProto.DataType.Name(tensor.data_type)
        by_type[kind] = by_type.get(kind, 0) + _size(tensor)
    weights = sum(by_type.values())
    return {
        "bytes": path.stat().st_size,
        "weights": weights,
        "graph": path.stat().st_size - weights,
        "nodes": len(model.graph.node),
        "by_type": by_type,
    }


def _dynamic(source: Path, target: Path, kind: QuantType) -> None:
    quantizer = ONNXQuantizer(
        onnx.load(source), False, False, mode=QuantizationMode.IntegerOps, static=False,
        weight_qType=kind, activation_qType=QuantType.QUInt8, tensors_range=None,
        nodes_to_quantize=[], nodes_to_exclude=[], op_types_to_quantize=list(IntegerOpsRegistry),
        extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
    )  # fmt: skip
    quantizer.quantize_model()
    onnx.save(quantizer.model.model, target)


def _half(model: onnx.ModelProto, target: Path) -> None:
    onnx.save(float16.convert_float_to_float16(model, keep_io_types=True), target)


def _four_bits(source: Path) -> onnx.ModelProto:
    quantizer = MatMulNBitsQuantizer(onnx.load(source), block_size=32, is_symmetric=True)
    quantizer.process()
    made: onnx.ModelProto = quantizer.model.model
    return made


def quantise(source: Path) -> dict[str, Path]:
    """Return every variant of one exported file, by dtype."""
    made = {"fp32": source}
    for dtype in ("fp16", "q8", "q4", "q4f16", "bnb4"):
        target = source.with_name(f"{source.stem}_{dtype}.onnx")
        try:
            if dtype == "fp16":
                _half(onnx.load(source), target)
            elif dtype == "q8":
                _dynamic(source, target, QuantType.QUInt8)
            elif dtype == "q4":
                onnx.save(_four_bits(source), target)
            elif dtype == "q4f16":
                _half(_four_bits(source), target)
            else:
                quantizer = MatMulBnb4Quantizer(onnx.load(source), quant_type=1, block_size=64)
                quantizer.process()
                onnx.save(quantizer.model.model, target)
        except (ValueError, RuntimeError, TypeError) as error:
            print(f"  {source.name} {dtype}: {error}", file=sys.stderr)
            continue
        made[dtype] = target
    return made


def make(name: str, folder: Path) -> dict[str, object]:
    """Return the sizes of every file of one model on random weights."""
    config_class, model_class, task, changes = MODELS[SLIMMED.get(name, name)]
    torch.manual_seed(0)
    config = getattr(transformers, config_class)(**changes)
    model = getattr(transformers, model_class)(config)
    for parameter in model.parameters():  # equal arrays, such as zero biases, would be merged
        torch.nn.init.normal_(parameter, std=0.02)
    weights = folder / "weights"
    model.save_pretrained(weights)
    main_export(
        str(weights), str(folder / "onnx"), task=task, no_post_process=False, do_validation=False
    )
    if name in SLIMMED:
        _slim(folder / "onnx")
    files = {
        source.name: {dtype: measure(path) for dtype, path in quantise(source).items()}
        for source in sorted((folder / "onnx").glob("*.onnx"))
    }
    return {
        "config": json.loads((weights / "config.json").read_text()),
        "task": task,
        "files": files,
    }


def _slim(folder: Path) -> None:
    for path in sorted(folder.glob("*.onnx")):
        onnx.save(onnxslim.slim(str(path)), path)


def _export_by_tracing() -> None:
    """Let `torch.onnx.export` trace, as it did when these files were published."""
    torch.onnx.export = functools.partial(torch.onnx.export, dynamo=False)


def main() -> None:
    """Make what is named, or everything, and merge it into the file."""
    logging.disable(logging.INFO)
    _export_by_tracing()
    target = Path(sys.argv[1])
    made = json.loads(target.read_text()) if target.exists() else {"models": {}}
    made["versions"] = {package: version(package) for package in PACKAGES}
    for name in sys.argv[2:] or (*MODELS, *SLIMMED):
        with tempfile.TemporaryDirectory() as folder:
            made["models"][name] = make(name, Path(folder))
        target.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
        print(name, file=sys.stderr)


if __name__ == "__main__":
    main()
