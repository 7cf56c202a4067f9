"""The joint display in the report: both sources side by side, what people judged, and what nobody has answered."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.diagnosis.joint import joint_rows
from analysis.results.joint import JointRecord, JointRow
from reports.content import (
    Block,
    Bullets,
    Callout,
    Group,
    Heading,
    Number,
    Paragraph,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.sections.joint_words import JointWords, is_dissonant
from reports.sections.source import Source, lowered
from reports.sections.table_columns import columns_of

AGREED = ("agreement", "partial_agreement")


def joint(study: Source) -> list[Section]:
    """Return the joint display; nothing where nobody was interviewed, because there is nothing to put side by side."""
    rows = joint_rows(study.diagnosis, study.template)
    shown = [row for row in rows if not row.silent_by_design]
    if not study.n_heard or not shown:
        return []
    record, told = study.joint, JointWords(study)
    blocks: list[Block] = [_verdicts(study, told, shown, record), *_dissonances(study, told, shown, record)]
    blocks += _silences(study, told, shown)
    blocks += _confidence(study, told, record)
    title, lead = _head(study, shown, record)
    return [Section("joint", study.words.text("joint.part"), title, tuple(blocks), lead)]


def joint_rows_in_full(study: Source) -> list[Section]:
    """Return every row with both sides' words and who judged it, for an appendix."""
    rows = joint_rows(study.diagnosis, study.template)
    shown = [row for row in rows if not row.silent_by_design]
    if not study.n_heard or not shown:
        return []
    record, told = study.joint, JointWords(study)
    blocks: list[Block] = [_table(study, told, shown, record), Paragraph(_by_design(study, told, rows), "small"),
                           *_raters(study, told, record)]
    return [Section("joint-rows", study.words.text("part.appendix_joint"),
                    study.words.say("joint.rows_title", n=len(shown)), tuple(blocks), is_appendix=True)]


def _head(study: Source, shown: Sequence[JointRow], record: JointRecord) -> tuple[Statement, Statement]:
    words, n = study.words, len(shown)
    finals = [record.of(row.key).final for row in shown]
    judged = [final for final in finals if final is not None]
    if not judged:
        agree = sum(row.proposal.verdict in AGREED for row in shown)
        dissonant = sum(row.proposal.verdict == "dissonance" for row in shown)
        key = "joint.title_open" if dissonant else "joint.title_open_none"
        return words.say(key, n=n, agree=agree, dissonant=dissonant), words.say("joint.lead_none")
    lead = words.say("joint.lead", judged=len(judged), n=n, open=n - len(judged))
    if len(judged) < n:
        return words.say("joint.title_part", n=n), lead
    return words.say("joint.title", agree=sum(final.verdict in AGREED for final in judged), n=n,
                     dissonant=sum(final.verdict == "dissonance" for final in judged)), lead


def _verdicts(study: Source, told: JointWords, shown: Sequence[JointRow], record: JointRecord) -> Table:
    """Return which topics fall under which verdict: a person's where one was given, else the rule's."""
    words = study.words
    by_verdict: dict[str, list[str]] = {}
    for row in shown:
        final = record.of(row.key).final
        verdict = told.opinion(final) if final else told.verdict(row.proposal.verdict, row.proposal.silent)
        by_verdict.setdefault(verdict, []).append(told.name(row.key))
    order = [told.verdict(verdict) for verdict in ("agreement", "partial_agreement", "dissonance")]
    ordered = sorted(by_verdict, key=lambda verdict: order.index(verdict) if verdict in order else len(order))
    rows = tuple(Row((Statement(verdict), Number(float(len(by_verdict[verdict])), "count"),
                      Statement(_listed(study, by_verdict[verdict])))) for verdict in ordered)
    columns = columns_of(words, "joint.column_", ("verdict", 0.2), ("n", 0.1, "right"), ("topics", 0.7))
    return Table("t-joint-verdicts", words.say("joint.verdicts"), columns, rows, "",
                 words.text("joint.verdicts_source"))


def _listed(study: Source, names: Sequence[str]) -> str:
    """Return names as a list that begins a cell: only the first with a capital."""
    return study.words.join([*names[:1], *(lowered(name) if study.language == "en" else name for name in names[1:])])


def _table(study: Source, told: JointWords, shown: Sequence[JointRow], record: JointRecord) -> Table:
    words, rows, group = study.words, [], ""
    for row in shown:
        if row.group != group:
            group = row.group
            rows.append(Row((words.say(f"joint.group_{group}"),), is_group=True))
        rows.append(Row((Statement(told.name(row.key)), Stack(told.survey(row), has_head=False),
                         Stack(told.spoken(row), has_head=False),
                         Stack(told.judgement(row, record.of(row.key)))), f"joint-{row.key}"))
    columns = columns_of(words, "joint.column_", ("topic", 0.14), ("survey", 0.22), ("spoken", 0.30),
                         ("judgement", 0.34))
    source = words.text("joint.table_source", voices=study.threshold("joint_voices", 2),
                        ratio=f"{study.threshold('interview_ratio', 2):g}")
    return Table("t-joint", words.say("joint.table"), columns, tuple(rows), "", source, is_dense=True)


def _dissonances(study: Source, told: JointWords, shown: Sequence[JointRow], record: JointRecord) -> list[Block]:
    """Return every contradiction with both sides' numbers and its explanation; a warning for those without one."""
    words = study.words
    found = [row for row in shown if is_dissonant(row, record.of(row.key))]
    if not found:
        return []
    blocks: list[Block] = [Group((Heading(words.text("joint.dissonances"), "joint-dissonances"),
                                  Bullets(tuple(_dissonance(study, told, row, record) for row in found))))]
    unanswered = [row for row in found if not record.of(row.key).is_answered]
    if unanswered:
        names = words.join([told.name(row.key) for row in unanswered])
        blocks.append(Callout("warning", words.text("joint.unanswered_head"),
                              (words.say("joint.unanswered", names=names),)))
    return blocks


def _dissonance(study: Source, told: JointWords, row: JointRow, record: JointRecord) -> Statement:
    words, judged = study.words, record.of(row.key)
    between = "" if study.language == "zh" else " "
    judgement = between.join(line.text for line in told.answer(row, judged))
    line = words.say("joint.dissonance_line", name=told.name(row.key), survey=told.survey(row)[0].text,
                     spoken=told.spoken(row)[0].text, judgement=judgement,
                     trace=(f"interview.{row.spoken.code}.status",))
    is_real = judged.final is not None and judged.final.answer_kind == "real_contradiction"
    if not is_real or row.grade is None or row.grade == "conflicting":
        return line
    beside = words.text("joint.grade_beside", grade=words.text(f"grade.{row.grade}"))
    return Statement(f"{line.text}{between}{beside}", {**line.values, "grade": row.grade}, line.trace)


def _silences(study: Source, told: JointWords, shown: Sequence[JointRow]) -> list[Block]:
    """Return what was asked and named by nobody, what was never asked, and where questions were skipped."""
    words = study.words
    found = [line for row in shown if (line := told.silence(row, "silence")) is not None]
    skipped = [words.text("joint.skipped_item", name=told.name(row.key), k=n, n=row.spoken.n_interviewed)
               for row in shown if (n := told.n_skipped(row))]
    if skipped:
        found.append(words.say("joint.skipped_line", names=words.join(skipped)))
    if not found:
        return []
    return [Group((Heading(words.text("joint.silences"), "joint-silences"), Bullets(tuple(found)),
                   Paragraph((words.say("joint.silences_note"),), "small")))]


def _by_design(study: Source, told: JointWords, rows: Sequence[JointRow]) -> tuple[Statement, ...]:
    found = []
    for side in ("interviews", "survey", "both"):
        names = [told.name(row.key) for row in rows if row.silent_by_design == side]
        if names:
            found.append(study.words.say(f"joint.by_design_{side}", names=study.words.join(names)))
    return tuple(found)


def _raters(study: Source, told: JointWords, record: JointRecord) -> list[Block]:
    if record.waiver:
        return [Paragraph((study.words.say("joint.waived", rater=record.waived_by, reason=record.waiver),), "small")]
    said = told.raters(record.agreement) if record.agreement is not None else ()
    return [Paragraph(said, "small")] if said else []


def _confidence(study: Source, told: JointWords, record: JointRecord) -> list[Block]:
    if not record.confidence:
        return []
    words = study.words
    rows = tuple(Row((Statement(told.claim(stated.claim, stated.kind)), Stack(told.confidence(stated)),
                      Stack(told.components(stated), has_head=False))) for stated in record.confidence)
    columns = columns_of(words, "joint.column_", ("claim", 0.2), ("overall", 0.3), ("reasons", 0.5))
    return [Table("t-confidence", words.say("joint.confidence_table", n=len(rows)), columns, rows, "",
                  words.text("joint.confidence_source"), is_dense=True)]
