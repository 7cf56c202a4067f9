"""What interviewees name beside the problems and causes of a study, and its promotion to a candidate of its own.

Interviewees are counted, never passages. A promotion names the topic and gives the passages that speak of it to a new
code beside those of the group, which belongs to no construct: the diagnosis lists it as a candidate that no
questionnaire measures. It can be taken back like a split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.diagnosis.thresholds import resolve_thresholds
from instruments.template import CodeDefinition
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.codebook import SPLIT, Regrouping
from surveyapp.models.coding import Coding
from surveyapp.models.interview import CONVERSATION, Interview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import is_released
from surveyapp.services.code_split import Place, double_coded, groups_of, place_of, rows_of
from surveyapp.services.codebook import CodeEntry, StudyCodebook, load_codebook
from surveyapp.services.codebook_check import is_open_to
from surveyapp.services.codebook_edit import add_code, get_code, lock_codebook, subject_of
from surveyapp.services.regrouping import check_no_blind_round, recode
from surveyapp.services.study import template_of

PROMOTED = "promote_code"
SUPPORTS = "supports"
STAFF_AUDIENCES = ("staff", "manager")      # model 8: counted together; every other audience stands for itself
GROUPS = ("problem", "cause")


@dataclass(frozen=True)
class Promotable:
    """A code outside all constructs, with the interviewees who speak for it."""

    entry: CodeEntry
    group: str
    interviewees: tuple[str, ...]       # keys of the interviews
    is_beside: bool                     # stands beside the codes of the group: the diagnosis lists it from enough on

    @property
    def n(self) -> int:
        return len(self.interviewees)


@dataclass(frozen=True)
class PromotionPage:
    """The passages of a code, to be ticked, and how many interviewees a candidate needs."""

    found: Promotable
    places: tuple[Place, ...]
    least: int


def least_interviewees(session: Session, study: Study) -> int:
    """Return how many interviewees make a candidate: the study's own threshold, else the model's."""
    return int(resolve_thresholds(template_of(session, study).thresholds, study.thresholds)["candidate_interviewees"])


def list_promotable(session: Session, study: Study, account: Account) -> list[Promotable]:
    """Return the codes for other problems and causes, and those named beside them, that somebody speaks for."""
    codebook = load_codebook(session, study)
    found = [_promotable(session, study, codebook, entry, group, account) for entry, group in _others(codebook)]
    return [one for one in found if one.n]


def _others(codebook: StudyCodebook) -> list[tuple[CodeEntry, str]]:
    """Return the codes in use without a construct below the code of problems or of causes, with their group."""
    heads = _heads(codebook)
    return [(entry, group) for entry in codebook.usable for group in GROUPS
            if entry.definition.parent is not None and codebook.construct_of(entry.key) is None
            and heads.get(group) in _above(codebook, entry)]


def _heads(codebook: StudyCodebook) -> dict[str, str]:
    """Return the code that the codes of each group stand below."""
    found: dict[str, str] = {}
    for entry in codebook.entries:
        parent = codebook.by_key.get(entry.definition.parent or "")
        if entry.definition.construct and entry.group in GROUPS and parent is not None \
                and parent.definition.construct is None:
            found.setdefault(str(entry.group), parent.key)
    return found


def _above(codebook: StudyCodebook, entry: CodeEntry) -> list[str]:
    found: list[str] = []
    above = codebook.by_key.get(entry.definition.parent or "")
    while above is not None and above.key not in found:
        found.append(above.key)
        above = codebook.by_key.get(above.definition.parent or "")
    return found


def _promotable(session: Session, study: Study, codebook: StudyCodebook, entry: CodeEntry, group: str,
                account: Account) -> Promotable:
    ids = [one.id for one in codebook.with_descendants(entry.key)]
    keys = session.scalars(
        select(Interview.key).distinct().join(Coding, Coding.interview_id == Interview.id)
        .where(Interview.study_id == study.id, Interview.kind == CONVERSATION,
               Interview.audience.in_(STAFF_AUDIENCES), Coding.deleted_at.is_(None), Coding.code_id.in_(ids),
               Coding.polarity == SUPPORTS, is_released(Coding), is_open_to(Coding, account)).order_by(Interview.key))
    return Promotable(entry, group, tuple(keys), entry.definition.parent == _heads(codebook).get(group))


def load_promotion(session: Session, study: Study, code_id: int, account: Account) -> PromotionPage:
    """Return the passages of a code with their context."""
    check_no_blind_round(session, study, [code_id], account)
    codebook = load_codebook(session, study)
    entry = codebook.by_id[get_code(session, study, code_id).id]
    group = next((group for one, group in _others(codebook) if one.id == entry.id), None)
    if group is None:
        raise Refused("{key} belongs to a construct already, or to no problem and no cause.",
                      "Choose a code of other problems or causes.", key=entry.key)
    groups = groups_of(rows_of(session, study, entry.id, account), double_coded(session, study))
    return PromotionPage(_promotable(session, study, codebook, entry, group, account),
                         tuple(place_of(session, one) for one in groups), least_interviewees(session, study))


def promote(session: Session, study: Study, code_id: int, code: CodeDefinition, chosen: Sequence[str],
            account: Account) -> Regrouping:
    """Name the topic and give it the chosen passages; refused while too few interviewees speak to it.

    All coders' overlapping passages go together, so that agreement stays what it was. The deed can be taken back.
    """
    codebook = lock_codebook(session, study)
    page = load_promotion(session, study, code_id, account)
    source, wanted = get_code(session, study, code_id), frozenset(chosen)
    groups = {place.key: place for place in page.places}
    if not wanted <= groups.keys():
        raise Refused("Codings were changed since this page was shown.", "Look at the passages again.")
    speakers = {groups[key].interview_id for key in wanted if groups[key].polarity == SUPPORTS}
    staff = set(session.scalars(select(Interview.id).where(
        Interview.study_id == study.id, Interview.kind == CONVERSATION, Interview.audience.in_(STAFF_AUDIENCES))))
    if len(speakers & staff) < page.least:
        raise BadInput("The chosen passages come from {n} interviewees who say so.",
                       "A candidate needs {least}; passages are not counted.", n=len(speakers & staff),
                       least=page.least)
    target = add_code(session, study, CodeDefinition(code.key, _heads(codebook)[page.found.group], code.name,
                                                     code.definition), account)
    regrouping = Regrouping(study_id=study.id, kind=SPLIT, code_id=source.id, target_ids=[target.id], is_for_all=True,
                            account_id=account.id, finished_at=utc_now())
    session.add(regrouping)
    session.flush()
    rows = {"-".join(row.name for row in group): group for group in groups_of(
        rows_of(session, study, source.id, account), double_coded(session, study))}
    for key in sorted(wanted):
        for row in rows[key]:
            recode(session, regrouping, row.mark, source.id, target.id)
    record_change(session, PROMOTED, subject_of(source), study_id=study.id, account=account, after={
        "regrouping": regrouping.id, "key": source.key, "into": target.key, "interviewees": len(speakers & staff),
        "passages": len(wanted)})
    return regrouping


def promotions_of(session: Session, study: Study) -> list[tuple[Regrouping, CodeEntry, CodeEntry]]:
    """Return the promotions that stand: the deed, the code it came from, and the new one."""
    codebook = load_codebook(session, study)
    rows = session.scalars(select(Regrouping).where(
        Regrouping.study_id == study.id, Regrouping.kind == SPLIT, Regrouping.taken_back_at.is_(None))
        .order_by(Regrouping.id))
    return [(row, codebook.by_id[row.code_id], codebook.by_id[row.target_ids[0]]) for row in rows
            if len(row.target_ids) == 1 and row.code_id in codebook.by_id and row.target_ids[0] in codebook.by_id]
