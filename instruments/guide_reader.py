"""Interview guide and codebook files → Guide, Codebook."""

from __future__ import annotations

import re

from instruments.fields import Fields
from instruments.loader import check_schema_version, read_languages
from instruments.template import COLOURS, PATTERNS, Codebook, CodebookQuality, CodeDefinition, Guide, Question


def read_guide(fields: Fields) -> Guide:
    """Return the interview guide of a file."""
    check_schema_version(fields)
    head = fields.child("guide", "guide")
    languages = read_languages(head)
    head.ignore("record_fields")        # a note for interviewers; what is recorded is fixed by the application
    sampling = head.find_child("sampling", "sampling")
    guide = Guide(
        key=head.string("id"), version=head.string("version"), languages=languages,
        opening=head.text("opening", languages), closing=head.text("closing", languages),
        questions=tuple(_read_question(entry, languages) for entry in fields.entries("questions", "question")),
        minimum_interviews=_sample(sampling, "minimum_interviews", Guide.minimum_interviews),
        target_interviews=_sample(sampling, "target_interviews", Guide.target_interviews),
        minimum_roles=_sample(sampling, "minimum_roles", Guide.minimum_roles),
        quota={role: int(number) for role, number in (sampling.numbers("quota") if sampling else {}).items()},
        roles={role: entry.wording(languages) for role, entry in sampling.members("roles", "role")} if sampling else {},
        never_record=head.strings("never_record"),
        minutes={audience: int(n) for audience, n in head.numbers("minutes").items()})
    if sampling:
        sampling.ignore("saturation_rule")
        sampling.finish()
    head.finish()
    fields.finish()
    return guide


def _sample(sampling: Fields | None, key: str, default: int) -> int:
    return sampling.integer(key, default) if sampling else default


def _read_question(fields: Fields, languages: tuple[str, ...]) -> Question:
    probes = []
    for entry in fields.entries("probes", "probe"):
        probes.append(entry.wording(languages))
        entry.finish()
    question = Question(
        key=fields.string("id"), audiences=fields.strings("audiences"), codes=fields.strings("codes"),
        text=fields.wording(languages), probes=tuple(probes), is_link_question=fields.boolean("link_question", False))
    fields.finish()
    return question


def read_codebook(fields: Fields) -> Codebook:
    """Return the codebook of a file."""
    check_schema_version(fields)
    head = fields.child("codebook", "codebook")
    languages = read_languages(head)
    head.ignore("polarity_default", "links", "counting")        # explanations for coders
    codebook = Codebook(
        key=head.string("id"), version=head.string("version"), languages=languages,
        codes=tuple(_read_code(entry, languages) for entry in fields.entries("codes", "code")),
        polarity={word: entry.wording(languages) for word, entry in head.members("polarity", "polarity")},
        unit=head.string("unit", ""), quality=_read_quality(head))
    head.finish()
    fields.finish()
    return codebook


def _read_quality(head: Fields) -> CodebookQuality:
    fields = head.find_child("quality", "quality")
    if fields is None:
        return CodebookQuality()
    quality = CodebookQuality(
        double_code_share=fields.number("double_code_share", CodebookQuality.double_code_share),
        agreement_statistic=fields.word(
            "agreement_statistic", ("krippendorff_alpha",), CodebookQuality.agreement_statistic),
        accept_at=fields.number("accept_at", CodebookQuality.accept_at),
        tentative_at=fields.number("tentative_at", CodebookQuality.tentative_at))
    fields.finish()
    return quality


def _read_code(fields: Fields, languages: tuple[str, ...]) -> CodeDefinition:
    code = CodeDefinition(
        key=fields.string("id"), parent=fields.find_string("parent"), name=fields.wording(languages, "name"),
        definition=fields.text("definition", languages), include=fields.text("include", languages),
        exclude=fields.text("exclude", languages), example=fields.text("example", languages),
        construct=fields.find_string("construct"), strategy=fields.strings("strategy"),
        safeguard=fields.find_string("safeguard"), colour=_find_word(fields, "colour", COLOURS),
        pattern=_find_word(fields, "pattern", PATTERNS), aliases=fields.strings("aliases"),
        original_colour=_find_shade(fields),
        has_exclusive_children=fields.boolean("exclusive_children", default=False))
    fields.finish()
    return code


def _find_shade(fields: Fields) -> str | None:
    shade = fields.find_string("original_colour")
    if shade is not None and not re.fullmatch("#[0-9a-f]{6}", shade):
        raise fields.error("original_colour", f"'{shade}' is no shade.", "Write `original_colour: '#1a2b3c'`.")
    return shade


def _find_word(fields: Fields, key: str, allowed: tuple[str, ...]) -> str | None:
    return fields.word(key, allowed) if fields.has(key) else None
