"""Codes a comment might get, by words: from the codebook's own wordings and from lines that have the code already.

Suggestions are shown with their reason and never applied. The score is a sum of weights of shared terms (pairs of
Chinese signs, words of other scripts), divided by the root of the comment's length so that long ones do not win by
length: a term of the codebook weighs the more the fewer codes share it; a term of coded lines weighs the more it stands
out in the lines with the code against all others.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.services.codebook import StudyCodebook

MOST = 3                    # suggestions beside a comment; more would be read as an answer
LEAST_SCORE = 0.45          # of a comment's best code; below it, chance words of our own samples gave codes
FEWEST_LINES = 2            # coded lines a term must stand in, so that one line teaches nothing by its accidents
NAME_WEIGHT = 1.5           # a word of a code's name says more than one of its example
_STAND_IN = re.compile(r"〔[^〔〕]*〕|\[[^\[\]]*\]")        # what stands for a name says nothing of a code
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{3,}")
# Pairs and words that stand in every kind of comment and tell of none.
STOP_TERMS = frozenset({
    "一个", "不能", "什么", "他们", "以及", "但是", "你们", "原因", "可以", "员工", "因为", "大家", "存在", "客户",
    "就是", "工作", "希望", "应该", "建议", "怎么", "我们", "所以", "指出", "描述", "方面", "时候", "是否", "比较",
    "没有", "现在", "而且", "自己", "还是", "这个", "这样", "进行", "那个", "那样", "银行", "问题", "时间", "非常",
    "about", "all", "and", "any", "are", "bank", "because", "branch", "but", "can", "customer", "customers", "does",
    "each",
    "every", "for", "from", "good", "has", "have", "its", "little", "many", "more", "much", "new", "not", "now",
    "often", "one", "our", "people", "said", "same", "says", "some", "staff", "still", "than", "that", "the",
    "their", "them", "there", "they", "this", "time", "too", "was", "well", "were", "what", "when", "which", "who",
    "will", "with", "year", "you", "your",
})
EVERYWHERE = "客户"         # stands in every other comment; its signs make no pairs with others
FUNCTION_SIGNS = frozenset(
    "的了是在有个都就也和不一要会我你他她它们这那没把被给让与或等很太再还只更又吗呢吧啊到从对为以之其所")


@dataclass(frozen=True)
class Suggestion:
    """A code a comment might get; `words` of the codebook and `lines` of coded comments are the reason."""

    code: str
    score: float
    words: tuple[str, ...]          # shared with the codebook's wording
    from_lines: tuple[str, ...]     # shared with comments that have the code


@dataclass(frozen=True)
class Terms:
    """What speaks for each code: term → weight, from the codebook and from coded lines."""

    of_codebook: Mapping[str, Mapping[str, float]]
    of_lines: Mapping[str, Mapping[str, float]]


def terms_of(text: str) -> list[str]:
    """Return the terms of a text in order: pairs of Chinese signs, and words without a plural's s."""
    found: list[tuple[int, str]] = []
    text = _STAND_IN.sub(lambda found: " " * len(found[0]), text).replace(EVERYWHERE, "  ")
    for run in _HAN.finditer(text):
        pairs = [(run.start() + place, run[0][place:place + 2]) for place in range(len(run[0]) - 1)]
        found += [(place, pair) for place, pair in pairs if not FUNCTION_SIGNS.intersection(pair)]
    for word in _WORD.finditer(text.casefold()):
        bare = word[0]
        ends_in_s = len(bare) > 4 and bare.endswith("s") and not bare.endswith("ss")     # noqa: PLR2004  # gas, bus
        found.append((word.start(), bare[:-1] if ends_in_s else bare))
    return [term for _, term in sorted(found) if term not in STOP_TERMS]


def learn_terms(codebook: StudyCodebook, coded: Mapping[str, Sequence[str]], texts: Sequence[str] = ()) -> Terms:
    """Return what speaks for each code of the codebook; `coded` = comments that have it already, `texts` = all."""
    return Terms(_codebook_terms(codebook), _line_terms(coded, texts) if coded else {})


def _codebook_terms(codebook: StudyCodebook) -> dict[str, dict[str, float]]:
    own: dict[str, Counter[str]] = {}
    for entry in codebook.usable:
        definition, count = entry.definition, Counter[str]()
        for text in (*definition.include.values(), *definition.example.values(), *definition.definition.values()):
            count.update(set(terms_of(text)))
        for text in definition.name.values():
            count.update(dict.fromkeys(terms_of(text), 2))
        if entry.depth:                 # a code at the top is a heading, not a meaning
            own[entry.key] = count
    n_codes = Counter(term for count in own.values() for term in count)
    most = math.log(1 + len(own))
    return {key: {term: (NAME_WEIGHT if n > 1 else 1.0) * math.log((1 + len(own)) / n_codes[term]) / most
                  for term, n in count.items()} for key, count in own.items()}


def _line_terms(coded: Mapping[str, Sequence[str]], texts: Sequence[str]) -> dict[str, dict[str, float]]:
    n_all = len(texts)
    in_all = Counter(term for text in texts for term in set(terms_of(text)))
    weights: dict[str, dict[str, float]] = {}
    for code, own in coded.items():
        count = Counter(term for text in own for term in set(terms_of(text)))
        weights[code] = {}
        for term, n in count.items():
            # Log odds of the term in lines with the code against all other lines, each with half a line added.
            rest, n_rest = in_all[term] - n, n_all - len(own)
            odds = math.log((n + .5) / (len(own) + 1)) - math.log((rest + .5) / (n_rest + 1))
            if n >= FEWEST_LINES and odds > 0:
                weights[code][term] = min(odds, 2.0) / 2
    return weights


def suggest(text: str, terms: Terms, *, without: Iterable[str] = ()) -> tuple[Suggestion, ...]:
    """Return the codes the comment might get, likeliest first, with the words that speak for them."""
    left_out = set(without)
    found = [suggestion for code in terms.of_codebook if code not in left_out
             for suggestion in [score_code(text, terms, code)] if suggestion.score >= LEAST_SCORE]
    return tuple(sorted(found, key=lambda row: (-row.score, row.code))[:MOST])


def score_code(text: str, terms: Terms, code: str) -> Suggestion:
    """Return how much of the comment speaks for the code."""
    own = terms_of(text)
    book, lines = terms.of_codebook.get(code, {}), terms.of_lines.get(code, {})
    total = sum(max(book.get(term, 0.0), lines.get(term, 0.0)) for term in set(own))
    shared = [term for term in own if term in book]
    alike = [term for term in own if term in lines and term not in book]
    return Suggestion(code, total / math.sqrt(len(set(own)) or 1), _joined(text, shared), _joined(text, alike))


def _joined(text: str, terms: Sequence[str]) -> tuple[str, ...]:
    """Return terms as a reader sees them: pairs that overlap in the text are one word."""
    held: dict[str, None] = {}
    folded = text.casefold()
    word = ""
    for term in terms:
        if word and term[:1] == word[-1:] and f"{word}{term[1:]}" in folded:
            word += term[1:]
            continue
        if word:
            held[word] = None
        word = term
    if word:
        held[word] = None
    return tuple(held)[:MOST]


def group_lines(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return code → texts of the lines that have it."""
    found: dict[str, list[str]] = defaultdict(list)
    for code, text in pairs:
        found[code].append(text)
    return found
