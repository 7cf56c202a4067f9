"""Cut the report's fonts from the published families; needs fontTools only.

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3 @expo-google-fonts/source-sans-3@0.4.1
    python reports/fonts/cut.py FOLDER_WITH_UNPACKED_PACKAGES reports/fonts

The cut families carry names of their own, because the licence reserves "Source" for unmodified files. One file per
family and weight, uncompressed: several files under one name draw wrong glyphs, and WOFF2 is decoded anew for every
report. `SHA256SUMS` is written beside the fonts and checked by a test.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

# Latin, Greek, punctuation, currency, letter-like signs, arrows, mathematics, shapes.
SIGNS = ((0x20, 0x7E), (0xA0, 0x24F), (0x2C6, 0x2DD), (0x370, 0x3FF), (0x2000, 0x206F), (0x2070, 0x209F),
         (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF),
         (0x25A0, 0x25FF), (0x2713, 0x2717), (0x3000, 0x303F), (0xFF00, 0xFFEF))
CUTS = (
    ("noto-sans-sc", "NotoSansSC_400Regular.ttf", "Report Sans SC", 400, "gbk"),
    ("noto-sans-sc", "NotoSansSC_700Bold.ttf", "Report Sans SC", 700, "gb2312"),
    ("source-sans-3", "SourceSans3_400Regular.ttf", "Report Sans", 400, ""),
    ("source-sans-3", "SourceSans3_600SemiBold.ttf", "Report Sans", 600, ""),
    ("source-sans-3", "SourceSans3_700Bold.ttf", "Report Sans", 700, ""),
)
WEIGHT_WORDS = {400: "Regular", 600: "SemiBold", 700: "Bold"}


def characters_of(codec: str) -> Iterator[int]:
    """Return the code points a two-byte codec knows."""
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                text = bytes((lead, trail)).decode(codec)
            except UnicodeDecodeError:
                continue
            yield from map(ord, text)


def cut(source: Path, family: str, weight: int, codec: str, target: Path) -> Path:
    """Write the cut font and return its path."""
    wanted = {point for low, high in SIGNS for point in range(low, high + 1)}
    if codec:
        wanted.update(characters_of(codec))
    options = Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    rename(font, family, weight)
    path = target / f"{family.replace(' ', '')}-{weight}.ttf"
    font.save(path)
    return path


def rename(font: TTFont, family: str, weight: int) -> None:
    """Give the cut its own family name, and its weight."""
    word = WEIGHT_WORDS[weight]
    names = {1: family, 2: word, 3: f"{family} {word} cut", 4: f"{family} {word}",
             6: f"{family.replace(' ', '')}-{word}"}
    table = font["name"]
    for record in list(table.names):
        if record.nameID in names:
            record.string = names[record.nameID]
        elif record.nameID in (16, 17, 21, 22, 25):
            table.removeNames(nameID=record.nameID)
    font["OS/2"].usWeightClass = weight


def main(packages: Path, target: Path) -> None:
    """Cut all fonts and write their hashes."""
    lines = []
    for package, name, family, weight, codec in CUTS:
        found = sorted(path for path in packages.rglob(name) if package in str(path))
        path = cut(found[0], family, weight, codec, target)
        lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")
    (target / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
