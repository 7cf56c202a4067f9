"""The feedback sheet for those who answered: what they told, what was decided, what happens when, who is protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analysis.results.actions import Action
from analysis.results.diagnosis import Diagnosis
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import Block, Bullets, Heading, Number, Row, Section, Statement, StudyReport, Table
from reports.kinds.frame import Face, bound, naming
from reports.numbers import day, month, printed
from reports.sections.source import Source, capitalised
from reports.sections.strengths import points_of
from reports.sections.table_columns import columns_of

MOST_POINTS = 4
PRIVACY = ("anonymous", "confidential", "identified")


def feedback_sheet(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, actions: Mapping[str, Action],
                   privacy: str, released_on: str, language: str) -> StudyReport:
    """Return the sheet; `actions` are the decisions by measure, `privacy` the promise of the questionnaire."""
    names, study = naming(language), Source(diagnosis, template, facts, language)
    words = study.words
    sections = (_told(study), _decided(study, actions), _protected(study, privacy))
    face = Face(words.text("feedback.kind"), words.text("feedback.title"), words.text("feedback.subtitle"),
                study.organisation, ((printed(float(study.n_valid(_audience(study))), "count"),
                                      words.text("feedback.cover_answers"), ""),
                                     (month(released_on, language), words.text("feedback.cover_released"),
                                      day(released_on, language))),
                study.is_synthetic, released_on)
    made = bound(names, face, sections, [diagnosis.provenance.input_hash, dict(actions), released_on])
    return replace(made, shape="sheet")


def _audience(study: Source) -> str:
    """Return whom the sheet speaks to: those who were asked about the problems."""
    asked = [one.audience for one in study.template.instruments if one.constructs_of_group("problem")]
    return next((one for one in asked if one in study.diagnosis.screening), next(iter(study.diagnosis.screening), ""))


def _told(study: Source) -> Section:
    """Return what those who answered said: what works first, then the problems and reasons they see."""
    words = study.words
    good = points_of(study)[:MOST_POINTS]
    rows = [Row((Statement(capitalised(study.name(found.level.construct))),
                 Statement(words.text(f"feedback.group_{group}")),
                 Number(found.level.mean, "mean", found.level.ci_low, found.level.ci_high),
                 Number(found.level.unfavourable.value if found.level.unfavourable else None, "percent")))
            for group, levels in (("problem", study.diagnosis.problems), ("cause", study.diagnosis.causes))
            for found in levels if found.level.status == "supports"]
    blocks: list[Block] = [
        Heading(words.text("feedback.good")), Bullets(tuple(good) or (words.say("strengths.none"),)),
        Heading(words.text("feedback.problems"))]
    if rows:
        columns = columns_of(words, "feedback.told_", ("name", 0.4), ("group", 0.16), ("mean", 0.24, "right"),
                             ("share", 0.2, "right"))
        blocks.append(Table("t-told", words.say("feedback.told_title", n=len(rows)), columns, tuple(rows), "",
                            words.text("feedback.told_note", n=study.n_valid(_audience(study)))))
    else:
        blocks.append(words.say("feedback.none_supported"))
    key = "told_both" if good and rows else "told_hinders" if rows else "told"
    title = words.say(f"feedback.{key}", good=len(good), n=len(rows))
    return Section("told", words.text("feedback.part_told"), title, tuple(blocks),
                   starts_page=False)


def _decided(study: Source, actions: Mapping[str, Action]) -> Section:
    words, rows = study.words, []
    for finding in study.proposed:
        recorded = actions.get(finding.key)
        action = recorded.in_words_of(study.language) if recorded else None
        name, decision = study.read(study.measure(finding.key).name), action.decision if action else "open"
        rows.append(Row((Statement(name), Statement(words.text(f"feedback.decision_{decision}")),
                         Statement(_reason(action)), Statement(_when(study, action)))))
    decided = sum(finding.key in actions for finding in study.proposed)
    columns = columns_of(words, "feedback.action_", ("measure", 0.34), ("decision", 0.16), ("reason", 0.28),
                         ("when", 0.22))
    blocks: list[Block] = []
    if rows:
        key = "feedback.action_title" if decided else "feedback.action_title_none"
        blocks.append(Table("t-decided", words.say(key, n=len(rows), decided=decided), columns, tuple(rows), "",
                            words.text("feedback.action_note")))
    else:
        blocks.append(words.say("feedback.no_measures"))
    title = words.say("feedback.decided" if decided else "feedback.decided_none", n=decided)
    return Section("decided", words.text("feedback.part_decided"), title, tuple(blocks))


def _reason(action: Action | None) -> str:
    told = list(filter(None, (action.change, action.reason))) if action else []
    return " ".join(told) or "–"


def _when(study: Source, action: Action | None) -> str:
    """Return when something happens: the next open milestone, else the start, else when it is decided anew."""
    words = study.words
    if action is None:
        return "–"
    if action.again_on:
        return words.text("feedback.when_again", day=action.again_on)
    following = sorted((one for one in action.milestones if one.state == "open" and one.due_on),
                       key=lambda one: one.due_on)
    if following:
        return words.text("feedback.when_milestone", name=following[0].name, day=following[0].due_on)
    return words.text("feedback.when_start", day=action.starts_on) if action.starts_on else "–"


def _protected(study: Source, privacy: str) -> Section:
    words = study.words
    known = privacy if privacy in PRIVACY else "anonymous"
    points = [words.say(f"fieldwork.privacy_{known}", minimum=study.minimum_group),
              words.say("feedback.protected_words"), words.say("feedback.protected_open"),
              words.say("feedback.next")]
    stop = "。" if study.language == "zh" else "."
    points = [Statement(f"{capitalised(points[0].text)}{stop}", points[0].values), *points[1:]]
    return Section("protected", words.text("feedback.part_protected"), words.say("feedback.protected"),
                   (Bullets(tuple(points)),), starts_page=False)
