"""Languages of an XLSForm, which are named in its column headers, and of our model, which has codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from instruments.formats.loss import LossLog
from instruments.languages import NAMES
from instruments.schema import Text

DEFAULT = "default"     # pyxform's word where a form names no language
FALLBACK_CODE = "en"
_HAN = re.compile("[\u4e00-\u9fff]")
_OTHER_NAMES: Mapping[str, str] = {
    "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt", "dutch": "nl",
    "chinese": "zh", "simplified chinese": "zh", "简体中文": "zh", "traditional chinese": "zh-hant", "arabic": "ar",
    "russian": "ru", "swahili": "sw", "kiswahili": "sw", "hindi": "hi", "amharic": "am", "japanese": "ja",
    "korean": "ko", "polish": "pl", "vietnamese": "vi", "turkish": "tr", "swedish": "sv", "lithuanian": "lt",
}
_BY_NAME = {name.lower(): code for code, name in NAMES.items()} | dict(_OTHER_NAMES)


def column_name(code: str) -> str:
    """Return the language as an XLSForm column names it, e.g. `English (en)`."""
    return f"{NAMES.get(code.lower(), code)} ({code})"


class Languages:
    """The languages of one form: its names, our codes, and texts turned from one to the other."""

    def __init__(self, form: Mapping[str, Any], log: LossLog) -> None:
        self.default = str(form.get("default_language") or DEFAULT)
        self._log = log
        names = dict.fromkeys(self._names(form))
        if self.default in names:
            names = {self.default: None, **names}
        self._codes: dict[str, str] = {}
        for name in names or {self.default: None}:
            code = self._code(name, form)
            # Texts without a language join the named language that they are taken as.
            while name != DEFAULT and code in [self._codes[other] for other in self._codes if other != DEFAULT]:
                code += "-x"
            self._codes[name] = code
        self._filled: dict[str, int] = {}

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._codes.values()))

    def _names(self, node: Mapping[str, Any]) -> Iterator[str]:
        for key in ("label", "hint"):
            value = node.get(key)
            if isinstance(value, Mapping):
                yield from value
            elif value:
                yield self.default
        for child in (*node.get("children", ()), *_plain_choices(node)):
            if isinstance(child, Mapping):
                yield from self._names(child)

    def _code(self, name: str, form: Mapping[str, Any]) -> str:
        in_brackets = re.search(r"\(([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)\)\s*$", name)
        if in_brackets:
            return in_brackets.group(1)
        twice = re.fullmatch(r"(\S+) \(\1\)", name)      # a code that has no name, as `column_name` writes it
        if twice:
            return twice.group(1)
        if re.fullmatch(r"[A-Za-z]{2}(?:-[A-Za-z]{2,4})?", name):
            return name[:2].lower() + name[2:]
        if name != DEFAULT:
            found = _BY_NAME.get(name.strip().lower())
            return found or re.sub(r"\W+", "-", name.strip().lower())[:20].strip("-") or FALLBACK_CODE
        guess = "zh" if _HAN.search(str(form.get("children"))) else FALLBACK_CODE
        self._log.add("languages", "texts of the form name no language", f"taken as '{guess}'")
        return guess

    def text(self, value: Any) -> Text:
        """Return a label of the form in every language; a missing translation is filled from one that is there."""
        raw = value if isinstance(value, Mapping) else {self.default: value} if value else {}
        named_last = sorted(raw.items(), key=lambda pair: pair[0] != DEFAULT)
        given = {self._codes[name]: str(text).strip() for name, text in named_last
                 if name in self._codes and text and str(text).strip()}
        if not given:
            return {}
        first = next(given[code] for code in self.codes if code in given)
        for code in self.codes:
            if code not in given:
                self._filled[code] = self._filled.get(code, 0) + 1
        return {code: given.get(code, first) for code in self.codes}

    def same(self, text: str) -> Text:
        """Return one text for every language."""
        return dict.fromkeys(self.codes, text)

    def note_missing(self) -> None:
        """Report how many texts of each language were missing."""
        for code, number in self._filled.items():
            self._log.add(f"language {code}", f"{number} text(s) have no translation", "the first language stands in")


def _plain_choices(node: Mapping[str, Any]) -> list[Any]:
    choices = node.get("choices", ())
    return list(choices) if isinstance(choices, list) else []
