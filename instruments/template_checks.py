"""The numbered rules of a study template: what its parts say of each other (INS-201 to INS-212)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from instruments.errors import Finding
from instruments.rules_checks import rules_findings
from instruments.template import Codebook, Guide, StudyTemplate
from instruments.template_wordings import template_wordings
from instruments.value_checks import value_findings
from instruments.wording_checks import missing_languages

TEMPLATE_RULES: Mapping[str, str] = {
    "INS-201": "A template has at least one questionnaire, and no two share a key or an audience.",
    "INS-202": "Every construct has a key of its own across all questionnaires of the template.",
    "INS-203": "What a construct mirrors is a problem of the template.",
    "INS-204": "Every source that a construct or a glossary entry names is in the list of references.",
    "INS-205": "Every construct names at least one source. (warning)",
    "INS-206": "Every part of a template has the languages of the study.",
    "INS-207": "Every code has a key of its own and a parent that exists, without a circle.",
    "INS-208": "The construct, measures and safeguard that a code names exist.",
    "INS-209": "The polarity words of a codebook are supports, contradicts and mixed.",
    "INS-210": "Every question of the guide has a key of its own, an audience, and codes that exist.",
    "INS-211": "Every role of the interview quota has a name.",
    "INS-212": "What a stated problem or cause may name is a problem or cause of the template, unless the choice is "
               "exclusive or asks for text.",
    "INS-213": "A perspective has a key of its own and names constructs of the template.",
}
POLARITY = frozenset({"supports", "contradicts", "mixed"})


def template_findings(template: StudyTemplate, place: str) -> Iterator[Finding]:
    """Yield what is wrong with a template, apart from what is wrong inside each questionnaire."""
    yield from _check_questionnaires(template, place)
    yield from _check_constructs(template, place)
    yield from _check_stated(template, place)
    yield from _check_perspectives(template, place)
    yield from _check_languages(template, place)
    yield from missing_languages(place, template_wordings(template), template.languages)
    if template.codebook is not None:
        yield from _check_codebook(template, template.codebook, place)
    if template.guide is not None:
        yield from _check_guide(template, template.guide, place)
    if template.rules is not None:
        yield from rules_findings(template, template.rules, place)
    if template.value_model is not None:
        yield from value_findings(template.value_model, place)


def _check_questionnaires(template: StudyTemplate, place: str) -> Iterator[Finding]:
    if not template.instruments:
        yield Finding("INS-201", place, "there is no questionnaire.", "List one under `instruments:`.")
    words = Counter(word for instrument in template.instruments for word in {instrument.key, instrument.audience})
    for word, number in words.items():
        if number > 1:
            yield Finding("INS-201", place, f"'{word}' names more than one questionnaire.", "Rename one of them.")


def _check_constructs(template: StudyTemplate, place: str) -> Iterator[Finding]:
    problems = {construct.key for construct in template.constructs if construct.group == "problem"}
    references = {reference.key for reference in template.references}
    for key, number in Counter(construct.key for construct in template.constructs).items():
        if number > 1:
            yield Finding("INS-202", f"{place}, construct {key}", "the key is used more than once.", "Rename one.")
    for construct in template.constructs:
        here = f"{place}, construct {construct.key}"
        for mirrored in construct.mirrors:
            if mirrored not in problems:
                yield Finding("INS-203", here, f"it mirrors '{mirrored}', which is no problem.", "Correct `mirrors:`.")
        if not construct.sources:
            yield Finding("INS-205", here, "it names no source.", "Add `sources:`.", is_error=False)
        yield from _check_sources(here, construct.sources, references)
    for entry in template.glossary:
        term = next(iter(entry.term.values()), "")
        yield from _check_sources(f"{place}, glossary entry {term}", entry.sources, references)


def _check_sources(here: str, sources: tuple[str, ...], references: set[str]) -> Iterator[Finding]:
    for source in sources:
        if source not in references:
            yield Finding("INS-204", here, f"the source '{source}' is not in the references.", "Add or correct it.")


def _check_stated(template: StudyTemplate, place: str) -> Iterator[Finding]:
    for group, role in (("problem", "stated_problem"), ("cause", "stated_cause")):
        known = {construct.key for construct in template.constructs if construct.group == group}
        for instrument in template.instruments:
            for item in instrument.items:
                for choice in item.choices if item.role == role else ():
                    if choice.value not in known and not (
                            choice.is_exclusive or choice.has_text or choice.is_missing):
                        yield Finding(
                            "INS-212", f"{place}, {instrument.audience}, item {item.key}",
                            f"the choice '{choice.value}' is no {group}.", f"Use the key of a {group}.")


def _check_perspectives(template: StudyTemplate, place: str) -> Iterator[Finding]:
    counts = Counter(perspective.key for perspective in template.perspectives)
    known = {construct.key for construct in template.constructs}
    for perspective in template.perspectives:
        unknown = [key for key in perspective.constructs if key not in known]
        if unknown or not perspective.constructs or counts[perspective.key] > 1:
            yield Finding(
                "INS-213", f"{place}, perspective {perspective.key}",
                f"its key is repeated, or it names what is no construct: {', '.join(unknown) or 'nothing'}.",
                "Correct `constructs:`.")


def _check_languages(template: StudyTemplate, place: str) -> Iterator[Finding]:
    parts: list[tuple[str, tuple[str, ...]]] = [
        (f"questionnaire {instrument.audience}", instrument.languages) for instrument in template.instruments]
    for noun, part in (
            ("interview guide", template.guide), ("codebook", template.codebook), ("strategy rules", template.rules)):
        if part is not None:
            parts.append((noun, part.languages))
    for noun, languages in parts:
        lacking = [language for language in template.languages if language not in languages]
        if lacking:
            yield Finding(
                "INS-206", f"{place}, {noun}", f"it lacks the language '{lacking[0]}' of the study.",
                "Translate it, or remove the language from the study.")


def _check_codebook(template: StudyTemplate, codebook: Codebook, place: str) -> Iterator[Finding]:
    parents = {code.key: code.parent for code in codebook.codes}
    counts = Counter(code.key for code in codebook.codes)
    if set(codebook.polarity) != POLARITY:
        listed = ", ".join(sorted(POLARITY))
        yield Finding("INS-209", f"{place}, codebook", "the polarity words differ.", f"Use {listed}.")
    for code in codebook.codes:
        here = f"{place}, code {code.key}"
        if counts[code.key] > 1:
            yield Finding("INS-207", here, "the key is used more than once.", "Rename one of the codes.")
        if code.parent is not None and (code.parent not in parents or _returns(code.key, parents)):
            yield Finding("INS-207", here, f"the parent '{code.parent}' is missing or below it.", "Correct `parent:`.")
        yield from _check_code_names(template, code.construct, code.strategy, code.safeguard, here)


def _returns(key: str, parents: Mapping[str, str | None]) -> bool:
    seen = {key}
    parent = parents[key]
    while parent is not None and parent not in seen:
        seen.add(parent)
        parent = parents.get(parent)
    return parent is not None


def _check_code_names(
    template: StudyTemplate, construct: str | None, strategy: tuple[str, ...], safeguard: str | None, here: str,
) -> Iterator[Finding]:
    if construct is not None and construct not in {known.key for known in template.constructs}:
        yield Finding("INS-208", here, f"there is no construct '{construct}'.", "Correct it or add it.")
    measures = {measure.key for measure in template.rules.measures} if template.rules else set()
    safeguards = {known.key for known in template.rules.safeguards} if template.rules else set()
    for key in strategy:
        if key not in measures:
            yield Finding("INS-208", here, f"there is no measure '{key}'.", "Correct `strategy:`.")
    if safeguard is not None and safeguard not in safeguards:
        yield Finding("INS-208", here, f"there is no safeguard '{safeguard}'.", "Correct it or add it.")


def _check_guide(template: StudyTemplate, guide: Guide, place: str) -> Iterator[Finding]:
    codes = {code.key for code in template.codebook.codes} if template.codebook else set()
    counts = Counter(question.key for question in guide.questions)
    for question in guide.questions:
        here = f"{place}, question {question.key}"
        if counts[question.key] > 1 or not question.audiences:
            yield Finding("INS-210", here, "its key is repeated or it has no audience.", "Correct it.")
        for code in question.codes:
            if code not in codes:
                yield Finding("INS-210", here, f"there is no code '{code}'.", "Correct it, or add it to the codebook.")
    for role in guide.quota:
        if role not in guide.roles:
            here = f"{place}, interview guide"
            yield Finding("INS-211", here, f"the role '{role}' has no name.", "Add it to `roles:`.")
