"""A failed job says why in the language of whoever reads its page, whatever kind of error it was."""

import re
from pathlib import Path

import pytest
from flask import Flask, g
from flask_babel import force_locale, gettext

from analysis.errors import SpecError, TooFewData
from instruments.errors import CheckFailed, FileFormatError, Finding
from reports.pdf import MissingGlyphs
from reports.waves import WaveTold
from surveyapp.errors import BadInput, Refused
from surveyapp.jobs.fault import FOREIGN, OWN, fault_of
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.services.analysis_wording import ANALYSIS_SENTENCES
from surveyapp.views.job_fault import job_fault

ROOT = Path(__file__).parents[2]


def failed(error: Exception) -> Job:
    return Job(kind="diagnose", options={}, state="failed", message=f"{type(error).__name__}: {error}",
               fault=fault_of(error))


@pytest.mark.parametrize(("language", "words"), [
    ("en", "The questionnaire staff has no scale of two or more items. Give its items a construct."),
    ("zh", "问卷staff中没有包含两道及以上题项的量表。请为题项指定所属构念。")])
def test_a_failed_job_is_told_in_the_readers_language(app: Flask, language: str, words: str):
    job = failed(BadInput("The questionnaire {key} has no scale of two or more items.", "Give its items a construct.",
                          key="staff"))

    with app.test_request_context(), force_locale(language):
        told = job_fault(job)

    assert told == words


@pytest.mark.parametrize(("error", "words"), [
    (TooFewData("links", "12 rows are too few for 4 causes.", "Collect more answers.", 12),
     "答卷或题项过少，无法计算（links）。请收集更多答卷或选择其他题项后重试。"
     "具体说明：12份答卷不足以分析4项原因。请收集更多答卷。"),
    (CheckFailed("staff", (Finding("INS-009", "construct PRB_INFO", "no item measures it.",
                                   "Add items, or remove the construct."),)),
     "研究定义未通过检查（staff）。请修改所列之处后重试。具体说明：构念PRB_INFO：没有题项测量该构念。请添加题项，或删去该构念。"),
    (SpecError("specification", "names no analysis.", "Write a list."),
     "所填写的要求无法执行（specification）。请修改要求后重试。具体说明（英文）：names no analysis. Write a list."),
    (FileFormatError("staff.xlsx", "the file is damaged.", "Save it anew."),
     "文件无法读取（staff.xlsx）。请重新提交文件。具体说明（英文）：the file is damaged. Save it anew.")])
def test_an_error_of_an_analysis_or_a_definition_is_told_in_chinese_with_its_details(app: Flask, error: Exception,
                                                                                    words: str):
    job = failed(error)

    with app.test_request_context(), force_locale("zh"):
        told = job_fault(job)

    assert told == words


def test_characters_that_no_font_has_are_named_in_chinese(app: Flask):
    job = failed(MissingGlyphs({"☃": "title"}))

    with app.test_request_context(), force_locale("zh"):
        told = job_fault(job)

    assert told.startswith("报告所用字体缺少以下字符：☃。请在研究文本中替换后重试。")


def test_an_error_of_a_library_is_told_by_its_kind_and_quotes_nobody(app: Flask):
    job = failed(ValueError("could not convert string to float: 'my boss shouts'"))

    with app.test_request_context(), force_locale("zh"):
        told = job_fault(job)

    assert "ValueError" in told
    assert "boss" not in told
    assert "请告知" in told


def test_a_job_that_failed_before_reasons_were_kept_shows_what_the_worker_stored(app: Flask):
    job = Job(kind="diagnose", options={}, state="failed", message="ValueError: see the worker's log for the place")

    with app.test_request_context(), force_locale("zh"):
        told = job_fault(job)

    assert told == "ValueError: see the worker's log for the place"


def test_every_kind_of_error_has_chinese_words(app: Flask):
    with app.test_request_context(), force_locale("zh"):
        untold = [text for _, *texts in (*OWN, *FOREIGN) for text in texts if gettext(text) == text]

    assert untold == []


def test_a_value_with_braces_is_told_as_it_is(app: Flask):
    job = failed(Refused("The rehearsal failed: {words}", words="{not a name}"))

    with app.test_request_context(), force_locale("en"):
        told = job_fault(job)

    assert told == "The rehearsal failed: {not a name}"


def test_every_sentence_told_in_chinese_is_one_that_an_analysis_says():
    sources = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "analysis").rglob("*.py"))
    sources = re.sub(r'"\s*f?"', "", sources)

    unknown = [sentence for sentence in ANALYSIS_SENTENCES
               if max(re.split(r"\{[a-z]+\}", sentence), key=len) not in sources]

    assert unknown == []


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Before the second survey there is no closed wave."), ("zh", "第二轮之前没有已结束的轮次。")])
def test_a_wave_is_named_as_reports_name_it(app: Flask, language: str, words: str):
    job = failed(Refused("Before {wave} there is no closed wave.", wave="w2"))

    with app.test_request_context(headers={"Accept-Language": language}):
        g.study, g.waves_told = Study(id=1, template={}), (1, {"w2": WaveTold(2, "2026-11-19")})
        told = job_fault(job)

    assert told == words
