"""Bytes of a text file → normalised text, with the encoding that was found."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from surveyapp.errors import BadInput

LARGEST_FILE = 20_000_000           # bytes; an hour of speech is about 60 kB
LONGEST_TEXT = 5_000_000            # code points
CONTROL_SHARE = 0.002               # more control characters than this, and it is no text
NUL_SHARE = 0.001                   # a stray NUL is dropped; many mean that the file is no text
# The languages of the product are English and Chinese; more guesses would only make short files ambiguous.
GUESSED = ["gb18030", "big5", "big5hkscs", "cp1252"]
# The commonest signs of Chinese, in both scripts: about a fifth of any text. The detector gives up on four-byte signs.
COMMON_SIGNS = frozenset(
    "的一是不了在人有我他这個个們们中來来上大為为和国國地到以说說时時要就出会會可也你对對生能而子那得于於着下自之年過过發发后後作里用道行所"
    "然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分還还進进好小部其些主样樣理心本前开開但因只从從想实實，。？：、")
COMMON_SHARE = 0.1
EXPECTED_SIGNS = re.compile("[\t\n\r -~\u2010-\u203f\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef\U0001f000-\U0003ffff]")
EXPECTED_SHARE = 0.95
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
NAMES = {"gb18030": "GB18030", "big5": "Big5", "big5hkscs": "Big5-HKSCS", "cp1252": "Windows-1252", "utf-8": "UTF-8",
         "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
ENCODINGS = ("utf-8", "gb18030", "big5", "big5hkscs", "utf-16", "cp1252")      # what a person may choose from
_LINE_ENDS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\ufeff": None, "\x00": None})


@dataclass(frozen=True)
class DecodedText:
    """Normalised text and how the bytes were read; `is_guess` asks the reader to look at it."""

    text: str
    encoding: str
    is_guess: bool = False


def decode_text(content: bytes, place: str, encoding: str | None = None) -> DecodedText:
    """Return the text of the bytes; BadInput names the file where they are no text."""
    if encoding is not None:
        check_size(content, place)
        return _decode_as(content, place, encoding)
    return _checked(decode_as_filed(content, place), place)


def decode_as_filed(content: bytes, place: str) -> DecodedText:
    """Return the text with the line ends and signs the file has, for offsets that count them, without its mark."""
    check_size(content, place)
    found = _by_bom(content) or _by_utf8(content) or _by_nuls(content) or _by_guess(content)
    if found is None:
        raise BadInput("{place}: the encoding cannot be made out.",
                       "Save the file as UTF-8 text, or choose its encoding by hand.", place=place)
    return found


def check_size(content: bytes, place: str) -> None:
    """Refuse an empty file and one that is larger than any transcript."""
    if not content.strip():
        raise BadInput("{place}: the file is empty.", "Choose the file that holds the transcript.", place=place)
    if len(content) > LARGEST_FILE:
        raise BadInput("{place}: the file has {n} MB.", "A transcript has at most {most} MB: split it.", place=place,
                       n=len(content) // 1_000_000, most=LARGEST_FILE // 1_000_000)


def normalise(text: str) -> str:
    """Return the text with LF line ends, without byte-order marks and NULs; composition is left as it is."""
    return text.replace("\r\n", "\n").translate(_LINE_ENDS)


def is_chinese(text: str) -> bool:
    """Return whether the text is written in Chinese signs, which a file does not say of itself."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _decode_as(content: bytes, place: str, encoding: str) -> DecodedText:
    try:
        text = content.decode(encoding)
    except LookupError:
        raise BadInput("There is no encoding {name}.", "Choose one of: {known}.", name=repr(encoding),
                       known=", ".join(ENCODINGS)) from None
    except UnicodeDecodeError as error:
        raise BadInput("{place}: byte {n} is not valid in {name}.",
                       "Choose another encoding, or let it be detected.", place=place, n=error.start + 1,
                       name=encoding) from None
    return _checked(DecodedText(text, NAMES.get(encoding, encoding)), place)


def _by_bom(content: bytes) -> DecodedText | None:
    for mark, codec, name in BOMS:
        if content.startswith(mark):
            try:
                return DecodedText(content.decode(codec), name)
            except UnicodeDecodeError:
                return None
    return None


def _by_utf8(content: bytes) -> DecodedText | None:
    try:
        return DecodedText(content.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        return None


def _by_nuls(content: bytes) -> DecodedText | None:
    """UTF-16 without a mark: line breaks and Latin letters leave NULs on one side of each pair."""
    if len(content) % 2 or b"\x00" not in content:
        return None
    codec = "utf-16-le" if content[1::2].count(0) >= content[0::2].count(0) else "utf-16-be"
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return None
    # Any even number of bytes decodes as UTF-16; only a text is made of Latin and Chinese signs.
    is_text = len(EXPECTED_SIGNS.findall(text)) >= EXPECTED_SHARE * len(text)
    return DecodedText(text, NAMES[codec], is_guess=True) if is_text else None


def _by_guess(content: bytes) -> DecodedText | None:
    best = from_bytes(content, cp_isolation=GUESSED).best()
    if best is None:
        return _by_common_signs(content)
    # The detector works on samples of a long file; only decoding all of it shows that the guess holds.
    try:
        return DecodedText(content.decode(best.encoding), NAMES.get(best.encoding, best.encoding), is_guess=True)
    except UnicodeDecodeError:
        return None


def _by_common_signs(content: bytes) -> DecodedText | None:
    """The Chinese encoding in which the text has the most common signs, if there are enough of them."""
    best: tuple[float, DecodedText] | None = None
    for codec in ("gb18030", "big5hkscs"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        n_wide = sum(1 for sign in text if sign > "\x7f")
        share = sum(1 for sign in text if sign in COMMON_SIGNS) / max(n_wide, 1)
        if share >= COMMON_SHARE and (best is None or share > best[0]):
            best = (share, DecodedText(text, NAMES[codec], is_guess=True))
    return best[1] if best else None


def _checked(found: DecodedText, place: str) -> DecodedText:
    """Refuse what decodes but is no text, and what is longer than a transcript can be."""
    n_nul = found.text.count("\x00")
    controls = sum(1 for sign in found.text if sign < " " and sign not in "\t\n\r\f\v\x00")
    if n_nul > NUL_SHARE * len(found.text) or controls > CONTROL_SHARE * len(found.text):
        raise BadInput("{place}: this is not a text file.",
                       "Save the transcript as txt, md, docx, odt, rtf, pdf, srt or vtt.", place=place)
    text = normalise(found.text)
    if not text.strip():
        raise BadInput("{place}: the file is empty.", "Choose the file that holds the transcript.", place=place)
    if len(text) > LONGEST_TEXT:
        raise BadInput("{place}: the text has {n} characters.", "A transcript has at most {most}: split it.",
                       place=place, n=len(text), most=LONGEST_TEXT)
    return DecodedText(text, found.encoding, found.is_guess)
