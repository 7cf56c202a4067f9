"""What every part of a report asks: names in the report's language, findings in order, source lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from analysis.diagnosis.trace.ledger import Ledger
from analysis.privacy import MINIMUM_GROUP, MINIMUM_ROLE_INTERVIEWEES
from analysis.results.diagnosis import (
    CauseFinding,
    Diagnosis,
    Grade,
    InterviewEvidence,
    KpiRow,
    LinkFinding,
    MeasureFinding,
    ProblemFinding,
    Quote,
    SingleItem,
)
from analysis.results.joint import JointRecord
from analysis.results.plan_edits import PlanEdit
from analysis.results.waves import WaveComparison
from analysis.told_figures import tells_one
from instruments.facts import StudyFacts
from instruments.template import Measure, Safeguard, StudyTemplate
from reports.charts.metrics import wrap
from reports.citation import short_citation
from reports.content import GradeCell, Passage, Statement
from reports.numbers import Beside, fixed, style_beside
from reports.sections.named import Named, capitalised, lowered

__all__ = ["Source", "capitalised", "lowered"]

ESTABLISHED: tuple[Grade, ...] = ("strong", "moderate")
MARKS = (("「", "」"), ("『", "』"), ("“", "”"), ('"', '"'))
_FILLED = {"strong": 3, "moderate": 2, "weak": 1}
NESTED = str.maketrans({"“": "‘", "”": "’"})
TITLE_WIDTH, TITLE_LINES = 493.0, 2     # 174 mm in points; an action title takes at most two lines
TITLE_SIZE = {"en": 18.5, "zh": 17.0}   # points, as in the style sheet


class Source(Named):
    """A diagnosis with its template, facts and language."""

    def __init__(self, diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, language: str,
                 joint: JointRecord | None = None, edits: Iterable[PlanEdit] = (),
                 changes: Iterable[WaveComparison] = (), asks_again_on: str = "") -> None:
        super().__init__(template, language)
        self.diagnosis, self.facts = diagnosis, facts
        self.joint = joint or JointRecord()     # what people judged of the joint display
        self.edits = {(edit.kind, edit.key): edit for edit in edits}    # what was changed of the plan by hand
        self.changes = tuple(changes)           # since the wave before, by questionnaire
        self.asks_again_on = asks_again_on      # the planned day of the next survey; "" where none is planned
        self.interviewed = ("", "")             # first and last day of the interviews; "" where they are not known
        self.is_synthetic = diagnosis.provenance.is_synthetic

    # ---- names ------------------------------------------------------------------------------------------------
    @cached_property
    def organisation(self) -> str:
        return self.read(self.facts.organisation) or self.read(self.template.organisation) or self.read(
            self.template.title)

    def cite(self, key: str) -> str:
        """Return a reference as it is named in a text, "Payne & Frow 2005"; an unknown key stands for itself."""
        return short_citation(self.template.references, key, self.words)

    def audience(self, key: str) -> str:
        phrase = "audience.customer" if key == self.served else f"audience.{key}"
        return self.words.text(phrase) if self.words.has(phrase) else key

    @cached_property
    def served(self) -> str:
        """The audience whose experience is asked: those whom the organisation serves."""
        return self.template.served_audience

    def role(self, key: str | None, audience: str) -> str:
        if key is None:
            return self.words.text("role.customer" if audience == self.served else "role.employee")
        roles = self.template.guide.roles if self.template.guide else {}
        return self.read(roles[key]) if key in roles else key.replace("_", " ")

    @cached_property
    def ledger(self) -> Ledger:
        """Every finding under its short name, with what it was computed from."""
        return Ledger(self.diagnosis, self.template)

    # ---- findings ---------------------------------------------------------------------------------------------
    @cached_property
    def problems(self) -> list[ProblemFinding]:
        """Problems by rank; those without a rank last, in the template's order."""
        order = list(enumerate(self.diagnosis.problems))
        return [p for _, p in sorted(order, key=lambda pair: (pair[1].rank is None, pair[1].rank or 0, pair[0]))]

    @cached_property
    def established(self) -> list[ProblemFinding]:
        return [problem for problem in self.problems if problem.grade in ESTABLISHED]

    @cached_property
    def causes(self) -> list[CauseFinding]:
        """Causes by mean, highest first."""
        return sorted(self.diagnosis.causes, key=lambda cause: -(cause.level.mean or 0))

    def links_of(self, problem: str) -> list[LinkFinding]:
        """Return the supported links to a problem, strongest first."""
        found = [link for link in self.diagnosis.links
                 if link.problem == problem and link.status == "supports" and not link.is_withheld]
        return sorted(found, key=lambda link: -link.beta)

    def problem(self, key: str) -> ProblemFinding | None:
        return next((found for found in self.diagnosis.problems if found.level.construct == key), None)

    @cached_property
    def proposed(self) -> list[MeasureFinding]:
        """Proposed measures by rank; unranked ones last, by key."""
        found = [measure for measure in self.diagnosis.measures if measure.verdict == "proposed"]
        return sorted(found, key=lambda measure: (measure.rank is None, measure.rank or 0, measure.key))

    def measure(self, key: str) -> Measure:
        rules = self.template.rules
        return {measure.key: measure for measure in rules.measures}[key] if rules else _no_rules(key)

    def safeguard(self, key: str) -> Safeguard | None:
        rules = self.template.rules
        return next((found for found in rules.safeguards if found.key == key), None) if rules else None

    def single(self, key: str) -> SingleItem | None:
        return next((found for found in self.diagnosis.single_items if found.key == key), None)

    def evidence(self, code: str) -> InterviewEvidence | None:
        return next((found for found in self.diagnosis.interviews if found.code == code), None)

    def sources(self) -> list[str]:
        """Return what the findings rest on, in words: answers of each audience, interviews."""
        found = [self.words.text("labels.answers_of", n=s.n_valid, who=self.audience(s.audience))
                 for s in self.diagnosis.screening.values() if s.n_valid]
        if self.n_interviews:
            found.append(self.words.text("labels.interviews_with", n=self.n_interviews))
        return found

    # ---- sizes ------------------------------------------------------------------------------------------------
    def n_valid(self, audience: str) -> int:
        found = self.diagnosis.screening.get(audience)
        return found.n_valid if found else 0

    @cached_property
    def n_interviews(self) -> int:
        return sum(self.diagnosis.n_interviews.values())

    @cached_property
    def n_heard(self) -> int:
        """Interviewees of the organisation, whom the codes on problems and causes are counted in."""
        return sum(self.diagnosis.roles_interviewed.values())

    @cached_property
    def least_heard(self) -> int:
        """Interviewees that a topic must have come up with, or its counts would tell what one of them said."""
        return max(MINIMUM_ROLE_INTERVIEWEES, int(self.threshold("interview_voices", MINIMUM_ROLE_INTERVIEWEES)))

    def is_of_few(self, n: int) -> bool:
        """Tell whether counts of so many interviewees would tell what one of them said."""
        return tells_one(n, self.least_heard)

    @cached_property
    def others_heard(self) -> Mapping[str, int]:
        """Interviewees of audiences that carry no role of the organisation, such as customers."""
        inside = ("staff", "manager")
        return {key: n for key, n in self.diagnosis.n_interviews.items() if key not in inside and n}

    @cached_property
    def minimum_group(self) -> int:
        return int(self.threshold("minimum_group", MINIMUM_GROUP))

    def threshold(self, name: str, default: float) -> float:
        return self.diagnosis.provenance.thresholds.get(name, default)

    def style_of_agreement(self, alpha: float | None) -> Beside:
        """Return the style in which an agreement of coders stands beside the limits that it is judged by."""
        return style_beside(alpha, self.agreement_limits())

    def agreement_limits(self) -> tuple[float, float]:
        """Return from where an agreement of coders is tentative, and from where it is accepted."""
        return self.threshold("agreement_tentative", 0.667), self.threshold("agreement_accept", 0.8)

    # ---- words ------------------------------------------------------------------------------------------------
    def grade(self, grade: Grade | None, construct: str = "") -> GradeCell:
        trace = (f"problem.{construct}.grade",) if construct else ()
        word = self.words.text(f"grade.{grade}" if grade else "grade.not_issued")
        return GradeCell(word, _FILLED.get(grade or "", 0), grade == "conflicting", trace)

    def cause_reading(self, cause: CauseFinding) -> str:
        """Return the phrase of how a cause is read; a link to a problem that is not established is told as such."""
        is_linked = any(link.cause == cause.level.construct and link.status == "supports" and not link.is_withheld
                        for link in self.diagnosis.links)
        told_apart = is_linked and cause.reading in ("no_evidence", "widespread")
        return f"cause_reading.{cause.reading}{'_linked' if told_apart else ''}"

    def kpi_value(self, kpi: KpiRow, value: float | None) -> str:
        """Return a baseline or target in its unit: whole percent, unless the two would then read alike."""
        if value is None:
            return self.words.text("labels.to_be_measured")
        if kpi.unit != "percent":
            return self.words.text(f"unit.{kpi.unit}", value=value)
        own, is_computed = (kpi.baseline, kpi.target), value in (kpi.baseline, kpi.target)
        are_apart = None in own or len({fixed(figure or 0, 0) for figure in own}) > 1
        return f"{fixed(value, 0 if value == int(value) or (is_computed and are_apart) else 1)}%"

    def period(self) -> str:
        """Return the fieldwork period as it stands in a source line, or the date of the data."""
        if self.facts.fieldwork_from and self.facts.fieldwork_until:
            return self.words.text("labels.period", start=self.facts.fieldwork_from, end=self.facts.fieldwork_until)
        return self.words.text("labels.frozen", date=self.diagnosis.provenance.frozen_on)

    def title(self, *candidates: Statement) -> Statement:
        """Return the first wording that fits into two lines of a title, else the last."""
        for candidate in candidates:
            if len(self.title_lines(candidate.text)) <= TITLE_LINES:
                return candidate
        return candidates[-1]

    def title_lines(self, text: str) -> list[str]:
        return wrap(text, TITLE_WIDTH, TITLE_SIZE[self.language], 700, self.language)

    def passages(self, quotes: tuple[Quote, ...], most: int = 2) -> tuple[Passage, ...]:
        """Return quotes that hold a wording in the report's language, at most so many; translations are marked."""
        found = [quote for quote in quotes if quote.text.get(self.language)]
        return tuple(self._passage(quote) for quote in found[:most])

    def _passage(self, quote: Quote) -> Passage:
        role = self.role(quote.role, quote.audience)
        # Who must not be told by their role is not told by all their quotes under one number either.
        source = (capitalised(role) if quote.role is None and quote.audience != self.served
                  else self.words.text("labels.speaker", role=capitalised(role), interview=quote.interview))
        notes = []
        if quote.original_language != self.language:
            notes.append(self.words.text("labels.translated"))
        if quote.polarity == "contradicts":
            notes.append(self.words.text("labels.dissenting"))
        wording = quote.text[self.language]
        return Passage(nested(unmarked(wording)) if quote.is_verbatim else wording, source, quote.is_verbatim,
                       " · ".join(notes), (quote.segment,))


def plain(text: str) -> Statement:
    """Return a wording of the template as a statement without values."""
    return Statement(text)


def unmarked(text: str) -> str:
    """Return words said without the marks that a coder left around them; the report sets its own."""
    bare = text.strip()
    inner = bare[1:-1]
    is_marked = any(bare.startswith(first) and bare.endswith(last) and first not in inner and last not in inner
                    for first, last in MARKS)
    return inner.strip() if is_marked and inner.strip() else text


def nested(text: str) -> str:
    """Return words said with single marks for what is quoted inside them, in either language."""
    return text.translate(NESTED)


def _no_rules(key: str) -> Measure:
    raise KeyError(f"The diagnosis names measure {key!r}, but its template has no strategy rules.")
