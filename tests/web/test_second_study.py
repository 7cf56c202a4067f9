"""The questionnaires of a study of another kind open on the respondents' pages like those of any."""

import pytest
from flask.testing import FlaskClient

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, read_session, transaction
from surveyapp.services.study import create_study, get_study, get_wave, list_links

TEMPLATE = load_catalogue_template("outpatient_service")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", ["staff", "patient"])
def test_a_questionnaire_of_the_second_study_opens_in_each_language(
        database: Database, client: FlaskClient, audience: str, language: str):
    with transaction() as session:
        create_study(session, TEMPLATE, "outpatient")
    wave = get_wave(read_session(), get_study(read_session(), "outpatient"))
    token = next(link.token for link, published in list_links(read_session(), wave) if published.audience == audience)

    page = client.get(f"/q/{token}?lang={language}")

    assert page.status_code == 200
    assert TEMPLATE.instrument(audience).title[language] in page.text
    assert TEMPLATE.instrument(audience).consent.text[language] in page.text
