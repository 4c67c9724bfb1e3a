"""The page on model types says what is true of the registry today."""

from tabfit.architectures import FAMILIES
from tabfit.architectures.refused_types import NOT_READ
from tools import model_types


def test_the_page_on_model_types_is_what_its_tool_writes() -> None:
    """A type added, or a count changed, shows in the documentation."""
    assert model_types.TARGET.read_text(encoding="utf-8") == model_types.text()


def test_a_type_that_is_not_read_is_never_said_to_be_checked() -> None:
    """What is refused says why, and what is read says on how many configs."""
    assert model_types.checked("mobilenet_v4").startswith("refused by name: its own code")
    assert model_types.checked("edgetam").startswith("refused by name: it sees with")
    assert model_types.checked("kimi_k2").startswith("read as deepseek_v3; every name")
    assert "8 drawn configs" in model_types.checked("grounding-dino")


def test_no_type_said_not_to_be_read_is_read() -> None:
    """The two lists do not overlap."""
    assert not [name for name in NOT_READ if name in FAMILIES]
