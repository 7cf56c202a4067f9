"""Cover, contents and how to read the report."""

from __future__ import annotations

from instruments.schema import Text
from reports.content import Contents, Cover, Facts, Heading, Section
from reports.numbers import month, printed
from reports.sections.source import Source


def cover(study: Source, title: Text | None) -> Cover:
    """Return the cover: what is asked, of whom, when."""
    words = study.words
    heading = study.read(title or {}) or study.read(study.template.report_title) or study.read(study.template.title)
    parts = [_survey_of(study, audience) for audience in study.diagnosis.screening if study.n_valid(audience)]
    if study.n_interviews:
        parts.append(words.text("front.from_interviews"))
    subtitle = words.text("front.subtitle", sources=words.join(parts)) if parts else words.text("front.subtitle_empty")
    label = words.text("front.synthetic") if study.is_synthetic else ""
    return Cover(words.text("front.kind"), heading, subtitle, study.organisation, _cover_facts(study), label)


def _survey_of(study: Source, audience: str) -> str:
    phrase = f"front.from_{audience}"
    known = study.words.has(phrase)
    return study.words.text(phrase if known else "front.from_other", who=study.audience(audience))


def _cover_facts(study: Source) -> tuple[tuple[str, str, str], ...]:
    words, found = study.words, []
    for audience, screening in study.diagnosis.screening.items():
        rate = screening.response_rate
        detail = words.text("front.response", rate=rate) if rate is not None else words.text("front.no_rate")
        found.append((printed(screening.n_valid, "count"), words.text("front.answers", who=study.audience(audience)),
                      detail))
    if study.n_interviews:
        roles = len(study.diagnosis.roles_interviewed) + len(study.others_heard)
        found.append((printed(study.n_interviews, "count"), words.text("front.interviews", n=study.n_interviews),
                      words.text("front.roles", n=roles)))
    provenance = study.diagnosis.provenance
    when = month(provenance.frozen_on, study.language) if provenance.frozen_on else ""
    version = words.text("front.version", version=provenance.template_version)
    later = study.diagnosis.follow_up or next(iter(study.changes), None)
    said = (words.text("front.frozen_later", second=study.wave(later.second)) if later
            else words.text("front.frozen"))
    found.append((when, said, version))
    return tuple(found)


def _longest_code(study: Source) -> str:
    """Return a code of the codebook as an example of the longer short names."""
    codes = [code.key for code in study.template.codebook.codes] if study.template.codebook else []
    return next((key for key in codes if key.startswith("CAU.")), max(codes, key=len, default="CAU"))


def contents(study: Source) -> list[Section]:
    """Return the table of contents with the half page on how to read the report."""
    words = study.words
    rows = tuple((words.text(f"reading.{key}_term"), words.say(
        f"reading.{key}", minimum=study.minimum_group, tau=study.threshold("tau", 3.0),
        marked=study.threshold("band_marked", 3.4), severe=study.threshold("band_severe", 3.8),
        delta=study.threshold("delta", 0.10), code=_longest_code(study))) for key in (
            "interval", "severity", "scale", "grade", "link", "names", "hidden"))
    blocks = (Contents(), Heading(words.text("reading.title"), "how-to-read"), Facts(rows))
    return [Section("contents", words.text("part.contents"), words.say("front.contents_title"), blocks,
                    is_listed=False)]
