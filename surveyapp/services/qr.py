"""QR codes of links: as SVG for print and pages, as PNG for chats and slides."""

from __future__ import annotations

from io import BytesIO
from typing import Any

QUIET_ZONE = 4          # modules of white around the code, as the standard asks
PNG_SCALE = 12          # pixels a module: about 500 pixels for a link, sharp on a poster


def qr_svg(text: str) -> str:
    """Return the code as an SVG that scales to whatever holds it."""
    stream = BytesIO()
    _code(text).save(stream, kind="svg", border=QUIET_ZONE, xmldecl=False, svgns=True, omitsize=True, nl=False,
                     light="#fff")
    return stream.getvalue().decode()


def qr_png(text: str) -> bytes:
    """Return the code as a PNG."""
    stream = BytesIO()
    _code(text).save(stream, kind="png", border=QUIET_ZONE, scale=PNG_SCALE)
    return stream.getvalue()


def _code(text: str) -> Any:
    import segno  # few requests need it

    return segno.make(text, error="m", micro=False)
