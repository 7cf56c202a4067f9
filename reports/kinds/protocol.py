"""The study protocol: what is asked of whom, how it will be judged, and what was fixed before anybody answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.results.planning import AudiencePlan, Found, SurveyPlan
from instruments.codec import content_hash
from instruments.facts import StudyFacts
from instruments.schema import Instrument, Item
from instruments.schema import Section as Page
from instruments.template import StudyTemplate
from reports.content import (
    Block,
    Bullets,
    Callout,
    Contents,
    Facts,
    Group,
    Number,
    Paragraph,
    Row,
    Section,
    Stack,
    Statement,
    StudyReport,
    Table,
)
from reports.kinds.frame import CoverFact, Face, Naming, bound, naming
from reports.numbers import day, month, printed
from reports.sections.method import threshold_table, told_thresholds
from reports.sections.named import Named, capitalised, lowered
from reports.sections.table_columns import columns_of
from reports.wording import Words, typeset

GROUPS = ("problem", "cause", "situation", "outcome", "experience")
STEPS = ("score", "level", "link", "interviews", "grade", "measures")
GATES = ("minimum_n_tests", "minimum_n_links", "minimum_n_firm_links", "minimum_n_absent_links",
         "minimum_n_corrected_links", "minimum_n_plain_rates", "structure_minimum_n",
         "minimum_n_customers", "minimum_n_group_tests", "interview_minimum", "minimum_group")
HASH_SHOWN = 16


@dataclass(frozen=True)
class Protocol:
    """Everything a protocol says of a study."""

    name: str
    template: StudyTemplate
    facts: StudyFacts
    thresholds: Mapping[str, float]         # all, with the study's own values
    written_on: str                         # ISO date
    opens_on: str = ""
    closes_on: str = ""
    has_answers: bool = False               # collection has begun: this is no protocol written beforehand
    plan: SurveyPlan | None = None
    privacy: Mapping[str, str] = field(default_factory=dict)        # audience → mode
    retain_until: str = ""
    seed: int = 0
    is_synthetic: bool = False


def protocol_report(protocol: Protocol, language: str) -> StudyReport:
    """Return the protocol in one language."""
    template = protocol.template
    names = naming(language, template)
    organisation = names.read(protocol.facts.organisation) or names.read(template.organisation) or protocol.name
    sections = [_overview(names, protocol), _constructs(names, template), _forms(names, protocol),
                _people(names, protocol)]
    sections += _interviews(names, template)
    sections += [_judging(names, protocol), _measures(names, template), _care(names, protocol),
                 *(_items(names, instrument) for instrument in template.instruments), _thresholds(names, protocol)]
    subtitle = names.words.text("protocol.subtitle_late" if protocol.has_answers else "protocol.subtitle")
    face = Face(names.words.text("protocol.kind"), names.read(template.report_title) or names.read(template.title),
                subtitle, organisation, _cover(names, protocol), protocol.is_synthetic, protocol.written_on)
    return bound(names, face, tuple(section for section in sections if section.blocks), protocol)


def _cover(names: Naming, protocol: Protocol) -> tuple[CoverFact, ...]:
    words = names.words
    facts = [(printed(float(len(protocol.template.instruments)), "count"), words.text("protocol.cover_forms"), "")]
    if protocol.template.guide is not None:
        facts.append((printed(float(protocol.template.guide.target_interviews), "count"),
                      words.text("protocol.cover_interviews"), ""))
    facts.append((month(protocol.written_on, names.language), words.text("protocol.cover_written"), ""))
    return tuple(facts)


def _overview(names: Naming, protocol: Protocol) -> Section:
    words, facts, template = names.words, protocol.facts, protocol.template
    rows = [("aim", names.said(template.aim)), ("population", names.said(template.population)),
            ("sponsor", names.said(facts.sponsor)), ("conductor", names.said(facts.conductor)),
            ("dates", _dates(names, protocol)), ("written", day(protocol.written_on, names.language)),
            ("template", words.text("protocol.template", name=typeset(names.read(template.title), names.language),
                                    version=template.version, key=template.key)), ("seed", str(protocol.seed)),
            ("hash", content_hash(template)[:HASH_SHOWN])]
    blocks: list[Block] = [Facts(tuple((words.text(f"protocol.fact_{key}"), Statement(text)) for key, text in rows))]
    if protocol.has_answers:
        blocks.append(Callout("warning", words.text("protocol.late_head"), (words.say("protocol.late"),)))
    blocks.append(Contents())
    return Section("overview", words.text("protocol.part_overview"), words.say("protocol.title"), tuple(blocks),
                   is_listed=False)


def _dates(names: Naming, protocol: Protocol) -> str:
    if not protocol.opens_on:
        return names.words.text("protocol.no_dates")
    return names.words.text("protocol.dates" if protocol.closes_on else "protocol.dates_open", start=protocol.opens_on,
                            end=protocol.closes_on)


# ---- what is asked --------------------------------------------------------------------------------------------------
def _constructs(names: Naming, template: StudyTemplate) -> Section:
    words, rows = names.words, []
    for group in GROUPS:
        found = [(instrument, construct) for instrument in template.instruments for construct in instrument.constructs
                 if construct.group == group]
        if found:
            rows.append(Row((Statement(words.text(f"protocol.group_{group}")),), is_group=True))
        for instrument, construct in found:
            n = len(instrument.items_of_construct(construct.key))
            rows.append(Row((Statement(names.read(construct.name)), Statement(names.read(construct.definition)),
                             words.say("protocol.items", n=n, form=_called(words, template, instrument)))))
    n_problems = sum(construct.group == "problem" for construct in template.constructs)
    n_causes = sum(construct.group == "cause" for construct in template.constructs)
    columns = columns_of(words, "protocol.construct_", ("name", 0.22), ("definition", 0.6), ("measured", 0.18))
    title = words.say("protocol.construct_title", n=len(template.constructs))
    table = Table("t-constructs", title, columns, tuple(rows), is_dense=True)
    return Section("constructs", words.text("protocol.part_constructs"),
                   words.say("protocol.constructs_title", problems=n_problems, causes=n_causes),
                   (words.say("protocol.question"), table))


def _called(words: Words, template: StudyTemplate, instrument: Instrument) -> str:
    """Return who fills in a questionnaire, else its place among them: titles are too long to stand in every row."""
    if instrument.audience == template.served_audience:
        return words.text("audience.customer")
    key = f"audience.{instrument.audience}"
    place = next(place for place, one in enumerate(template.instruments, 1) if one.key == instrument.key)
    return words.text(key) if words.has(key) else words.text("fieldwork.part_form", n=place)


def _forms(names: Naming, protocol: Protocol) -> Section:
    words, rows = names.words, []
    for one in protocol.template.instruments:
        n_reverse = sum(item.is_reverse for item in one.items)
        rows.append(Row((
            Statement(f"{typeset(names.read(one.title), names.language)} {one.version}"),
            Number(float(_n_items(one)), "count"), Number(float(n_reverse), "count"), Number(_minutes(one), "count"),
            Statement(words.join([_language(names, key) for key in one.languages])),
            Statement(words.text(f"protocol.privacy_{protocol.privacy.get(one.audience, 'anonymous')}")))))
    columns = columns_of(words, "protocol.form_", ("name", 0.4), ("items", 0.1, "right"), ("reverse", 0.12, "right"),
                         ("minutes", 0.1, "right"), ("languages", 0.14), ("privacy", 0.14))
    table = Table("t-forms", words.say("protocol.form_title", n=len(rows)), columns, tuple(rows), "",
                  words.text("protocol.form_note"))
    return Section("forms", words.text("protocol.part_forms"), words.say("protocol.forms_title", n=len(rows)), (table,),
                   starts_page=False)


def _language(names: Naming, key: str) -> str:
    return names.words.text(f"fieldwork.language_{key}") if names.words.has(f"fieldwork.language_{key}") else key


def _n_items(instrument: Instrument) -> int:
    return sum(item.stores_answer for item in instrument.items)


def _minutes(instrument: Instrument) -> float | None:
    return None if instrument.estimated_minutes is None else float(instrument.estimated_minutes)


def _interviews(names: Naming, template: StudyTemplate) -> list[Section]:
    guide, words = template.guide, names.words
    if guide is None:
        return []
    named = Named(template, names.language)
    rows = tuple(Row((Statement(question.key),
                      Stack((Statement(typeset(names.read(question.text), names.language)),), has_head=False),
                      Statement(_codes(named, question.codes)))) for question in guide.questions)
    quota = words.join([words.text("protocol.quota_one", role=names.read(guide.roles.get(role, {})) or role, n=n)
                        for role, n in guide.quota.items()])
    blocks: list[Block] = [words.say("protocol.interviews_text", least=guide.minimum_interviews,
                                     target=guide.target_interviews, roles=guide.minimum_roles)]
    blocks += [words.say("protocol.quota", quota=quota)] if quota else []
    if template.codebook is not None:
        book = template.codebook
        blocks.append(words.say("protocol.coding" if book.groups else "protocol.coding_flat", n=book.n_codes,
                                groups=len(book.groups), share=book.quality.double_code_share,
                                accept=book.quality.accept_at, tentative=book.quality.tentative_at))
    columns = columns_of(words, "protocol.question_", ("key", 0.06), ("text", 0.56), ("codes", 0.38))
    blocks.append(Table("t-questions", words.say("protocol.question_title", n=len(rows)), columns, rows, is_dense=True))
    return [Section("interviews", words.text("protocol.part_interviews"),
                    words.say("protocol.interviews_title", n=guide.target_interviews), tuple(blocks),
                    starts_page=False)]


def _codes(named: Named, keys: Sequence[str]) -> str:
    """Return the names of the codes that a question is to bring up, as one list."""
    found = [named.code(key) for key in keys]
    if named.language == "zh":
        return named.words.join(found)
    return capitalised(named.words.join([lowered(name) for name in found]))


# ---- of whom, and what numbers can show -----------------------------------------------------------------------------
def _people(names: Naming, protocol: Protocol) -> Section:
    words = names.words
    blocks: list[Block] = []
    if protocol.plan is None and protocol.has_answers:
        return Section("people", words.text("protocol.part_people"), words.say("protocol.unplanned_title"),
                       (words.say("protocol.unplanned"),), starts_page=False)
    if protocol.plan is None:
        blocks.append(Callout("warning", words.text("protocol.no_plan_head"), (words.say("protocol.no_plan"),)))
    else:
        blocks += [_sizes(names, protocol, protocol.plan), *_found(names, protocol.plan)]
        blocks.append(Paragraph((words.say("protocol.plan_note", surveys=protocol.plan.n_surveys,
                                           resamples=protocol.plan.n_resamples, seed=protocol.plan.seed),), "small"))
    return Section("people", words.text("protocol.part_people"), words.say("protocol.people_title"), tuple(blocks),
                   starts_page=False)


def _title_of(names: Naming, protocol: Protocol, audience: str) -> str:
    found = next((one for one in protocol.template.instruments if one.audience == audience), None)
    return typeset(names.read(found.title), names.language) if found is not None else audience


def _sizes(names: Naming, protocol: Protocol, plan: SurveyPlan) -> Table:
    words = names.words
    rows = tuple(Row((Statement(_title_of(names, protocol, one.audience)), Number(_count(one.population), "count"),
                      Number(float(one.invitations), "count"), Number(one.response_rate, "percent"),
                      Number(float(one.n), "count", is_emphasised=True), _half_width(one)))
                 for one in plan.audiences)
    columns = columns_of(words, "protocol.size_", ("name", 0.36), ("population", 0.12, "right"),
                         ("invitations", 0.14, "right"), ("rate", 0.12, "right"), ("n", 0.12, "right"),
                         ("half", 0.14, "right"))
    return Table("t-sizes", words.say("protocol.size_title", n=sum(one.n for one in plan.audiences)), columns, rows, "",
                 words.text("protocol.size_note"))


def _count(n: int | None) -> float | None:
    return None if n is None else float(n)


def _half_width(one: AudiencePlan) -> Number:
    mean = next((found for found in one.precision if found.kind == "mean"), None)
    return Number(mean.half_width if mean is not None else None, "mean")


def _found(names: Naming, plan: SurveyPlan) -> list[Block]:
    """Return how often what is there would be found with the planned numbers."""
    words = names.words
    rows = [_found_row(names, found) for one in plan.audiences for found in one.found]
    if not rows:
        return []
    columns = columns_of(words, "protocol.found_", ("what", 0.5), ("size", 0.14, "right"), ("n", 0.12, "right"),
                         ("share", 0.24, "right"))
    return [Table("t-found", words.say("protocol.found_title"), columns, tuple(rows), "",
                  words.text("protocol.found_note"))]


def _found_row(names: Naming, found: Found) -> Row:
    return Row((Statement(names.words.text(f"protocol.found_{found.kind}")), Number(found.size, "coefficient"),
                Number(float(found.n), "count"), Number(found.share, "percent", found.ci_low, found.ci_high)))


# ---- how it will be judged ------------------------------------------------------------------------------------------
def _judging(names: Naming, protocol: Protocol) -> Section:
    words, limit = names.words, protocol.thresholds
    steps = Facts(tuple((words.text(f"method.step_{key}_term"), words.say(
        f"method.step_{key}", tau=limit["tau"], q=limit["fdr_q"], delta=limit["delta"], resamples=2000,
        corrected=limit["minimum_n_corrected_links"], plain=limit["minimum_n_plain_rates"],
        minimum=limit["interview_minimum"], seed=protocol.seed)) for key in STEPS))
    known = [name for name in GATES if name in limit]
    rows = tuple(Row((Statement(words.named(THRESHOLDS[name].meaning[names.language])), Number(limit[name], "count")))
                 for name in known)
    columns = columns_of(words, "protocol.gate_", ("meaning", 0.84), ("value", 0.16, "right"))
    table = Table("t-gates", words.say("protocol.gate_title", n=len(rows)), columns, rows, "",
                  words.text("protocol.gate_note"), is_dense=True)
    return Section("judging", words.text("protocol.part_judging"), words.say("protocol.judging_title"), (steps, table),
                   starts_page=False)


def _measures(names: Naming, template: StudyTemplate) -> Section:
    words, rules = names.words, template.rules
    if rules is None:
        return Section("measures", words.text("protocol.part_measures"), words.say("protocol.measures_title", n=0), ())
    strategies = {strategy.key: names.read(strategy.name) for strategy in rules.strategies}
    rows = tuple(Row((Statement(f"{one.key} {names.read(one.name)}"),
                      Statement(strategies.get(one.strategy, one.strategy)),
                      Statement(names.read(one.owner)), Number(float(one.horizon_months), "months")))
                 for one in rules.measures)
    columns = columns_of(words, "protocol.measure_", ("name", 0.4), ("strategy", 0.22), ("owner", 0.28),
                         ("months", 0.1, "right"))
    table = Table("t-measures", words.say("protocol.measure_title", n=len(rows)), columns, rows, "",
                  words.text("protocol.measure_note"), is_dense=True)
    return Section("measures", words.text("protocol.part_measures"), words.say("protocol.measures_title", n=len(rows)),
                   (table,), starts_page=False)


def _care(names: Naming, protocol: Protocol) -> Section:
    words = names.words
    minimum = protocol.thresholds["minimum_group"]
    points = [words.say("protocol.care_cells", minimum=minimum), words.say("protocol.care_open"),
              words.say("protocol.care_quotes"),
              words.say("protocol.care_flags", flags=protocol.thresholds["exclusion_flags"]),
              words.say("protocol.care_kept" if protocol.retain_until else "protocol.care_kept_unknown",
                        until=protocol.retain_until), words.say("protocol.deviations")]
    return Section("care", words.text("protocol.part_care"), words.say("protocol.care_title"),
                   (Group((Bullets(tuple(points)),)),), starts_page=False)


# ---- appendices -----------------------------------------------------------------------------------------------------
def _items(names: Naming, instrument: Instrument) -> Section:
    """Return the items below the headings of their pages, which say what a fragment is asked about."""
    words, rows = names.words, []
    for page in instrument.sections:
        items = [item for item in instrument.items_of_section(page.key) if item.stores_answer]
        if items:
            rows.append(Row((Statement(_page(names, instrument, page, items)),), is_group=True))
        rows += [_item(names, instrument, item) for item in items]
    columns = columns_of(words, "protocol.item_", ("key", 0.145), ("text", 0.625), ("construct", 0.23))
    n = sum(not row.is_group for row in rows)
    table = Table(f"t-items-{instrument.audience}", words.say("protocol.item_title", n=n), columns, tuple(rows),
                  is_dense=True)
    title = words.say("protocol.items_title", name=typeset(names.read(instrument.title), names.language),
                      version=instrument.version)
    return Section(f"items-{instrument.audience}", words.text("protocol.part_items"), title, (table,),
                   is_appendix=True, starts_page=False)


def _item(names: Naming, instrument: Instrument, item: Item) -> Row:
    construct = next((names.read(one.name) for one in instrument.constructs if one.key == item.construct), "–")
    key = item.key + (names.words.text("measure.reversed") if item.is_reverse else "")
    return Row((Statement(key), Statement(names.read(item.text)), Statement(construct)))


def _page(names: Naming, instrument: Instrument, page: Page, items: Sequence[Item]) -> str:
    """Return the heading under which items are asked, with the ends of the scales that they are answered on."""
    words, title = names.words, names.read(page.title) or page.key
    keys = dict.fromkeys(item.scale for item in items if item.scale)
    ends = [words.text("protocol.scale", low=names.read(scale.points[0].label), high=names.read(scale.points[-1].label))
            for key in keys if len((scale := instrument.scale(key)).points) > 1]
    return words.text("protocol.page_scales", title=title, scales=words.text("protocol.between_scales").join(ends)
                      ) if ends else title


def _thresholds(names: Naming, protocol: Protocol) -> Section:
    told = told_thresholds(has_value=protocol.template.value_model is not None)
    table = threshold_table(names.words, names.language, protocol.thresholds, told)
    return Section("thresholds", names.words.text("protocol.part_thresholds"),
                   names.words.say("protocol.thresholds_title", n=len(told)), (table,), is_appendix=True,
                   starts_page=False)
