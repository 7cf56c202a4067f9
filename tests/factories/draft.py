"""A draft in the browser: what tests of its pages share."""

import io
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from instruments.loader import dump_instrument
from instruments.schema import Instrument
from surveyapp.db.session import close_read_session, read_session
from surveyapp.services.draft import get_draft, instrument_of_draft
from surveyapp.services.study import get_study
from tests.factories.questionnaire import instrument

BASE = "/studies/1/questionnaires"
DRAFT = f"{BASE}/small"


def begin(client: FlaskClient) -> FlaskClient:
    """Give the client's study a draft of the small questionnaire."""
    text = dump_instrument(instrument())
    reply = client.post(BASE, data={"source": "file", "audience": "small",
                                    "file": (io.BytesIO(text.encode()), "small.yaml")})
    assert reply.status_code == 302, reply.text
    return client


def draft(audience: str = "small") -> Instrument:
    close_read_session()
    session = read_session()
    return instrument_of_draft(get_draft(session, get_study(session, "bank"), audience))


def fields(page: TestResponse) -> dict[str, str]:
    """What the form holds when nothing is changed: inputs, ticked boxes, chosen options, texts."""
    text = page.text[page.text.index('class="piece"'):]
    values = dict(re.findall(r'<input type="(?:text|hidden)" (?:id="[^"]*" )?name="([^"]+)" value="([^"]*)"', text))
    ticked = re.findall(r'<input type="checkbox" id="[^"]*" name="([^"]+)" value="yes" checked', text)
    values |= dict.fromkeys(ticked, "yes")
    values |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', text))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)">(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        values[name] = chosen.group(1) if chosen else ""
    return {name: value.replace("&#39;", "'").replace("&gt;", ">") for name, value in values.items()}
