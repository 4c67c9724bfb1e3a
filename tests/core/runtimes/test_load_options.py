"""How a model is loaded: wllama's own log, other people's logs, and what runtimes refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tabfit import api, architectures, runtimes
from tabfit.catalog import read
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device
from tabfit.errors import TabfitError, UnknownName, UnreadableChoice, UnsupportedCombination
from tabfit.estimate.answers import Answer, answer
from tabfit.estimate.scenario import Scenario
from tabfit.estimate.subjects import described
from tabfit.recipes.onnx import session_precisions
from tabfit.runtimes import Load, load_options
from tabfit.runtimes.load_options import LoadOptions
from tabfit.runtimes.memory.phases import Label
from tabfit.units import MIB, Tokens
from tests.runtimes.bench.shapes import SHAPES

LOGS = json.loads((Path(__file__).parents[2] / "data" / "wllama_log.json").read_text("utf-8"))
WLLAMA = runtimes.named("wllama-cpu")
#: Two decimals of a MiB, and what graphs for odd numbers of slots add.
ROUNDED, ODD = 0.0051 * MIB, 0.035 * MIB


def _asked(row: dict[str, Any]) -> Load:
    architecture = architectures.read(SHAPES[row["shape"]])
    given = row["options"]
    options = LoadOptions(kv=given.get("cache_type_k"), parallel=given.get("n_parallel"))
    return Load(
        architecture=architecture,
        stored=WLLAMA.store(architecture, row["precision"], None),
        context=Tokens(row["context"]),
        options=options,
    )


ROWS = [row for row in LOGS["rows"] if "n_ubatch" not in row["options"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['shape']} {row['options']}")
def test_what_wllama_logs(row: dict[str, Any]) -> None:
    """Cache, output rows and compute buffer are those of wllama's own log, for all seven types."""
    load, log = _asked(row), row["log"]
    vocabulary = SHAPES[row["shape"]]["vocab_size"]
    cache = load.cache(WLLAMA.kept(load)).interval.likely
    assert cache == pytest.approx(log["cache"], abs=ROUNDED)
    slots = load.options.parallel or 4
    assert slots * vocabulary * 4 == pytest.approx(log["output"], abs=ROUNDED)
    assert WLLAMA.workspace(load).likely == pytest.approx(log["compute"] + log["output"], abs=ODD)


def test_all_seven_types_are_logged() -> None:
    """Each type that wllama offers has a row."""
    told = {row["options"].get("cache_type_k") for row in ROWS}
    assert told >= {*load_options.CACHE_TYPES}


def _held(given: Answer, label: Label, pool: Pool) -> float:
    """Return the mebibytes of a label in a pool once the model is loaded."""
    ready = next(phase for phase in given.footprint.phases if phase.name == "ready")
    return sum(c.size.likely for c in ready.components if (c.label, c.pool) == (label, pool)) / MIB


def test_layers_left_to_the_processor_keep_their_cache_there() -> None:
    """A log with 20 of 33 layers on the card: 160 MiB of keys and values there, 96 in memory."""
    log = LOGS["partly_on_gpu"]
    options = {"gpu_layers": str(log["gpu_layers"]), "parallel": str(log["parallel"])}
    given = api.estimate(
        "qwen3.5-9b", runtime="wllama-webgpu", context=log["context"], options=options
    )
    told, states = log["mebibytes"]["cache"], log["mebibytes"]["state"]
    for pool, name in ((Pool.GPU, "gpu"), (Pool.PAGE, "processor")):
        held = _held(given, Label.CACHE, pool)
        assert held == pytest.approx(told[name] + states[name], abs=0.02)


def test_a_tied_table_lies_on_both_sides() -> None:
    """Llama 3.2 1B whole on the GPU: the log's 762.81 MiB there and 205.49 in memory."""
    told = LOGS["tied"]["mebibytes"]
    given = api.estimate(LOGS["tied"]["model"], runtime="wllama-webgpu")
    assert _held(given, Label.WEIGHTS, Pool.GPU) == pytest.approx(told["gpu"], abs=0.01)
    assert _held(given, Label.WEIGHTS, Pool.PAGE) == pytest.approx(told["processor"], abs=0.01)


def test_fewer_layers_on_the_gpu_move_weights_to_the_page() -> None:
    """The parts always add up to the whole, and a layer fewer never needs more of the GPU."""
    usual = api.estimate("llama-3.2-1b", runtime="wllama-webgpu")
    whole = _held(usual, Label.WEIGHTS, Pool.GPU) + _held(usual, Label.WEIGHTS, Pool.PAGE)
    before = _held(usual, Label.WEIGHTS, Pool.GPU)
    for layers in (17, 10, 5, 1):
        options = {"gpu_layers": str(layers)}
        given = api.estimate("llama-3.2-1b", runtime="wllama-webgpu", options=options)
        held = _held(given, Label.WEIGHTS, Pool.GPU)
        assert held <= before
        assert held + _held(given, Label.WEIGHTS, Pool.PAGE) == pytest.approx(whole)
        before = held


def test_layers_left_to_the_processor_are_read_at_its_speed() -> None:
    """The fewer layers the GPU has the slower it writes, and never as slowly as without it."""
    every = [
        api.estimate("llama-3.2-1b", runtime="wllama-webgpu", options=options).rates
        for options in ({}, *({"gpu_layers": str(layers)} for layers in (17, 16, 10, 1)))
    ]
    alone = api.estimate("llama-3.2-1b", runtime="wllama-cpu").rates
    speeds = [each.per_second[1] for each in (*every, alone) if each is not None]

    assert len(speeds) == 6
    assert speeds[0] == speeds[1]  # 16 layers and the output
    assert speeds[1:] == sorted(set(speeds), reverse=True)
    # Worked by hand at 10: of 0.83 GB that a token reads 7 layers of 16 with their cache are 0.27,
    # 91 ms at 3 GB/s, beside 26 ms for the rest at 21.6 GB/s on the GPU.
    assert speeds[3] == pytest.approx(1000 / (91 + 26), rel=0.02)


def test_the_part_that_sees_is_a_file_beside() -> None:
    """Gemma 3 4B's mmproj-model-f16.gguf is 851,251,104 bytes in its maker's repository."""
    plain, both = (
        api.estimate("gemma-3-4b", runtime="wllama-webgpu", options=options)
        for options in ({}, {"projector": "on"})
    )
    assert both.stored.files[-1].size.likely == pytest.approx(851_251_104, rel=0.0001)
    assert both.download.likely - plain.download.likely == both.stored.files[-1].size.likely
    for pool in (Pool.GPU, Pool.PEAK):
        assert both.memory(pool).likely > plain.memory(pool).likely + 851_000_000
    off = api.estimate("gemma-3-4b", runtime="wllama-webgpu", options={"projector": "off"})
    assert off.download == plain.download


def test_a_larger_picture_takes_more_places() -> None:
    """A picture that keeps its size is looked at square by square."""
    peaks = [
        api.estimate("qwen3-vl-2b", runtime="transformersjs-webgpu", options=options).workspace
        for options in ({"picture": "256x256"}, {"picture": "1024x768"}, {"picture": "2048x2048"})
    ]
    assert [peak.likely for peak in peaks] == sorted({peak.likely for peak in peaks})


def test_a_picture_that_is_scaled_changes_nothing() -> None:
    """SmolVLM's processor scales every picture: the answer says so."""
    plain, told = (
        api.estimate("smolvlm-256m", runtime="transformersjs-webgpu", options=options)
        for options in ({}, {"picture": "99x99"})
    )
    assert told.memory(Pool.PEAK) == plain.memory(Pool.PEAK)
    assert any("scaled to one size" in note for note in told.notes)


WHISPER = "encoder=fp32,decoder=q4"


def test_each_session_at_its_own_precision() -> None:
    """Whisper's encoder in fp32 and decoder in q4: each file from its own precision."""
    both = api.estimate("whisper-base", runtime="transformersjs-webgpu", precision=WHISPER)
    wide, narrow = (
        api.estimate("whisper-base", runtime="transformersjs-webgpu", precision=each)
        for each in ("fp32", "q4")
    )
    names = {file.name: file.size for file in both.stored.files}
    assert names["onnx/encoder_model.onnx"] == _size(wide, "onnx/encoder_model.onnx")
    small = "onnx/decoder_model_merged_q4.onnx"
    assert names[small] == _size(narrow, small)
    assert narrow.download.likely < both.download.likely < wide.download.likely
    pages = [each.memory(Pool.PEAK).likely for each in (narrow, both, wide)]
    assert pages == sorted(pages)


def _size(given: Answer, name: str) -> Any:
    return next(file.size for file in given.stored.files if file.name == name)


def test_a_session_left_out_gets_the_devices_default() -> None:
    """As Transformers.js has it: q8 on the processor, fp32 on WebGPU."""
    for runtime, usual in (("transformersjs-wasm", "q8"), ("transformersjs-webgpu", "fp32")):
        given = api.estimate("whisper-base", runtime=runtime, precision="decoder=q4")
        assert given.scenario.precision == f"encoder={usual},decoder=q4"


def test_the_same_precision_for_all_is_that_precision() -> None:
    """A map whose entries agree answers as the one name does."""
    for dtype in ("q4", "fp16", "q8"):
        each = f"encoder={dtype},decoder={dtype}"
        mapped = api.estimate("whisper-base", runtime="transformersjs-webgpu", precision=each)
        plain = api.estimate("whisper-base", runtime="transformersjs-webgpu", precision=dtype)
        assert mapped.download == plain.download
        assert mapped.memory(Pool.PEAK) == plain.memory(Pool.PEAK)


def test_long_sounds_leave_memory_behind_on_the_gpu() -> None:
    """Issue 1739 of Transformers.js: Whisper small takes 8.1 GB after 300 s, 1.6 after loading."""
    given = api.estimate(
        "whisper-small",
        runtime="transformersjs-webgpu",
        precision=WHISPER,
        options={"audio": "300s"},
    )
    assert given.memory(Pool.GPU).likely == pytest.approx(8.1e9, rel=0.05)
    assert given.memory(Pool.GPU).low < 1.6e9  # where a fixed build frees it


def test_a_longer_sound_never_needs_less() -> None:
    """On either device, for a model that pads and for one that reads as much as it is given."""
    for model in ("whisper-base", "wav2vec2-base-960h"):
        for runtime in ("transformersjs-wasm", "transformersjs-webgpu"):
            peaks = [
                api.estimate(model, runtime=runtime, options={"audio": f"{seconds}s"})
                .memory(Pool.PEAK)
                .likely
                for seconds in (5, 30, 300)
            ]
            assert peaks == sorted(peaks)
            assert peaks[0] < peaks[-1]


REFUSED: tuple[tuple[str, str, str | None, dict[str, str], str], ...] = (
    ("llama-3.2-1b", "webllm", None, {"kv": "q8_0"}, "type for its cache"),
    ("llama-3.2-1b", "wllama-cpu", None, {"gpu_layers": "3"}, "layers on the GPU"),
    ("llama-3.2-1b", "wllama-cpu", None, {"audio": "3"}, "length of what it hears"),
    ("llama-3.2-1b", "transformersjs-webgpu", None, {"audio": "3"}, "does not hear$"),
    ("llama-3.2-1b", "wllama-cpu", "model=q4", {}, "precision for each session"),
)


@pytest.mark.parametrize(("model", "runtime", "precision", "options", "told"), REFUSED)
def test_what_a_runtime_does_not_offer(
    model: str, runtime: str, precision: str | None, options: dict[str, str], told: str
) -> None:
    """One sentence names the choice and who offers it."""
    with pytest.raises(UnsupportedCombination, match=told):
        api.estimate(model, runtime=runtime, precision=precision, options=options)


def test_heads_that_blocks_do_not_divide() -> None:
    """llama.cpp refuses a cache whose blocks do not divide a head; the wider types remain."""
    config = {**SHAPES["llama-30m"], "hidden_size": 240, "head_dim": 40}

    about = described(config, name="own")
    asked = Scenario(model="own", runtime="wllama-cpu", options=LoadOptions(kv="q8_0"))
    with pytest.raises(UnsupportedCombination, match=r"40 wide.*f16, f32"):
        answer(asked, read(), Device(), about)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kv", "q9"),
        ("gpu_layers", "0"),
        ("gpu_layers", "many"),
        ("parallel", "257"),
        ("projector", "yes"),
        ("audio", "0s"),
        ("audio", "90000s"),
        ("picture", "10"),
        ("picture", "0x10"),
        ("picture", "99999x1"),
    ],
)
def test_choices_that_say_nothing(name: str, text: str) -> None:
    """A sentence says what is accepted."""
    with pytest.raises(UnreadableChoice, match="accepted"):
        load_options.read({name: text})


@pytest.mark.parametrize(
    ("name", "last", "beyond"),
    [
        ("gpu_layers", "1000", "1001"),
        ("gpu_layers", "1", "0"),
        ("parallel", "256", "257"),
        ("parallel", "1", "0"),
        ("audio", "86400s", "86401s"),  # the seconds of a day
        ("audio", "1440m", "1441m"),
        ("picture", "16384x16384", "16384x16385"),
        ("picture", "16384x1", "16385x1"),
    ],
)
def test_what_the_sentence_accepts_is_read(name: str, last: str, beyond: str) -> None:
    """The last value that the refusal calls acceptable is read, and what lies beyond is not."""
    assert load_options.written(load_options.read({name: last}))[name]
    with pytest.raises(UnreadableChoice) as caught:
        load_options.read({name: beyond})
    told = str(caught.value).partition("accepted: ")[2]
    figures = {"audio": "at most a day"}.get(name) or max(last.split("x"), key=int)
    assert figures in told


def test_all_layers_and_all_slots() -> None:
    """`-ngl 999` is how llama.cpp's manuals say *all layers*; it has room for 256 sequences.

    LLAMA_MAX_SEQ of its src/llama-cparams.h, beyond which it refuses to load.
    """
    told = load_options.read({"gpu_layers": "999", "parallel": "256"})
    assert (told.gpu_layers, told.parallel) == (999, 256)


def test_unknown_sessions_and_dtypes() -> None:
    """A session that the model has not, or a dtype nobody exports, is named."""
    for precision in ("vision=q4", "decoder=q5", "decoder="):
        with pytest.raises(UnknownName):
            api.estimate("whisper-base", runtime="transformersjs-wasm", precision=precision)


def test_choices_are_read_as_they_are_written() -> None:
    """Every choice comes back from its text."""
    given = {"kv": "q5_1", "gpu_layers": "3", "parallel": "2", "projector": "off"}
    given |= {"audio": "61s", "picture": "640x480"}
    assert load_options.written(load_options.read(given)) == given
    assert load_options.read({"audio": "2m"}).audio == 120


def test_links_carry_choices() -> None:
    """A link keeps what is told of loading, and names what it cannot read."""
    link = "v=1&model=whisper-small&precision=encoder=fp32,decoder=q4&audio=300s&kv=q8_0"
    scenario = api.read_link(link.replace("encoder=fp32,decoder=q4", "encoder%3Dfp32,decoder%3Dq4"))
    assert (scenario.precision, scenario.options.audio) == (WHISPER, 300)
    assert api.read_link(api.write_link(scenario)) == scenario
    with pytest.raises(TabfitError, match="'kv' is 'q9'; accepted"):
        api.read_link("v=1&model=gemma-2b&kv=q9")


def test_names_of_files_tell_their_session() -> None:
    """The name of a session may end in what looks like a dtype, and has none in fp32."""
    told = session_precisions.session_of
    assert told("onnx/vision_encoder.onnx") == ("vision_encoder", "fp32")
    assert told("decoder_model_merged_quantized.onnx_data") == ("decoder_model_merged", "q8")
    assert told("tokenizer.json") is None


@pytest.mark.parametrize(
    ("device", "code"),
    [
        ({"browser": "chrome", "browser_version": 150, "platform": "windows"}, 2_917_925),
        ({"browser": "safari", "browser_version": 26, "platform": "macos"}, 4_910_085),
        ({"browser": "firefox", "browser_version": 140, "platform": "windows"}, 2_917_925),
    ],
)
def test_the_build_that_a_browser_gets(device: dict[str, Any], code: int) -> None:
    """Safari 26 lacks JSPI and takes wllama's other build; Firefox without it keeps the usual."""
    given = api.estimate("smollm2-360m", runtime="wllama-cpu", device=device)
    assert given.runtime_download.likely == code


def test_firefox_without_jspi_has_no_webgpu_in_wllama() -> None:
    """The package says so itself; Safari of the same age runs by the other build."""
    gpu = {"vendor": "intel", "shader_f16": True, "max_buffer_size": 2**31}
    named = {"firefox": (145, "windows"), "safari": (26, "macos")}
    outcomes = {}
    for browser, (version, platform) in named.items():
        device = {"browser": browser, "browser_version": version, "platform": platform}
        given = api.estimate(
            "smollm2-360m", runtime="wllama-webgpu", device={**device, "webgpu": gpu}
        )
        outcomes[browser] = next(c for c in given.checks if c.name == "jspi").outcome.value
    assert outcomes == {"firefox": "no", "safari": "likely"}
