"""The picture that a shared link is shown with: a title, a few lines, the site's name."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from textwrap import wrap

from PIL import Image, ImageColor, ImageDraw, ImageFont

SIZE = (1200, 630)  # what Open Graph's readers crop to
EDGE = 80
GROUND, INK, QUIET, ACCENT = "#fbfaf6", "#1b1d22", "#5d5f68", "#3245c4"  # static/base.css
#: The words of a verdict and their colours, as `static/base.css` has them in the light.
OUTCOMES = {
    "likely": "#12703f",
    "may": "#8f5300",
    "unlikely": "#b3421a",
    "no": "#b3202c",
    "cannot tell": "#4d5b78",
    "no browser yet": "#4d5b78",
}
TITLE, SMALLEST = 76, 20
GAP = 28  # between what is written
STEPS = 16  # of each ink, for the edges of letters
SITE = "Will it fit?"


def draw(title: str, lines: Sequence[str], colours: Sequence[str] = (ACCENT,)) -> bytes:
    """Return a PNG of 1200 by 630, the same bytes for the same words.

    `colours` are the verdicts', from top to bottom along the edge. The font is the one
    Pillow carries, so a build needs no fonts of its machine.
    """
    picture = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(picture)
    for at, colour in enumerate(colours):
        top, end = (round(SIZE[1] * each / len(colours)) for each in (at, at + 1))
        pen.rectangle((0, top, 24, end), fill=colour)
    name = SIZE[1] - EDGE - 36  # where the site's name begins
    bottom = write(pen, title, top=EDGE, size=TITLE, ink=INK, end=EDGE + 3 * _height(TITLE))
    for line in lines:
        bottom = write(pen, line, top=bottom + GAP, size=40, ink=QUIET, end=name - GAP)
    write(pen, SITE, top=name, size=36, ink=ACCENT, end=SIZE[1])
    out = io.BytesIO()
    picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def colours(description: str) -> tuple[str, ...]:
    """Return the colours of the verdicts that a description ends with: "... iPhone 13: may; ...".

    >>> colours("1.35 GB to download. iPhone 13: unlikely; Laptop, 8 GB: likely.")
    ('#b3421a', '#12703f')
    """
    said = (part.rstrip(".").rpartition(": ")[2] for part in description.split("; "))
    return tuple(OUTCOMES[word] for word in said if word in OUTCOMES) or (ACCENT,)


@cache
def _palette() -> Image.Image:
    """Return the colours a picture is kept in: each ink, by steps, from the ground up.

    A palette known beforehand costs a twentieth of one found for each picture.
    """
    ground = ImageColor.getrgb(GROUND)
    every = dict.fromkeys((INK, QUIET, ACCENT, *OUTCOMES.values()))
    inks = [ImageColor.getrgb(ink) for ink in every]
    colours = [
        round(start + (end - start) * step / (STEPS - 1))
        for ink in inks
        for step in range(STEPS)
        for start, end in zip(ground[:3], ink[:3], strict=True)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette


def write(pen: ImageDraw.ImageDraw, text: str, *, top: int, size: int, ink: str, end: int) -> int:
    """Write `text` from `top`, in smaller letters where it would pass `end`.

    Returns where its last line ends, in pixels from the top.
    """
    lines = _wrapped(text, size)
    while top + len(lines) * _height(size) > end and size > SMALLEST:  # whole sentences
        size -= 2
        lines = _wrapped(text, size)
    font = ImageFont.load_default(size)
    for line in lines:
        pen.text((EDGE, top), line, font=font, fill=ink)
        top += _height(size)
    return top


def _wrapped(text: str, size: int) -> list[str]:
    return wrap(text, width=max(1, int((SIZE[0] - 2 * EDGE) / (size * 0.5))))


def _height(size: int) -> int:
    return round(size * 1.25)
