"""Make a study with synthetic sample data: the generator's output stored the way real data are."""

from __future__ import annotations

from sqlalchemy.orm import Session

from instruments.template_loader import load_catalogue_template
from surveyapp.models.study import Study
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.customers import generate_customers
from surveyapp.sample.facts import sample_facts
from surveyapp.sample.interview_files import load_interviews
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.account import add_account, find_account
from surveyapp.services.customer import store_customers
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.sample_interviews import load_sample_interviews
from surveyapp.services.study import create_study, get_wave, instrument_of, list_links

PLANNED_TEMPLATE = "bank_crm"       # the template that interviews, customers and facts were written for
CODERS = ("coder1", "coder2")


def add_sample_study(session: Session, template_key: str, name: str, *, with_interviews: bool = True) -> Study:
    """Return a new synthetic study: responses, interviews coded by two coders, a customer file, facts."""
    template = load_catalogue_template(template_key)
    facts = sample_facts(BANK_PLAN) if template_key == PLANNED_TEMPLATE else None
    study = create_study(session, template, name, facts=facts, is_synthetic=True)
    for link, published in list_links(session, get_wave(session, study)):
        instrument = instrument_of(published)
        load_sample_responses(session, link, instrument,
                              generate_responses(instrument, BANK_PLAN, published.audience))
    if template_key == PLANNED_TEMPLATE:
        store_customers(session, study, generate_customers(BANK_PLAN), "customers-sample.csv", b"")
        if with_interviews:
            _add_interviews(session, study)
    return study


def _add_interviews(session: Session, study: Study) -> None:
    coders = {login: find_account(session, login) or add_account(session, login, login, "coder", None)
              for login in CODERS}
    load_sample_interviews(session, study, load_interviews(), coders)
