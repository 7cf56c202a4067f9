"""One walk through the real form: every page fetched, filled in and posted as a browser without script does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp.rehearsal.form import FormPage, read_form
from surveyapp.rehearsal.respondent import Posted, Respondent
from surveyapp.rehearsal.sample_file import invented_file

MOST_TRIES = 4              # of one page whose answers have a fault
MOST_STEPS = 400            # of one walk; more means it goes round in a circle
SEE_OTHER, UNPROCESSABLE, OK = 303, 422, 200
ENCODED = "application/x-www-form-urlencoded"


@dataclass
class Walk:
    """What one invented respondent met."""

    language: str
    pages: list[str] = field(default_factory=list)                 # section keys, in the order met
    shown: set[str] = field(default_factory=set)                   # item keys
    offered: set[tuple[str, str]] = field(default_factory=set)     # item key, option
    given: dict[str, list[str]] = field(default_factory=dict)      # item key → what was posted
    faults: list[str] = field(default_factory=list)
    is_at_end: bool = False


class Walker:
    """Walks one link with one respondent."""

    def __init__(self, client: FlaskClient, link_token: str, respondent: Respondent) -> None:
        self.client, self.link, self.respondent = client, f"/q/{link_token}", respondent
        self.walk = Walk(respondent.language)
        self.address = ""

    def go(self) -> Walk:
        """Return the walk from the first page to the last."""
        reply = self.client.get(f"{self.link}?lang={self.respondent.language}")
        page = read_form(reply.text)
        reply = self._post(self.link, {**_as_lists(page.hidden), **self.respondent.answer(page)})
        if reply.status_code == UNPROCESSABLE:
            self.walk.faults.append("start: the first page cannot be passed")
            return self.walk
        for _ in range(MOST_STEPS):
            if not self._step(reply):
                return self.walk
            reply = self._reply
        self.walk.faults.append(f"{self.address}: the walk does not end")
        return self.walk

    def _step(self, reply: TestResponse) -> bool:
        """Fill in the page that was reached; False at the end."""
        if reply.status_code != OK:
            self.walk.faults.append(f"{self._section()}: the server answers {reply.status_code}")
            return False
        page = read_form(reply.text)
        if page.action is None or not self.address.startswith(("/r/", "/e/")):
            self.walk.is_at_end = True
            return False
        self._look(page)
        self._reply = self._fill(page)
        if self._reply.status_code == UNPROCESSABLE:
            self.walk.faults.append(f"{self._section()}: the page cannot be passed")
            return False
        return True

    def _section(self) -> str:
        parts = self.address.split("?")[0].split("/")
        return parts[3] if len(parts) > 3 else parts[1]  # noqa: PLR2004 - /r/<token>/<section>

    def _look(self, page: FormPage) -> None:
        section = self._section()
        if section not in self.walk.pages[-1:] and "/r/" in self.address:
            self.walk.pages.append(section)
        self.walk.shown.update(page.items)
        for one in page.fields.values():
            if one.item is not None:
                self.walk.offered.update((one.item, option) for option in one.options)

    def _fill(self, page: FormPage) -> TestResponse:
        deed = next((word for word in ("end", "submit", "next") if word in page.deeds), None)
        again: frozenset[str] = frozenset()
        for _ in range(MOST_TRIES):
            posted = self.respondent.answer(page, again)
            reply = self._post(page.action or "", {
                **_as_lists(page.hidden), **posted, **({":deed": [deed]} if deed else {})})
            if reply.status_code != UNPROCESSABLE:
                self.walk.given.update(posted)
                return reply
            page = read_form(reply.text)
            again = frozenset(page.faults)
        return self._leave_blank(page, again, deed)

    def _leave_blank(self, page: FormPage, faulty: frozenset[str], deed: str | None) -> TestResponse:
        """Post the page without the items that no answer satisfied; they are named as a fault of the form."""
        for key in sorted(faulty):
            self.walk.faults.append(f"{self._section()}: no tried answer to {key} is accepted")
        posted = {name: values for name, values in self.respondent.answer(page).items()
                  if page.fields[name].item not in faulty}
        return self._post(page.action or "", {
            **_as_lists(page.hidden), **posted, **({":deed": [deed]} if deed else {})})

    def _post(self, path: str, form: Posted) -> TestResponse:
        files = self._files(form)
        if files:
            reply = self.client.post(path, data={**form, **files})
        else:
            reply = self.client.post(path, data=urlencode(form, doseq=True), content_type=ENCODED)
        if reply.status_code != SEE_OTHER:
            self.address = path
            return reply
        while reply.status_code == SEE_OTHER:
            self.address = reply.headers["Location"]
            reply = self.client.get(self.address)
        return reply


    def _files(self, form: Posted) -> dict[str, tuple[BytesIO, str]]:
        """Return the files to be sent, by field, and nothing where the page asks for none."""
        instrument = self.respondent.instrument
        uploads = [name for name in form if instrument.has_item(name) and instrument.item(name).kind == "upload"]
        found = {}
        for key in uploads:
            name, content = invented_file(instrument.item(key))
            found[key] = (BytesIO(content), name)
        return found


def _as_lists(values: Mapping[str, str]) -> Posted:
    return {name: [value] for name, value in values.items()}
