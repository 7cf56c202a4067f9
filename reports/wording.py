"""The fixed list of phrases a report may use, in each language, and the phrases it may never use."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from instruments.template import StudyTemplate
from reports.content import Statement
from reports.numbers import day, month, printed
from reports.own_words import own_words, spoken

FOLDER = Path(__file__).parent / "phrases"
LANGUAGES = ("en", "zh")


class PhraseMissing(KeyError):
    """A phrase is asked for that the catalogue does not hold."""

    def __init__(self, key: str, language: str) -> None:
        super().__init__(f"phrases/{language}: no phrase {key!r}. Add it in every language.")


PAIR = 2                    # names that a comma keeps apart, though one holds an "and" of its own
LABEL = 16                  # signs of a Chinese name in a list; what is longer is part of a sentence
_IN_SENTENCE = re.compile(r"[，；：（）\d]")
_ADDRESS = re.compile(r"doi|://", re.IGNORECASE)
_TYPED = ((re.compile(r"(?<=\d)-(?=\d)"), "–"), (re.compile(r" - (?=\d)"), " − "), (re.compile(r" - "), " – "),
          (re.compile(r"(?<=[\d)]) x (?=[\d(])"), " × "),
          (re.compile(r'"([^"]+)"'), "“\\1”"))


def typeset(text: str, language: str = "en") -> str:
    """Return a template's wording with the signs of print for those of a keyboard; an address stays as it is.

    Quotation marks are left alone in Chinese, whose fonts draw them too wide for a title in another language.
    """
    if _ADDRESS.search(text):
        return text
    for pattern, sign in _TYPED if language == "en" else _TYPED[:-1]:
        text = pattern.sub(sign, text)
    return text


class _Formatter(string.Formatter):
    """Reads `{value:style}`; `{n:one thing|# things}` chooses the plural: # is the number, ~ its word, @ that capital.

    `{n:nobody|one|# people}` has words for none of its own.
    """

    def __init__(self, language: str, phrases: Mapping[str, str]) -> None:
        self.language, self.phrases = language, phrases

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            *none, singular, plural = format_spec.split("|")
            word = self.phrases.get(f"count.{value}", printed(value, "count"))
            chosen = none[0] if none and value == 0 else singular if value == 1 else plural
            return chosen.replace("#", printed(value, "count")).replace("~", word).replace(
                "@", word[:1].upper() + word[1:])
        if format_spec in ("day", "month"):
            return (day if format_spec == "day" else month)(str(value), self.language)
        if format_spec:
            return printed(value, format_spec, self.language)
        return str(value)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return every phrase of a language by its dotted key."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        for table, phrases in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.update({f"{table}.{key}": text for key, text in phrases.items()})
    return found


@cache
def _spoken_catalogue(language: str, own: tuple[tuple[str, tuple[str, str]], ...]) -> Mapping[str, str]:
    phrases = catalogue(language)
    return {key: spoken(text, language, dict(own)) for key, text in phrases.items()} if own else phrases


class Words:
    """The phrase list of one language; a study may have words of its own for those it serves and for its staff."""

    def __init__(self, language: str, template: StudyTemplate | None = None) -> None:
        self.language = language
        self._own = own_words(template, language) if template else {}
        self._phrases = _spoken_catalogue(language, tuple(sorted(self._own.items())))
        self._formatter = _Formatter(language, self._phrases)

    def text(self, key: str, /, **values: Any) -> str:
        """Return the phrase with its values in."""
        if key not in self._phrases:
            raise PhraseMissing(key, self.language)
        return self._formatter.vformat(self._whole(key, values) or self._phrases[key], (), values)

    def _whole(self, key: str, values: Mapping[str, Any]) -> str:
        """Return how the phrase is told where the part it names is the whole; "" where it is not, or is one."""
        condition, _, text = self._phrases.get(f"all_of.{key}", "").partition("|")
        of, _, part = condition.partition("=")
        return text if condition and (values.get(of) or 0) > 1 and values[of] == values.get(part) else ""

    def named(self, text: str) -> str:
        """Return a wording of the product that is no phrase, with people called as the study calls them."""
        return spoken(text, self.language, self._own)

    def has(self, key: str) -> bool:
        return key in self._phrases

    def say(self, key: str, /, *, trace: Sequence[str] = (), link: str = "", **values: Any) -> Statement:
        """Return the phrase as a statement that keeps its unrounded values and metric paths."""
        return Statement(self.text(key, **values), values, tuple(trace), link)

    def with_finer(self, note: str, styles: Iterable[str]) -> str:
        """Return a note that says why figures have a decimal more; as it is where none of these coefficients has."""
        if all(style == "coefficient" for style in styles):
            return note
        return self.text("labels.between_sentences").join(filter(None, (note, self.text("labels.finer"))))

    def join(self, names: Sequence[str]) -> str:
        """Return names as a list in words."""
        if self.language == "zh":
            is_list = any("、" in name and "“" not in name for name in names)
            are_labels = all(len(name) <= LABEL and not _IN_SENTENCE.search(name) for name in names)
            names = [f"“{name}”" if is_list and "“" not in name and (are_labels or "、" in name) else name
                     for name in names]                         # one that is itself a list: all labels in marks
            between = "" if all(name.endswith("”") for name in names) else "、"  # GB/T 15834: none between quotations
            return between.join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1] if names else ""
        if len(names) <= 1:
            return "".join(names)
        if any(" and " in name or ", " in name for name in names):     # a name that is itself a list
            between = "; " if len(names) > PAIR else ", "
            return between.join(names[:-1]) + f"{between}and {names[-1]}"
        return ", ".join(names[:-1]) + " and " + names[-1]

    def count(self, number: int) -> str:
        """Return a small number as a word."""
        key = f"count.{number}"
        return self.text(key) if self.has(key) else printed(number, "count")


# What the numbers may not say (diagnostic model, section 10): causal, deterministic and forecasting wording.
_FORBIDDEN = {
    "en": (
        r"\b(?:is|are|was|were) caused by\b",
        r"\bcauses (?:the|a|an|this|these|staff|customers|poor|low|weak|unclear)\b",
        r"\b(?:leads?|led) to\b", r"\bresults? in\b", r"\bdue to\b", r"\bbecause of\b", r"\bthanks to\b",
        r"\bwill (?:reduce|increase|improve|raise|lower|cut|solve|fix)\b", r"\bproves? that\b", r"\bproven\b",
        r"\bthere is no (?:problem|link|effect)\b", r"\brepresentative\b", r"\bguarantees?\b",
        r"\bforecasts? (?:that|of|a)\b", r"\b(?:has|have|had) (?:risen|fallen|increased|decreased)\b",
    ),
    "zh": (
        r"导致", r"造成", r"归因于", r"归咎于", r"由.{1,12}引起", r"引发", r"使得", r"得益于",
        r"将(?:会)?(?:降低|减少|提高|提升|增加|改善|解决)", r"证明了",
        r"不存在(?:问题|关联)", r"没有(?:问题|关联)(?!作|的)",
        r"具有?代表性", r"预计(?:将|会|可)",
    ),
}
# What only answers of enough other organisations allow to be said.
_OF_NORMS = {"en": (r"\bbenchmarks?\b",), "zh": (r"对标", r"标杆", r"同类机构基准")}
# Words that deny what the patterns find: the limits say what the numbers are not.
_DENIED = re.compile(r"(?:\bnot\b|\bno\b|\bnever\b|不等于|不表示|并不|并非|不代表)[^.。;；]{0,40}$", re.IGNORECASE)


def forbidden_phrases(text: str, language: str, *, has_norms: bool = False) -> list[str]:
    """Return every wording in `text` that the numbers do not support; an empty list is what a report needs.

    `has_norms`: the text stands where enough other organisations were compared with.
    """
    patterns = (*_FORBIDDEN[language], *(() if has_norms else _OF_NORMS[language]))
    found = (match for pattern in patterns for match in re.finditer(pattern, text, re.IGNORECASE))
    return [match.group(0) for match in found if not _DENIED.search(text[:match.start()])]
