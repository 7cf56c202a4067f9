"""A posted form is read as the standard library reads it, only faster."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.posted_page import MOST_FIELDS, read_form

PIECES = st.text(st.sampled_from("abQ1:.=&+% %41%E4%BD%A0%FF%0A中é"), max_size=30)


@given(PIECES)
def test_any_form_is_read_as_by_the_standard_library(text: str):
    assert read_form(text.encode()) == parse_qs(text, keep_blank_values=True)


def test_a_long_name_is_read_too():
    name = "n%41" * 200

    assert read_form(f"{name}=1".encode()) == {"nA" * 200: ["1"]}


@pytest.mark.parametrize("body", [b"Q1=\xff", b"&".join([b"Q=1"] * (MOST_FIELDS + 1))])
def test_what_is_no_form_is_refused(body: bytes):
    with pytest.raises(ValueError, match=r"."):
        read_form(body)
