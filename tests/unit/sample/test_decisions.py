"""The sample's decisions: each text in one language, and its wording in the other."""

import re

from surveyapp.sample.second_wave import DECISIONS, IN_ENGLISH

HAN, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")


def test_every_text_of_a_decision_is_in_one_language_and_told_in_the_other():
    texts = {text for one in DECISIONS for text in (
        one.body, one.reason, one.change, one.owner, *(step.name for step in one.milestones),
        *(source for *_, source in one.readings)) if text}

    assert [text for text in texts if LATIN.search(text) or not HAN.search(text)] == []
    assert texts == set(IN_ENGLISH)
    assert [text for text in IN_ENGLISH.values() if HAN.search(text)] == []
