"""Do the same words return in several responses? Near-identical open answers, in any script.

Short and standard texts ("none", "无") are honest and common, so they are not compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analysis.privacy import MINIMUM_GROUP
from analysis.results.integrity import TextFinding

GRAM = 3                    # characters; works without word borders, so for Chinese too (Broder 1997, shingles)
ALIKE_JACCARD = 0.70        # shared over all grams
ALIKE_CONTAINED = 0.90      # shared grams over those of the shorter text
SHORTEST = 16               # units: a letter is one, a Chinese, Japanese or Korean character two
SHORTEST_CONTAINED = 40     # units of the shorter text, for one text inside another
N_DRAWS = 10
MOST_DRAWN = 1_000          # texts in a draw
FEWEST = 2                  # texts to compare
# What honest people write who have nothing to say, where it is long enough to be compared; after `plain_text`.
STANDARD = frozenset((
    "nothingtoadd", "nosuggestions", "idontknow", "notapplicable", "everythingisfine", "everythingisgood",
    "verysatisfied", "暂时没有意见", "暂时没有建议", "没有意见和建议",
    "没有任何意见", "没有任何建议", "没有其他意见", "没有其他建议", "没有什么意见", "没有什么建议",
    "没有需要补充的", "没有需要改进的", "没有什么可补充的", "一切都很满意",
    "各方面都很满意", "目前没有意见建议"))


@dataclass(frozen=True)
class AlikeTexts:
    """The finding, and who is in a cluster (never printed): cluster number per response, -1 = in none."""

    finding: TextFinding
    cluster: NDArray[np.int64]


def plain_text(text: str) -> str:
    """Return the letters and digits of a text in one form: compatible characters, lower case, no spaces or marks.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def alike_texts(item: str, texts: Sequence[str | None], *, seed: int = 1,
                minimum: int = MINIMUM_GROUP) -> AlikeTexts:
    """Return which texts are nearly the same as another one.

    Parameters
    ----------
    item : str
        Key of the open question.
    texts : sequence of str or None, length n
        One a response.
    seed : int, optional
        Of the draws.
    minimum : int, optional
        Texts a cluster needs; smaller ones count in `n_pairs` only.

    Returns
    -------
    AlikeTexts
        Alike are two texts of at least 16 units (a letter 1, a Chinese character 2) whose sets of three-character grams
        have a Jaccard index of at least 0.70, or, from 40 units on, of which the shorter is contained in the longer
        to 0.90. `expected_pairs` is the mean number of such pairs among texts of the same lengths whose grams are drawn
        independently in proportion to the number of different texts they stand in; it is the rate among people who
        write unaware of each other, not among colleagues who agreed on a wish.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents.
    """
    plain = [plain_text(text) if text else "" for text in texts]
    rows = np.array([place for place, text in enumerate(plain) if _is_comparable(text)], dtype=np.int64)
    cluster = np.full(len(plain), -1, dtype=np.int64)
    if len(rows) < FEWEST:
        return AlikeTexts(TextFinding(item, len(rows), 0, 0.0, 0, 0, 0), cluster)
    lengths = np.array([units(plain[place]) for place in rows])
    grams = _gram_matrix([plain[place] for place in rows])
    pairs = _alike_pairs(grams, lengths)
    sizes: list[int] = []
    if len(pairs):
        graph = sparse.coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(rows), len(rows)))
        _, label = connected_components(graph, directed=False)
        count = np.bincount(label)
        for number, one in enumerate(one for one in np.argsort(-count, kind="stable") if count[one] >= minimum):
            cluster[rows[label == one]] = number
            sizes.append(int(count[one]))
    expected = _expected_pairs(grams, lengths, [plain[place] for place in rows], np.random.default_rng(seed))
    return AlikeTexts(TextFinding(item, len(rows), len(pairs), expected, sum(sizes), len(sizes), max(sizes, default=0)),
                      cluster)


def units(text: str) -> int:
    """Return the length of a text in units: a letter is one, a wide (Chinese, Japanese, Korean) character two.

    Parameters
    ----------
    text : str

    Returns
    -------
    int
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _is_comparable(text: str) -> bool:
    return len(text) >= GRAM and text not in STANDARD and units(text) >= SHORTEST


def _gram_matrix(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return which grams each text holds, texts × grams, 0 or 1."""
    number: dict[str, int] = {}
    columns, starts = [], [0]
    for text in texts:
        own = {number.setdefault(text[place:place + GRAM], len(number)) for place in range(len(text) - GRAM + 1)}
        columns += sorted(own)
        starts.append(len(columns))
    return sparse.csr_matrix((np.ones(len(columns), dtype=np.int32), np.array(columns, dtype=np.int64),
                              np.array(starts, dtype=np.int64)), shape=(len(texts), len(number)))


def _alike_pairs(grams: sparse.csr_matrix, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    shared = sparse.triu(grams @ grams.T, k=1).tocoo()
    size = np.asarray(grams.sum(axis=1)).ravel()
    first, second, both = shared.row, shared.col, shared.data.astype(float)
    jaccard = both / (size[first] + size[second] - both)
    contained = both / np.minimum(size[first], size[second])
    is_long = np.minimum(lengths[first], lengths[second]) >= SHORTEST_CONTAINED
    alike = (jaccard >= ALIKE_JACCARD) | (is_long & (contained >= ALIKE_CONTAINED))
    return np.column_stack([first[alike], second[alike]]).astype(np.int64)


def _expected_pairs(grams: sparse.csr_matrix, lengths: NDArray[np.int64], texts: Sequence[str],
                    rng: np.random.Generator) -> float:
    """Return the mean number of alike pairs among unrelated texts; a text that returns word by word counts once."""
    n = min(len(texts), MOST_DRAWN)
    different = np.unique(np.asarray(texts, dtype=object), return_index=True)[1]
    weight = np.asarray(grams[different].sum(axis=0)).ravel().astype(float)
    size = np.asarray(grams.sum(axis=1)).ravel()
    found = 0
    for _ in range(N_DRAWS):
        chosen = rng.permutation(len(texts))[:n]
        drawn = rng.choice(len(weight), size=int(size[chosen].sum()), p=weight / weight.sum())
        matrix = sparse.csr_matrix((np.ones(len(drawn), dtype=np.int32), drawn,
                                    np.concatenate([[0], np.cumsum(size[chosen])])), shape=(n, len(weight)))
        matrix.sum_duplicates()
        matrix.data[:] = 1
        found += len(_alike_pairs(matrix, lengths[chosen]))
    return found / N_DRAWS * len(texts) * (len(texts) - 1) / (n * (n - 1))
