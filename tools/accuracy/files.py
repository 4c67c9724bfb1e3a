"""Files: what a recipe computes beside what somebody published."""

from __future__ import annotations

from statistics import median

from tabfit.recipes.onnx.export_families import ExportFamily
from tests.accuracy import (
    collected_sizes,
    gguf_sizes,
    litert_sizes,
    mlc_sizes,
    one_bit_sizes,
    onnx_sizes,
    torch_sizes,
)
from tools.accuracy.document import (
    Claim,
    Section,
    all_within,
    furthest,
    inside,
    percent,
    share_within,
)


def gguf() -> Section:
    """Return the section on GGUF files."""
    later = gguf_sizes.collected_rows()
    files = [*gguf_sizes.rows(), *gguf_sizes.listed_rows(), *later]
    chosen = list(gguf_sizes.collected_rows(by_tensor=True))
    bits = [(name, ours / theirs - 1) for name, ours, theirs in gguf_sizes.bits_per_weight()]
    worst = max(abs(error) for _, error in bits)
    printed = f"{len(bits)} rows, worst {percent(worst)}"
    return Section(
        key="gguf",
        title="GGUF files",
        about="llama.cpp's own table of bits per weight, and whole files as published. Files made "
        "with the real quantiser match to the byte (`tests/core/recipes/test_gguf.py`).",
        rows=tuple(files),
        claims=(
            Claim("llama.cpp's table within 0.01 %", printed, worst <= 1e-4),
            share_within(files, 0.004, 0.97),
            inside(
                [*files, *chosen],
                0.95,
                "the interval holds the truth, whatever types a maker chose",
            ),
        ),
        tables=(furthest(files),),
    )


def onnx_unknown() -> Section:
    """Return the section on ONNX files whose exporter is not known."""
    rows = list(onnx_sizes.rows(onnx_sizes.UNKNOWN))
    return Section(
        key="onnx_unknown",
        title="ONNX files, export not known",
        about="Sessions as published for Transformers.js; how a file was exported is not told, "
        "so the prediction is an interval.",
        rows=tuple(rows),
        claims=(inside(rows, 0.95, "the interval holds the truth"),),
        tables=(furthest([row for row in rows if not row.inside]),),
    )


def onnx_known() -> Section:
    """Return the section on ONNX files whose kind of export is known."""
    rows = list(onnx_sizes.rows(onnx_sizes.KNOWN))
    return Section(
        key="onnx_known",
        title="ONNX files, export known",
        about="The same files, told which kind of export made them "
        "(`tabfit.recipes.onnx.export_families`).",
        rows=tuple(rows),
        claims=(
            share_within(rows, 0.02, 0.93),
            inside(rows, 0.95, "the interval holds the truth"),
        ),
        tables=(furthest(rows),),
    )


def onnx_unseen() -> Section:
    """Return the section on ONNX files of a type, or a kind of export, that is left out."""
    rows = list(onnx_sizes.rows(onnx_sizes.UNSEEN))
    return Section(
        key="onnx_unseen",
        title="ONNX files, model type left out",
        about="The same files, told neither the kind of export nor the model's type: every rule "
        "that names the type is withheld, as for a type nobody has seen. Below, the files of each "
        "kind of export, told as if no tool of that kind were known.",
        rows=tuple(rows),
        claims=(
            share_within(rows, 0.02, 0.75),
            inside(rows, 0.95, "the interval holds the truth"),
        ),
        tables=(_left_out(),),
    )


def _left_out() -> tuple[tuple[str, ...], ...]:
    """Return a table of each kind of export, predicted from the others."""
    heading = ("kind of export left out", "files", "within 2 %", "inside")
    return (heading, *(_left_out_line(family) for family in ExportFamily))


def _left_out_line(family: ExportFamily) -> tuple[str, ...]:
    rows = list(onnx_sizes.rows(onnx_sizes.Withheld(family=family)))
    near = sum(abs(row.error) <= 0.02 for row in rows) / len(rows)
    held = sum(row.inside for row in rows) / len(rows)
    return (family, str(len(rows)), percent(near), percent(held))


#: How near a figure counts as near, by the kind of file: what their own sections ask.
NEAR = {"onnx": 0.02, "gguf": 0.004}
NAMES = {"onnx": "ONNX", "gguf": "GGUF"}


def collected() -> Section:
    """Return the section on files that were gathered after the rules were made.

    It asks nothing: what was said of them then is written down with them and cannot change.
    """
    kinds = reversed(collected_sizes.KINDS)
    batches = [(kind, batch) for kind in kinds for batch in collected_sizes.batches(kind)]
    every = [row for _, batch in batches for row in collected_sizes.foretold(batch)]
    new = sum(len(batch.rows) for kind, batch in batches if kind == "onnx")
    written = Claim("at least 60 ONNX files that were new", f"{new} files", new >= 60)
    return Section(
        key="collected",
        title="Files collected after the rules were made",
        about="Published sizes that this project had never held, each batch judged by the recipe "
        "of its commit before anything was mended. *No answer* counts files of types that are "
        "refused or were not read, and sessions that are loaded apart. The latest stands first; "
        "files of one repository are alike, so that its number is told too. What the recipes say "
        "of the same files today is in the sections below.",
        claims=(written,),
        tables=(_foretold(batches), furthest(every)),
    )


def _foretold(batches: list[tuple[str, collected_sizes.Batch]]) -> tuple[tuple[str, ...], ...]:
    """Return a table of each batch, as it was foretold."""
    heading = ("files", "gathered", "repositories", "answered", "no answer", "near", "median error")
    newest = reversed(batches)
    return ((*heading, "inside"), *(_foretold_line(*each) for each in newest))


def _foretold_line(kind: str, batch: collected_sizes.Batch) -> tuple[str, ...]:
    rows = list(collected_sizes.foretold(batch))
    near = sum(abs(row.error) <= NEAR[kind] for row in rows) / len(rows)
    held = sum(row.inside for row in rows) / len(rows)
    return (
        NAMES[kind],
        f"{batch.collected}, {batch.commit}",
        str(len({row.model for row in rows})),
        str(len(rows)),
        str(collected_sizes.unanswered(batch)),
        f"{percent(near)} within {percent(NEAR[kind])}",
        percent(median(abs(row.error) for row in rows)),
        percent(held),
    )


def mlc() -> Section:
    """Return the section on MLC's parameters."""
    rows = list(mlc_sizes.rows())
    return Section(
        key="mlc",
        title="MLC parameters",
        about="Bytes of parameters in the metadata of compiled libraries.",
        rows=tuple(rows),
        claims=(all_within(rows, 0.001),),
        tables=(furthest(rows),),
    )


def litert() -> Section:
    """Return the section on LiteRT and MediaPipe files."""
    rows = list(litert_sizes.rows())
    return Section(
        key="litert",
        title="LiteRT and MediaPipe files",
        about="Files as listed by their publisher.",
        rows=tuple(rows),
        claims=(all_within(rows, 0.03),),
        tables=(furthest(rows),),
    )


def safetensors() -> Section:
    """Return the section on safetensors checkpoints."""
    rows = list(torch_sizes.rows())
    return Section(
        key="safetensors",
        title="Safetensors checkpoints",
        about="Published checkpoints, headers included.",
        rows=tuple(rows),
        claims=(all_within(rows, 0.0001),),
        tables=(furthest(rows),),
    )


def onebit() -> Section:
    """Return the section on one-bit methods."""
    rows = list(one_bit_sizes.rows())
    return Section(
        key="onebit",
        title="One-bit methods",
        about="OneBit's sizes as its paper prints them, in tenths of a gigabyte. BitNet b1.58's "
        "ratios of memory are explained in `tests/core/recipes/test_one_bit.py`.",
        rows=tuple(rows),
        claims=(inside(rows, 1, "the same printed digit"),),
        tables=(furthest(rows),),
    )
