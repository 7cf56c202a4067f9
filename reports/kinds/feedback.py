"""The feedback sheet for those who answered: what they told, what was decided, what happens when, who is protected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from analysis.results.actions import Action
from analysis.results.diagnosis import Diagnosis, FacetFinding, MeasureFinding, ProblemFinding, SituationFinding
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import Block, Bullets, Heading, Number, Row, Section, Statement, StudyReport, Table
from reports.kinds.frame import Face, bound, naming
from reports.numbers import month, printed
from reports.sections.source import Source, capitalised
from reports.sections.strengths import points_of
from reports.sections.table_columns import columns_of

MOST_POINTS, MOST_OF_OTHERS, MOST_ANSWERED = 4, 2, 2
HALF = 50.0
STRONG = 2              # from this strength on a measure acts on a problem; a study's own value comes before it
OUTCOMES = (("taken_on", ("accepted", "changed")), ("put_off", ("deferred",)), ("not_taken_on", ("rejected",)))
AWAITED = ("planned", "running")
PRIVACY = ("anonymous", "confidential", "identified")


def feedback_sheet(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, actions: Mapping[str, Action],
                   privacy: str, released_on: str, as_of: str, language: str) -> StudyReport:
    """Return the sheet; `actions` are the decisions by measure as of a day, `privacy` the questionnaire's promise."""
    names, study = naming(language, template), Source(diagnosis, template, facts, language)
    words = study.words
    sections = (_told(study), _decided(study, actions, as_of), _protected(study, privacy))
    screened = diagnosis.screening.get(_audience(study))
    n_answered, n_used = (screened.n_submitted, screened.n_valid) if screened else (0, 0)
    used = words.text("feedback.cover_used", n=n_used) if n_used != n_answered else ""
    face = Face(words.text("feedback.kind"), words.text("feedback.title"), words.text("feedback.subtitle"),
                study.organisation, (
                    (printed(float(n_answered), "count"), words.text("feedback.cover_answers"), used),
                    (month(released_on, language), words.text("feedback.cover_released"), "")),
                study.is_synthetic, released_on)
    made = bound(names, face, sections, [diagnosis.provenance.input_hash, dict(actions), released_on, as_of])
    return replace(made, shape="sheet")


def _audience(study: Source) -> str:
    """Return whom the sheet speaks to: those who were asked about the problems."""
    asked = [one.audience for one in study.template.instruments if one.constructs_of_group("problem")]
    return next((one for one in asked if one in study.diagnosis.screening), next(iter(study.diagnosis.screening), ""))


def _told(study: Source) -> Section:
    """Return what those who answered said: what works first, then the problems and reasons they see."""
    words = study.words
    points = points_of(study)
    good = [_in_full(study, point) for point in points if _is_of(study, point) == _audience(study)][:MOST_POINTS]
    others = [_in_full(study, point) for point in points if _is_of(study, point) != _audience(study)][:MOST_OF_OTHERS]
    rows = [Row((Statement(capitalised(study.name(level.construct))), Statement(words.text(f"feedback.group_{group}")),
                 Number(level.mean, "mean", level.ci_low, level.ci_high),
                 Number(level.unfavourable.value if level.unfavourable else None, "percent")))
            for group, levels in (("problem", [found.level for found in study.diagnosis.problems]),
                                  ("cause", [found.level for found in study.diagnosis.causes]))
            for level in sorted(levels, key=lambda one: (-(one.mean or 0.0), one.construct))
            if level.status == "supports"]
    blocks: list[Block] = [
        Heading(words.text("feedback.good")), Bullets(tuple(good) or (words.say("strengths.none"),)),
        *_of_others(study, others), Heading(words.text("feedback.problems"))]
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


def _of_others(study: Source, points: list[Statement]) -> list[Block]:
    who = study.words.join(list(dict.fromkeys(study.audience(_is_of(study, point)) for point in points)))
    return [Heading(study.words.text("feedback.good_others", who=who)), Bullets(tuple(points))] if points else []


def _is_of(study: Source, point: Statement) -> str:
    """Return whose answers a point rests on: those of other people are no voice of those whom the sheet speaks to."""
    kind, _, rest = (point.trace[0] if point.trace else "").partition(".")
    if kind == "facet":
        return study.served
    found = study.instrument_of(rest.partition(".")[0]) if kind == "item" else None
    return found.audience if found is not None else _audience(study)


def _in_full(study: Source, point: Statement) -> Statement:
    """Return a point on a construct with its scale, its border where it has one, and how many answered."""
    kind, _, rest = (point.trace[0] if point.trace else "").partition(".")
    findings: Mapping[str, Iterable[SituationFinding | FacetFinding | ProblemFinding]] = {
        "situation": study.diagnosis.situation, "facet": study.diagnosis.facets, "problem": study.diagnosis.problems}
    level = next((found.level for found in findings.get(kind, ())
                  if found.level.construct == rest.partition(".")[0]), None)
    if level is None:
        return point
    estimate = (study.estimate(level.mean, level.ci_low, level.ci_high) if kind == "problem"
                else study.estimate(level.pomp, level.pomp_low, level.pomp_high, "points"))
    return study.words.say(f"feedback.good_{kind}", name=study.in_sentence(level.construct), n=level.n,
                           who=capitalised(study.audience(study.served)), estimate=estimate, trace=point.trace,
                           border=study.threshold("situation_border_pomp", HALF))


def _decided(study: Source, actions: Mapping[str, Action], as_of: str) -> Section:
    """Return what was decided with reason and date; measures that wait for a decision are named below."""
    words = study.words
    decided = [finding for finding in study.proposed if finding.key in actions]
    waiting = [finding for finding in study.proposed if finding.key not in actions]
    rows = [_row(study, finding, actions[finding.key].in_words_of(study.language), as_of) for finding in decided]
    columns = columns_of(words, "feedback.action_", ("measure", 0.28), ("decision", 0.14), ("reason", 0.36),
                         ("when", 0.22))
    blocks: list[Block] = []
    if rows:
        blocks.append(Table("t-decided", words.say("feedback.action_title", n=len(rows)), columns, tuple(rows), "",
                            words.text("feedback.action_note", day=as_of)))
    if waiting:
        head = words.text("feedback.waiting_more" if decided else "feedback.waiting", n=len(waiting))
        names = tuple(Statement(study.read(study.measure(finding.key).name)) for finding in waiting)
        blocks += [Heading(head), Bullets(names)]
    if not study.proposed:
        blocks.append(words.say("feedback.no_measures"))
    counts = [(key, sum(actions[one.key].decision in kinds for one in decided)) for key, kinds in OUTCOMES]
    parts = words.text("labels.between").join(words.text(f"feedback.n_{key}", n=n) for key, n in counts if n)
    title = words.say("feedback.decided" if decided else "feedback.decided_none", n=len(decided), parts=parts,
                      of=len(study.proposed))
    return Section("decided", words.text("feedback.part_decided"), title, tuple(blocks))


def _row(study: Source, finding: MeasureFinding, action: Action, as_of: str) -> Row:
    words, name = study.words, study.read(study.measure(finding.key).name)
    return Row((Statement(name), Statement(words.text(f"feedback.decision_{action.decision}")),
                Statement(_reason(study, finding, action)), Statement(_when(study, action, as_of))))


def _reason(study: Source, finding: MeasureFinding, action: Action) -> str:
    """Return the reason recorded; of what is taken on without one, what it answers of that which people told."""
    told = list(filter(None, (action.change, action.reason)))
    answers = _answered(study, finding) if action.is_taken_on else []
    if answers and not action.reason:
        told.append(study.words.text("feedback.answers", names=study.names(answers)))
    return study.words.text("labels.between_sentences").join(told) or study.words.text("feedback.no_reason")


def _answered(study: Source, finding: MeasureFinding) -> list[str]:
    """Return the supported problems, else the supported reasons, that a measure acts on, the strongest first."""
    measure, least = study.measure(finding.key), study.threshold("practice_serves_strength", STRONG)
    for strengths, levels in ((measure.address_problem, study.diagnosis.problems),
                              (measure.address_cause, study.diagnosis.causes)):
        shown = {found.level.construct for found in levels if found.level.status == "supports"}
        hit = sorted((key for key, strength in strengths.items() if strength >= least and key in shown),
                     key=lambda key: (-strengths[key], key))
        if hit:
            return hit[:MOST_ANSWERED]
    return []


def _when(study: Source, action: Action, as_of: str) -> str:
    """Return when something happens, and where the day is past without it having happened that it is."""
    told, day = _next(study, action)
    is_past = bool(day) and day < as_of and action.progress in AWAITED
    return study.words.text("feedback.when_past", when=told) if is_past else told


def _next(study: Source, action: Action) -> tuple[str, str]:
    """Return the next open milestone, else the start, else when it is decided anew; and the day that is awaited."""
    words = study.words
    if action.again_on:
        return words.text("feedback.when_again", day=action.again_on), action.again_on
    following = sorted((one for one in action.milestones if one.state == "open" and one.due_on),
                       key=lambda one: one.due_on)
    if following:
        told = words.text("feedback.when_milestone", name=following[0].name, day=following[0].due_on)
        return told, following[0].due_on
    if action.starts_on:
        is_awaited = action.is_taken_on and action.progress == "planned"
        return words.text("feedback.when_start", day=action.starts_on), action.starts_on if is_awaited else ""
    return "–" if action.decision == "rejected" else words.text("feedback.when_open"), ""


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
