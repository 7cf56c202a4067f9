"""Static files are packed on the way, and the pages' scripts stay small."""

import gzip

from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_script_is_packed_for_a_browser_that_takes_it(client: FlaskClient):
    plain = client.get("/static/respond_logic.js", buffered=True)
    packed = client.get("/static/respond_logic.js", headers=GZIP, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
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
