"""Other people's config.json -> Architecture; the only package that knows their key names."""

from willitfit.config.families import FAMILIES
from willitfit.config.read import read

__all__ = ["FAMILIES", "read"]
