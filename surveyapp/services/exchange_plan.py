"""What would come into the study from a foreign project, and what would not: shown before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import AppError, BadInput, marked
from surveyapp.models.account import Account, Role
from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.blinding import check_may_code
from surveyapp.services.codebook import load_codebook
from surveyapp.services.exchange_codes import ASK, CodePlan, plan_codes
from surveyapp.services.exchange_log import KIND, free_key, log_of_text
from surveyapp.services.foreign_offsets import Fit, Reading, choose_reading, readings_of
from surveyapp.services.foreign_project import ForeignProject, ForeignText, passages_of
from surveyapp.services.interview import InterviewLog, guide_of
from surveyapp.services.pseudonymise import Identifier, find_identifiers
from surveyapp.services.transcript import text_hash

ADD, SAME, LEFT = "add", "same", "left"
NOBODY = 0                      # the number of no account
MOST_CODINGS = 100_000          # of one file
NO_CONSENT = marked("Without consent no text may be stored.")
COMMENTS = marked("Comments on an open question belong to their questionnaire; only codings on those that are here "
                  "already are taken over.")
NO_WORDS = marked("There is nothing in it: no words and nothing coded.")


@dataclass(frozen=True)
class Choices:
    """What whoever imports has decided."""

    has_consent: bool = True
    is_pseudonymised: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)      # identifier or name of a code → key, NEW or LEFT
    reading: str = ""
    further_names: tuple[str, ...] = ()
    is_consent_of_file: bool = False            # only of texts that say so themselves


@dataclass(frozen=True)
class KnownNames:
    """What was replaced in the study before, and names to look for besides."""

    replaced: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    n_known: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TextPlan:
    """What becomes of one text: a new interview, codings for one that is here, or nothing, with the reason."""

    text: ForeignText
    deed: str
    key: str
    log: InterviewLog | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)     # of the case, beside the log
    interview_id: int | None = None
    reason: str = ""
    found: tuple[Identifier, ...] = ()

    @property
    def n_passages(self) -> int:
        return len(self.text.selections)

    @property
    def n_codings(self) -> int:
        return sum(len(passage.codings) for passage in passages_of(self.text))

    @property
    def n_links(self) -> int:
        return sum(len(passage.links) for passage in passages_of(self.text))


@dataclass(frozen=True)
class ExchangePlan:
    """All that an import would do."""

    project: ForeignProject
    fit: Fit
    readings: tuple[Reading, ...]
    codes: tuple[CodePlan, ...]
    texts: tuple[TextPlan, ...]
    choices: Choices

    @property
    def open_codes(self) -> tuple[CodePlan, ...]:
        return tuple(plan for plan in self.codes if plan.how == ASK)

    @property
    def taken(self) -> tuple[TextPlan, ...]:
        return tuple(plan for plan in self.texts if plan.deed != LEFT)

    @property
    def coders(self) -> tuple[str, ...]:
        """The names of those who coded, as the file has them."""
        passages = [passage for plan in self.taken for passage in passages_of(plan.text)]
        used = {coding.coder for passage in passages for coding in passage.codings}
        used |= {link.coder for passage in passages for link in passage.links}
        return tuple(sorted(self.project.coders.get(guid) or guid for guid in used if guid))

    @property
    def n_identifiers(self) -> int:
        return sum(len(plan.found) for plan in self.taken)

    def document(self) -> dict[str, object]:
        """Return the plan as data, for --json."""
        return {
            "origin": self.project.origin, "reading": self.fit.reading.key, "is_checked": self.fit.is_checked,
            "passages": {"n": self.fit.n_selections, "with_words": self.fit.n_with_words,
                         "matched": self.fit.n_matched, "moved": self.fit.n_moved, "lost": self.fit.n_lost},
            "codes": [{"name": plan.foreign.name, "how": plan.how, "key": plan.key,
                       "candidates": list(plan.candidates)} for plan in self.codes],
            "texts": [{"name": plan.text.name, "deed": plan.deed, "key": plan.key, "n_codings": plan.n_codings,
                       "n_links": plan.n_links, "reason": plan.reason, "n_identifiers": len(plan.found)}
                      for plan in self.texts],
            "coders": list(self.coders), "left_out": dict(self.project.losses),
            "warnings": dict(self.project.warnings),
        }


def plan_exchange(session: Session, study: Study, project: ForeignProject, choices: Choices,
                  known: KnownNames) -> ExchangePlan:
    """Return what the import would do; nothing is stored."""
    n_codings = sum(len(passage.codings) for text in project.texts for passage in passages_of(text))
    if n_codings > MOST_CODINGS:
        raise BadInput("The project has {n} codings.", "At most {most} are taken over at once: export it in parts.",
                       n=n_codings, most=MOST_CODINGS)
    codes = plan_codes(study, load_codebook(session, study), project.codes, choices.codes)
    return ExchangePlan(project, choose_reading(project, choices.reading), tuple(readings_of(project)), codes,
                        tuple(_plan_texts(session, study, project.texts, choices, known)), choices)


def check_decided(plan: ExchangePlan) -> None:
    """Refuse a plan in which it is open which code is meant."""
    if plan.open_codes:
        first = plan.open_codes[0]
        raise BadInput("More than one code of the study may be meant by {name}: {candidates}.",
                       "Say which, or that it is a new one.", name=repr(first.foreign.name),
                       candidates=", ".join(first.candidates))


def _plan_texts(session: Session, study: Study, texts: Sequence[ForeignText], choices: Choices,
                known: KnownNames) -> Iterator[TextPlan]:
    here = _texts_here(session, study)
    taken = set(session.scalars(select(Interview.key).where(Interview.study_id == study.id)))
    for number, text in enumerate(texts, 1):
        same = here.get(text_hash(text.text)) if text.text.strip() else None
        if same is not None:
            yield _codings_for(session, text, same)
            continue
        key = free_key(text.name, taken, number)
        plan = _new_interview(study, text, key, choices, known)
        if plan.deed == ADD:
            taken.add(key)
        yield plan


def _texts_here(session: Session, study: Study) -> dict[str, Interview]:
    """Return the study's interviews by the hash of their newest text."""
    found = session.execute(
        select(Interview, TranscriptVersion.sha256)
        .join(TranscriptVersion, TranscriptVersion.interview_id == Interview.id)
        .where(Interview.study_id == study.id).order_by(TranscriptVersion.number)).all()
    newest = {interview.id: (interview, sha256) for interview, sha256 in found}
    return {sha256: interview for interview, sha256 in newest.values()}


def _codings_for(session: Session, text: ForeignText, interview: Interview) -> TextPlan:
    """Return the plan for a text that is here: its codings come in, unless a round would be spoilt by them."""
    stranger = Account(id=NOBODY, login="", name="", role=Role.CODER)
    try:
        check_may_code(session, interview, stranger)
    except AppError as error:
        return TextPlan(text, LEFT, interview.key, interview_id=interview.id, reason=error.reason)
    return TextPlan(text, SAME, interview.key, interview_id=interview.id)


def _new_interview(study: Study, text: ForeignText, key: str, choices: Choices, known: KnownNames) -> TextPlan:
    is_stated = choices.has_consent and not choices.is_consent_of_file
    log, left = log_of_text(text, key, guide_of(study), has_consent=is_stated)
    reason = ""
    if text.attributes.get(KIND) == ANSWERS:
        reason = COMMENTS
    elif text.text.strip() and not (log.has_consent and choices.has_consent):
        reason = NO_CONSENT
    elif not (text.text.strip() or text.codings or text.links or text.attributes or text.note):
        reason = NO_WORDS
    if reason:
        return TextPlan(text, LEFT, key, reason=reason)
    said = "\n".join((text.text, log.notes, *left.values()))
    found = find_identifiers(said, known.replaced, n_known=known.n_known,
                             names=[*known.names, *choices.further_names])
    return TextPlan(text, ADD, key, log, left, found=found)
