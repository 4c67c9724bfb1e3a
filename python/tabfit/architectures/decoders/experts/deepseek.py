"""Decoders with latent attention: DeepSeek V2 to V4, and those built like them.

In: keys of such a config. Out: bodies. The cache holds one narrow vector per
token; an indexer beside it (V3.2, GLM 5) keeps a narrow key of its own; V4
keeps a window of plain keys and, beside it, one entry for so many tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tabfit.architectures.config_keys import MOST_EXPERTS, MOST_HEADS, MOST_LAYERS, Keys
from tabfit.architectures.decoders.decoder_layer import (
    decoder,
    gated_by,
    layer_kinds,
    paired,
    per_kind,
    pre_norm,
    said_window,
    same_for_all,
)
from tabfit.architectures.decoders.experts.expert_layers import (
    deepseek_sparse,
    deepseek_v2_sparse,
    dense_first,
    layered,
    listed,
    past_dense,
    read_experts,
    shared,
    uncorrected_sparse,
)
from tabfit.architectures.family import Asked, Body, Family
from tabfit.architectures.heads import DECODER_HEADS
from tabfit.i18n.language import Message
from tabfit.model.blocks.attention import Heads, LatentWidths, attending, latent_attention
from tabfit.model.blocks.block import Block, array, beside, joined, vector
from tabfit.model.blocks.feed_forward import Experts, gated, gated_experts, router
from tabfit.model.blocks.linear import linear, norm
from tabfit.model.layers import KeyValue
from tabfit.model.tensors import Role, Tensor

Feeds = Callable[[Keys], tuple[Block, ...]]


def read_widths(keys: Keys) -> LatentWidths:
    """Return the ranks and widths of latent attention."""
    value = keys.maybe("v_head_dim")
    if value is None:
        value = keys.whole("hidden_size") // keys.heads("num_attention_heads")
    return LatentWidths(
        query_rank=keys.maybe("q_lora_rank"),
        rank=keys.whole("kv_lora_rank"),
        plain=keys.whole("qk_nope_head_dim", least=0),
        rope=keys.whole("qk_rope_head_dim"),
        value=value,
    )


def latent(feeds: Feeds, *, divides: bool = False) -> Callable[[Asked], Body]:
    """Return a reader of decoders with latent attention in every layer."""

    def body(asked: Asked) -> Body:
        keys = asked.keys
        if divides:
            keys.check_divides("hidden_size", "num_attention_heads")
        attends = _latent(keys, read_widths(keys))
        return _around(asked, [attends] * keys.layers("num_hidden_layers"), feeds(keys))

    return body


def _latent(keys: Keys, widths: LatentWidths) -> Block:
    heads = keys.heads("num_attention_heads")
    bias = keys.flag("attention_bias")
    return latent_attention(keys.whole("hidden_size"), heads, widths, bias=bias)


def _around(asked: Asked, attends: Sequence[Block], feeds: Sequence[Block]) -> Body:
    """Return a body of layers, each distinct pair of halves made once."""
    keys = asked.keys
    normed = norm(keys.whole("hidden_size"))
    blocks = paired(attends, feeds, lambda attend, feed: pre_norm(attend, feed, normed))
    return decoder(asked, blocks, rope_widths=(keys.whole("qk_rope_head_dim"),))


def indexed(kinds: Callable[[Keys], tuple[str, ...]]) -> Callable[[Asked], Body]:
    """Return a reader of decoders whose attention an indexer narrows, in some layers or all."""

    def body(asked: Asked) -> Body:
        keys = asked.keys
        widths = read_widths(keys)
        if widths.query_rank is None:
            raise keys.fault("q_lora_rank", Message("is null; with an indexer a rank is needed"))
        plain = _latent(keys, widths)
        with_indexer = _with_indexer(keys, plain, widths.query_rank)
        attends = [with_indexer if kind == "full" else plain for kind in kinds(keys)]
        return _around(asked, attends, listed(_routed_sparse, gated_by(), dense_first)(keys))

    return body


def _routed_sparse(keys: Keys) -> Block:
    """Return DeepSeek's experts; an older key for their number takes precedence."""
    older = keys.maybe("num_experts", most=MOST_EXPERTS)
    return deepseek_sparse(keys if older is None else keys.replaced(n_routed_experts=older))


def _with_indexer(keys: Keys, attends: Block, query_rank: int) -> Block:
    """Return attention with a lightning indexer, which keeps one narrow key per token."""
    hidden, width = keys.whole("hidden_size"), keys.whole("index_head_dim")
    heads = keys.whole("index_n_heads", most=MOST_HEADS)
    indexer = joined(
        {
            "wq_b": linear(query_rank, heads * width, Role.ATTENTION_OTHER),
            "wk": linear(hidden, width, Role.ATTENTION_OTHER),
            "k_norm": norm(width, bias=True),
            "weights_proj": linear(hidden, heads, Role.ATTENTION_OTHER),
        }
    )
    both = joined({"": attends, "indexer": indexer})
    kept = KeyValue(key_value_heads=1, key_width=width, value_width=0)
    return Block(both.tensors, both.heads, both.head_width, keeps=(*attends.keeps, kept))


def _all_indexed(keys: Keys) -> tuple[str, ...]:
    return ("full",) * keys.layers("num_hidden_layers")


def _some_indexed(keys: Keys) -> tuple[str, ...]:
    """Return which layers of GLM 5 have an indexer: listed, by a pattern, or every n-th."""
    count = keys.layers("num_hidden_layers")
    if keys.get("indexer_types") is None and isinstance(keys.get("index_topk_pattern"), str):
        pattern = {"F": "full", "S": "shared"}
        letters = keys.word("index_topk_pattern")
        if len(letters) != count or set(letters) - set(pattern):
            raise keys.fault(
                "index_topk_pattern", Message("needs {count} letters, each F or S", count=count)
            )
        return tuple(pattern[letter] for letter in letters)
    key = "indexer_types" if keys.get("indexer_types") is not None else "index_topk_pattern"
    every = max(keys.whole_or("index_topk_freq", 1, least=0), 1)
    offset = keys.whole_or("index_skip_topk_offset", 2, least=0)
    return layer_kinds(
        keys,
        ("full", "shared"),
        lambda number: "shared" if max(number - offset + 1, 0) % every else "full",
        key=key,
    )


SLIDING = "sliding_attention"
SPARSE = "compressed_sparse_attention"
HEAVY = "heavily_compressed_attention"
RATIOS = {0: SLIDING, 4: SPARSE, 128: HEAVY}


def deepseek_v4(asked: Asked) -> Body:
    """Return DeepSeek V4: a window, compressed entries beside it, and several residual streams."""
    keys = asked.keys
    hidden, streams = keys.whole("hidden_size"), keys.whole("hc_mult", most=1024)
    attends = _v4_kinds(keys)
    count = len(attends)
    hashed = keys.whole_or("num_hash_layers", 3, least=0)
    feeds = layer_kinds(
        keys,
        ("hash_moe", "moe"),
        lambda number: "hash_moe" if number < hashed else "moe",
        key="mlp_layer_types",
        count=count,
    )
    connection = _hyper_connection(hidden, streams)

    def layer(kind: tuple[str, str]) -> Block:
        block = pre_norm(_v4_attention(keys, kind[0]), _v4_experts(keys, kind[1]), norm(hidden))
        return joined({"": block, "attn_hc": connection, "ffn_hc": connection})

    head = beside(
        array("hc_fn", (streams, streams * hidden), Role.OTHER),
        vector("hc_base", streams, Role.OTHER),
        vector("hc_scale", 1, Role.OTHER),
    )
    blocks = per_kind(tuple(zip(attends, feeds, strict=True)), layer)
    rope = keys.whole_or("qk_rope_head_dim", keys.whole("head_dim") // 8)
    return decoder(asked, blocks, rope_widths=(rope, rope), extra={"hc_head": head})


def _v4_kinds(keys: Keys) -> tuple[str, ...]:
    """Return each layer's kind: listed, by its ratio of compression, or heavy ones first."""
    count = keys.layers("num_hidden_layers")
    ratios = keys.wholes("compress_ratios")
    if keys.get("layer_types") is None and ratios is not None:
        strange = next((ratio for ratio in ratios if ratio not in RATIOS), None)
        if strange is not None or len(ratios) < count:
            raise keys.fault(
                "compress_ratios", Message("needs {count} entries, each 0, 4 or 128", count=count)
            )
        return tuple(RATIOS[ratio] for ratio in ratios[:count])
    return layer_kinds(
        keys, (SLIDING, SPARSE, HEAVY), lambda n: SPARSE if n > 2 and n % 2 else HEAVY
    )


def _hyper_connection(hidden: int, streams: int) -> Block:
    """Return what mixes the residual streams before and after half a layer (mHC)."""
    outputs = (2 + streams) * streams
    return beside(
        array("fn", (outputs, streams * hidden), Role.OTHER),
        vector("base", outputs, Role.OTHER),
        vector("scale", 3, Role.OTHER),
    )


def _v4_attention(keys: Keys, kind: str) -> Block:
    """Return V4's attention: one head of keys that are values too, outputs in groups."""
    hidden, width = keys.whole("hidden_size"), keys.whole("head_dim")
    heads, groups = keys.heads("num_attention_heads"), keys.whole("o_groups", most=MOST_HEADS)
    rank, out_rank = keys.whole("q_lora_rank"), keys.whole("o_lora_rank")
    parts = {
        "": vector("sinks", heads, Role.ATTENTION_OTHER),
        "q_a_proj": linear(hidden, rank, Role.QUERY),
        "q_a_norm": norm(rank),
        "q_b_proj": linear(rank, heads * width, Role.QUERY),
        "kv_proj": linear(hidden, width, Role.KEY),
        "kv_norm": norm(width),
        "o_a_proj": linear(heads * width // groups, groups * out_rank, Role.ATTENTION_OUTPUT),
        "o_b_proj": linear(groups * out_rank, hidden, Role.ATTENTION_OUTPUT),
    }
    window = KeyValue(key_value_heads=1, key_width=width, value_width=0, window=said_window(keys))
    kept: tuple[KeyValue, ...] = (window,)
    if kind != SLIDING:
        rate = _rate(keys, kind)
        parts["compressor"] = _compressor(keys, kind, rate)
        widths = (width, keys.whole("index_head_dim")) if kind == SPARSE else (width,)
        kept += tuple(_compressed(width, rate) for width in widths)
    shape = Heads(queries=heads, key_values=1, width=width)
    return attending(joined(parts), shape, kept)


def _compressed(width: int, rate: int) -> KeyValue:
    """Return what one token adds where so many of them share an entry."""
    return KeyValue(key_value_heads=1, key_width=-(-width // rate), value_width=0)


def _rate(keys: Keys, kind: str) -> int:
    """Return how many tokens one compressed entry stands for."""
    older = "compress_rate_csa" if kind == SPARSE else "compress_rate_hca"
    if keys.get(older) is not None:
        return keys.whole(older)
    if keys.get("compress_rates") is not None:
        return keys.child("compress_rates", "").whole(kind)
    return 4 if kind == SPARSE else 128


def _compressor(keys: Keys, kind: str, rate: int) -> Block:
    width, hidden = keys.whole("head_dim"), keys.whole("hidden_size")
    if kind == HEAVY:
        return _pooling(hidden, width, width, rate)
    narrow, heads = keys.whole("index_head_dim"), keys.whole("index_n_heads", most=MOST_HEADS)
    indexer = {
        "": _pooling(hidden, 2 * narrow, narrow, rate),
        "q_b_proj": linear(keys.whole("q_lora_rank"), heads * narrow, Role.ATTENTION_OTHER),
        "scorer.weights_proj": linear(hidden, heads, Role.ATTENTION_OTHER),
    }
    return joined({"": _pooling(hidden, 2 * width, width, rate), "indexer": joined(indexer)})


def _pooling(hidden: int, outputs: int, width: int, rate: int) -> Block:
    """Return what turns so many tokens into one entry: a value, a gate and a bias by place."""
    parts: Mapping[str, Block] = {
        "": array("position_bias", (rate, outputs), Role.ATTENTION_OTHER),
        "kv_proj": linear(hidden, outputs, Role.ATTENTION_OTHER),
        "gate_proj": linear(hidden, outputs, Role.ATTENTION_OTHER),
        "kv_norm": norm(width),
    }
    return joined(parts)


def _v4_experts(keys: Keys, kind: str) -> Block:
    """Return V4's experts: in the first layers a table says which token meets which."""
    hidden, experts = keys.whole("hidden_size"), read_experts(keys, "n_routed_experts")
    gate = router(hidden, experts.count, correction=kind == "moe")
    if kind == "hash_moe":
        shape = (keys.rows("vocab_size"), experts.chosen)
        table = Tensor(name="tid2eid", shape=shape, role=Role.ROUTER, buffer=True)
        gate = beside(gate, Block((table,)))
    return joined(
        {
            "gate": gate,
            "experts": gated_experts(hidden, experts),
            "shared_experts": shared(keys, experts.inner, bias=keys.flag("mlp_bias")),
        }
    )


def longcat(asked: Asked) -> Body:
    """Return LongCat: two rounds of latent attention and a dense layer, experts across both.

    Some experts do nothing at all; transformers keeps rows for them all the same.
    Source: Meituan 2025, arXiv:2509.01322.
    """
    keys = asked.keys
    hidden, attends = keys.whole("hidden_size"), _latent(keys, read_widths(keys))
    feed, normed = gated(hidden, keys.whole("ffn_hidden_size")), norm(hidden)
    parts: dict[str, Block] = {"mlp": _longcat_experts(keys)}
    for half in ("0", "1"):
        parts[f"self_attn.{half}"] = attends
        parts[f"mlps.{half}"] = feed
        parts[f"input_layernorm.{half}"] = normed
        parts[f"post_attention_layernorm.{half}"] = normed
    halves = keys.maybe("num_hidden_layers", most=2 * MOST_LAYERS)  # each layer counts as two
    count = keys.layers("num_layers") if halves is None else halves // 2
    blocks = (joined(parts),) * count
    return decoder(asked, blocks, rope_widths=(keys.whole("qk_rope_head_dim"),))


def _longcat_experts(keys: Keys) -> Block:
    hidden, inner = keys.whole("hidden_size"), keys.whole("expert_ffn_hidden_size")
    real = keys.whole("n_routed_experts", most=MOST_EXPERTS)
    every = real + keys.whole_or("zero_expert_num", 0, least=0, most=MOST_EXPERTS)
    chosen = keys.whole("moe_topk", most=MOST_EXPERTS)
    experts = Experts(count=real, chosen=chosen, inner=inner)
    rows = Experts(count=every, chosen=chosen, inner=inner)
    held = Block(
        (
            rows.held("gate_up_proj", 2 * inner, hidden, role=Role.EXPERT_GATE_UP),
            experts.held("down_proj", hidden, inner, role=Role.EXPERT_DOWN),
        ),
        inner=experts.met,
    )
    scores = {
        "": vector("e_score_correction_bias", every, Role.ROUTER, buffer=True),
        "classifier": linear(hidden, every, Role.ROUTER, bias=keys.flag("router_bias")),
    }
    return joined({"experts": held, "router": joined(scores)})


MOE_V2 = layered(deepseek_v2_sparse, gated_by("mlp_bias"), past_dense)
MOE_V3 = layered(deepseek_sparse, gated_by(), past_dense)
MOE_MISTRAL = layered(uncorrected_sparse, gated_by(), past_dense)
MOE_LITE = listed(deepseek_sparse, gated_by(), lambda _: 1)

FAMILIES = {
    "deepseek_v2": Family(latent(MOE_V2, divides=True), DECODER_HEADS),
    "deepseek_v3": Family(latent(MOE_V3), DECODER_HEADS),
    "mistral4": Family(latent(MOE_MISTRAL), DECODER_HEADS),
    "glm4_moe_lite": Family(latent(MOE_LITE), DECODER_HEADS),
    "minicpm3": Family(latent(same_for_all(gated_by("mlp_bias")), divides=True), DECODER_HEADS),
    "youtu": Family(latent(same_for_all(gated_by())), DECODER_HEADS),
    "deepseek_v32": Family(indexed(_all_indexed), DECODER_HEADS),
    "glm_moe_dsa": Family(indexed(_some_indexed), DECODER_HEADS),
    "deepseek_v4": Family(deepseek_v4, DECODER_HEADS),
    "longcat_flash": Family(longcat, DECODER_HEADS),
}
