"""What people read first: the plain sentence, the band that fades, names in order, a picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from PIL import Image, ImageDraw

from app.components import labels
from app.components.charts import budget_band
from app.components.forms import question_form
from app.components.verdict.plain_sentence import plain_sentence
from tabfit.catalog import Catalog
from tabfit.devices.budgets import Pool
from tabfit.devices.device import Device, read
from tabfit.devices.history import Trial
from tabfit.estimate import answers
from tabfit.estimate.scenario import Scenario
from tabfit.i18n import language
from tabfit.i18n.language import whole_sentence
from tabfit.light_dataclass import replace
from tabfit.units import Interval, exactly
from tabfit.verdict import chance_text
from tools.dist.pages import share_image

HAVE = Interval(1_000_000_000, 2_000_000_000, 4_000_000_000)


@pytest.mark.parametrize(
    ("device", "begins"),
    [
        ("pixel-8", "Android decides how much one tab may use: this model needs "),
        ("iphone-13", "iOS decides how much one tab may use: this model needs "),
        ("laptop-8gb-integrated", "This model needs "),
    ],
)
def test_memory_is_said_plainly(device: str, begins: str) -> None:
    """Where memory decides, the sentence has the need, what is there, and no limit's name."""
    large = Scenario(model="llama-3.1-8b", runtime="webllm", precision="q4f16_1", device=device)
    given = answers.answer(large, Catalog(), Device())
    said = plain_sentence(given)

    assert given.verdict.because == "memory"
    assert said.startswith(begins)
    assert len(re.findall(r"\d [GM]B", said)) == 2
    assert "tensor" not in said
    assert "binding" not in said


def test_no_first_sentence_speaks_of_buffers() -> None:
    """Where a limit that nobody told decides, or one that is only advised, it is said plainly."""
    asked = Scenario(model="llama-3.2-1b", runtime="webllm")
    untold = answers.answer(asked, Catalog(), read(Catalog().device("pixel-8-pro").device))
    small = {"max_buffer_size": 2**28, "max_storage_buffer_binding_size": 2**28}
    phone = read({"platform": "android", "ram_bytes": 12 * 2**30, "webgpu": small})
    told = answers.answer(asked, Catalog(), phone)

    assert untold.verdict.because == told.verdict.because == "advised-buffer"
    assert plain_sentence(untold).startswith("Whether the browser and graphics of such a device")
    assert "one piece of 1.07 GB is more than the graphics take" in plain_sentence(told)


@pytest.mark.parametrize(("runtime", "said"), [("webllm", True), ("wllama-cpu", False)])
@pytest.mark.parametrize("asked", [{}, {"browser": "firefox", "browser_version": 115}])
def test_an_address_that_is_not_secure_is_the_first_thing_said(
    runtime: str, *, said: bool, asked: dict[str, object]
) -> None:
    """What runs on graphics fails of the address, whatever else the browser lacks."""
    laptop = {"platform": "windows", "browser": "chrome", "ram_bytes": 2**34, **asked}
    device = read({**laptop, "secure_context": False})
    given = answers.answer(Scenario(model="smollm2-135m", runtime=runtime), Catalog(), device)

    assert plain_sentence(given).startswith("This address is not secure, and ") is said
    assert "not secure" not in plain_sentence(
        answers.answer(given.scenario, Catalog(), replace(device, secure_context=True))
    )


def test_a_block_of_memory_is_said_plainly() -> None:
    """Where one block decides, so says the sentence, and after it what was tried there."""
    phone = read(Catalog().device("pixel-8").device)
    ran = Trial(ran=True, needs={Pool.WASM: exactly(600_000_000)})
    asked = Scenario(model="gemma-2b", runtime="wllama-cpu", precision="q4_0")
    given = answers.answer(asked, Catalog(), phone)
    again = answers.answer(asked, Catalog(), replace(phone, history=(ran,)))

    assert given.verdict.because == again.verdict.because == "wasm-memory"
    assert plain_sentence(given).startswith("This way to run it needs 1.70 GB in one block of ")
    assert plain_sentence(again).endswith("600 MB ran here.")


def test_ends_far_apart_are_said_as_the_most_there_is() -> None:
    """*0.02–4.3 GB* tells nobody anything: some get the most, others far less."""
    phone = read({"platform": "android", "browser": "chrome", "ram_bytes": 6 * 2**30})
    asked = Scenario(model="qwen2.5-0.5b", runtime="wllama-cpu", precision="q4_k_m")
    given = answers.answer(asked, Catalog(), phone)

    assert given.verdict.because == "wasm-memory"
    assert "allow some pages a block of up to 4.29 GB, and others far less" in plain_sentence(given)


def test_the_band_fades_by_its_chance() -> None:
    """From what surely is there to what surely is not, each piece is less likely than the last."""
    found = list(budget_band.pieces(HAVE, 6_000_000_000))

    assert all(before.unlikely <= after.unlikely for before, after in pairwise(found))
    assert all(before.end == pytest.approx(after.start) for before, after in pairwise(found))
    assert found[0].unlikely < 0.2
    assert found[-1].unlikely == 1
    middle = next(each for each in found if each.start <= HAVE.likely < each.end)
    assert middle.unlikely == pytest.approx(0.5, abs=0.15)


def test_the_band_is_cut_where_the_axis_ends() -> None:
    """What lies beyond the axis is not drawn, and an arrow says that there is more."""
    assert all(each.end <= 3_000_000_000 for each in budget_band.pieces(HAVE, 3_000_000_000))
    assert budget_band.cut(HAVE, 3_000_000_000)
    assert not budget_band.cut(HAVE, 6_000_000_000)


def test_devices_are_in_the_order_of_their_numbers() -> None:
    """A phone with 4 GB stands before one with 12 GB."""
    phones = dict(question_form.device_groups(Catalog()))["Any phone"]
    sizes = [
        int(found[1]) for row in phones if (found := re.search(r"^Android phone, (\d+)", row.name))
    ]

    assert sizes == sorted(sizes)
    assert len(sizes) > 2


def test_a_shared_picture_has_the_verdicts_colours() -> None:
    """The edge shows each verdict of the description, the first on top."""
    said = "Gemma 2B: 1.35 GB to download. iPhone 13: unlikely; Laptop, 8 GB: likely."

    assert share_image.colours(said) == tuple(
        share_image.OUTCOMES[word] for word in ("unlikely", "likely")
    )


def test_a_shared_picture_ends_above_the_site_s_name() -> None:
    """Long descriptions are written smaller, whole: no line runs into the name below."""
    pen = ImageDraw.Draw(Image.new("RGB", share_image.SIZE))
    title = "Will BERT multilingual uncased, five stars of sentiment fit?"
    said = "168–171 MB to download. Google Pixel 8 Pro: no browser yet; Laptop, 8 GB: likely. "
    below = share_image.write(pen, title, top=80, size=76, ink="#000000", end=365)
    for times in (1, 2, 3):
        end = share_image.write(pen, said * times, top=below + 28, size=40, ink="#000000", end=486)
        assert below < end <= 486


@pytest.mark.parametrize(
    ("ends", "said"),
    [((1_101, 1_120, 1_139), "1.1 GB"), ((1_100, 1_150, 1_240), "1.1–1.2 GB")],
)
def test_ends_that_read_alike_are_one_figure(ends: tuple[int, int, int], said: str) -> None:
    """*1.1 GB*, and never *1.1–1.1 GB*."""
    assert labels.between(Interval(*(each * 10**6 for each in ends))) == said


#: Words that a reader of each language stumbled over once, as they are to be said.
SETTLED = {
    "de": {"Runtime": "Runtime", "assumed": "angenommen", "Verdict": "Urteil"},
    "ru": {"Runtime": "Среда", "assumed": "предполагается", "Verdict": "Вердикт"},
    "bg": {"Runtime": "Среда", "assumed": "прието", "Verdict": "Оценка"},
    "th": {"Runtime": "รันไทม์", "assumed": "สมมุติ", "Verdict": "คำตัดสิน"},
}


@pytest.fixture
def speaking() -> Iterator[Callable[[str], str]]:
    """Yield what says everything in a language from then on, English again afterwards."""
    yield language.use
    language.use(language.ENGLISH)


@pytest.mark.parametrize("code", SETTLED)
def test_words_of_the_interface(code: str, speaking: Callable[[str], str]) -> None:
    """The words settled for a language are used, and names of tasks and of *ideal* are in it."""
    english = {name for _task, name in question_form.tasks(Catalog().models)}
    ideal = Catalog().runtime("ideal").short
    worded = [each for each in Catalog().runtimes if " on " in each.name]
    assert len(worded) == 4
    speaking(code)
    assert all(each.title != each.name for each in worded)
    about = Scenario(model="llama-3.2-1b", runtime="wllama-webgpu", device="pixel-8")
    given = answers.answer(about, Catalog(), Device())
    assert not any(re.search("on (the processor|WebGPU)", each.message) for each in given.checks)
    tasks = {name for _task, name in question_form.tasks(Catalog().models)}

    assert {word: language._(word) for word in SETTLED[code]} == SETTLED[code]
    assert english & tasks <= {"Embeddings"}  # German says so too
    assert ideal == "no overhead at all" != Catalog().runtime("ideal").short


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_chances_end_in_bounds(code: str, speaking: Callable[[str], str]) -> None:
    """Below 3 and above 97 in 100 a chance is a bound, in every language; between them to five."""
    speaking(code)
    said = [chance_text.said(each) for each in (0.01, 0.031, 0.52, 0.969, 0.99)]
    numbers = [re.findall(r"\d+", each)[0] for each in said]
    shapes = [re.sub(r"\d+", "#", each) for each in said]

    assert numbers == ["3", "5", "50", "95", "97"]
    assert shapes[1] == shapes[2] == shapes[3]
    assert len({*shapes}) == len({chance_text.phrase(each) for each in (0.01, 0.5, 0.99)}) == 3


def test_a_precision_is_written_as_its_files_are() -> None:
    """*q4f16* wherever it stands, at the beginning of a sentence too."""
    given = answers.answer(Scenario(model="llama-3.2-1b", precision="q4f16"), Catalog(), Device())
    said = [whole_sentence(each.message) for each in given.checks]

    assert any(each.startswith("q4f16 ") for each in said)
    assert not any("Q4f16" in each for each in said)
