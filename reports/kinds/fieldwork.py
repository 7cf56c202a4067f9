"""The fieldwork report: whom the questionnaires were put to, how, and how it went, after AAPOR's disclosure items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.results.fieldwork import Fieldwork, QuestionnaireFieldwork
from reports.content import Block, Bullets, Contents, Facts, Row, Section, Statement, StudyReport, Table
from reports.kinds.fieldwork_tables import (
    break_off_table,
    care_table,
    course_figure,
    disposition_table,
    funnel_figure,
    group_blocks,
    mode_table,
    rate_table,
)
from reports.kinds.frame import CoverFact, Face, Naming, bound, naming
from reports.numbers import day, printed
from reports.sections.source import capitalised
from reports.sections.table_columns import columns_of
from reports.waves import WaveTold, wave_name
from reports.wording import Words, typeset

# AAPOR's code (2021, III.A): what is told at once, in the order of the code; where it stands here.
DISCLOSED = ("strategy", "sponsor", "instrument", "population", "sample", "mode", "dates", "sizes", "weighting",
             "processing", "limits")


def fieldwork_report(found: Fieldwork, language: str) -> StudyReport:
    """Return the report of one closed wave."""
    names = naming(language)
    closed = max((one.closed_on for one in found.questionnaires), default="")
    forms = [_questionnaire(names, one, place) for place, one in enumerate(found.questionnaires, 1)]
    sections = [_overview(names, found), _disclosure(names, found), *forms, _limits(names, found)]
    face = Face(names.words.text("fieldwork.kind"), names.words.text("fieldwork.title", wave=_wave(names, found)),
                names.words.text("fieldwork.subtitle"), names.read(found.organisation), _cover(names, found),
                found.is_synthetic, closed)
    return bound(names, face, tuple(sections), found)


def _wave(names: Naming, found: Fieldwork) -> str:
    first = min((one.opened_on for one in found.questionnaires), default="")
    return wave_name(names.words, found.wave, {found.wave: WaveTold(found.order, first)}, "dated")


def _name(names: Naming, one: QuestionnaireFieldwork) -> str:
    return typeset(names.read(one.name), names.language)


def _cover(names: Naming, found: Fieldwork) -> tuple[CoverFact, ...]:
    facts = []
    for one in found.questionnaires:
        rate = one.rates.get("rr1")
        detail = (names.words.text("fieldwork.cover_rate", rate=rate) if rate is not None
                  else names.words.text("fieldwork.cover_no_rate"))
        n = one.n_submitted + one.n_foreign
        label = names.words.text("fieldwork.cover_answers", n=n, name=_name(names, one))
        facts.append((printed(float(n), "count"), label, detail))
    return tuple(facts)


def _overview(names: Naming, found: Fieldwork) -> Section:
    words = names.words
    points = [_point(names, one) for one in found.questionnaires]
    points += [words.say("fieldwork.point_group", name=_name(names, one), r=table.r_indicator)
               for one in found.questionnaires for table in one.group_tables[:1] if table.r_indicator is not None]
    title = words.say("fieldwork.overview_title", n=_sheets(found), forms=len(found.questionnaires))
    return Section("overview", words.text("fieldwork.part_overview"), title, (Bullets(tuple(points)), Contents()),
                   is_listed=False)


def _sheets(found: Fieldwork) -> int:
    return sum(one.n_submitted + one.n_foreign for one in found.questionnaires)


def _point(names: Naming, one: QuestionnaireFieldwork) -> Statement:
    if one.n_foreign and not one.n_submitted:
        return names.words.say("fieldwork.point_foreign", name=_name(names, one), n=one.n_foreign)
    rr1, rr2 = one.rates.get("rr1"), one.rates.get("rr2")
    key = "point_no_rate" if rr1 is None else "point_same" if rr1 == rr2 else "point"
    return names.words.say(f"fieldwork.{key}", name=_name(names, one), n=one.n_submitted, asked=one.n_asked, rr1=rr1,
                           rr2=rr2)


def _questionnaire(names: Naming, one: QuestionnaireFieldwork, place: int) -> Section:
    words, name = names.words, _name(names, one)
    rate = one.rates.get("rr1")
    title = (words.say("fieldwork.form_title", name=name, rate=rate) if rate is not None
             else words.say("fieldwork.form_title_no_rate", name=name, n=one.n_submitted or one.n_foreign))
    source = words.text("fieldwork.source", name=name, version=one.version, start=one.opened_on, end=one.closed_on)
    blocks: list[Block] = [Facts(_facts(names, one))]
    if one.dispositions:
        blocks += [funnel_figure(names, one, source), disposition_table(names, one, source)]
    for part in (rate_table(names, one, source), course_figure(names, one, source),
                 break_off_table(names, one, source), mode_table(names, one, source)):
        blocks += [part] if part is not None else []
    blocks += group_blocks(names, one, source)
    care = care_table(names, one, source)
    blocks += [care] if care is not None else []
    return Section(f"form-{one.audience}", words.text("fieldwork.part_form", n=place), title, tuple(blocks),
                   starts_page=bool(one.dispositions) and place == 1)


def _facts(names: Naming, one: QuestionnaireFieldwork) -> tuple[tuple[str, Statement], ...]:
    words = names.words
    is_foreign = bool(one.n_foreign) and not one.n_submitted
    told = [
        ("form", words.say("fieldwork.fact_form_text", version=one.version, items=one.n_items, languages=words.join(
            _languages(words, one.languages)))),
        ("asked", _chosen(words, one)),
        ("door", words.say("fieldwork.by_invitation" if one.is_by_invitation else "fieldwork.by_link",
                           mails=one.n_mails)),
        ("promise", words.say(f"fieldwork.privacy_{one.privacy}", minimum=one.minimum_group)),
        ("dates", words.say("fieldwork.dates_text", start=one.opened_on, end=one.closed_on)),
        ("complete", words.say("fieldwork.complete_text", complete=one.complete_from, partial=one.partial_from)),
    ]
    if is_foreign:                      # what was done here tells nothing of answers that came from elsewhere
        told = [row for row in told if row[0] not in ("door", "complete")]
    if one.n_foreign:
        told.append(("foreign", words.say("fieldwork.foreign_text", n=one.n_foreign)))
    if one.median_minutes is not None:
        told.append(("time", words.say("fieldwork.time_text", minutes=one.median_minutes,
                                        stated=_minutes(one.minutes))))
    if one.paper is not None:
        told.append(("paper", words.say(
            "fieldwork.paper_text", sheets=one.paper.n_sheets, fields=one.paper.n_fields, n=one.paper.n_different,
            share=one.paper.n_different / max(one.paper.n_fields, 1), low=one.paper.low, high=one.paper.high)))
    return tuple((words.text(f"fieldwork.fact_{key}"), text) for key, text in told)


def _minutes(stated: float | None) -> str:
    return printed(stated, "one" if stated is not None and stated != int(stated) else "count")


def _languages(words: Words, keys: Iterable[str]) -> list[str]:
    return [words.text(f"fieldwork.language_{key}") if words.has(f"fieldwork.language_{key}") else key for key in keys]


def _asked_of_file(words: Words, one: QuestionnaireFieldwork) -> Statement:
    if not one.population:
        return words.say("fieldwork.base_file")
    return words.say("fieldwork.base_file_of", n=one.population, share=one.n_foreign / one.population)


# ---- disclosure and limits ------------------------------------------------------------------------------------------
def _of_each(words: Words, found: Fieldwork, key: str, said: Sequence[Statement]) -> Statement:
    """Return what holds of each questionnaire: one number of all would mix people who were asked different things."""
    of_one = [words.text("fieldwork.of_form", n=place, said=one.text) for place, one in enumerate(said, 1)]
    each = words.text("fieldwork.between_forms").join(of_one if len(of_one) > 1 else [one.text for one in said])
    values = {f"{name}_{place}": value for place, one in enumerate(said, 1) for name, value in one.values.items()}
    return Statement(words.text(key, each=each), {**values, "n": len(found.questionnaires)})


def _chosen(words: Words, one: QuestionnaireFieldwork) -> Statement:
    return _asked_of_file(words, one) if one.n_foreign and not one.n_submitted else \
        words.say(f"fieldwork.base_{one.base or 'none'}", n=one.n_asked)


def _size(words: Words, one: QuestionnaireFieldwork) -> Statement:
    key = "fieldwork.size_of" if one.n_asked else "fieldwork.size"
    return words.say(key, n=one.n_submitted + one.n_foreign, asked=one.n_asked)


def _disclosure(names: Naming, found: Fieldwork) -> Section:
    words, forms = names.words, found.questionnaires
    first = min((one.opened_on for one in found.questionnaires), default="")
    last = max((one.closed_on for one in found.questionnaires), default="")
    versions = words.join([words.text("fieldwork.of_version", name=_name(names, one), version=one.version)
                           for one in found.questionnaires])
    said = {
        "strategy": words.say("fieldwork.aapor_strategy_text", aim=names.said(found.aim)),
        "sponsor": words.say("fieldwork.aapor_sponsor_text", sponsor=names.said(found.sponsor),
                             conductor=names.said(found.conductor)),
        "instrument": words.say("fieldwork.aapor_instrument_text", versions=versions),
        "population": Statement(names.said(found.population)),
        "sample": _of_each(words, found, "fieldwork.aapor_sample_text", [_chosen(words, one) for one in forms]),
        "mode": words.say("fieldwork.aapor_mode_text", modes=_modes(names, forms), languages=words.join(
            _languages(words, dict.fromkeys(key for one in forms for key in one.languages)))),
        "dates": words.say("fieldwork.dates_text", start=first, end=last),
        "sizes": _of_each(words, found, "fieldwork.aapor_sizes_text", [_size(words, one) for one in forms]),
        "weighting": words.say("fieldwork.aapor_weighting_text"),
        "processing": _processing(words, forms),
        "limits": words.say("fieldwork.aapor_limits_text"),
    }
    rows = tuple(Row((Statement(words.text(f"fieldwork.aapor_{key}")),
                      Statement(capitalised(said[key].text), said[key].values))) for key in DISCLOSED)
    columns = columns_of(words, "fieldwork.aapor_", ("item", 0.3), ("told", 0.7))
    table = Table("t-aapor", words.say("fieldwork.aapor_table", n=len(rows)), columns, rows, "",
                  words.text("fieldwork.aapor_source"))
    return Section("disclosure", words.text("fieldwork.part_disclosure"), words.say("fieldwork.disclosure_title"),
                   (table,), starts_page=False)


def _processing(words: Words, forms: Sequence[QuestionnaireFieldwork]) -> Statement:
    """Return how answers were looked through, naming only tables that stand in the report."""
    care = "care" if any(one.flags for one in forms) else "care_not"
    paper = [words.text("fieldwork.processing_paper")] if any(one.paper for one in forms) else []
    return Statement(words.text("fieldwork.between_forms").join([
        words.text(f"fieldwork.processing_{care}"), words.text("fieldwork.processing_missing"), *paper]))


def _modes(names: Naming, forms: Sequence[QuestionnaireFieldwork]) -> str:
    words = names.words
    used = dict.fromkeys(mode for one in forms for mode in one.modes)
    if not used and any(one.n_foreign for one in forms):
        return words.text("fieldwork.mode_unknown")
    text = words.join([words.text(f"fieldwork.mode_{mode}") for mode in used])
    return capitalised(text) if text else words.text("labels.not_known")


def _limits(names: Naming, found: Fieldwork) -> Section:
    words = names.words
    points = [words.say("fieldwork.limit_non_response"), words.say("fieldwork.limit_model")]
    if any(one.base is None for one in found.questionnaires):
        points.append(words.say("fieldwork.limit_no_base"))
    if any(one.privacy == "anonymous" for one in found.questionnaires):
        points.append(words.say("fieldwork.limit_anonymous"))
    points.append(words.say("fieldwork.limit_looked"))
    frozen = max((one.closed_on for one in found.questionnaires), default="")
    points.append(words.say("fieldwork.limit_frozen", day=day(frozen, names.language)))
    return Section("limits", words.text("fieldwork.part_limits"), words.say("fieldwork.limits_title"),
                   (Bullets(tuple(points)),), starts_page=False)
