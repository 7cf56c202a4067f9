"""The way offsets count is found by the words: each writer's habit is told from the others."""

import re

import pytest

from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.foreign_offsets import (
    choose_reading,
    place_selections,
    sample_passages,
    shown,
    words_are_quotes,
)
from tests.factories.exchange import packed, project

TEXT = "I: How 👍🏽 is it?\nP: Trust is gone.\nP: 𠮷先生 agrees with us all.\n"
QUOTES = ("How", "Trust is gone.", "𠮷先生 agrees")


WORDS = ("branch", "counter", "system", "queue", "form", "approval", "signature", "manager", "desk", "rule")
LONG = "".join(f"Q{n}: Why{' 👍🏽' * (n % 3)} so\nAnna: because the {word} is slow, {word} by {word}.\n"
               for n, word in enumerate(WORDS))
SAID = ("because the counter is slow", "system by system", "queue by queue.", "because the form is slow",
        "approval by approval", "the signature is slow, signature", "manager", "because the desk", "rule by rule.")


def written(reading: str, said: str = TEXT, quotes: tuple[str, ...] = QUOTES) -> tuple[str, bytes]:
    """The file and the project of a program that counts in that way."""
    lines, unit, *rest = reading.split("-")
    filed = said.replace("\n", "\r\n") if lines == "as_filed" else said
    counted = said.replace("\n", "\r\n") if lines != "one" else said
    mark = "mark" in rest

    def at(words: str, after: int) -> int:
        place = counted.index(words) + after
        before = counted[:place]
        return (len(before.encode("utf-16-le")) // 2 if unit == "utf16" else len(before)) + mark

    last = 1 if "inclusive" in rest else 0
    marks = [(at(words, 0), at(words, len(words)) - last, words) for words in quotes]
    return project(*marks), filed.encode("utf-8-sig" if mark else "utf-8")


@pytest.mark.parametrize("reading", [
    f"{lines}-{unit}-{mark}{end}" for lines in ("one", "as_filed", "two") for unit in ("points", "utf16")
    for mark in ("", "mark-") for end in ("exclusive", "inclusive")])
def test_every_habit_of_counting_is_recognised_by_the_words(reading: str):
    document, text = written(reading)

    found = read_project_file("p.qdpx", packed(document, t=text))

    fit = choose_reading(found)
    placed = place_selections(found.texts[0], fit.reading, trusts_words=words_are_quotes(found, fit.reading))
    assert (fit.n_matched, fit.n_moved, fit.n_lost) == (len(QUOTES), 0, 0)
    assert [found.texts[0].text[slice(*row.place)] for row in placed if row.place] == list(QUOTES)
    assert fit.reading.key == reading


def test_a_cut_name_is_held_against_the_beginning_of_the_words():
    start = TEXT.index("Trust")

    found = read_project_file("p.qdpx", packed(project((start, start + 14, "Trust is…")), t=TEXT.encode()))

    assert choose_reading(found).n_matched == 1


def test_words_found_elsewhere_and_once_move_and_others_are_left_out():
    found = read_project_file("p.qdpx", packed(project(
        (TEXT.index("Trust"), TEXT.index("Trust") + 14, "Trust is gone."), (0, 4, "agrees with"), (0, 4, "never said"),
        (5, 9, "P:")), t=TEXT.encode()))

    fit = choose_reading(found)

    assert (fit.n_matched, fit.n_moved, fit.n_lost) == (1, 1, 2)


def test_names_that_are_no_words_of_the_text_decide_nothing():
    found = read_project_file("p.qdpx", packed(project((3, 6, "Quotation 1"), (0, 2, "Quotation 2")), t=TEXT.encode()))

    fit = choose_reading(found)

    assert (fit.is_checked, fit.n_lost, fit.reading.key) == (False, 0, "one-points-exclusive")


def test_the_reading_can_be_said_by_hand():
    found = read_project_file("p.qdpx", packed(project((3, 5, "")), t=TEXT.encode()))

    fit = choose_reading(found, "one-points-inclusive")

    placed = place_selections(found.texts[0], fit.reading, trusts_words=False)
    assert found.texts[0].text[slice(*placed[0].place)] == "How"


@pytest.mark.parametrize("reading", [
    f"{lines}-{unit}-{mark}{end}" for lines in ("one", "as_filed", "two") for unit in ("points", "utf16")
    for mark in ("", "mark-") for end in ("exclusive", "inclusive")])
def test_without_words_the_habit_is_found_by_the_edges_of_words(reading: str):
    document, text = written(reading, LONG, SAID)
    nameless = re.sub(' name="[^"]*"><Coding', ' name=""><Coding', document)

    found = read_project_file("p.qdpx", packed(nameless, t=text))

    fit = choose_reading(found)
    assert (fit.reading.key, fit.is_checked, fit.n_at_edges) == (reading, False, len(SAID))
    assert sample_passages(found, fit.reading)[0] == SAID[0]


def test_both_ends_of_a_long_passage_are_shown():
    assert shown("a" * 50 + " middle " + "b" * 50, (0, 108)) == "a" * 40 + " […] " + "b" * 40
