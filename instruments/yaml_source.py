"""Bytes or text that a person wrote → a tree of mappings and lists that knows its line numbers.

Only the plain part of YAML is read: no tags, no anchors, no merge keys, no key twice. `yes`, `no`, `on`, `off`, dates
and numbers with colons stay text, because a questionnaire means the words.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from instruments.errors import FileFormatError, InstrumentError

MAX_BYTES = 2_000_000       # a questionnaire of 1,000 items in four languages has about 0.6 MB
MAX_DIGITS = 18             # a longer run of digits is a code, not a number
MAX_DEPTH = 40              # the deepest file of the catalogue has 9 levels
_HAN = re.compile("[\u4e00-\u9fff]")
_BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class _PlainLoader(_BASE):  # type: ignore[misc,valid-type]  # the C loader where it was built, else Python's
    """Resolves true, false, null and numbers; every other plain word is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML's own way to give a loader its own words


def _resolve(tag: str, pattern: str, first: str) -> None:
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_resolve("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
_resolve("int", r"^[-+]?[0-9]+$", "-+0123456789")
_resolve("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789")
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:~|null|Null|NULL|)$"), [*"~nN", ""])


class LocatedMapping(dict[str, Any]):
    """A mapping that remembers on which line it and its keys stand, and how its scalars were spelt."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.spelling: dict[str, str] = {}


class LocatedList(list[Any]):
    """A list that remembers on which line it and its entries stand, and how its scalars were spelt."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []
        self.spelling: list[str] = []


def decode(content: bytes, place: str) -> str:
    """Return the text of a file: UTF-8, UTF-16 with a mark, or GB18030; anything else is refused."""
    if len(content) > MAX_BYTES:
        raise FileFormatError(
            place, f"the file has {len(content):,} bytes.", f"At most {MAX_BYTES:,} bytes are read; split the file.")
    if not content.strip():
        raise FileFormatError(place, "the file is empty.", "Choose a file that holds a definition.")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode_as(content, encoding, place)
    if b"\x00" in content:
        raise FileFormatError(place, "this is not a text file.", "Choose a YAML text file saved as UTF-8.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_chinese(content, place)


def _decode_as(content: bytes, encoding: str, place: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileFormatError(
            place, f"byte {error.start} does not fit the encoding {encoding} that the file announces.",
            "Save the file as UTF-8.") from error


def _decode_chinese(content: bytes, place: str) -> str:
    # GB18030 reads nearly any bytes, so its result counts only when it holds Chinese and no private or control signs.
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if _HAN.search(text) and not re.search("[\x00-\x08\x0e-\x1f\ue000-\uf8ff]", text):
        return text
    raise FileFormatError(place, "the text is neither UTF-8 nor GB18030.", "Save the file as UTF-8.")


def read_file(path: Path, most: int = MAX_BYTES) -> bytes:
    """Return a file's bytes; a missing, unreadable or too large file is refused in words."""
    try:
        if path.stat().st_size > most:
            raise FileFormatError(
                path.name, f"the file has {path.stat().st_size:,} bytes.", f"At most {most:,} bytes are read.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InstrumentError(str(path), "there is no such file.", "Check the name and the folder.") from error
    except OSError as error:
        raise InstrumentError(
            str(path), f"the file cannot be read ({error.strerror}).", "Name a file that can be read.") from error


def parse_yaml(text: str, place: str) -> LocatedMapping:
    """Return the document as mappings and lists with lines; FileFormatError says where the text breaks the rules."""
    if not text.strip():
        raise FileFormatError(place, "the file is empty.", "Choose a file that holds a definition.")
    loader = None
    try:
        loader = _PlainLoader(text)
        document = _Builder(loader, place).document()
    except yaml.YAMLError as error:
        raise _format_error(error, text, place) from error
    finally:
        if loader is not None:
            loader.dispose()
    if not isinstance(document, LocatedMapping):
        raise FileFormatError(
            place, "the file does not hold a definition: its outermost level has no `name: value` lines.",
            "Choose a definition file in YAML; the README shows one.")
    return document


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Builder:
    """Builds the tree from the parser's events, so that depth is counted before anything recurses."""

    def __init__(self, loader: Any, place: str) -> None:
        self.loader, self.place = loader, place

    def document(self) -> Any:
        self.loader.get_event()         # the stream begins
        if not self.loader.check_event(yaml.DocumentStartEvent):
            return None
        self.loader.get_event()
        found = self._value(self.loader.get_event(), 0)
        self.loader.get_event()         # the document ends
        if self.loader.check_event(yaml.DocumentStartEvent):
            line = _line(self.loader.peek_event())
            raise FileFormatError(
                f"{self.place}, line {line}", "the file holds more than one document.", "Remove the line `---`.")
        return found

    def _here(self, event: Any) -> str:
        return f"{self.place}, line {_line(event)}"

    def _value(self, event: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise FileFormatError(
                self._here(event), f"more than {MAX_DEPTH} levels lie inside each other.", "Make the file flatter.")
        if isinstance(event, yaml.AliasEvent):
            raise FileFormatError(
                self._here(event), "an alias (*name) is used.",
                "Write the part out where it is needed; put text that begins with * in quotes.")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if event.tag is not None:
            raise self._tag_error(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        found = LocatedList(_line(event))
        while not isinstance(entry := self.loader.get_event(), yaml.SequenceEndEvent):
            found.append(self._value(entry, depth + 1))
            found.lines.append(_line(entry))
            found.spelling.append(entry.value if isinstance(entry, yaml.ScalarEvent) else "")
        return found

    def _mapping(self, start: Any, depth: int) -> LocatedMapping:
        found = LocatedMapping(_line(start))
        while not isinstance(key_event := self.loader.get_event(), yaml.MappingEndEvent):
            if not isinstance(key_event, yaml.ScalarEvent) or key_event.value == "<<":
                raise FileFormatError(
                    self._here(key_event), "a name before a colon is not a plain word.", "Write `name: value`.")
            key = str(key_event.value)
            if key in found:
                raise FileFormatError(
                    self._here(key_event), f"'{key}' is given twice; the first stands on line {found.lines[key]}.",
                    "Remove or rename one of the two.")
            event = self.loader.get_event()
            found[key] = self._value(event, depth + 1)
            found.lines[key] = _line(key_event)
            if isinstance(event, yaml.ScalarEvent):
                found.spelling[key] = str(event.value)
        return found

    def _tag_error(self, event: Any) -> FileFormatError:
        return FileFormatError(
            self._here(event), f"the tag {event.tag} is not read.",
            "Remove the word that begins with '!', or put the text in quotes.")

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None:
            raise self._tag_error(event)
        value = str(event.value)
        kind = self.loader.resolve(yaml.ScalarNode, value, event.implicit).rpartition(":")[2]
        if kind == "null":
            return None
        if kind == "bool":
            return value.lower() == "true"
        if kind == "int" and len(value) <= MAX_DIGITS:
            return int(value)
        return float(value) if kind == "float" else value


def _format_error(error: yaml.YAMLError, text: str, place: str) -> FileFormatError:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "the text is not YAML")
    where = f"{place}, line {mark.line + 1}, column {mark.column + 1}" if mark is not None else place
    if mark is not None and text.splitlines()[mark.line:][:1] and "\t" in text.splitlines()[mark.line].split("#")[0]:
        return FileFormatError(where, "a tab stands where YAML wants spaces.", "Indent with spaces only.")
    return FileFormatError(
        where, f"the text breaks the rules of YAML ({problem}).",
        "Check indentation, quotes and colons on this line and the one above; put text with ': ' or '#' in quotes.")
