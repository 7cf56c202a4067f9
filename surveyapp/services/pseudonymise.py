"""Names and numbers in a text → replacements, the same for the same person in every interview: pure, nothing is stored.

`identity_key` keeps what was replaced, sealed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from surveyapp.errors import BadInput
from surveyapp.services.decoding import is_chinese
from surveyapp.services.person_names import find_names
from surveyapp.services.private_numbers import find_private_numbers
from surveyapp.services.taken_places import TakenPlaces
from surveyapp.services.transcript import Transcript, transcript_of

PERSON = "person"
KINDS = (PERSON, "identity_number", "account_number", "telephone", "mail_address")
NAMED = {
    "en": {PERSON: "Person", "identity_number": "ID number", "account_number": "Account", "telephone": "Telephone",
           "mail_address": "Mail"},
    "zh": {PERSON: "人员", "identity_number": "证件号", "account_number": "账号", "telephone": "电话",
           "mail_address": "邮箱"},
}
LONGEST_REPLACEMENT = 60
NOT_IN_A_REPLACEMENT = frozenset(":：\n\r*#[]<>")        # would be read as the label of a speaker
MOST_NUMBERS = 500          # different ones in one text; a long interview has a handful
CONTEXT = 24                # signs on either side that are shown


@dataclass(frozen=True)
class Identifier:
    """Words that may tell who is meant: where they stand, the first place's surroundings, what is put there instead."""

    words: str
    kind: str
    places: tuple[tuple[int, int], ...]
    is_sure: bool
    is_known: bool
    replacement: str
    line: int
    before: str
    after: str


def find_identifiers(text: str, known: Mapping[str, str], *, names: Iterable[str] = (),
                     n_known: Mapping[str, int] | None = None) -> tuple[Identifier, ...]:
    """Return what may identify a person in the text.

    `known` are words replaced before, with what stands for them; `names` are further names to look for (the roster's);
    `n_known` says by kind how many replacements the study has, so that new ones get the next number.
    """
    numbers, taken = find_private_numbers(text), TakenPlaces(len(text))
    _check_is_talk({text[number.start:number.end] for number in numbers})
    by_words: dict[str, list[tuple[int, int]]] = {}
    kinds: dict[str, str] = {}
    # A number is replaced wherever its signs stand, also within a longer row of digits.
    for number in sorted(numbers, key=lambda row: row.start - row.end):
        words = text[number.start:number.end]
        if words not in by_words:
            free = [found.span() for found in re.finditer(re.escape(words), text) if taken.take(*found.span())]
            by_words.update({words: free} if free else {})
            kinds[words] = number.kind
    sure = set(by_words)
    for found in find_names(text, [*known, *names]):
        places = [place for place in found.places if taken.is_free(*place)]
        if places:
            by_words.setdefault(found.words, []).extend(places)
            kinds.setdefault(found.words, PERSON)
            sure |= {found.words} if found.is_sure else set()
    return _named(text, by_words, kinds, sure, known, Counter(n_known or {}))


def _check_is_talk(numbers: set[str]) -> None:
    """Refuse a list of numbers: nobody says so many in a conversation, and each would have to be decided on."""
    if len(numbers) > MOST_NUMBERS:
        raise BadInput("The text holds {n} different telephone, account or identity numbers or mail addresses.",
                       "A list of people is no transcript: take it out.", n=len(numbers))


def _named(text: str, by_words: Mapping[str, Sequence[tuple[int, int]]], kinds: Mapping[str, str], sure: set[str],
           known: Mapping[str, str], count: Counter[str]) -> tuple[Identifier, ...]:
    spoken = NAMED["zh" if is_chinese(text) else "en"]
    result = []
    for words, places in sorted(by_words.items(), key=lambda row: row[1][0]):
        start, end = places[0]
        kind = kinds[words]
        if words not in known:
            count[kind] += 1
        result.append(Identifier(
            words, kind, tuple(places), words in sure, words in known,
            known.get(words) or f"{spoken[kind]}{'' if spoken is NAMED['zh'] else ' '}{count[kind]}",
            text.count("\n", 0, start) + 1, text[max(start - CONTEXT, 0):start].rpartition("\n")[2],
            text[end:end + CONTEXT].partition("\n")[0]))
    return tuple(result)


def replace_identifiers(transcript: Transcript, found: Sequence[Identifier], chosen: Mapping[str, str]) -> Transcript:
    """Return the transcript with the chosen words replaced everywhere; times of turns stay with their turns."""
    for words, replacement in chosen.items():
        check_replacement(words, replacement)
    places = sorted(((start, end, chosen[row.words].strip()) for row in found if row.words in chosen
                     for start, end in row.places), reverse=True)
    text = transcript.text
    for start, end, replacement in places:
        text = text[:start] + replacement + text[end:]
    return with_times(replace(transcript_of(text), encoding=transcript.encoding, is_guess=transcript.is_guess,
                              left_out=transcript.left_out), [turn.at_ms for turn in transcript.turns])


def with_times(transcript: Transcript, times: Sequence[int | None]) -> Transcript:
    """Return the transcript with these times at its turns, if there are as many; otherwise as it is."""
    if len(times) != len(transcript.turns) or not any(time is not None for time in times):
        return transcript
    return replace(transcript, turns=tuple(replace(turn, at_ms=time) for turn, time
                                           in zip(transcript.turns, times, strict=True)))


def check_replacement(words: str, replacement: str) -> None:
    """Refuse a replacement that is empty, too long, still holds the words, or would be read as a speaker's label."""
    wanted = replacement.strip()
    if not wanted or len(wanted) > LONGEST_REPLACEMENT or set(wanted) & NOT_IN_A_REPLACEMENT:
        raise BadInput("A replacement has 1 to {most} signs and none of : * # [ ] < >.",
                       "Write for example Person 1 or 人员1.", most=LONGEST_REPLACEMENT)
    if words in wanted:
        raise BadInput("The replacement still holds the words it stands for.", "Write something that names nobody.")
