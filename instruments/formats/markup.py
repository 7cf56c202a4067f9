"""HTML of another tool → plain text, and what was lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "head", "title", "iframe", "object", "noscript", "template"})
_BLOCKS = frozenset({
    "p", "div", "br", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "dl", "dt", "dd",
    "section", "article", "hr", "pre", "center",
})
_BARE = frozenset({"p", "br", "div", "span", "html", "body", "font", "center", "wbr"})     # they carry no meaning
_CELLS = frozenset({"td", "th"})
_MEDIA = frozenset({"img", "audio", "video", "source", "embed", "svg", "canvas"})
_LONGEST_ADDRESS = 200
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")


class _Reader(HTMLParser):
    """Collects words, and the names of the elements that said more than words can."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.lost: list[str] = []
        self._silent = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
            self._lose(tag)
        elif tag in _MEDIA:
            self._medium(tag, given)
        elif tag == "a":
            self._link = given.get("href", "")[:_LONGEST_ADDRESS]
        elif tag == "li":
            self.words.append("\n- ")
        elif tag in _BLOCKS:
            self.words.append("\n")
        elif tag in _CELLS:
            self.words.append(" ")
        if tag not in _BARE | _SILENT | _MEDIA:
            self._lose(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "a" and self._link:
            if self._link not in "".join(self.words[-2:]):
                self.words.append(f" ({self._link})")
            self._link = ""
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"\s+", " ", data))

    def _medium(self, tag: str, given: dict[str, str]) -> None:
        address = (given.get("src") or "")[:_LONGEST_ADDRESS]
        self._lose(f"{tag} {address}".strip())
        if alt := given.get("alt", "").strip():
            self.words.append(alt)

    def _lose(self, what: str) -> None:
        if what not in self.lost:
            self.lost.append(what)


def plain_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the words of an HTML text, and the names of the elements whose meaning was lost."""
    if "<" not in text:
        return _tidy(unescape(text)), ()
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return _tidy("".join(reader.words)), tuple(reader.lost)


def clean_line(text: str) -> str:
    """Return a text on one line, without control signs."""
    return " ".join(_CONTROLS.sub("", text).split())


def _tidy(text: str) -> str:
    """Return the text without control signs, idle spaces and more than one empty line in a row."""
    lines = _lines(_CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)^-\n+", "- ", "\n".join(lines))).strip()


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield re.sub(r"[ \t\u00a0\u2028\u2029\u0085]+", " ", line).strip()


def markdown_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the words of a Markdown text (headings, stress and links are lost), and what was lost."""
    lost: list[str] = []
    for pattern, replacement, what in _MARKDOWN:
        text, number = pattern.subn(replacement, text)
        if number:
            lost.append(what)
    words, elements = plain_text(text.replace("\n", "<br>\n") if "<" in text else text)
    return words, (*lost, *elements)


_MARKDOWN = (
    (re.compile(r"^#{1,6}[ \t]+", re.MULTILINE), "", "heading"),
    (re.compile(r"!\[([^\]\n]*)\]\(([^)\s]*)[^)\n]*\)"), r"\1", "image"),
    (re.compile(r"(?<!!)\[([^\]\n]+)\]\(([^)\s]+)[^)\n]*\)"), r"\1 (\2)", "link"),
    (re.compile(r"\*\*([^*\n]+)\*\*|__([^_\n]+)__"), r"\1\2", "bold"),
    (re.compile(r"(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])"), r"\1", "italic"),
    (re.compile(r"`([^`\n]+)`"), r"\1", "code"),
)
