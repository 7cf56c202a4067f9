"""A report calls staff and those served what its study calls them, whatever kind of report it is."""

from dataclasses import replace

import pytest

from instruments.errors import InstrumentError
from instruments.template import Called
from instruments.template_loader import load_catalogue_template, parse_template, read_template_zip
from instruments.template_writer import template_files, template_zip
from reports.own_words import own_words, spoken
from reports.wording import Words, catalogue

CLINIC = load_catalogue_template("outpatient_service")
SCHOOL = replace(CLINIC, served=Called({"en": "applicant", "zh": "申请人"}, {"en": "applicants", "zh": "申请人"}),
                 staff=Called({"en": "teacher", "zh": "教师"}, {"en": "teachers", "zh": "教师"}))


@pytest.mark.parametrize(("usual", "own"), [
    ("as staff see it", "as teachers see it"),
    ("Staff and customers agree.", "Teachers and applicants agree."),
    ("Two members of staff; one member of staff; a member of staff.", "Two teachers; one teacher; a teacher."),
    ("a staff survey, {n:one staff answer|# staff answers}",
     "a teacher survey, {n:one teacher answer|# teacher answers}"),
    ("an employee, a customer, A customer", "a teacher, an applicant, An applicant"),
    ("staff's score and customers' score", "teachers' score and applicants' score"),
    ("{staff:count} of %(staff)s, staffing, self-staff", "{staff:count} of %(staff)s, staffing, self-staff"),
])
def test_english_keeps_its_number_article_and_capital(usual: str, own: str) -> None:
    assert spoken(usual, "en", own_words(SCHOOL, "en")) == own


@pytest.mark.parametrize(("usual", "own"), [
    ("一名员工、员工问卷、客户与员工的看法", "一名教师、教师问卷、申请人与教师的看法"),
    ("访谈人员工作、客户经理", "访谈人员工作、客户经理"),
])
def test_chinese_keeps_the_names_of_jobs(usual: str, own: str) -> None:
    assert spoken(usual, "zh", own_words(SCHOOL, "zh")) == own


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_phrase_of_a_school_speaks_of_staff_or_customers(language: str) -> None:
    words = Words(language, SCHOOL)
    nobody = {"served": ("", ""), "staff": ("", "")}
    left = {key: spoken(text, language, nobody) for key, text in words._phrases.items()}

    assert {key: text for key, text in words._phrases.items() if left[key] != text} == {}
    assert sum(words._phrases[key] != text for key, text in catalogue(language).items()) > 100


def test_a_hospital_says_zhigong_in_chinese_and_staff_in_english() -> None:
    chinese, english = Words("zh", CLINIC), Words("en", CLINIC)

    assert chinese.text("audience.staff") == "职工"
    assert chinese.text("role.employee") == "一名职工"
    assert english.text("audience.staff") == "staff"
    assert not [key for key, text in chinese._phrases.items() if "员工" in text]


def test_a_study_without_a_word_of_its_own_keeps_the_usual_one() -> None:
    plain = Words("zh", load_catalogue_template("bank_crm"))

    assert plain.text("audience.staff") == "员工"


def test_the_words_are_written_with_the_template_and_read_again() -> None:
    assert read_template_zip(template_zip(SCHOOL), "school.zip").staff == SCHOOL.staff


def test_one_without_many_is_refused_with_place_and_remedy() -> None:
    files = {name: text.encode() for name, text in template_files(
        replace(SCHOOL, staff=Called({"en": "teacher", "zh": "教师"}, {"en": "teachers"}))).items()}

    with pytest.raises(InstrumentError, match=r"study.yaml.*'one' and 'many' are not both given in 'zh'.*Give both"):
        parse_template(files, "school")
