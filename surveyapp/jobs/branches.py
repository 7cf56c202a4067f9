"""Other organisations beside a sample study: smaller synthetic studies of the same template, with norm packages."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import diagnose_study
from surveyapp.jobs.norm import make_package
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.studies import sample_of
from surveyapp.services.norm import import_package, set_kind
from surveyapp.services.norm_file import write_package
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.study import close_wave, create_study, get_study, get_wave, instrument_of, list_links

KIND: Final = "branch of a city"
PEOPLE: Final = 120
# Name of the branch → by how much its first problem differs from the sample's, in points.
BRANCHES: Final = {"north": -0.6, "south": 0.0, "west": -0.2}


def add_branches(template_key: str, name: str) -> list[str]:
    """Make smaller studies of the same template, diagnose them, and hand their norm packages to the study `name`."""
    with transaction() as session:
        set_kind(session, get_study(session, name), KIND)
    made = [f"{name} {branch}" for branch in BRANCHES]
    for place, (branch, shift) in enumerate(zip(made, BRANCHES.values(), strict=True)):
        with transaction() as session:
            _add_branch(session, template_key, branch, shift, place)
        close_read_session()
        study = get_study(read_session(), branch)
        content = write_package(make_package(study, get_wave(read_session(), study)))
        with transaction() as session:
            import_package(session, get_study(session, name), content)
        close_read_session()
        diagnose_study(branch)
        close_read_session()
    return made


def _add_branch(session: Session, template_key: str, name: str, shift: float, place: int) -> None:
    template, sample = load_catalogue_template(template_key), sample_of(template_key)
    problem = next(construct.key for construct in template.constructs if construct.group == "problem")
    study = create_study(session, template, name, is_synthetic=True)
    wave = get_wave(session, study)
    for link, published in list_links(session, wave):
        instrument = instrument_of(published)
        plan = replace(sample.plan, seed=sample.plan.seed + 101 * (place + 1), n_respondents={
            published.audience: PEOPLE}, means={
                **sample.plan.means, problem: sample.plan.means.get(problem, 3.2) + shift})
        load_sample_responses(session, link, instrument, generate_responses(instrument, plan, published.audience))
    close_wave(session, study, wave)
    set_kind(session, study, KIND)
