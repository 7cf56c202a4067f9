"""Words of an interviewee stand in quotation marks only where they were written down as they were said."""

from dataclasses import replace

import pytest

from reports.content import Passages
from reports.render import block_html
from reports.sections.source import Source, nested, unmarked
from tests.unit.reports.conftest import Study


@pytest.mark.parametrize(("language", "is_verbatim", "printed"), [
    ("en", True, "<p>“Own tables.”</p>"), ("en", False, "<p>Paraphrase: Own tables.</p>"),
    ("zh", True, "<p>“自己做表。”</p>"), ("zh", False, "<p>转述：自己做表。</p>")])
def test_a_paraphrase_is_called_one(bank: Study, language: str, is_verbatim: bool, printed: str) -> None:
    source = Source(*bank, language)
    quote = next(quote for problem in bank[0].problems if problem.interview for quote in problem.interview.quotes)

    text = {"en": "Own tables.", "zh": "「自己做表。」" if is_verbatim else "自己做表。"}
    passages = source.passages((replace(quote, is_verbatim=is_verbatim, text=text),))

    assert printed in block_html(Passages(passages), language)


@pytest.mark.parametrize(("wording", "bare"), [
    ("「太慢了」", "太慢了"), ("“too slow”", "too slow"), ('"too slow"', "too slow"), ("太慢了", "太慢了"),
    ("「慢」和「难」", "「慢」和「难」"), ("「」", "「」"), ("“a “b” c”", "“a “b” c”")])
def test_the_report_sets_its_own_marks_around_words_said(wording: str, bare: str) -> None:
    assert unmarked(wording) == bare


@pytest.mark.parametrize(("language", "said", "printed"), [
    ("en", "Four in ten had “other” as their occupation.", "<p>“Four in ten had ‘other’ as their occupation.”</p>"),
    ("zh", "职业这一栏有四成填的是“其他”。", "<p>“职业这一栏有四成填的是‘其他’。”</p>")])
def test_what_is_quoted_inside_words_said_stands_in_single_marks(bank: Study, language: str, said: str,
                                                                 printed: str) -> None:
    source = Source(*bank, language)
    quote = next(quote for problem in bank[0].problems if problem.interview for quote in problem.interview.quotes)

    passages = source.passages((replace(quote, is_verbatim=True, text={language: said}),))

    assert printed in block_html(Passages(passages), language)
    assert nested("no marks") == "no marks"
