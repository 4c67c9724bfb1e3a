"""ColPali and ColQwen 2: pages found by what can be seen on them.

In: keys of such a config. Out: a model that sees, and one narrow vector for
each token. Source: Faysse et al. 2024, arXiv:2407.01449.
"""

from __future__ import annotations

from tabfit.architectures.config_keys import Keys
from tabfit.architectures.family import Asked, Body, Ending, Family, Head
from tabfit.architectures.vision.patches.vision_encoders import part_body
from tabfit.light_dataclass import replace
from tabfit.model.architecture import Kind
from tabfit.model.blocks.block import placed
from tabfit.model.blocks.linear import linear
from tabfit.model.tensors import Part, Role


def seen_page(asked: Asked) -> Body:
    """Return the model that sees; it runs once over a page, so nothing is kept."""
    body = part_body(asked, "vlm_config", "vlm.")
    once = (
        replace(tower, layers=tuple(replace(layer, keeps=()) for layer in tower.layers))
        for tower in body.towers
    )
    return replace(body, kind=Kind.ENCODER, towers=tuple(once))


def _narrow(keys: Keys, body: Body) -> Ending:
    width = keys.whole("embedding_dim")
    layer = linear(body.hidden, width, Role.PROJECTION, bias=True)
    return Ending(placed("embedding_proj_layer", layer, Part.PROJECTOR), width)


FINDER = Family(seen_page, {"ForRetrieval": Head("", _narrow)})
FAMILIES = {"colpali": FINDER, "colqwen2": FINDER}
