"""Facts about the organisation are saved part by part, on both databases, and a stale mark is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.sample.facts import sample_facts
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.organisation import StaleFacts, mark_of_parts, save_parts
from surveyapp.services.study import create_study, facts_of, get_study

FACTS = sample_facts(BANK_PLAN)


def test_one_part_is_saved_and_an_older_form_of_it_is_refused(any_database: Database) -> None:
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "branch", facts=FACTS)
    mark = mark_of_parts(facts_of(study), ("process",))
    shorter = replace(FACTS, process=FACTS.process[:3], units=())

    with transaction() as session:
        assert save_parts(session, get_study(session, study.id), ("process",), shorter, mark)
    with pytest.raises(StaleFacts), transaction() as session:
        save_parts(session, get_study(session, study.id), ("process",), FACTS, mark)

    close_read_session()
    assert facts_of(get_study(read_session(), study.id)) == replace(FACTS, process=FACTS.process[:3])
