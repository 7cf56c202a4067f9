"""Figures of pages are written as in the report: never minus zero, and a word between bounds where one is negative."""

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale

PAGE = '{% import "_parts/words.html" as words with context %}'


@pytest.mark.parametrize(("language", "low", "high", "told"), [
    ("en", -0.04, 0.19, "−0.04 to 0.19"), ("zh", -0.04, 0.19, "−0.04至0.19"), ("en", 0.1, 0.2, "0.10–0.20"),
    ("en", -0.001, 0.29, "0.00 to 0.29"), ("en", None, None, "–")])
def test_an_interval_is_written_as_in_the_report(app: Flask, language: str, low, high, told: str):
    with app.test_request_context(), force_locale(language):
        page = render_template_string(PAGE + "{{ words.span(low, high) }}", low=low, high=high)

    assert page == told
