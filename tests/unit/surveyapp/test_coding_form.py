"""What a posted passage looks like: numbers no column can hold."""

import pytest
from werkzeug.datastructures import MultiDict

from surveyapp.errors import NotFound
from surveyapp.forms.coding import PassageForm, column_number, mark_of


def test_a_number_no_column_can_hold_counts_as_none():
    form = PassageForm.read(MultiDict({"start": "7", "end": str(10 ** 20), "turn": str(2 ** 31), "sentence": "3"}))

    assert (form.start, form.end, form.turn, form.sentences) == (7, 0, 0, (3,))


def test_the_largest_number_of_a_column_is_read():
    assert column_number(str(2 ** 31 - 1)) == 2 ** 31 - 1


@pytest.mark.parametrize("mark", ["c", "x1", "c-1", "c²", f"c{2 ** 31}", "k" + "9" * 50])
def test_a_mark_that_is_none_names_no_coding(mark: str):
    with pytest.raises(NotFound):
        mark_of(mark)
