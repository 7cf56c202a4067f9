"""A page is read as a browser without script reads it."""

from surveyapp.rehearsal.form import read_form

PAGE = """
<form method="get"><input name="search"></form>
<form class="page" method="post" action="/r/abc/A">
<button name=":deed" value="next"></button>
<fieldset data-item="ROLE"><label><input type="radio" name="ROLE" value="a"></label>
<input type="radio" name="ROLE" value="b">
<div class="inner"><input type="radio" name="ROLE" value="c" disabled></div></fieldset>
<div data-item="LOAD" hidden><input disabled type="text" name="LOAD"></div>
<fieldset data-item="RANK"><select name="RANK.x"><option value="">–</option>
<option value="1">1</option></select></fieldset>
<div data-item="OPEN"><textarea name="OPEN" aria-invalid="true"></textarea></div>
<input type="hidden" name=":at" value="now"><button name=":deed" value="back"></button>
</form><form method="post" action="/other"><input name="never"></form>
"""


def test_what_can_be_filled_in_is_told_from_what_is_hidden():
    page = read_form(PAGE)

    assert page.action == "/r/abc/A"
    assert page.items == ["ROLE", "RANK", "OPEN"]
    assert {name: (field.kind, field.options, field.item) for name, field in page.fields.items()} == {
        "ROLE": ("radio", ["a", "b"], "ROLE"), "RANK.x": ("select", ["1"], "RANK"), "OPEN": ("text", [], "OPEN")}
    assert page.hidden == {":at": "now"}
    assert page.deeds == ["next", "back"]
    assert page.faults == ["OPEN"]


def test_a_page_without_a_form_has_no_action():
    assert read_form("<h1>Thank you</h1>").action is None
