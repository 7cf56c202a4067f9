"""Make a study with synthetic sample data: the generator's output stored the way real data are."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from analysis.results.plan_edits import PlanValues
from instruments.template_loader import load_catalogue_template
from surveyapp.models.study import Study
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.customers import generate_customers
from surveyapp.sample.interview_files import load_interviews
from surveyapp.sample.studies import sample_of
from surveyapp.services.account import add_account, find_account
from surveyapp.services.customer import store_customers
from surveyapp.services.plan_edit import PlanEntry, load_plan
from surveyapp.services.plan_edit_save import Editing, save_edit
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
        store_customers(session, study, generate_customers(sample.plan), "customers-sample.csv", b"")
    if with_interviews and sample.interviews is not None:
        _add_interviews(session, study, sample.interviews)
    return study


def _add_interviews(session: Session, study: Study, folder: str) -> None:
    coders = {login: find_account(session, login) or add_account(session, login, login, "coder", None)
              for login in CODERS}
    load_sample_interviews(session, study, load_interviews(folder), coders)


def add_sample_edits(session: Session, study: Study) -> int:
    """Change the plan of the study's diagnosis as its sample says; return how many measures and objectives."""
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
