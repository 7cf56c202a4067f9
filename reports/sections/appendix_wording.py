"""Appendix C: every item in the report's language with all its answers, hidden where too few gave one."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.privacy import suppress_cells
from instruments.schema import Instrument, Item
from reports.content import Column, Facts, Group, Row, Section, Statement, Table
from reports.numbers import HIDDEN, printed
from reports.render import ANCHOR
from reports.sections.source import Source
from reports.wording import typeset

ATTRIBUTES = ("profile", "quota", "fact")       # roles of items that tell who somebody is


def wording(study: Source) -> list[Section]:
    """Return one section for each questionnaire that has answers, or all of them where none has."""
    words, found = study.words, []
    answered = {i.key for i in study.template.instruments if study.n_valid(i.audience)}
    frequencies = _frequencies(study)
    for instrument in study.template.instruments:
        if answered and instrument.key not in answered:
            continue
        rows: list[Row] = []
        for section in instrument.sections:
            items = [item for item in instrument.items_of_section(section.key) if item.kind not in ("note", "hidden")]
            if items:
                rows.append(Row((Statement(study.read(section.title)),), is_group=True))
                rows.extend(_row(study, instrument, item, frequencies.get(item.key)) for item in items)
        columns = (Column(words.text("wording.key"), 0.145), Column(words.text("wording.item"), 0.485),
                   Column(words.text("wording.n"), 0.05, "right"), Column(words.text("wording.answers"), 0.32))
        table = Table(f"t-wording-{instrument.audience}", words.say("wording.table", title=typeset(
            study.read(instrument.title)), version=instrument.version), columns, tuple(rows), "",
            words.text("wording.source", minimum=study.minimum_group), is_dense=True)
        title = words.say("wording.title", who=study.audience(instrument.audience), n=len(instrument.items))
        found.append(Section(f"wording-{instrument.audience}", words.text("part.appendix_c"), title,
                             (Group((_scales(study, instrument),)), table), is_appendix=True))
    return found


def _scales(study: Source, instrument: Instrument) -> Facts:
    """Return what the points of each scale mean, as they were read by respondents."""
    words, rows = study.words, []
    for scale in instrument.scales:
        points = [words.text("wording.point", value=p.value, label=study.read(p.label)) for p in scale.points
                  if study.read(p.label) not in ("", str(p.value))]
        if scale.not_applicable:
            points.append(study.read(scale.not_applicable))
        used = sum(item.scale == scale.key for item in instrument.items)
        rows.append((words.text("wording.scale", n=used), Statement(" · ".join(points))))
    return Facts(tuple(rows))


def _frequencies(study: Source) -> dict[str, Mapping[str, int]]:
    """Return the answers that may be printed, by item and value."""
    found: dict[str, Mapping[str, int]] = {}
    diagnosis = study.diagnosis
    levels = [*(p.level for p in diagnosis.problems), *(c.level for c in diagnosis.causes),
              *(s.level for s in diagnosis.situation), *(f.level for f in diagnosis.facets), *diagnosis.outcomes]
    for level in levels:
        for key, counts in level.item_frequencies.items():
            found[key] = {str(value): n for value, n in enumerate(counts, 1)}
    for single in diagnosis.single_items:
        found.setdefault(single.key, single.frequencies)
    for screening in diagnosis.screening.values():
        found.update(screening.composition)
    return found


def _row(study: Source, instrument: Instrument, item: Item, counts: Mapping[str, int] | None) -> Row:
    key, anchor = Statement(item.key + (study.words.text("measure.reversed") if item.is_reverse else "")), (
        f"{ANCHOR}{study.ledger.id_of('item', item.key)}")
    single = study.single(item.key)
    if counts and sum(n for n in counts.values() if n > 0) >= study.minimum_group:
        n = single.n if single else sum(max(count, 0) for count in counts.values())
        return Row((key, Statement(study.read(item.text)), Statement(printed(float(n), "count")),
                    _answers(study, instrument, item, counts)), anchor)
    if single and single.median is not None and single.n >= study.minimum_group:
        return Row((key, Statement(study.read(item.text)), Statement(printed(float(single.n), "count")),
                    study.words.say("wording.number", median=printed(
                        single.median, "count" if single.median == int(single.median) else "one"), mean=study.estimate(
                        single.mean, single.ci_low, single.ci_high, "one"))), anchor)
    reason = ("wording.open" if item.role == "open" else "wording.attention" if item.role == "attention"
              else "wording.hidden" if counts and min(counts.values()) < 0 else "wording.not_shown")
    return Row((key, Statement(study.read(item.text)), Statement("–"), study.words.say(reason)), anchor)


def _answers(study: Source, instrument: Instrument, item: Item, counts: Mapping[str, int]) -> Statement:
    labels = _labels(study, instrument, item)
    hidden = _hidden(study, item, counts)
    if item.kind == "rating":
        scale = instrument.scale(item.scale) if item.scale else None
        values = [str(point.value) for point in scale.points] if scale else sorted(counts)
        return Statement(" · ".join(study.words.text("wording.answer_value", value=value, n=_count(
            counts.get(value, 0), value in hidden)) for value in values))
    between = "；" if study.language == "zh" else "; "
    return Statement(between.join(study.words.text("wording.answer", label=labels.get(value, value), n=_count(
        n, value in hidden)) for value, n in counts.items()))


def _hidden(study: Source, item: Item, counts: Mapping[str, int]) -> frozenset[str]:
    """Return the answers to hide: attributes of people; ratings over all respondents form no group of people."""
    if item.role not in ATTRIBUTES or item.kind == "rating":
        return frozenset()
    told_before = frozenset(value for value, n in counts.items() if n < 0)
    if item.kind == "multiple":         # people tick several: what is hidden cannot be worked out from a sum
        return told_before | frozenset(value for value, n in counts.items() if 0 < n < study.minimum_group)
    return suppress_cells({value: n for value, n in counts.items() if n >= 0}, study.minimum_group) | told_before


def _count(n: int, is_hidden: bool) -> str:
    return HIDDEN if is_hidden else printed(float(n), "count")


def _labels(study: Source, instrument: Instrument, item: Item) -> dict[str, str]:
    if item.choices:
        return {choice.value: study.read(choice.label) for choice in item.choices}
    scale = instrument.scale(item.scale) if item.scale else None
    return {str(point.value): study.read(point.label) for point in scale.points} if scale else {}


