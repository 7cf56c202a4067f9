"""Files of other programs: every reference file is taken over or refused with a reason; attacks meet closed doors."""

import io
import sqlite3
import struct
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from surveyapp.cli import run
from surveyapp.db.session import Database, transaction
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.coding import Code, Coding, Segment
from surveyapp.models.interview import Interview, TranscriptVersion
from surveyapp.services.codebook import load_codebook
from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.exchange_plan import Choices, KnownNames, plan_exchange
from surveyapp.services.interview import get_interview
from tests.factories.coding import bank_study, find_study
from tests.factories.exchange import packed, project, take_in

TEXT = b"P: Trust is gone.\n"
# File → interviews, new codes, codings; or words of the refusal.
REFERENCE: dict[str, tuple[int, int, int] | str] = {
    "README.md": (1, 0, 0),
    "cases/qualcoder-cases123.csv": "the columns are", "cases/qualcoder-cases456.xlsx": "the columns are",
    "cases/qualcoder-plain_codes_categories_for_import.txt": (1, 0, 0),
    "cases/qualcoder-survey456.csv": "the columns are",
    "documents/mammoth-comments.docx": (1, 0, 0), "documents/mammoth-footnotes.docx": (1, 0, 0),
    "documents/mammoth-single-paragraph.docx": (1, 0, 0), "documents/mammoth-tables.docx": (1, 0, 0),
    "documents/mannheimer-interview-guide.pdf": (1, 0, 0), "documents/pdfminer-cjk-horizontal.pdf": (1, 0, 0),
    "documents/pdfminer-simple1.pdf": (1, 0, 0), "documents/qualcoder-ID1.docx": (1, 0, 0),
    "documents/qualcoder-ID2.odt": (1, 0, 0), "documents/striprtf-french.rtf": (1, 0, 0),
    "documents/striprtf-hello.rtf": (1, 0, 0), "documents/striprtf-simple_table.rtf": (1, 0, 0),
    "refi-qda/Codebook-qualcoder-zh-lu.qdc": (0, 4, 0), "refi-qda/Codebook.xsd": "files of the kind .xsd",
    "refi-qda/Project.xsd": "files of the kind .xsd", "refi-qda/REFI-QDA-1-5.pdf": (1, 0, 0),
    "refi-qda/atlasti23-codes.qdpx": (0, 3, 0), "refi-qda/qc132-demo.qdpx": (2, 262, 205),
    "refi-qda/qualcoder-zh-lu.qdpx": (1, 4, 4), "taguette/lu-codebook.csv": (0, 6, 0),
    "taguette/lu-codebook.qdc": (0, 6, 0), "taguette/lu-codebook.xlsx": (0, 6, 0),
    "taguette/lu-highlights.csv": (1, 5, 6), "taguette/lu-highlights.html": "files of the kind .html",
    "taguette/lu-highlights.xlsx": (1, 5, 6), "taguette/lu-project.sqlite3": (1, 6, 6),
    "transcripts/en-founders-talk-91.md": (1, 0, 0), "transcripts/en-interview-techsequences.md": (1, 0, 0),
    "transcripts/qualcoder-transcript.txt": (1, 0, 0), "transcripts/webvtt-comments.vtt": (1, 0, 0),
    "transcripts/webvtt-sample.srt": (1, 0, 0), "transcripts/webvtt-sample.vtt": (1, 0, 0),
    "transcripts/webvtt-youtube_dl.vtt": (1, 0, 0), "transcripts/zh-hant-interview-lu.md": (1, 0, 0),
    "transcripts/zh-hant-interview-techsequences.md": (1, 0, 0),
}


@pytest.fixture
def home(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        bank_study(session)
    return tmp_path


@pytest.mark.reference
def test_every_reference_file_is_named_here(reference: Path):
    folder = reference / "interviews"

    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert found == set(REFERENCE)


@pytest.mark.reference
@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_a_reference_file_is_taken_over_or_refused_with_a_reason(home: Path, reference: Path, name: str, capsys):
    expected = REFERENCE[name]
    with transaction() as session:
        n_codes = session.scalar(select(func.count()).select_from(Code))

    status = run(["interviews", "import", "bank", str(reference / "interviews" / name), "--consent", "yes"])

    said = capsys.readouterr().err
    with transaction() as session:
        counts = [session.scalar(select(func.count()).select_from(kind)) for kind in (Interview, Code, Coding)]
        assert all(row.quote == text[row.start:row.end] for row, text in session.execute(
            select(Segment, TranscriptVersion.text).join(TranscriptVersion)))
    if isinstance(expected, str):
        assert status == 1
        assert expected in said
        assert "Traceback" not in said
        assert counts == [0, n_codes, 0]
    else:
        assert (status, counts[0], counts[1] - n_codes, counts[2]) == (0, *expected)


@pytest.mark.reference
def test_taguettes_bytes_lead_to_the_words_it_exports(home: Path, reference: Path):
    folder = reference / "interviews" / "taguette"
    with transaction() as session:
        study = find_study(session)
        take_in(session, study, "lu.sqlite3", (folder / "lu-project.sqlite3").read_bytes())
        quotes = set(session.scalars(select(Segment.quote)))

    exported = (folder / "lu-highlights.csv").read_text(encoding="utf-8")

    assert len(quotes) == 4
    assert all(quote in exported for quote in quotes)


@pytest.mark.reference
def test_coders_of_a_file_become_accounts_nobody_can_log_in_with(home: Path, reference: Path):
    with transaction() as session:
        take_in(session, find_study(session), "lu.qdpx",
                (reference / "interviews" / "refi-qda" / "qualcoder-zh-lu.qdpx").read_bytes())
        found = session.scalars(select(Account).join(Coding, Coding.account_id == Account.id).distinct()).all()

    assert sorted(account.name for account in found) == ["rater A", "rater B"]
    assert [account.password_hash for account in found] == [None, None]


def test_a_project_with_texts_needs_a_word_on_consent(home: Path, tmp_path: Path, capsys):
    file = tmp_path / "p.qdpx"
    file.write_bytes(packed(project((3, 17, "Trust is gone.")), t=TEXT))

    silent = run(["interviews", "import", "bank", str(file)])
    said = capsys.readouterr().err
    states = [run(["interviews", "import", "bank", str(file), "--consent", word]) for word in ("from-file", "no")]
    with transaction() as session:
        left_out = session.scalar(select(func.count()).select_from(Interview))
    taken = run(["interviews", "import", "bank", str(file), "--consent", "yes"])

    assert (silent, states, left_out, taken) == (1, [0, 0], 0, 0)
    assert "p.qdpx: it is not said whether the interviewees have consented" in said
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Interview)) == 1


@pytest.mark.reference
def test_a_dry_run_shows_the_report_and_stores_nothing(home: Path, reference: Path, capsys):
    file = reference / "interviews" / "refi-qda" / "qualcoder-zh-lu.qdpx"

    assert run(["interviews", "import", "bank", str(file), "--dry-run"]) == 0

    said = capsys.readouterr().out
    for words in ("4 of 4 passages have the words", "rater A, rater B", "門檻", "Cases that no text belongs to: 1"):
        assert words in said
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Interview)) == 0


# ---- lenient --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", [
    packed(project((3, 17, "Trust is gone."), namespace="urn:QDA-XML:project:1:0"), t=TEXT),
    packed(project((3, 17, "Trust is gone.")), name="My study.qde", t=TEXT),
    packed(project((3, 17, "Trust is gone."), source='plainTextPath="t.txt"'), t=TEXT),
    packed(project((3, 17, "Trust is gone."), source='plainTextPath="relative:///sources/T.TXT"'), t=TEXT),
    packed(project((3, 17, "Trust is gone.")), t=TEXT.decode().encode("utf-16")),
    packed(project((3, 17, "Trust is gone."), source="",
                   inner="<PlainTextContent>P: Trust is gone.\n</PlainTextContent>")),
    packed(project((3, 17, "Trust is gone."), inner="<Surprise><Inside/></Surprise>"), t=TEXT),
    packed("\ufeff" + project((3, 17, "Trust is gone.")), t=TEXT),
], ids=["namespace", "inner name", "no prefix", "other path", "utf-16", "inside", "unknown element", "mark"])
def test_what_other_programs_write_differently_is_read(database: Database, content: bytes):
    with transaction() as session:
        study = bank_study(session)
        take_in(session, study, "p.qdpx", content)

        assert session.scalars(select(Segment.quote)).all() == ["Trust is gone."]
        assert get_interview(session, study, "talk").record == "verbatim"


CRLF_TEXT = ("video\r\nAnna 👍🏽: the counter is slow.\r\n12\r\nBert 😡😡: nobody knows the rules!\r\n"
             "7\r\nCleo: they told me to wait again.\r\n")


def nvivo_for_windows(*quotes: str) -> bytes:
    """A project as NVivo 12 for Windows writes it.

    Passages without a name, empty descriptions, who changed what, a folder with a capital; a text with a mark, two
    signs a line break, offsets in UTF-16 units.
    """
    who = 'creatingUser="00000000-0000-0000-0000-0000000000A1" creationDateTime="2025-06-18T02:08:15Z"'
    said = "".join(
        f'<PlainTextSelection guid="00000000-0000-0000-0000-0000000001{n:02d}" name="" '
        f'startPosition="{units(CRLF_TEXT[:CRLF_TEXT.index(words)])}" '
        f'endPosition="{units(CRLF_TEXT[:CRLF_TEXT.index(words)] + words)}" {who}><Description /><Coding '
        f'guid="00000000-0000-0000-0000-0000000002{n:02d}" {who}><CodeRef '
        'targetGUID="00000000-0000-0000-0000-0000000000c1" /></Coding></PlainTextSelection>'
        for n, words in enumerate(quotes))
    document = (
        '<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns:xsd="http://www.w3.org/2001/XMLSchema" name="Untitled" '
        'origin="NVivo for Windows 12.6" creatingUserGUID="00000000-0000-0000-0000-0000000000a1" basePath="" '
        'xmlns="urn:QDA-XML:project:1.0"><Users><User guid="00000000-0000-0000-0000-0000000000a1" name="Rater" />'
        '</Users><CodeBook><Codes><Code guid="00000000-0000-0000-0000-0000000000c0" name="1. Tone" isCodable="true">'
        '<Description /><Code guid="00000000-0000-0000-0000-0000000000c1" name="anger" isCodable="true" /></Code>'
        '</Codes></CodeBook><Sources><TextSource guid="00000000-0000-0000-0000-0000000000b1" name="talk" '
        'richTextPath="internal://t.docx" plainTextPath="internal://t.txt"><Description />'
        f"{said}</TextSource></Sources></Project>")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("project.qde", document)
        archive.writestr("Sources/t.docx", b"")
        archive.writestr("Sources/t.txt", CRLF_TEXT.encode("utf-8-sig"))
    return stream.getvalue()


def units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


def test_passages_without_words_come_to_the_words_that_nvivo_meant(database: Database):
    quotes = ("the counter is slow.", "nobody knows the rules!", "they told me to wait", "😡😡", "wait again")
    with transaction() as session:
        study = bank_study(session)
        imported = take_in(session, study, "p.qdpx", nvivo_for_windows(*quotes))

        assert set(session.scalars(select(Segment.quote))) == set(quotes)
        assert (imported.counts["codings"], load_codebook(session, study).get("anger").definition.parent) == (
            5, "1._Tone")


def test_the_formatted_copy_stands_in_for_a_missing_plain_text(database: Database):
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("word/document.xml", (
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
            "<w:t>P: Trust is gone.</w:t></w:r></w:p></w:body></w:document>"))
    stream = io.BytesIO(packed(project((3, 17, "Trust is gone."),
                                       source='plainTextPath="internal://no.txt" richTextPath="internal://t.docx"')))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("Sources/t.docx", word.getvalue())

    found = read_project_file("p.qdpx", stream.getvalue())

    assert found.texts[0].text == "P: Trust is gone."
    assert found.warnings["rich_text"] == 1


def test_a_code_that_more_than_one_fits_must_be_decided(database: Database):
    document = project((3, 17, "Trust is gone.")).replace('name="trust"', 'name="Same name"')
    with transaction() as session:
        study = bank_study(session)
        for row in session.scalars(select(Code).where(Code.key.in_(("SIT", "PRB")))):
            row.document = {**row.document, "name": {"en": "Same name", "zh": "同名"}}
        session.flush()
        with pytest.raises(BadInput, match=r"More than one code .*SIT, PRB|More than one code .*PRB, SIT"):
            take_in(session, study, "p.qdpx", packed(document, t=TEXT))

        take_in(session, study, "p.qdpx", packed(document, t=TEXT), codes={"Same name": "PRB"})

        assert session.scalars(select(Code.key).join(Coding, Coding.code_id == Code.id)).all() == ["PRB"]


def test_texts_without_consent_are_left_out_and_said(database: Database):
    with transaction() as session:
        study = bank_study(session)
        found = read_project_file("p.qdpx", packed(project((3, 17, "Trust is gone.")), t=TEXT))

        plan = plan_exchange(session, study, found, Choices(has_consent=False), KnownNames())

    assert [text.reason for text in plan.texts] == ["Without consent no text may be stored."]


def test_names_are_replaced_and_passages_keep_their_words(database: Database):
    text = b"P: call 13812345678 now. Trust is gone.\n"
    start = text.decode().index("Trust")
    with transaction() as session:
        study = bank_study(session)
        take_in(session, study, "p.qdpx", packed(project((start, start + 14, "Trust is gone.")), t=text),
                is_pseudonymised=True)

        assert session.scalars(select(Segment.quote)).all() == ["Trust is gone."]
        assert "13812345678" not in session.scalars(select(TranscriptVersion.text)).one()


MEDIA = (
    '<PictureSource guid="00000000-0000-0000-0000-0000000000b1" name="photo"><PictureSelection '
    'guid="00000000-0000-0000-0000-0000000000b2" firstX="1" firstY="1" secondX="2" secondY="2"/></PictureSource>'
    '<PDFSource guid="00000000-0000-0000-0000-0000000000b3" name="letter.pdf"><PDFSelection page="1" firstX="1" '
    'firstY="1" secondX="2" secondY="2" guid="00000000-0000-0000-0000-0000000000b4"/><Representation '
    'guid="00000000-0000-0000-0000-0000000000b5" plainTextPath="internal://t.txt"><PlainTextSelection '
    'guid="00000000-0000-0000-0000-0000000000b6" startPosition="3" endPosition="8" name="Trust"><Coding '
    'guid="00000000-0000-0000-0000-0000000000b7"><CodeRef targetGUID="00000000-0000-0000-0000-00000000000c"/></Coding>'
    '</PlainTextSelection></Representation></PDFSource>'
    '<AudioSource guid="00000000-0000-0000-0000-0000000000b8" name="tape.mp3"><Transcript '
    'guid="00000000-0000-0000-0000-0000000000b9" plainTextPath="internal://t.txt">'
    '<SyncPoint guid="00000000-0000-0000-0000-0000000000ba" timeStamp="0" position="9"/>'
    '<SyncPoint guid="00000000-0000-0000-0000-0000000000bb" timeStamp="900" position="17"/><TranscriptSelection '
    'guid="00000000-0000-0000-0000-0000000000bc" fromSyncPoint="00000000-0000-0000-0000-0000000000BA" '
    'toSyncPoint="{00000000-0000-0000-0000-0000000000bb}" name="is gone."/></Transcript></AudioSource>')


def test_words_of_pdf_and_recording_come_in_and_what_has_no_words_is_counted():
    document = project().replace("<Sources>", "<Sources>" + MEDIA).replace(
        "</Project>", '<Sets><Set guid="00000000-0000-0000-0000-0000000000bd" name="s"/></Sets><Graphs><Graph '
        'guid="00000000-0000-0000-0000-0000000000be"/></Graphs></Project>')

    found = read_project_file("p.qdpx", packed(document, t=TEXT))

    words = {text.name: [text.text[row.start:row.end] for row in text.selections] for text in found.texts}
    assert words == {"letter.pdf": ["Trust"], "tape.mp3": ["is gone."], "talk": []}
    assert found.losses == {"pictures": 2, "places_on_pages": 2, "sets": 1, "graphs": 1}


def test_a_text_longer_than_an_interview_can_be_is_left_out_and_counted():
    found = read_project_file("p.qdpx", packed(project(), t=b"Trust is gone. " * 350_000))

    assert found.texts == ()
    assert found.losses == {"unreadable_texts": 1}


# ---- attacks --------------------------------------------------------------------------------------------------------
def _zip_with(name: str, content: bytes) -> bytes:
    stream = io.BytesIO(packed(project(), t=TEXT))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _lying() -> bytes:
    """A zip whose directory says 1 byte where the text unpacks to 200 MB."""
    content = bytearray(packed(project(source='plainTextPath="internal://bomb.txt"'), bomb=b"a" * 200_000_000))
    place = content.rindex(b"sources/bomb.txt") - 46
    content[place + 24:place + 28] = struct.pack("<I", 1)
    return bytes(content)


ENTITY = '<!DOCTYPE Project [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
DEEP = project().replace('isCodable="true"/>', 'isCodable="true">' + '<Code guid="1" name="n" isCodable="true">' * 5000
                         + "</Code>" * 5000 + "</Code>")


@pytest.mark.parametrize("content", [
    packed(ENTITY + project(inner="<Description>&b;</Description>"), t=TEXT),
    packed('<!DOCTYPE Project SYSTEM "file:///etc/passwd">' + project(), t=TEXT),
    packed(DEEP, t=TEXT), _zip_with("../../outside.txt", b"x"), _zip_with("/absolute.txt", b"x"),
    _zip_with("C:\\windows.txt", b"x"), _zip_with("sources/T.txt", b"x"), _zip_with("a.bin", b"\0" * 50_000_000),
], ids=["entities", "outside entity", "depth", "parent", "absolute", "drive", "twice", "bomb"])
def test_a_file_built_to_harm_is_refused(content: bytes):
    with pytest.raises(BadInput, match="could do harm"):
        read_project_file("p.qdpx", content)


@pytest.mark.parametrize(("name", "content", "words"), [
    ("p.qdpx", b"no zip", "no REFI-QDA project"), ("p.qdpx", packed("<Project"), "damaged"),
    ("p.qdpx", packed("<Other/>"), "no REFI-QDA project"), ("p.qdpx", packed(project(), name="x.xml"), "no REFI-QDA"),
    ("p.qdc", b"<Other/>", "no REFI-QDA codebook"), ("p.sqlite3", b"text", "no Taguette"), ("p.qdpx", b"", "is empty"),
    ("p.sqlite3", b"SQLite format 3\x00" + b"\xff" * 5000, "no Taguette"),
])
def test_what_is_none_of_these_files_is_refused_with_a_reason(name: str, content: bytes, words: str):
    with pytest.raises(BadInput, match=words):
        read_project_file(name, content)


def test_no_more_is_unpacked_than_the_directory_says():
    with pytest.raises(BadInput, match="damaged"):
        read_project_file("p.qdpx", _lying())


def test_a_view_in_the_place_of_a_table_is_refused(tmp_path: Path):
    path = tmp_path / "evil.sqlite3"
    with sqlite3.connect(path) as connection:
        for name in ("documents", "tags", "highlights", "highlight_tags"):
            connection.execute(f"CREATE TABLE {name} (id)")
        connection.execute("CREATE VIEW projects AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
                           "SELECT id, id AS name, id AS description FROM n")
    connection.close()

    with pytest.raises(BadInput, match="no Taguette"):
        read_project_file("evil.sqlite3", path.read_bytes())
