"""Bytes → text → turns: what a transcript file may look like, and what is refused."""

import io
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.errors import BadInput
from surveyapp.services.decoding import decode_text, normalise
from surveyapp.services.speakers import find_turns, sentence_spans
from surveyapp.services.transcript import read_transcript, transcript_of

CHINESE = "问：请您介绍一下日常工作，名下大概管多少客户？\n答：我在公司条线做了七年客户经理，名下现在一百八十多户。\n"
TRADITIONAL = "問：這樣的網路平臺在設計上跟以前有沒有什麼不一樣？\n" \
    "答：對我來說，我其實不太知道過往政府在網路這個部分。\n"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def spoken(text: str) -> list[tuple[str, bool, str]]:
    return [(turn.speaker, turn.is_interviewee, text[turn.start:turn.end]) for turn in find_turns(text)]


def docx(body: str, name: str = "word/document.xml", head: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, f'{head}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
    return file.getvalue()


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


# ---- encodings ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("codec", "text", "name"), [
    ("utf-8", CHINESE, "UTF-8"), ("utf-8-sig", CHINESE, "UTF-8"), ("utf-16", CHINESE, "UTF-16"),
    ("utf-16-be", "I: " + CHINESE, "UTF-16"), ("utf-32", CHINESE, "UTF-32"), ("gb18030", CHINESE, "GB18030"),
    ("gb18030", TRADITIONAL, "GB18030"), ("gb18030", CHINESE + "𠮷👍🏽", "GB18030"), ("big5", TRADITIONAL, "Big5"),
    ("cp1252", "Interviewer: How was it?\nP: It’s fine – naïve café owners said “yes”.\n", "Windows-1252"),
])
def test_a_text_is_read_in_the_encoding_it_was_written_in(codec: str, text: str, name: str):
    found = decode_text(text.encode(codec), "a.txt")

    assert (found.text, found.encoding) == (text, name)


def test_a_guessed_encoding_is_marked_as_a_guess():
    assert decode_text(CHINESE.encode("gb18030"), "a.txt").is_guess
    assert not decode_text(CHINESE.encode(), "a.txt").is_guess


def test_an_encoding_chosen_by_hand_wins_over_the_guess():
    content = "问：好？\n答：好。".encode("gb18030")

    assert read_transcript("a.txt", content, "gb18030").text == "问：好？\n答：好。"


def test_a_wrong_encoding_is_refused_with_the_byte_that_does_not_fit():
    with pytest.raises(BadInput, match=r"a\.txt: byte 1 is not valid in utf-8"):
        read_transcript("a.txt", CHINESE.encode("gb18030"), "utf-8")


def test_line_ends_become_lf_and_marks_are_dropped():
    assert normalise("\ufeffa\r\nb\rc\u2028d\u2029e\x00f") == "a\nb\nc\nd\nef"


def test_composition_is_left_alone_because_it_would_move_places():
    decomposed = "cafe\u0301"

    assert normalise(decomposed) == decomposed


@pytest.mark.parametrize("content", [b"", b" \r\n\t", "\ufeff\n".encode()])
def test_an_empty_file_is_refused(content: bytes):
    with pytest.raises(BadInput, match="the file is empty"):
        read_transcript("a.txt", content)


@pytest.mark.parametrize("content", [
    bytes(range(256)) * 40, b"\x7fELF\x02\x01\x01" + b"\x00" * 400 + bytes(range(128, 256)) * 9,
    b"abc\x01\x02\x03" * 50,
])
def test_a_binary_file_is_refused(content: bytes):
    with pytest.raises(BadInput, match=r"not a text file|encoding cannot be made out"):
        read_transcript("a.txt", content)


@pytest.mark.parametrize(("name", "content", "kind"), [
    ("a.txt", b"%PDF-1.7 ...", "PDF"), ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),
    ("a.txt", b"PK\x03\x04..", "zip"), ("a.txt", b"{\\rtf1 a}", "RTF"), ("a.xyz", b"words", ".xyz"),
])
def test_another_kind_of_file_is_named_in_the_refusal(name: str, content: bytes, kind: str):
    with pytest.raises(BadInput, match="are not read as transcripts") as caught:
        read_transcript(name, content)

    assert kind in str(caught.value)
    assert "docx" in caught.value.remedy


# ---- Word -----------------------------------------------------------------------------------------------------------
def test_a_word_document_gives_its_paragraphs_without_deleted_words():
    body = (paragraph("Interviewer: How is it?") + "<w:p><w:r><w:t>P: Slow</w:t><w:tab/><w:t>very</w:t></w:r>"
            "<w:del><w:r><w:t>never said</w:t></w:r></w:del></w:p>")

    found = read_transcript("a.docx", docx(body))

    assert found.text == "Interviewer: How is it?\nP: Slow\tvery"
    assert [turn.speaker for turn in found.turns] == ["Interviewer", "P"]


@pytest.mark.parametrize("content", [
    b"PK\x03\x04 broken", docx(paragraph("a"), name="other.xml"), docx("<w:p><w:r>"), b"no zip at all",
    docx(paragraph("&x;"), head='<!DOCTYPE a [<!ENTITY x "boom">]>'),
])
def test_a_damaged_or_hostile_word_document_is_refused(content: bytes):
    with pytest.raises(BadInput, match="docx"):
        read_transcript("a.docx", content)


def test_a_word_document_that_unpacks_to_too_much_is_refused():
    with pytest.raises(BadInput, match="unpacks to more"):
        read_transcript("a.docx", docx(paragraph("a" * 5_000_000)))


# ---- turns ----------------------------------------------------------------------------------------------------------
def test_chinese_labels_with_a_full_width_colon_are_speakers():
    assert spoken(CHINESE) == [
        ("问", False, "请您介绍一下日常工作，名下大概管多少客户？"),
        ("答", True, "我在公司条线做了七年客户经理，名下现在一百八十多户。")]


def test_bold_names_and_headings_are_speakers():
    bold = "**Ann Lee:** Why so?\n\n**Bo:** Because.\n\n**Ann Lee:** And then?\n\n**Bo:** We left.\n"
    headings = "# Title\n\n### Ann:\n\nWhy?\n\n### Bo：\nBecause.\n\nIndeed.\n"

    assert [entry[:2] for entry in spoken(bold)] == [("Ann Lee", False), ("Bo", True)] * 2
    assert spoken(headings) == [("Ann", False, "Why?"), ("Bo", True, "Because.\n\nIndeed.")]


def test_times_beside_a_name_are_kept_apart_from_the_words():
    turns = find_turns("[00:01:02] Ann: Well?\n[01:00:05] Bo: Yes.\n")

    assert [(turn.speaker, turn.at_ms) for turn in turns] == [("Ann", 62_000), ("Bo", 3_605_000)]


def test_a_colon_inside_speech_makes_no_speaker():
    text = ("I: What is slow?\nP: Three things:\nNote: one of them is the system.\nhttps://example.org is another.\n"
            "I: Yes?\n")

    assert [speaker for speaker, _, _ in spoken(text)] == ["I", "P", "I"]


def test_notes_without_speakers_are_turns_by_paragraph():
    assert spoken("First thought\ngoes on.\n\nSecond: a list.\n") == [
        ("", True, "First thought\ngoes on."), ("", True, "Second: a list.")]
    assert len(spoken("one\ntwo\nthree")) == 3


def test_who_asks_is_the_interviewer_even_if_they_speak_more():
    text = ("Ann: This is a very long question about many things, is it not?\nBo: Yes.\n"
            "Ann: And so on and so on?\nBo: No.\n")

    assert {speaker: is_it for speaker, is_it, _ in spoken(text)} == {"Ann": False, "Bo": True}


def test_subtitles_keep_their_times_and_voices():
    vtt = ("WEBVTT\n\nNOTE a remark\nof two lines\n\n1\n00:00:01.000 --> 00:00:02.000\n<v Ann>How is\n<i>it</i>?\n\n"
           "00:02.500 --> 00:03.000\n<v Bo>Slow &amp; dear.</v>\n\n00:03.000 --> 00:04.000\n<v Bo>Really.</v>\n")

    found = read_transcript("a.vtt", vtt.encode())

    assert found.text == "Ann: How is it?\n\nBo: Slow & dear. Really.\n\n"
    assert [(turn.speaker, turn.is_interviewee, turn.at_ms) for turn in found.turns] == [
        ("Ann", False, 1000), ("Bo", True, 2500)]


def test_subrip_cues_without_names_are_one_turn_each():
    srt = "1\n00:00:00,500 --> 00:00:07,000\nyes\n\n2\n00:00:07,000 --> 00:00:11,890\nyesterday\n"

    found = read_transcript("a.srt", srt.encode())

    assert [(found.text[turn.start:turn.end], turn.at_ms) for turn in found.turns] == [
        ("yes", 500), ("yesterday", 7000)]


def test_a_subtitle_file_without_cues_is_refused():
    with pytest.raises(BadInput, match="no cue with a time line"):
        read_transcript("a.srt", b"Ann: hello")


def test_sentences_end_at_chinese_and_western_marks():
    words = "客户说好。“为什么？”我不知道！Version 3.5 is fine. Dr Wu left"

    assert [words[start:end] for start, end in sentence_spans(words)] == [
        "客户说好。", "“为什么？”", "我不知道！", "Version 3.5 is fine.", "Dr Wu left"]


ANY_TEXT = st.text(alphabet=st.sampled_from("ab 客户𠮷👍🏽\u0301？。.:：\n\r\u2028*#[]问答IP"), max_size=120)


@given(ANY_TEXT)
def test_turns_lie_in_order_inside_the_text_and_hold_words(text: str):
    text = normalise(text)
    turns = find_turns(text)

    places = [0, *(place for turn in turns for place in (turn.start, turn.end)), len(text)]
    assert places == sorted(places)
    assert all(text[turn.start:turn.end].strip() for turn in turns)


@given(ANY_TEXT)
def test_sentences_cover_every_sign_that_is_not_space(words: str):
    spans = sentence_spans(normalise(words))
    left = list(normalise(words))
    for start, end in spans:
        left[start:end] = " " * (end - start)

    assert not "".join(left).strip()
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


@given(ANY_TEXT.filter(lambda text: any(sign.isalpha() for sign in text)))
def test_reading_a_text_again_changes_nothing(text: str):
    try:
        once = transcript_of(text)
    except BadInput:
        return

    assert transcript_of(once.text) == once


# ---- real transcripts -----------------------------------------------------------------------------------------------
@pytest.mark.reference
@pytest.mark.parametrize(("name", "speakers", "interviewees"), [
    ("zh-hant-interview-lu.md", {"問": 25, "呂家華": 49}, {"呂家華"}),
    ("zh-hant-interview-techsequences.md", {"唐鳳": 28, "Alexa Raad": 25, "Leslie Daigle": 8}, {"唐鳳"}),
    ("en-interview-techsequences.md", {"Audrey Tang": 28, "Alexa Raad": 25, "Leslie Daigle": 8}, {"Audrey Tang"}),
])
def test_real_transcripts_have_the_turns_a_reader_counts(reference: Path, name: str, speakers: dict[str, int],
                                                         interviewees: set[str]):
    content = (reference / "interviews" / "transcripts" / name).read_bytes()

    found = read_transcript(name, content)

    assert Counter(turn.speaker for turn in found.turns) == speakers
    assert {turn.speaker for turn in found.turns if turn.is_interviewee} == interviewees


@pytest.mark.reference
def test_a_real_transcript_in_big5_reads_as_the_same_text(reference: Path):
    path = reference / "interviews" / "transcripts" / "zh-hant-interview-lu.md"
    text = path.read_text(encoding="utf-8").encode("big5", "ignore").decode("big5")

    assert read_transcript("lu.md", text.encode("big5")).text == read_transcript("lu.md", text.encode()).text
