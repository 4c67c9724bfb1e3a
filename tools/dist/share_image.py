"""The picture that a shared link is shown with: a title, a few lines, the site's name."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from textwrap import wrap

from PIL import Image, ImageColor, ImageDraw, ImageFont

SIZE = (1200, 630)  # what Open Graph's readers crop to
EDGE = 80
GROUND, INK, QUIET, ACCENT = "#fbfaf6", "#1b1d22", "#5d5f68", "#3245c4"  # static/style/base.css
STEPS = 16  # of each ink, for the edges of letters
SITE = "Will it fit?"


def draw(title: str, lines: Sequence[str]) -> bytes:
    """Return a PNG of 1200 by 630, the same bytes for the same words.

    The font is the one Pillow carries, so a build needs no fonts of its machine.
    """
    picture = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 16, SIZE[1]), fill=ACCENT)
    bottom = _write(pen, title, top=EDGE, size=76, ink=INK, most=3)
    for line in lines:
        bottom = _write(pen, line, top=bottom + 28, size=40, ink=QUIET, most=3)
    _write(pen, SITE, top=SIZE[1] - EDGE - 36, size=36, ink=ACCENT, most=1)
    out = io.BytesIO()
    picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def _palette() -> Image.Image:
    """Return the colours a picture is kept in: each ink, by steps, from the ground up.

    A palette known beforehand costs a twentieth of one found for each picture.
    """
    ground = ImageColor.getrgb(GROUND)
    inks = [ImageColor.getrgb(ink) for ink in (INK, QUIET, ACCENT)]
    colours = [
        round(start + (end - start) * step / (STEPS - 1))
        for ink in inks
        for step in range(STEPS)
        for start, end in zip(ground[:3], ink[:3], strict=True)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette


def _write(pen: ImageDraw.ImageDraw, text: str, *, top: int, size: int, ink: str, most: int) -> int:
    """Write `text` in at most so many lines; return where the last one ends."""
    font = ImageFont.load_default(size)
    across = SIZE[0] - 2 * EDGE
    lines = wrap(text, width=max(1, int(across / (size * 0.5))))
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(".,;") + " …"]
    for line in lines:
        pen.text((EDGE, top), line, font=font, fill=ink)
        top += round(size * 1.25)
    return top
