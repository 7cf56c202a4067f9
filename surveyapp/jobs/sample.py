"""Make a study with synthetic sample data: the generator's output stored the way real data are."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from analysis.results.plan_edits import PlanValues
from instruments.template_loader import load_catalogue_template
from surveyapp.models.customer import COMPLETENESS, RELATIONS
from surveyapp.models.study import Study
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.customer_files import generate_earlier_customers, generate_records, generate_relations
from surveyapp.sample.customers import generate_customers
from surveyapp.sample.interview_files import load_interviews
from surveyapp.sample.plan import Plan
from surveyapp.sample.studies import sample_of
from surveyapp.services.account import add_account, find_account
from surveyapp.services.customer_import import store_rows
from surveyapp.services.own_construct import list_own, save_own
from surveyapp.services.plan_edit import PlanEntry, earlier_edits, load_plan
from surveyapp.services.plan_edit_save import Editing, save_edit, take_over_edits
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.sample_interviews import load_sample_interviews
from surveyapp.services.study import create_study, get_wave, instrument_of, list_links

CODERS = ("coder1", "coder2")


def add_sample_study(session: Session, template_key: str, name: str, *, with_interviews: bool = True) -> Study:
    """Return a new synthetic study: responses, and what its template's sample has of facts, interviews, customers."""
    template, sample = load_catalogue_template(template_key), sample_of(template_key)
    facts = sample.facts(sample.plan) if sample.facts else None
    study = create_study(session, template, name, facts=facts, is_synthetic=True)
    for link, published in list_links(session, get_wave(session, study)):
        instrument = instrument_of(published)
        load_sample_responses(session, link, instrument,
                              generate_responses(instrument, sample.plan, published.audience))
    if sample.has_customer_file:
        _add_customer_files(session, study, sample.plan)
    if with_interviews and sample.interviews is not None:
        _add_interviews(session, study, sample.interviews)
    return study


def _add_customer_files(session: Session, study: Study, plan: Plan) -> None:
    """Store the customer file with the files beside it, and that of a year before."""
    today = plan.fieldwork[1]
    before = today.replace(year=today.year - 1)
    store_rows(session, study, generate_earlier_customers(plan), "customers-sample-earlier.csv",
               as_on=before.isoformat())
    store_rows(session, study, generate_customers(plan), "customers-sample.csv", as_on=today.isoformat())
    store_rows(session, study, generate_records(plan), "completeness-sample.csv", COMPLETENESS)
    store_rows(session, study, generate_relations(plan), "relations-sample.csv", RELATIONS)


def _add_interviews(session: Session, study: Study, folder: str) -> None:
    coders = {login: find_account(session, login) or add_account(session, login, login, "coder", None)
              for login in CODERS}
    load_sample_interviews(session, study, load_interviews(folder), coders)


def take_over_sample_edits(session: Session, study: Study) -> int:
    """Take over the edits of the wave before whose proposals are the same; return how many. The others are offered."""
    plan = load_plan(session, study)
    wanted = [one.name for one in (earlier_edits(session, study, plan) if plan else ()) if not one.is_stale]
    return len(take_over_edits(session, study, wanted)) if wanted else 0


def add_sample_edits(session: Session, study: Study) -> int:
    """Enter the sample's own problem and change the plan as it says; return how many parts of the plan."""
    own = sample_of(study.template_key).own
    if own is not None and not list_own(session, study):
        save_own(session, study, own)
    plan, changes = load_plan(session, study), sample_of(study.template_key).edits
    if plan is None:
        return 0
    frozen_on = date.fromisoformat(plan.diagnosis.provenance.frozen_on)
    known: dict[tuple[str, str], PlanEntry] = {(entry.kind, entry.key): entry for entry in plan.entries}
    done = 0
    for change in changes:
        entry = known.get((change.kind, change.key))
        if entry is None or entry.versions:
            continue
        due_on = (frozen_on + timedelta(days=change.due_days)).isoformat() if change.due_days else ""
        values = PlanValues(**change.values, due_on=due_on)  # type: ignore[arg-type]  # fields by their names
        save_edit(session, study, Editing(entry.kind, entry.key, 0), values, change.reason)
        done += 1
    return done
