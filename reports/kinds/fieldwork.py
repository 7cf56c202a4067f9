"""The fieldwork report: whom the questionnaires were put to, how, and how it went, after AAPOR's disclosure items."""

from __future__ import annotations

from collections.abc import Sequence

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

# AAPOR's code (2021, III.A): what is told at once, in the order of the code; where it stands here.
DISCLOSED = ("strategy", "sponsor", "instrument", "population", "sample", "mode", "dates", "sizes", "weighting",
             "processing", "limits")


def fieldwork_report(found: Fieldwork, language: str) -> StudyReport:
    """Return the report of one closed wave."""
    names = naming(language)
    closed = max((one.closed_on for one in found.questionnaires), default="")
    sections = [_overview(names, found), *(_questionnaire(names, one) for one in found.questionnaires),
                _disclosure(names, found), _limits(names, found)]
    face = Face(names.words.text("fieldwork.kind"), names.words.text("fieldwork.title", wave=found.wave),
                names.words.text("fieldwork.subtitle"), names.read(found.organisation), _cover(names, found),
                found.is_synthetic, closed)
    return bound(names, face, tuple(sections), found)


def _cover(names: Naming, found: Fieldwork) -> tuple[CoverFact, ...]:
    facts = []
    for one in found.questionnaires:
        rate = one.rates.get("rr1")
        detail = (names.words.text("fieldwork.cover_rate", rate=rate) if rate is not None
                  else names.words.text("fieldwork.cover_no_rate"))
        facts.append((printed(float(one.n_submitted + one.n_foreign), "count"), names.read(one.name), detail))
    return tuple(facts)


def _overview(names: Naming, found: Fieldwork) -> Section:
    words = names.words
    points = [_point(names, one) for one in found.questionnaires]
    points += [words.say("fieldwork.point_group", name=names.read(one.name), r=table.r_indicator)
               for one in found.questionnaires for table in one.group_tables[:1] if table.r_indicator is not None]
    title = words.say("fieldwork.overview_title", n=_sheets(found), forms=len(found.questionnaires))
    return Section("overview", words.text("fieldwork.part_overview"), title, (Bullets(tuple(points)), Contents()),
                   is_listed=False)


def _sheets(found: Fieldwork) -> int:
    return sum(one.n_submitted + one.n_foreign for one in found.questionnaires)


def _point(names: Naming, one: QuestionnaireFieldwork) -> Statement:
    if one.n_foreign and not one.n_submitted:
        return names.words.say("fieldwork.point_foreign", name=names.read(one.name), n=one.n_foreign)
    rr1, rr2 = one.rates.get("rr1"), one.rates.get("rr2")
    return names.words.say(f"fieldwork.{'point' if rr1 is not None else 'point_no_rate'}", name=names.read(one.name),
                           n=one.n_submitted, asked=one.n_asked, rr1=rr1, rr2=rr2)


def _questionnaire(names: Naming, one: QuestionnaireFieldwork) -> Section:
    words, name = names.words, names.read(one.name)
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
    return Section(f"form-{one.audience}", name, title, tuple(blocks), starts_page=bool(one.dispositions))


def _facts(names: Naming, one: QuestionnaireFieldwork) -> tuple[tuple[str, Statement], ...]:
    words = names.words
    told = [
        ("form", words.say("fieldwork.fact_form_text", version=one.version, items=one.n_items, languages=words.join(
            [words.text(f"fieldwork.language_{key}") if words.has(f"fieldwork.language_{key}") else key
             for key in one.languages]))),
        ("asked", words.say(f"fieldwork.base_{one.base or 'none'}", n=one.n_asked)),
        ("door", words.say("fieldwork.by_invitation" if one.is_by_invitation else "fieldwork.by_link",
                           mails=one.n_mails)),
        ("promise", words.say(f"fieldwork.privacy_{one.privacy}", minimum=one.minimum_group)),
        ("dates", words.say("fieldwork.dates_text", start=one.opened_on, end=one.closed_on)),
        ("complete", words.say("fieldwork.complete_text", complete=one.complete_from, partial=one.partial_from)),
    ]
    if one.n_foreign:
        told.append(("foreign", words.say("fieldwork.foreign_text", n=one.n_foreign)))
    if one.median_minutes is not None:
        told.append(("time", words.say("fieldwork.time_text", minutes=one.median_minutes, stated=one.minutes)))
    if one.paper is not None:
        told.append(("paper", words.say(
            "fieldwork.paper_text", sheets=one.paper.n_sheets, fields=one.paper.n_fields, n=one.paper.n_different,
            share=one.paper.n_different / max(one.paper.n_fields, 1), low=one.paper.low, high=one.paper.high)))
    return tuple((words.text(f"fieldwork.fact_{key}"), text) for key, text in told)


# ---- disclosure and limits ------------------------------------------------------------------------------------------
def _disclosure(names: Naming, found: Fieldwork) -> Section:
    words = names.words
    first = min((one.opened_on for one in found.questionnaires), default="")
    last = max((one.closed_on for one in found.questionnaires), default="")
    versions = words.join([f"{names.read(one.name)} {one.version}" for one in found.questionnaires])
    said = {
        "strategy": words.say("fieldwork.aapor_strategy_text", aim=names.said(found.aim)),
        "sponsor": words.say("fieldwork.aapor_sponsor_text", sponsor=names.said(found.sponsor),
                             conductor=names.said(found.conductor)),
        "instrument": words.say("fieldwork.aapor_instrument_text", versions=versions),
        "population": Statement(names.said(found.population)),
        "sample": words.say("fieldwork.aapor_sample_text"),
        "mode": Statement(_modes(names, found.questionnaires)),
        "dates": words.say("fieldwork.dates_text", start=first, end=last),
        "sizes": words.say("fieldwork.aapor_sizes_text", n=_sheets(found)),
        "weighting": words.say("fieldwork.aapor_weighting_text"),
        "processing": words.say("fieldwork.aapor_processing_text"),
        "limits": words.say("fieldwork.aapor_limits_text"),
    }
    rows = tuple(Row((Statement(words.text(f"fieldwork.aapor_{key}")),
                      Statement(capitalised(said[key].text), said[key].values))) for key in DISCLOSED)
    columns = columns_of(words, "fieldwork.aapor_", ("item", 0.3), ("told", 0.7))
    table = Table("t-aapor", words.say("fieldwork.aapor_table", n=len(rows)), columns, rows, "",
                  words.text("fieldwork.aapor_source"))
    return Section("disclosure", words.text("fieldwork.part_disclosure"), words.say("fieldwork.disclosure_title"),
                   (table,))


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
