"""A link as a QR code, so that a laptop's answer opens on a phone."""

from __future__ import annotations

import io


def picture(text: str) -> str:
    """Return `text` as a QR code: one SVG element that scales with its box.

    segno is imported here, since the page installs it when a code is first asked for.
    """
    import segno  # noqa: PLC0415

    out = io.BytesIO()
    code = segno.make_qr(text, error="m")
    code.save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, light="#fff")
    return out.getvalue().decode()
