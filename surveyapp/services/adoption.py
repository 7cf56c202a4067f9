"""A template made another organisation's study, step by step; each step is saved, and can be taken again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.adoption import Adopted, AdoptionChoices, ItemFate, adopt, fates
from instruments.checks import check_template
from instruments.codec import content_hash, from_document, to_document
from instruments.errors import Finding
from instruments.facts import StudyFacts
from instruments.schema import Instrument
from instruments.template import StudyTemplate
from instruments.template_loader import catalogue, load_catalogue_template, read_template_zip
from instruments.texts import Wording, wordings_of
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.adoption import Adoption
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.account import add_member
from surveyapp.services.audit import record_change
from surveyapp.services.norm import set_kind
from surveyapp.services.norm_file import check_kind
from surveyapp.services.organisation_check import check_facts
from surveyapp.services.rehearsal import USUAL_WALKS, request_rehearsal
from surveyapp.services.study import LONGEST_NAME, create_study, delete_study, list_waves
from surveyapp.services.wave import has_responses, start_wave

STEPS = ("name", "scope", "wording", "tiers", "people", "rehearse", "publish")
WHOLE, SCALES = ":whole", ":scales"     # groups of wordings that stand on no page
LARGEST_ZIP = 20_000_000                # bytes


# ---- begun, found, given up ------------------------------------------------------------------------------------------
def choose_template(name: str, content: bytes) -> StudyTemplate:
    """Return the template of a catalogue name, or of the zip that was sent; an unsound one is refused."""
    if content:
        if len(content) > LARGEST_ZIP:
            raise BadInput("The file is larger than {n} bytes.", "Choose the zip that a template export wrote.",
                           n=LARGEST_ZIP)
        return read_template_zip(content, "template")
    if name not in catalogue():
        raise BadInput("No template was chosen.", "Choose one of the list, or the zip of one.")
    return load_catalogue_template(name)


def begin_adoption(session: Session, template: StudyTemplate, account: Account) -> Adoption:
    """Return a new adoption of a template."""
    row = Adoption(account_id=account.id, name="", template=to_document(template),
                   choices=to_document(AdoptionChoices()), facts=to_document(StudyFacts()), step=STEPS[0])
    session.add(row)
    session.flush()
    record_change(session, "begin_adoption", f"adoption {row.id}", account=account,
                  after={"template": template.key, "version": template.version})
    return row


def list_adoptions(session: Session, account: Account) -> list[Adoption]:
    """Return the account's adoptions, the newest first."""
    return list(session.scalars(select(Adoption).where(Adoption.account_id == account.id)
                                .order_by(Adoption.id.desc())))


def get_adoption(session: Session, number: int, account: Account) -> Adoption:
    """Return the account's adoption of that number; NotFound otherwise."""
    row = session.scalar(select(Adoption).where(Adoption.id == number, Adoption.account_id == account.id))
    if row is None:
        raise NotFound("There is no such adoption of yours.", "See the list of adoptions.")
    return row


def remove_adoption(session: Session, row: Adoption, account: Account) -> None:
    """Give an adoption up; a study that it opened stays."""
    if not row.is_done:
        _remove_study(session, row, account)
    record_change(session, "remove_adoption", f"adoption {row.id}", account=account)
    session.delete(row)
    session.flush()


# ---- what was chosen -------------------------------------------------------------------------------------------------
def original_of(row: Adoption) -> StudyTemplate:
    """Return the template as it was chosen."""
    return from_document(StudyTemplate, row.template)


def choices_of(row: Adoption) -> AdoptionChoices:
    """Return what was decided so far."""
    return from_document(AdoptionChoices, row.choices)


def facts_of_adoption(row: Adoption) -> StudyFacts:
    """Return what was entered of the organisation so far."""
    return from_document(StudyFacts, row.facts)


def adopted_of(row: Adoption) -> Adopted:
    """Return the template that results now."""
    return adopt(original_of(row), choices_of(row))


def save_name(session: Session, row: Adoption, name: str, choices: AdoptionChoices) -> None:
    """Save what the study and its organisation are called."""
    name = " ".join(name.split())
    if not name or name.isdigit() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("A study needs a name that is not only digits.", "Give another name.")
    taken = session.scalar(select(Study.id).where(Study.name == name))
    if taken is not None and taken != row.study_id:
        raise BadInput("There is a study named {name} already.", "Choose another name.", name=repr(name))
    row.name = name
    save_choices(session, row, replace(choices, kind=check_kind(choices.kind)), "scope")


def save_choices(session: Session, row: Adoption, choices: AdoptionChoices, following: str) -> None:
    """Save decisions; the work goes on with the step that follows, unless it was further already."""
    _refuse_done(row)
    row.choices, row.changed_at = to_document(choices), utc_now()
    _go_on(row, following)
    session.flush()


def save_facts(session: Session, row: Adoption, facts: StudyFacts) -> None:
    """Save how many people there are; BadInput if the numbers cannot be."""
    _refuse_done(row)
    check_facts(facts)
    row.facts, row.changed_at = to_document(facts), utc_now()
    _go_on(row, "rehearse")
    session.flush()


def _go_on(row: Adoption, following: str) -> None:
    if STEPS.index(following) > STEPS.index(row.step):
        row.step = following


def _refuse_done(row: Adoption) -> None:
    if row.is_done:
        raise Refused("This adoption is finished: the study is open.", "Change the study on its own pages.")


# ---- what comes of it ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Comparability:
    """What stays comparable with norms and earlier waves, item by item and scale by scale."""

    fates: tuple[ItemFate, ...]

    @property
    def rated(self) -> tuple[ItemFate, ...]:
        """Items that belong to a scale."""
        return tuple(one for one in self.fates if one.construct)

    @property
    def n_same(self) -> int:
        return sum(one.fate == "same" for one in self.rated)

    def scales(self) -> dict[str, tuple[int, int]]:
        """Return construct → items that are the same, and items there were."""
        found: dict[str, tuple[int, int]] = {}
        for one in self.rated:
            same, n = found.get(one.construct or "", (0, 0))
            found[one.construct or ""] = (same + (one.fate == "same"), n + 1)
        return found


def comparability_of(row: Adoption) -> Comparability:
    """Return what stays comparable as things stand."""
    original = original_of(row)
    return Comparability(fates(original, adopted_of(row).template))


def faults_of(adopted: Adopted) -> tuple[Finding, ...]:
    """Return what hinders the study from being made."""
    return tuple(finding for finding in check_template(adopted.template) if finding.is_error)


def groups_of(instrument: Instrument) -> list[str]:
    """Return the groups in which wordings are shown: the whole, each page, the scales."""
    return [WHOLE, *(section.key for section in instrument.sections), SCALES]


def wordings_in(instrument: Instrument, group: str) -> list[Wording]:
    """Return the wordings of one group that may not be left out or are not left out."""
    return [one for one in wordings_of(instrument) if group_of(one) == group and (one.is_needed or one.words)]


def group_of(wording: Wording) -> str:
    """Return the group in which a wording is shown."""
    if wording.section:
        return wording.section
    return SCALES if wording.address.startswith(("scales/", "constructs/")) else WHOLE


# ---- made, rehearsed, opened -----------------------------------------------------------------------------------------
def state_hash(row: Adoption) -> str:
    """Return the hash of everything a study is made from."""
    return content_hash([row.name, row.template, row.choices, row.facts])


def make_study(session: Session, row: Adoption, languages: Sequence[str], account: Account) -> Job:
    """Make the study, not open yet, in place of an earlier try, and return the job that rehearses it."""
    _refuse_done(row)
    adopted, facts = adopted_of(row), facts_of_adoption(row)
    if not row.name:
        raise BadInput("The study has no name yet.", "Give it one in the first step.")
    if faults_of(adopted):
        raise Refused("Something still hinders the study from being made.", "Mend what is listed.")
    _remove_study(session, row, account)
    named = replace(facts, organisation={**adopted.template.organisation, **facts.organisation})
    study = create_study(session, adopted.template, row.name, facts=named, account=account, is_open=False)
    add_member(session, study, account)
    kind = choices_of(row).kind
    if kind:
        set_kind(session, study, kind, account)
    row.study_id, row.made_hash, row.changed_at = study.id, state_hash(row), utc_now()
    _go_on(row, "publish")
    session.flush()
    return request_rehearsal(session, study, USUAL_WALKS, languages, account)


def _remove_study(session: Session, row: Adoption, account: Account) -> None:
    """Remove a study that was made to rehearse; one that was opened or answered is not touched."""
    study = session.get(Study, row.study_id) if row.study_id else None
    if study is None:
        return
    for wave in list_waves(session, study):
        if wave.opened_at is not None or has_responses(session, wave):
            raise Refused("The study was opened already and is not made anew.", "Change the study on its own pages.")
    row.study_id = row.made_hash = None
    session.flush()
    delete_study(session, study, account)


def is_current(row: Adoption) -> bool:
    """Tell whether the study that was made is what is chosen now."""
    return row.study_id is not None and row.made_hash == state_hash(row)


def open_study(session: Session, row: Adoption, account: Account) -> Study:
    """Open the study's collection: the adoption is finished."""
    _refuse_done(row)
    if not is_current(row):
        raise Refused("Something was changed since the study was made.", "Rehearse it again before it is opened.")
    study = session.get_one(Study, row.study_id)
    wave: Wave = list_waves(session, study)[0]
    start_wave(session, study, wave, account)
    row.is_done, row.changed_at = True, utc_now()
    session.flush()
    record_change(session, "finish_adoption", f"adoption {row.id}", study_id=study.id, account=account)
    return study
