"""Other people's config.json -> Architecture; the only package that knows their key names."""

from tabfit.architectures.build import read
from tabfit.architectures.registry import FAMILIES

__all__ = ["FAMILIES", "read"]
