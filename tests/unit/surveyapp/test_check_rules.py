"""The checks of a questionnaire are told in the reader's language, in the words of the checks."""

from flask_babel import force_locale

from instruments.checks import RULES
from instruments.rules_checks import RULES_RULES
from instruments.template_checks import TEMPLATE_RULES
from instruments.value_checks import VALUE_RULES
from surveyapp.views.check_rules import CHECK_RULES


def test_every_check_of_a_questionnaire_has_its_words(app):
    with app.test_request_context(), force_locale("en"):
        told = {number: str(words) for number, words in CHECK_RULES.items()}

    assert told == {number: words.removesuffix(" (warning)") for number, words in RULES.items()
                    if number not in TEMPLATE_RULES and number not in RULES_RULES and number not in VALUE_RULES}


def test_in_chinese_none_is_left_in_english(app):
    with app.test_request_context(), force_locale("zh"):
        assert all(any("\u4e00" <= sign <= "\u9fff" for sign in str(words)) for words in CHECK_RULES.values())
