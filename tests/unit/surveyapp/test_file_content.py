"""What a file is, by content; what is taken out of it; what is refused."""

import io
import random

import pytest
from PIL import Image

from instruments.schema import UPLOAD_KINDS
from surveyapp.services.answer import Unusable
from surveyapp.services.file_content import DAMAGED, EMPTY, HEIC, NOT_TAKEN, TOO_MANY_PIXELS, clean_file
from tests.factories import files as make

PICTURES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
ORIENTATION = 0x0112


def refusal(content: bytes, accepts: tuple[str, ...] = UPLOAD_KINDS) -> str:
    with pytest.raises(Unusable) as caught:
        clean_file(content, accepts)
    return caught.value.problem.text


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_keeps_every_point_and_loses_what_tells_of_place_and_person(kind: str):
    content = make.picture(kind)

    clean = clean_file(content, UPLOAD_KINDS)

    assert make.PLACE in content
    assert make.PLACE not in clean.content
    assert make.AUTHOR.encode() not in clean.content
    assert clean.ending == PICTURES[kind]
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(clean.content)) as after:
        assert after.tobytes() == before.tobytes()
        assert set(after.getexif()) <= {ORIENTATION}
        assert not after.getexif().get_ifd(0x8825)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photograph_stays_the_right_way_up(turned: int):
    clean = clean_file(make.picture(turned=turned), UPLOAD_KINDS)

    with Image.open(io.BytesIO(clean.content)) as after:
        assert after.getexif().get(ORIENTATION, 1) == turned


@pytest.mark.parametrize("kind", PICTURES)
def test_what_hangs_behind_the_end_of_a_picture_is_cut_off(kind: str):
    clean = clean_file(make.picture(kind) + make.archive(), UPLOAD_KINDS)

    assert clean.content == clean_file(make.picture(kind), UPLOAD_KINDS).content


@pytest.mark.parametrize(("content", "ending"), [
    (make.PDF, "pdf"), (make.recording(), "wav"), ("一句话。\r\n再一句。".encode("gb18030"), "txt"),
    (b"plain\n", "txt"),
    ("\ufeffmarked".encode("utf-16-le"), "txt"), (b"ID3\x03" + b"\0" * 20, "mp3"), (b"OggS" + b"\0" * 20, "ogg"),
    (b"\0\0\0\x1cftypM4A " + b"\0" * 20, "m4a"), (b"#!AMR\n" + b"\0" * 20, "amr"),
    (b"\x1aE\xdf\xa3\x42\x82webmA_OPUS", "webm"),
])
def test_documents_and_recordings_are_known_by_content(content: bytes, ending: str):
    assert clean_file(content, UPLOAD_KINDS).ending == ending


def test_a_text_is_stored_as_utf_8():
    clean = clean_file("一句话。\r\n再一句。".encode("gb18030"), ("text",))

    assert clean.content.decode() == "一句话。\n再一句。"


@pytest.mark.parametrize("content", [
    make.SVG, make.HTML, b"  \n" + make.HTML, make.archive(), b"MZ\x90\0" + b"\0" * 60, b"GIF89a" + b"\0" * 20,
    b"{\\rtf1}", b"\x7fELF" + b"\1" * 20, b"\0\0\0\x1cftypisom" + b"hdlr\0\0\0\0vide",
    b"\x1aE\xdf\xa3\x42\x82webmV_VP9", b"\x89PNG\r\n" + make.archive(), b"text with \x00 in it",
    b"RIFF\0\0\0\0AVI " + b"\0" * 20,
])
def test_what_is_not_asked_for_is_refused_whatever_it_is_called(content: bytes):
    assert refusal(content) == NOT_TAKEN


def test_a_kind_that_the_item_does_not_take_is_refused():
    assert refusal(make.picture(), ("pdf",)) == NOT_TAKEN
    assert refusal(make.PDF, ("image",)) == NOT_TAKEN


@pytest.mark.parametrize("content", [b"", b"   \n", b"\0" * 50])
def test_an_empty_file_is_refused(content: bytes):
    assert refusal(content) == EMPTY


def test_a_picture_in_a_format_few_can_open_is_refused_with_the_way_out():
    assert refusal(make.HEIC) == HEIC


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_that_arrived_in_part_is_refused(kind: str):
    content = make.picture(kind)

    assert {refusal(content[:n]) for n in range(len(content) // 2, len(content) - 1)} <= {DAMAGED}


def test_a_document_that_arrived_in_part_is_refused():
    assert refusal(make.PDF[:-10]) == DAMAGED


def test_a_picture_that_would_fill_the_memory_is_refused():
    content = bytearray(make.picture("JPEG"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5:frame + 9] = b"\xff\xff\xff\xff"

    assert refusal(bytes(content)) == TOO_MANY_PIXELS


@pytest.mark.parametrize("kind", PICTURES)
def test_a_damaged_picture_is_cleaned_or_refused_and_never_more(kind: str):
    whole = make.picture(kind)
    chance = random.Random(kind)

    for _ in range(3000):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            clean = clean_file(bytes(content), UPLOAD_KINDS)
        except Unusable:
            continue
        assert len(clean.content) <= len(content)
