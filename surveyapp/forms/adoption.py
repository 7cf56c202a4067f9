"""What the pages of an adoption send, read into choices: shape only, no judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from instruments.adoption import AdoptionChoices, TierChoice
from instruments.facts import StudyFacts
from instruments.schema import Instrument, Text
from instruments.template import StudyTemplate
from instruments.texts import wordings_of
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.services.organisation import department_item

Posted = MultiDict[str, str]
LONGEST_FIELD = 4_000
LARGEST = 1e15
NOT_WHOLE = marked("This is no whole number of people.")
NO_NUMBER = marked("This is no number.")
WRITE_NUMBER = marked("Write digits, such as 500000.")
WRITE_COUNT = marked("Write digits, such as 120.")


def read_text(form: Posted, name: str, languages: tuple[str, ...]) -> dict[str, str]:
    """Return the words of a field in each language in which it is filled in."""
    found = {language: " ".join(form.get(f"{name}|{language}", "").split())[:LONGEST_FIELD] for language in languages}
    return {language: words for language, words in found.items() if words}


def read_names(form: Posted, template: StudyTemplate, choices: AdoptionChoices) -> AdoptionChoices:
    """Return the choices with the names of study, organisation and kind."""
    return replace(choices, title=read_text(form, "title", template.languages), kind=form.get("kind", ""),
                   organisation=read_text(form, "organisation", template.languages))


def read_scope(form: Posted, template: StudyTemplate, choices: AdoptionChoices) -> AdoptionChoices:
    """Return the choices with what was not ticked taken out."""
    constructs, items = set(form.getlist("construct")), set(form.getlist("item"))
    measures = set(form.getlist("measure"))
    off = tuple(construct.key for construct in template.constructs if construct.key not in constructs)
    return replace(
        choices, constructs_off=off,
        items_off=tuple(f"{one.audience}:{item.key}" for one in template.instruments for item in one.items
                        if item.construct not in off and f"{one.audience}:{item.key}" not in items),
        measures_off=tuple(measure.key for measure in (template.rules.measures if template.rules else ())
                           if measure.key not in measures))


def read_words(form: Posted, instrument: Instrument, choices: AdoptionChoices) -> AdoptionChoices:
    """Return the choices with the wordings of a page; one that is the template's again is no choice any more."""
    own = {address: dict(words) for address, words in choices.wordings.get(instrument.audience, {}).items()}
    for wording in wordings_of(instrument):
        for language in instrument.languages:
            posted = form.get(f"{wording.address}|{language}", "\0")
            if posted == "\0":
                continue
            text = posted.replace("\r\n", "\n").strip()[:LONGEST_FIELD]
            if text.split() == wording.words.get(language, "").split():
                own.get(wording.address, {}).pop(language, None)
            else:
                own.setdefault(wording.address, {})[language] = text
    kept = {address: words for address, words in own.items() if words}
    return replace(choices, wordings={**choices.wordings, instrument.audience: kept})


def read_tiers(form: Posted, template: StudyTemplate, choices: AdoptionChoices, language: str) -> AdoptionChoices:
    """Return the choices with the organisation's own tiers; BadInput names each border that is no number."""
    rows: list[RowError] = []
    tiers: dict[str, dict[str, TierChoice]] = {}
    place = 0
    for served, known in (template.value_model.tiers if template.value_model else {}).items():
        for tier in known:
            place += 1                              # in the order of the page, whoever is served
            text = form.get(f"{served}/{tier.key}/minimum", "")
            border = number_of(text)
            if border is None:
                rows.append(RowError(place, tier.name.get(language) or tier.key, text, NO_NUMBER, WRITE_NUMBER))
                continue
            tiers.setdefault(served, {})[tier.key] = TierChoice(
                border, read_text(form, f"{served}/{tier.key}/name", template.languages))
    if rows:
        raise BadInput("Some borders are no numbers; nothing was stored.", "Mend the places below.", tuple(rows))
    return replace(choices, tiers=tiers)


def read_people(form: Posted, template: StudyTemplate, facts: StudyFacts, language: str) -> StudyFacts:
    """Return the facts with the numbers of people; BadInput names each that is no whole number."""
    rows: list[RowError] = []

    def counts(prefix: str, keys: Mapping[str, Text]) -> dict[str, int]:
        found = {}
        for place, (key, name) in enumerate(keys.items(), 1):
            text = form.get(f"{prefix}/{key}", "").strip()
            number = number_of(text) if text else None
            if text and (number is None or number < 0 or number != int(number)):
                rows.append(RowError(place, name.get(language) or key, text, NOT_WHOLE, WRITE_COUNT))
            elif number is not None:
                found[key] = int(number)
        return found

    people = replace(facts, population=counts("population", audiences_of(template)),
                     headcount_by_role=counts("role", roles_of(template)),
                     headcount_by_department=counts("department", departments_of(template)))
    if rows:
        raise BadInput("Some numbers of people cannot be read; nothing was stored.", "Mend the places below.",
                       tuple(rows))
    return people


def audiences_of(template: StudyTemplate) -> dict[str, Text]:
    """Return who is asked, by key; the name is that of the questionnaire."""
    return {form.audience: form.title for form in template.instruments}


def roles_of(template: StudyTemplate) -> dict[str, Text]:
    """Return the role classes of the interviews."""
    return dict(template.guide.roles) if template.guide else {}


def departments_of(template: StudyTemplate) -> dict[str, Text]:
    """Return the departments that people are asked for."""
    item = department_item(template)
    return {choice.value: choice.label for choice in (item.choices if item else ()) if not choice.is_missing}


def number_of(text: str) -> float | None:
    """Return the number of a field, with or without signs between the thousands; None for what is none."""
    plain = text.strip().replace(",", "").replace("，", "").replace(" ", "").replace("\u00a0", "")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if plain.isascii() and -LARGEST < number < LARGEST else None
