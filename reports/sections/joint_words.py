"""The joint display in words: the same for the report, the pages and the spreadsheet."""

from __future__ import annotations

from dataclasses import replace

from analysis.diagnosis.confidence import PAIR_SIGN
from analysis.diagnosis.joint_sides import VALUED
from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.results.interviews import ClaimEvidence
from analysis.results.joint import (
    ClaimConfidence,
    ClaimKind,
    Direction,
    JointRow,
    JudgedRow,
    Opinion,
    RaterAgreement,
    SpokenSide,
    SurveySide,
)
from analysis.results.measurement import Estimate
from reports.content import Statement
from reports.evidence import evidence_line
from reports.sections.source import Source, capitalised, lowered

FEW_ROWS = 20       # below it agreement of raters says little, and the report says so


class JointWords:
    """Says of rows and judgements what can be said, in the language of a source."""

    def __init__(self, study: Source) -> None:
        self.study, self.words = study, study.words

    # ---- names ------------------------------------------------------------------------------------------------------
    def name(self, key: str) -> str:
        """Return the name of a construct or code, without its key."""
        return self.study.name(key) if self.study.construct(key) is not None else self.study.code(key)

    def claim(self, key: str, kind: ClaimKind) -> str:
        """Return a claim as a short wording."""
        if kind != "link":
            return self.name(key)
        cause, _, problem = key.partition(PAIR_SIGN)
        return self.words.text("causes.pair", cause=self.name(cause), problem=self.name(problem))

    def verdict(self, verdict: str | None, silent: str = "") -> str:
        """Return a verdict's name, of silence with the silent side."""
        if verdict is None:
            return self.words.text("joint.undecided_verdict")
        return self.words.text(f"joint.{verdict}_{silent}" if silent else f"joint.{verdict}")

    # ---- survey -----------------------------------------------------------------------------------------------------
    def survey(self, row: JointRow) -> tuple[Statement, ...]:
        """Return what the survey says of a row, line by line."""
        side = row.survey
        if side.silence:
            return (self.words.say(f"joint.survey_{side.silence}"),)
        lines = [self.words.say("joint.level", estimate=self.study.estimate(side.mean, side.ci_low, side.ci_high),
                                n=side.n, trace=_survey_trace(row)),
                 self._with_third(self._survey_direction(row.group, side), side.tercile)]
        if side.alpha is not None and side.alpha.value is not None:
            lines.append(self.words.say("joint.alpha", estimate=self.estimate(side.alpha)))
        return (*lines, *self._contrast(side))

    def _survey_direction(self, group: str, side: SurveySide) -> str:
        direction = self.direction(group, side.direction)
        if not side.hindrance:
            return direction
        return self.words.text("joint.because", direction=direction,
                               hindrance=self.words.text(f"joint.hindrance_{side.hindrance}"))

    def _with_third(self, direction: str, tercile: int | None) -> Statement:
        return Statement(direction) if tercile is None else self.words.say(f"joint.third_{tercile}",
                                                                           direction=direction)

    def _contrast(self, side: SurveySide) -> tuple[Statement, ...]:
        """Return the difference between two groups where it holds after correction for all comparisons."""
        test = side.contrast
        limit = self.study.threshold("fdr_q", THRESHOLDS["fdr_q"].default)
        if test is None or test.q_value is None or test.q_value > limit:
            return ()
        item = self.study.item(test.profile_item)
        first, second = (self.study.choice(item, one) if item else one for one in (test.first, test.second))
        return (self.words.say("joint.contrast", first=first, second=second, estimate=self.estimate(test.difference)),)

    def direction(self, group: str, direction: Direction) -> str:
        """Return a direction in the words of the group: present or not, good or weak."""
        if direction not in ("for", "against"):
            return self.words.text("joint.undecided")
        return self.words.text(f"joint.{direction}_{'valued' if group in VALUED else 'state'}")

    def estimate(self, estimate: Estimate) -> str:
        """Return a coefficient with its interval."""
        return self.study.estimate(estimate.value, estimate.ci_low, estimate.ci_high, "coefficient")

    # ---- interviews -------------------------------------------------------------------------------------------------
    def spoken(self, row: JointRow) -> tuple[Statement, ...]:
        """Return what the interviews say of a row, line by line; comments stand last and apart."""
        side, words = row.spoken, self.words
        if side.silence in ("by_design", "not_interviewed"):
            return (words.say(f"joint.spoken_{side.silence}"), *self._comments(side))
        if silence := self.silence(row):
            return (silence, *self._skipped(row), *self._comments(side))
        lines = [self._counts(row)]
        if side.silence:
            lines.append(words.say(f"joint.spoken_{side.silence}"))
        elif row.group in VALUED:
            lines.append(self._with_third(self.direction(row.group, side.direction), side.tercile))
        else:
            lines.append(words.say("joint.described"))
        for key, n in (("unmentioned", side.n_not_mentioned), ("unasked", side.n_not_asked)):
            lines += [words.say(f"joint.{key}", n=n)] if n else []
        return (*lines, *self._spoken_rest(side), *self._comments(side))

    def silence(self, row: JointRow, key: str = "silent") -> Statement | None:
        """Return that nobody named what was asked, or that it was never asked; None where somebody spoke of it."""
        side = row.spoken
        if side.silence not in ("asked_not_mentioned", "not_asked"):
            return None
        return self.words.say(f"joint.{key}_{side.silence}", k=side.n_asked, n=side.n_interviewed,
                              name=self.name(row.key), trace=(f"interview.{side.code}.interviewees",))

    def n_skipped(self, row: JointRow) -> int:
        """Return in how many interviews every question on it was skipped, as far as that was noted."""
        said = self.study.evidence(row.spoken.code)
        return said.n_not_asked if said is not None else 0

    def _skipped(self, row: JointRow) -> tuple[Statement, ...]:
        n = self.n_skipped(row)
        return (self.words.say("joint.skipped", k=n, n=row.spoken.n_interviewed),) if n else ()

    def evidence_line(self, row: JointRow) -> str:
        """Return how strong the interviews' evidence is, in the one line that report and retrieval print of a code."""
        said = self.study.evidence(row.spoken.code)
        if said is None or not row.spoken.n_mentioned:
            return ""
        shown = replace(said, by_role=row.spoken.by_role)       # what may stand beside the total
        found = ClaimEvidence.of(shown, self.study.n_heard, self.study.diagnosis.saturation)
        return evidence_line(found, self.words, lambda role: self.study.role(role, "staff"))

    def _counts(self, row: JointRow) -> Statement:
        side, trace = row.spoken, (f"interview.{row.spoken.code}.interviewees",)
        if self.study.is_of_few(side.n_asked):
            return self.words.say("labels.few_interviewed")
        if row.group not in VALUED:
            return self.words.say("joint.counts_described", k=side.n_mentioned, n=side.n_asked, trace=trace)
        return self.words.say("joint.counts", k=side.supports, n=side.n_asked, x=side.contradicts, m=side.mixed,
                              trace=trace)

    def _spoken_rest(self, side: SpokenSide) -> list[Statement]:
        words, found = self.words, []
        if side.by_role:
            roles = [words.text("joint.by_role", role=capitalised(self.study.role(role, "staff")), k=k, n=n)
                     for role, (k, n) in side.by_role.items()]
            found.append(Statement(words.join(roles)))
        if side.agreement is not None and side.agreement.value is not None:
            alpha = side.agreement
            found.append(words.say("joint.coders", estimate=self.study.estimate(
                alpha.value, alpha.ci_low, alpha.ci_high, self.study.style_of_agreement(side.agreement.value)),
                                   verdict=words.text(f"agreement.{side.agreement_verdict}")))
        if side.facets:
            names = [self.study.code(code) for code in side.facets]
            found.append(words.say("joint.facets", names=words.join(
                [lowered(name) for name in names] if self.study.language == "en" else names)))
        return found

    def _comments(self, side: SpokenSide) -> tuple[Statement, ...]:
        if not side.n_comments:
            return ()
        return (self.words.say("joint.comments", k=side.n_comments, n=side.n_comments_of),)

    # ---- judgement --------------------------------------------------------------------------------------------------
    def proposal(self, row: JointRow) -> Statement:
        """Return what the rule proposes, with the rule."""
        unused = "_unused" if row.proposal.rule == "silent_interviews" and row.spoken.n_mentioned else ""
        return self.words.say("joint.proposed", verdict=self.verdict(row.proposal.verdict, row.proposal.silent),
                              rule=self.words.text(f"joint.rule_{row.proposal.rule}{unused}"))

    def judgement(self, row: JointRow, judged: JudgedRow) -> tuple[Statement, ...]:
        """Return how the sources stand to each other: the person's judgement, or why there is none, then the rule's."""
        lines = self._decided(judged)
        if judged.is_stale:
            lines.append(self.words.say("joint.stale"))
        lines += self.answer(row, judged)
        is_complementary = judged.final.is_complementary if judged.final else row.proposal.is_complementary
        if is_complementary:
            lines.append(self.words.say("joint.complementary"))
        return (*lines, self.proposal(row))

    def answer(self, row: JointRow, judged: JudgedRow) -> list[Statement]:
        """Return how a dissonance is explained, or that it is not."""
        if judged.final is not None and judged.is_answered:
            return [self.words.say("joint.answered", kind=self.words.text(f"joint.kind_{judged.final.answer_kind}"),
                                   answer=judged.final.answer)]
        return [self.words.say("joint.not_answered")] if is_dissonant(row, judged) else []

    def _decided(self, judged: JudgedRow) -> list[Statement]:
        """Return the verdict, and who gave it with what reason; where nothing holds yet, what the row waits for."""
        final = judged.final
        if final is None:
            state = self.words.say(f"joint.{judged.state}")
            return [state] if judged.state == "open" else [state, self._waiting(judged)]
        values = self._pair(judged) | {"rater": final.rater, "day": final.judged_on, "reason": final.reason}
        key = "settled" if judged.settled is not None else "judged" if judged.second is None else "judged_two"
        return [Statement(self.opinion(final)), Statement(self.words.text(f"joint.{key}", **values), values)]

    def _waiting(self, judged: JudgedRow) -> Statement:
        values = self._pair(judged)
        return Statement(self.words.text(f"joint.{judged.state}_line", **values), values)

    def _pair(self, judged: JudgedRow) -> dict[str, str]:
        if judged.first is None or judged.second is None:
            return {}
        return {"first": judged.first.rater, "second": judged.second.rater,
                "first_verdict": self.opinion(judged.first), "second_verdict": self.opinion(judged.second)}

    def opinion(self, opinion: Opinion) -> str:
        """Return the verdict of an opinion."""
        return self.verdict(opinion.verdict, opinion.silent)

    def raters(self, agreement: RaterAgreement) -> tuple[Statement, ...]:
        """Return how far the two raters agree."""
        drawn, n, share = agreement.n_drawn, agreement.n_rows, agreement.share
        if not agreement.n_both:
            return (self.words.say("joint.raters_none", drawn=drawn, n=n),) if drawn else ()
        told = self.words.say("joint.raters", drawn=drawn, n=n, both=agreement.n_both,
                              kappa=self.estimate(agreement.kappa),
                              share=self.study.estimate(share.value, share.ci_low, share.ci_high, "percent"),
                              alpha=self.estimate(agreement.alpha))
        return (told, self.words.say("joint.raters_few")) if agreement.n_both < FEW_ROWS else (told,)

    # ---- confidence -------------------------------------------------------------------------------------------------
    def confidence(self, stated: ClaimConfidence) -> tuple[Statement, ...]:
        """Return the overall confidence with its reason, who stated it, and what the rule suggests."""
        words = self.words
        lines = [words.say("joint.overall_line", overall=words.text(f"joint.confidence_{stated.overall}"),
                           reason=stated.reason),
                 words.say("joint.overall_by", rater=stated.rater, day=stated.judged_on,
                           suggested=words.text(f"joint.confidence_{stated.suggested}"))]
        return (*lines, words.say("joint.overall_stale")) if stated.is_stale else tuple(lines)

    def components(self, stated: ClaimConfidence) -> tuple[Statement, ...]:
        """Return the four components with concern and reason."""
        words = self.words
        return tuple(words.say("joint.component_line", component=words.text(f"joint.component_{name}"),
                               concern=words.text(f"joint.concern_{one.concern}"), reason=one.reason)
                     for name, one in stated.components.items())


def is_dissonant(row: JointRow, judged: JudgedRow) -> bool:
    """Return whether a row is a dissonance: as judged, or as proposed where nobody has judged."""
    if judged.final is not None:
        return judged.final.verdict == "dissonance"
    return row.proposal.verdict == "dissonance"


def _survey_trace(row: JointRow) -> tuple[str, ...]:
    family = {"problem": "problem", "cause": "cause", "situation": "situation"}.get(row.group)
    return (f"{family}.{row.key}.mean",) if family else ()
