"""How long a questionnaire takes, estimated from its wording and the kinds of its items.

An estimate for planning and for an honest "about n minutes" at the start; a pilot wave measures it. Seconds of an
item = reading its question and options + deciding and entering the answer. The figures and where they are from:

* Reading: 238 English words a minute, silently, non-fiction (Brysbaert 2019, J. Memory and Language 109, 104047:
  meta-analysis of 190 studies). Chinese: 255 characters a minute aloud (Trauzettel-Klosinski and Dietz 2012, IOVS 53,
  5452: IReST), times 238/183, the ratio of silent to oral reading in Brysbaert 2019, that is 332. Other languages
  without spaces between words are counted like Chinese, all others like English.
* Deciding: such that an ordinary question that stands alone takes about 10 s (Pew Research Center 2022, "How we keep
  our online surveys from running too long": 15 minutes = 85 such questions) and a row of a battery about 6 s (ten or
  more a minute: Amplitude Research, "Online market research surveys").
* Open questions take about a minute (the same two); dates, times and numbers are typed in a few seconds.
* A telephone is slower: item times rise by about 20 % (Andreadis 2015, Methods, Data, Analyses 9(2)). The estimate is
  for a mixture of desk and phone, half of each.

Conditions: what only some are asked counts by half, as nobody knows the share beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from instruments.schema import Instrument, Item, Section, Text

WORDS_A_SECOND = 238 / 60
CHARACTERS_A_SECOND = 255 / 60 * 238 / 183
DEVICE_FACTOR = 1.1             # half of the respondents on a phone, which takes 20 % longer
PAGE_SECONDS = 2.0              # finding one's way on a new page and the button at its end
CONDITIONAL_SHARE = 0.5
SHORT_TEXT_SECONDS, OPEN_SECONDS = 15.0, 45.0
UPLOAD_SECONDS = 40.0           # finding a file or taking a picture, and sending it: our estimate, no source known
RANK_SECONDS = 4.0              # for each choice that gets a place: compared with those not yet placed
DECISION_SECONDS: Mapping[str, float] = {
    "rating": 3.0, "single": 3.0, "multiple": 4.0, "ranking": 2.0, "integer": 6.0, "decimal": 7.0, "date": 8.0,
    "time": 7.0, "acknowledge": 2.0, "text": SHORT_TEXT_SECONDS, "upload": UPLOAD_SECONDS,
}
LONGEST_QUESTIONNAIRE_S = 600.0     # ten minutes: beyond it break-off rises and answers get careless
_UNSEEN = frozenset({"calculate", "hidden"})
_DENSE = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")     # no spaces between words


def section_seconds(instrument: Instrument, language: str) -> dict[str, float]:
    """Return the estimated seconds of each section, by its key, for a respondent who reads this language."""
    return {section.key: _seconds_of(instrument, section, instrument.items_of_section(section.key), language)
            for section in instrument.sections}


def opening_seconds(instrument: Instrument, language: str) -> float:
    """Return the estimated seconds of what is read before the first page: introduction, consent, commitment."""
    consents = [consent.text for consent in (instrument.consent, instrument.link_consent) if consent is not None]
    texts = [instrument.title, instrument.intro, *consents, instrument.commitment or {}]
    return DEVICE_FACTOR * (PAGE_SECONDS + reading_seconds(texts, language) + 2.0 * len(consents))


def total_seconds(instrument: Instrument, language: str) -> float:
    """Return the estimated seconds from the first page to the last, the opening included."""
    return opening_seconds(instrument, language) + sum(section_seconds(instrument, language).values())


def reading_seconds(texts: Iterable[Text], language: str) -> float:
    """Return the seconds that silent reading of wordings takes."""
    text = " ".join(wording.get(language, "") for wording in texts)
    dense = len(_DENSE.findall(text))
    words = len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", _DENSE.sub(" ", text)))
    return dense / CHARACTERS_A_SECOND + words / WORDS_A_SECOND


def _seconds_of(instrument: Instrument, section: Section, items: tuple[Item, ...], language: str) -> float:
    asked = [item for item in items if item.kind not in _UNSEEN]
    if not asked:
        return 0.0
    # The labels of a scale are read once a page; the rows below it are answered from memory.
    scales = {item.scale for item in asked if item.kind == "rating"}
    labels = [point.label for scale in instrument.scales if scale.key in scales for point in scale.points]
    seconds = PAGE_SECONDS + reading_seconds([section.title, *labels], language)
    seconds += sum(_item_seconds(item, language) for item in asked)
    return DEVICE_FACTOR * seconds * (CONDITIONAL_SHARE if section.show_if else 1.0)


def _item_seconds(item: Item, language: str) -> float:
    seconds = reading_seconds([item.text, item.hint or {}, *(choice.label for choice in item.choices)], language)
    if item.kind == "text" and (item.role == "open" or "multiline" in (item.appearance or "")):
        seconds += OPEN_SECONDS
    else:
        seconds += DECISION_SECONDS.get(item.kind, 0.0)
    if item.kind == "ranking":
        seconds += RANK_SECONDS * min(len(item.choices), item.max_choices or len(item.choices))
    return seconds * (CONDITIONAL_SHARE if item.show_if else 1.0)
