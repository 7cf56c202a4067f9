"""Files as respondents send them: true ones, and ones that only look like it."""

from __future__ import annotations

import io
import wave
import zipfile

from PIL import Image
from PIL.PngImagePlugin import PngInfo

PLACE = b"52 deg 31 N"                # what must not stay in a picture
AUTHOR = "Li Lei"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 40


def picture(kind: str = "JPEG", size: tuple[int, int] = (24, 16), *, turned: int = 6) -> bytes:
    """Return a picture that says where it was taken, by whom, and which way up it is."""
    stream = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x013B] = AUTHOR
    exif.get_ifd(0x8825)[29] = PLACE.decode()
    options: dict[str, object] = {"exif": exif}
    if kind == "JPEG":
        options["comment"] = PLACE
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", PLACE.decode())
        options["pnginfo"] = info
    if kind == "WEBP":
        options["xmp"] = b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"
    image.save(stream, kind, **options)
    return stream.getvalue()


def recording() -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x80" * 80)
    return stream.getvalue()


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("a.txt", "a")
    return stream.getvalue()
