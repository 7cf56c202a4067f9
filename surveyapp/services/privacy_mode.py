"""The privacy mode of a questionnaire and the smallest group it promises: chosen once, told to respondents, kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.privacy import FLOOR, MINIMUM_GROUP
from instruments.schema import Instrument, Text
from instruments.template import StudyTemplate
from surveyapp.errors import BadInput, Refused
from surveyapp.models.privacy import ANONYMOUS, MODES, PromiseFixed
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink

# How a consent text may state a number below the usual minimum.
NUMBER_WORDS: Mapping[int, Mapping[str, Sequence[str]]] = {
    3: {"en": ("3", "three"), "zh": ("3", "三")},
    4: {"en": ("4", "four"), "zh": ("4", "四")},
}


@dataclass(frozen=True)
class Promise:
    """What respondents of a link are told of who may know them, and of how small a group is shown."""

    privacy: str
    minimum: int


def chosen_modes(template: StudyTemplate, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the mode of each questionnaire by its file stem; BadInput where a name or a mode is not known."""
    stems = [instrument.audience for instrument in template.instruments]
    for stem, mode in wanted.items():
        if stem not in stems:
            raise BadInput("The template has no questionnaire {stem}.", "It has: {known}.", stem=repr(stem),
                           known=", ".join(stems))
        if mode not in MODES:
            raise BadInput("There is no privacy mode {mode}.", "Choose one of: {known}.", mode=repr(mode),
                           known=", ".join(MODES))
    return {stem: wanted.get(stem, template.privacy.get(stem, ANONYMOUS)) for stem in stems}


def promise_for(session: Session, study: Study, published: PublishedInstrument, instrument: Instrument,
                privacy: str | None) -> Promise:
    """Return the promise of a new link: that of the questionnaire's earlier links, otherwise the one wanted."""
    minimum = minimum_of(study)
    check_minimum_stated(instrument, minimum)
    earlier = session.scalar(
        select(QuestionnaireLink)
        .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
        .where(PublishedInstrument.study_id == study.id, PublishedInstrument.audience == published.audience)
        .order_by(QuestionnaireLink.id.desc()).limit(1))
    if earlier is None:
        return Promise(privacy or ANONYMOUS, minimum)
    if privacy is not None and privacy != earlier.privacy:
        raise PromiseFixed
    return Promise(earlier.privacy, max(minimum, earlier.minimum_group))


def minimum_of(study: Study) -> int:
    """Return the smallest group the study shows: its own number, its template's, or the usual one."""
    stated = {**study.template.get("thresholds", {}), **study.thresholds}
    return max(FLOOR, int(stated.get("minimum_group", MINIMUM_GROUP)))


def kept_minimum(study: Study, link: QuestionnaireLink) -> int:
    """Return the smallest group for answers under a link: never below what its respondents were told."""
    return max(minimum_of(study), link.minimum_group)


def check_minimum_stated(instrument: Instrument, minimum: int) -> None:
    """Refuse a minimum below the usual one where the consent text does not state it in every language."""
    if minimum >= MINIMUM_GROUP:
        return
    text: Text = instrument.consent.text if instrument.consent else {}
    silent = [language for language in instrument.languages if not _states(text.get(language, ""), minimum, language)]
    if silent:
        raise Refused(
            "The study shows groups of {n}, fewer than the usual {usual}, and the consent text of {audience} does not "
            "say so in: {languages}.", "State the number {n} in the consent text, or leave the minimum at {usual}.",
            n=minimum, usual=MINIMUM_GROUP, audience=instrument.audience, languages=", ".join(silent))


def _states(text: str, number: int, language: str) -> bool:
    words = NUMBER_WORDS[number]
    wanted = words.get(language.split("-")[0], (str(number),))
    return any(_holds_word(text.lower(), word) for word in wanted)


def _holds_word(text: str, word: str) -> bool:
    """Tell whether a word stands alone in a text; a digit is not part of a longer number."""
    start = text.find(word)
    while start >= 0:
        around = text[start - 1:start] + text[start + len(word):start + len(word) + 1]
        is_part = any(sign.isdigit() for sign in around) if word.isdigit() else (
            word.isascii() and any(sign.isascii() and sign.isalpha() for sign in around))
        if not is_part:
            return True
        start = text.find(word, start + 1)
    return False
