"""Static files are packed on the way, and the pages' scripts stay small."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from surveyapp.views import static_file
from surveyapp.views.static_file import lean

GZIP = {"Accept-Encoding": "gzip, br"}
SCRIPTS = sorted(Path(static_file.__file__).parents[1].glob("static/*.js"))


def test_a_script_is_packed_for_a_browser_that_takes_it(client: FlaskClient):
    plain = client.get("/static/respond_logic.js", buffered=True)
    packed = client.get("/static/respond_logic.js", headers=GZIP, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == lean(plain.data)
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert packed.mimetype == plain.mimetype == "text/javascript"
    assert "max-age=31536000" in packed.headers["Cache-Control"]


def test_a_packed_file_is_not_sent_again_while_it_is_the_same(client: FlaskClient):
    packed = client.get("/static/respond.css", headers=GZIP, buffered=True)
    again = client.get("/static/respond.css", headers={**GZIP, "If-None-Match": packed.headers["ETag"]},
                       buffered=True)

    assert again.status_code == 304
    assert again.data == b""


def test_a_part_of_a_file_is_sent_unpacked(client: FlaskClient):
    part = client.get("/static/respond.js", headers={**GZIP, "Range": "bytes=0-9"}, buffered=True)

    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers
    assert len(part.data) == 10


def test_a_file_outside_the_folder_is_not_found(client: FlaskClient):
    assert client.get("/static/../app.py", headers=GZIP, buffered=True).status_code == 404
    assert client.get("/static/nothing.js", headers=GZIP, buffered=True).status_code == 404


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_only_whole_lines_of_comment_and_indents_are_left_out_of_a_script(path: Path):
    text = path.read_text()

    # A text over several lines would change with its indents, and one line of it could look like a comment.
    assert all(line.count("`") % 2 == 0 for line in text.splitlines())
    assert "/*" not in text
    assert re.sub(r"\s", "", lean(text.encode()).decode()) == re.sub(
        r"\s", "", re.sub(r"^\s*//.*$", "", text, flags=re.M))


def test_all_scripts_of_a_page_with_every_kind_of_item_stay_within_the_budget(client: FlaskClient):
    names = ("respond.js", "respond_logic.js", "respond_widgets.js")

    sizes = [len(client.get(f"/static/{name}", headers=GZIP, buffered=True).data) for name in names]

    assert sum(sizes) <= 6_000
