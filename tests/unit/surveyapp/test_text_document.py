"""Documents of other word processors: their words, what was left out, and what is refused with the way out."""

import pytest

from surveyapp.errors import BadInput
from surveyapp.services.pdf_lines import joined_pages
from surveyapp.services.transcript import read_transcript
from tests.factories.documents import open_document, pdf

PICTURE = ('<img alt="" style="width:15cm;height:20cm" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAA'
           'AAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==">')


def rtf(body: str, page: int = 936) -> bytes:
    return (rf"{{\rtf1\ansi\ansicpg{page}\deff0{{\fonttbl{{\f0\fcharset134 SimSun;}}}}" + body + "}").encode("ascii")


def gbk(words: str) -> str:
    return "".join(rf"\'{byte:02x}" for byte in words.encode("gbk"))


def test_an_open_document_gives_its_paragraphs_without_deleted_words_comments_and_footnotes():
    body = ('<text:tracked-changes><text:changed-region><text:deletion><text:p>old</text:p></text:deletion>'
            '</text:changed-region></text:tracked-changes><text:h>问：系统怎么样？</text:h>'
            '<text:p>答：慢，<text:s text:c="2"/>很<text:tab/>慢<text:line-break/>真的。'
            '<office:annotation><text:p>check</text:p></office:annotation>'
            '<text:note><text:note-body><text:p>foot</text:p></text:note-body></text:note></text:p>')

    found = read_transcript("a.odt", open_document(body))

    assert found.text == "问：系统怎么样？\n答：慢，  很\t慢\n真的。"
    assert found.left_out == {"changes": 1, "comments": 1, "footnotes": 1}
    assert [turn.speaker for turn in found.turns] == ["问", "答"]


def test_an_rtf_gives_its_words_in_the_chinese_code_page_and_as_unicode():
    found = read_transcript("a.rtf", rtf(rf"{gbk('问：慢吗？')}\par {gbk('答：')}\u24930?\u26497?\u20102?\par"))

    assert found.text.strip() == "问：慢吗？\n答：慢极了"


def test_a_pdf_gives_its_words_in_paragraphs():
    long = "We log in to five systems every morning and none of them knows what the other one has just been told. " * 4

    content = pdf(f"<p>Interviewer: How is it?</p><p>P: {long}</p>", "<p>Interviewer: And now?</p>")

    found = read_transcript("a.pdf", content)

    assert found.text.split("\n\n") == ["Interviewer: How is it?", f"P: {long.strip()}", "Interviewer: And now?"]
    assert [turn.is_interviewee for turn in found.turns] == [False, True, False]


@pytest.mark.parametrize(("name", "content", "words"), [
    ("a.odt", open_document("<text:p>x</text:p>", "<m><encryption-data/></m>"), "protected by a password"),
    ("a.pdf", pdf("<p>secret words stand here</p>", password="x"), "protected by a password"),
    ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    ("a.doc", b"\xd0\xcf\x11\xe0" + bytes(600), "Word 97"),
    ("a.pdf", pdf(PICTURE, PICTURE), "the pages are pictures"),
    ("a.odt", open_document("<text:p>&x;</text:p>", head='<!DOCTYPE a [<!ENTITY x "boom">]>'), "damaged"),
    ("a.odt", b"PK\x03\x04 broken", "damaged"), ("a.pdf", b"%PDF-1.7 broken", "damaged"),
    ("a.odt", open_document(f"<text:p>{'x' * 40_000_000}</text:p>"), "unpacks to more"),
    ("a.rtf", b"{\\rtf1}", "no words"),
])
def test_what_cannot_be_read_is_refused_with_the_reason(name: str, content: bytes, words: str):
    with pytest.raises(BadInput) as caught:
        read_transcript(name, content)

    assert words in caught.value.reason.format(**caught.value.values)
    assert caught.value.remedy


def test_running_heads_and_page_numbers_are_no_words_of_the_interview():
    line = "The answer on page {n} begins here and runs on until the line is as full as the others"
    pages = [f"Transcript 7\n{line.format(n=n)}\n{n}" for n in range(1, 5)]

    assert "Transcript 7" not in joined_pages(pages)
    assert "\n3" not in joined_pages(pages)
    assert joined_pages(pages).count("The answer on page") == 4


def test_lines_of_a_chinese_paragraph_are_joined_without_a_gap():
    line = "我们每天早上要登录五个系统而且没有一个系统知道另一个系统刚刚录入了什么内容"

    assert joined_pages([f"{line}\n{line}\n完。"]) == f"{line}{line}完。"


def test_a_word_broken_at_the_end_of_a_line_is_one_word_again():
    assert joined_pages(["The information is incom-\nplete in every"]) == "The information is incomplete in every"
