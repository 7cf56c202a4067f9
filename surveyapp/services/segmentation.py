"""Chinese texts cut into words: frequent words, words of the study, and words that the texts themselves show.

A string of signs counts as a word of these texts when it occurs often, holds together (its signs stand beside each
other far more often than by chance) and is free at both ends (different signs come before and after it). The cut taken
is the most probable one. How often it agrees with another program's is measured in docs/retrieval.md: good enough to
list frequent words and to leave out places inside another word, not for linguistics.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from surveyapp.services.common_words import CHINESE, CHINESE_STOP, ENGLISH_STOP
from surveyapp.services.folding import fold

LONGEST_WORD = 6            # signs of a word that is looked for
LONGEST_FOUND = 4           # signs of a word that the texts themselves show
FEWEST_TIMES = 4            # ... which must stand in them at least so often
COHESION = 4.0              # ... hold together: natural logarithm of observed over expected
FREEDOM = 1.0               # ... and be free: entropy of what stands beside it, in nats, on the poorer side
KNOWN_WEIGHT = 8.0          # occurrences that a listed word is given beforehand
_HAN_RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_PIECES = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[^\W\d_\u3400-\u9fff]+(?:['’][^\W\d_]+)?", re.UNICODE)


class Lexicon:
    """Words with their weights; cuts texts into words."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        total = sum(weights.values()) + 1.0
        self.costs = {word: -math.log(weight / total) for word, weight in weights.items()}
        self.unknown = -math.log(0.5 / total)
        self.known_cuts: dict[str, list[str]] = {}      # what is said once is often said again

    @classmethod
    def of_texts(cls, texts: Iterable[str], domain: Iterable[str] = ()) -> Lexicon:
        """Return the words of these texts; `domain` = words of the study that are known beforehand."""
        counts = _count_strings(fold(text) for text in texts)
        known = {*CHINESE, *_short_runs(domain)}
        found = {word for word, n in counts.items()
                 if 1 < len(word) <= LONGEST_FOUND and n >= FEWEST_TIMES and word not in known}
        free = _freedom(counts, found)
        n_signs = sum(n for word, n in counts.items() if len(word) == 1) or 1
        shown = {word for word in found if free[word] >= FREEDOM and _cohesion(word, counts, n_signs) >= COHESION}
        weights: dict[str, float] = {word: float(n) for word, n in counts.items() if len(word) == 1}
        weights |= {word: KNOWN_WEIGHT + counts.get(word, 0) for word in known}
        weights |= {word: float(counts[word]) for word in shown}
        return cls(weights)

    @classmethod
    def of_list(cls, domain: Iterable[str] = ()) -> Lexicon:
        """Return the listed words and those of the study alone: ready at once, whatever the length of the texts."""
        return cls(dict.fromkeys((*CHINESE, *_short_runs(domain)), KNOWN_WEIGHT))

    def cut(self, run: str) -> list[str]:
        """Return a run of Chinese signs as words: the most probable cut."""
        known = self.known_cuts.get(run)
        if known is None:
            known = self.known_cuts[run] = self._cut(run)
        return known

    def _cut(self, run: str) -> list[str]:
        best = [0.0] + [math.inf] * len(run)
        back = [0] * (len(run) + 1)
        for end in range(1, len(run) + 1):
            for start in range(max(0, end - LONGEST_WORD), end):
                cost = self.costs.get(run[start:end], self.unknown if end - start == 1 else math.inf)
                if best[start] + cost < best[end]:
                    best[end], back[end] = best[start] + cost, start
        words = []
        end = len(run)
        while end:
            words.append(run[back[end]:end])
            end = back[end]
        return words[::-1]

    def words(self, text: str) -> Iterator[str]:
        """Yield the words of a text, folded: Chinese ones cut, those of other scripts as they stand."""
        for found in _PIECES.finditer(fold(text)):
            if _HAN_RUN.match(found[0]):
                yield from self.cut(found[0])
            else:
                yield found[0]

    def is_word(self, text: str, start: int, end: int) -> bool:
        """Return whether the place begins and ends where words do; an edge of Chinese signs always is one."""
        first, last = start, end
        while first and _is_han(text[first - 1]):
            first -= 1
        while last < len(text) and _is_han(text[last]):
            last += 1
        borders = {first}
        for run in _HAN_RUN.finditer(fold(text[first:last])):
            place = first + run.start()
            borders |= {place, first + run.end()}
            for word in self.cut(run[0]):
                place += len(word)
                borders.add(place)
        return all(place in borders or not _is_han(text[place - 1:place]) or not _is_han(text[place:place + 1])
                   for place in (start, end))


def _short_runs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (run for run in _HAN_RUN.findall(fold(text)) if 1 < len(run) <= LONGEST_WORD)


def _is_han(sign: str) -> bool:
    return _HAN_RUN.match(sign) is not None


def count_words(texts: Iterable[str], domain: Iterable[str] = (), *, has_stop_words: bool = False) -> Counter[str]:
    """Return how often each word stands in the texts; without stop words and single Chinese signs unless wanted."""
    known = list(texts)
    lexicon = Lexicon.of_texts(known, domain)
    counts = Counter(word for text in known for word in lexicon.words(text))
    if has_stop_words:
        return counts
    return Counter({word: n for word, n in counts.items() if not is_stop_word(word)})


def is_stop_word(word: str) -> bool:
    """Return whether a word tells nothing of a topic: a stop word, or one Chinese sign or Latin letter alone."""
    bare = word.partition("'")[0].partition("’")[0]
    return len(word) == 1 or word in CHINESE_STOP or bare in ENGLISH_STOP


def _count_strings(texts: Iterable[str]) -> Counter[str]:
    """Return how often each string of up to five Chinese signs occurs: five, so that one of four has neighbours."""
    counts: Counter[str] = Counter()
    for text in texts:
        for run in _HAN_RUN.findall(text):
            for length in range(1, LONGEST_FOUND + 2):
                counts.update(run[place:place + length] for place in range(len(run) - length + 1))
    return counts


def _cohesion(word: str, counts: Mapping[str, int], n_signs: int) -> float:
    """Return by how much the likeliest split of the word is rarer than the word: the smallest over its splits."""
    return min(math.log(counts[word] * n_signs / (counts[word[:place]] * counts[word[place:]]))
               for place in range(1, len(word)))


def _freedom(counts: Mapping[str, int], words: set[str]) -> dict[str, float]:
    """Return for each word the entropy of the signs before it or after it, whichever is smaller.

    Beginnings and ends of runs count as a different sign each time: nothing is freer than the edge of a sentence.
    """
    before: dict[str, list[int]] = defaultdict(list)
    after: dict[str, list[int]] = defaultdict(list)
    for string, n in counts.items():
        if len(string) > 2:     # noqa: PLR2004 - a neighbour and a word of two
            if string[1:] in words:
                before[string[1:]].append(n)
            if string[:-1] in words:
                after[string[:-1]].append(n)
    return {word: min(_entropy(before[word], counts[word]), _entropy(after[word], counts[word])) for word in words}


def _entropy(parts: list[int], n: int) -> float:
    edges = n - sum(parts)
    return sum(part / n * math.log(n / part) for part in parts) + edges / n * math.log(n)
