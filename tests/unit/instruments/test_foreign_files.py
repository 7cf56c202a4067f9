"""Files of other tools: whatever stands in them becomes a sound questionnaire or a refusal that helps."""

import io
import json
import random
import resource
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.checks import check_instrument
from instruments.errors import FileFormatError
from instruments.formats import LossReport, read_definition, read_xlsform, write_xlsform
from instruments.formats.foreign import SUFFIXES, convert, read_foreign
from instruments.loader import dump_instrument, read_instrument
from tests.factories.foreign_files import ANSWERS, FOREIGN, NOT_READ, SAMPLES, attempt, converted, named

pytestmark = pytest.mark.filterwarnings("ignore:Unknown extension:UserWarning")    # openpyxl on others' files


def both(test):
    """Run a test on our samples, and on the files of others where they are there."""
    files = [*SAMPLES, *(pytest.param(path, marks=pytest.mark.reference) for path in FOREIGN)]
    return pytest.mark.parametrize("path", files, ids=lambda path: path.name)(test)


# ---- every file is read ---------------------------------------------------------------------------------------------
@both
def test_a_file_becomes_a_sound_questionnaire_or_a_refusal_with_a_remedy(path):
    read, refusal = attempt(path.read_bytes(), path.name)

    assert (refusal is not None) == (path.name in NOT_READ)
    if refusal is not None:
        assert refusal.place.startswith(path.name)
        assert refusal.remedy
    else:
        assert [finding for finding in check_instrument(read[0]) if finding.is_error] == []
        assert all(entry.place and entry.what and entry.done for entry in read[1].entries)


@both
def test_a_questionnaire_that_was_read_is_written_as_yaml_and_read_back_equal(path):
    if path.name in NOT_READ:
        pytest.skip("this file is refused")
    instrument, _ = converted(path)

    assert read_instrument(dump_instrument(instrument), "back.yaml") == instrument


@both
def test_a_questionnaire_that_was_read_is_written_as_xlsform_and_read_back_equal(path, tmp_path):
    if path.name in NOT_READ:
        pytest.skip("this file is refused")
    instrument, _ = converted(path)

    write_xlsform(instrument, tmp_path / "back.xlsx")

    assert read_xlsform(tmp_path / "back.xlsx") == (instrument, LossReport())


# ---- strangers' bytes -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", SAMPLES, ids=named)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_but_never_fails(path, data):
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans(), "cut"):
        del content[data.draw(st.integers(0, len(content)), "end"):]
    for _ in range(data.draw(st.integers(1, 8), "flips") if content else 0):
        content[data.draw(st.integers(0, len(content) - 1), "place")] = data.draw(st.integers(0, 255), "byte")

    read, refusal = attempt(bytes(content), path.name)

    assert read[0].items if refusal is None else refusal.place and refusal.remedy


@pytest.mark.parametrize("path", SAMPLES, ids=named)
def test_a_file_with_words_exchanged_is_read_or_refused_but_never_fails(path):
    """Move whole words about, which keeps a file readable and breaks what it means."""
    dice = random.Random(path.name)
    words = path.read_text(encoding="utf-8").split(" ") if path.suffix not in (".lsa", ".xlsx") else []
    for _ in range(25 if words else 0):
        changed = list(words)
        for _ in range(12):
            one, other = dice.randrange(len(changed)), dice.randrange(len(changed))
            changed[one], changed[other] = changed[other], changed[one]
        read, refusal = attempt(" ".join(changed).encode(), path.name)
        assert read[0].items if refusal is None else refusal.place and refusal.remedy


ODD = (None, True, False, 0, -91, 3.5, 1e308, "", "x y", "${a}", "{a", "<b>", "'\"", [], {}, [1, 2], {"a": 1}, "-92",
       "1" * 400,
       "\x00", "q://QID1/SelectableChoice/1", "{age} > ", "=", "false")


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.suffix in (".qsf", ".json")], ids=named)
def test_a_file_with_values_of_another_kind_is_read_or_refused_but_never_fails(path):
    """Put odd values where others stood: numbers for objects, objects for texts, empty ones for all."""
    dice = random.Random(path.name)
    text = path.read_text(encoding="utf-8")
    places = list(json_places(json.loads(text)))
    for _ in range(150):
        document = json.loads(text)
        for place in dice.sample(places, 4):
            put(document, place, dice.choice(ODD))
        read, refusal = attempt(json.dumps(document).encode(), path.name)
        assert read[0].items if refusal is None else refusal.place and refusal.remedy


def json_places(node, here=()):
    """Yield the way to each value inside a document."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield (*here, key)
        yield from json_places(value, (*here, key))


def put(document, place, value):
    """Set the value at a place, unless an earlier change took the way there away."""
    node = document
    for key in place[:-1]:
        if not isinstance(node, (dict, list)) or (isinstance(node, dict) and key not in node) or (
                isinstance(node, list) and (not isinstance(key, int) or key >= len(node))):
            return
        node = node[key]
    if isinstance(node, dict) or (isinstance(node, list) and isinstance(place[-1], int) and place[-1] < len(node)):
        node[place[-1]] = value


@pytest.mark.parametrize("path", SAMPLES, ids=named)
def test_a_file_is_read_in_a_process_of_its_own_with_the_same_result(path):
    assert read_foreign(path) == converted(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"  \n", b"\x00\x01\x02", b"PK\x03\x04broken", b"<a>", b"{", b"[" * 100_000])
def test_a_file_of_nothing_is_refused_in_words(tmp_path, suffix, content):
    path = tmp_path / f"form{suffix}"
    path.write_bytes(content)

    with pytest.raises(FileFormatError) as caught:
        read_definition(path) if len(content) < 8 else convert(content, path.name)

    assert caught.value.place.startswith(path.name)
    assert caught.value.remedy
    assert "Traceback" not in str(caught.value)


def archive(**entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return buffer.getvalue()


def link():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        entry = zipfile.ZipInfo("survey.lss")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        target.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(("content", "reason"), [
    (archive(**{"../survey.lss": "x"}), "outside the archive"),
    (archive(**{"/survey.lss": "x"}), "outside the archive"),
    (archive(**{"C:\\survey.lss": "x"}), "outside the archive"),
    (link(), "outside the archive"),
    (archive(**{"survey.lss": "0" * 21_000_000}), "too large once unpacked"),
    (archive(**{f"{number}.lss": "x" for number in range(600)}), "too large once unpacked"),
    (archive(**{"a.lss": "x", "b.lss": "x"}), "2 surveys"),
    (archive(**{"a.txt": "x"}), "0 surveys"),
    (archive(**{"a.lss": "x"})[:-30], "damaged"),
])
def test_an_archive_that_is_no_survey_or_a_trap_is_refused(content, reason):
    with pytest.raises(FileFormatError, match=reason):
        convert(content, "a.lsa")


def test_a_survey_of_3000_items_and_20000_choices_is_read_within_ten_seconds(tmp_path):
    path = tmp_path / "large.lss"
    path.write_text(large_survey(3000, 20_000), encoding="utf-8")

    start = processor_seconds()
    instrument, _ = read_definition(path)
    seconds = processor_seconds() - start

    assert len(instrument.items) == 3000
    assert sum(len(item.choices) for item in instrument.items) >= 20_000
    assert seconds < 10


def processor_seconds():
    """Return the time that this process and its children have computed; other work on the machine does not count."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def large_survey(n_items, n_choices):
    cell = "<{0}><![CDATA[{1}]]></{0}>".format

    def row(**fields):
        return f"<row>{''.join(cell(name, value) for name, value in fields.items())}</row>"

    per_item = -(-n_choices // n_items)
    questions = [row(
        qid=n, parent_qid=0, gid=n // 20, type="L", title=f"Q{n}", question=f"Question {n}?", language="en",
        question_order=n, relevance=f"Q{n - 1} == 'A1'" if n % 3 else "1") for n in range(1, n_items + 1)]
    answers = [row(qid=n, code=f"A{m}", answer=f"Answer {m} of {n}", sortorder=m, language="en", scale_id=0)
               for n in range(1, n_items + 1) for m in range(per_item)]
    groups = [row(gid=n, group_name=f"Page {n}", group_order=n, language="en") for n in range(n_items // 20 + 1)]
    tables = {"groups": groups, "questions": questions, "answers": answers,
              "surveys": [row(sid=1, language="en")]}
    inside = "".join(f"<{name}><rows>{''.join(lines)}</rows></{name}>" for name, lines in tables.items())
    return (f"<?xml version='1.0' encoding='UTF-8'?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>"
            f"<languages><language>en</language></languages>{inside}</document>")


# ---- answers are no questionnaire -----------------------------------------------------------------------------------
@pytest.mark.reference
@pytest.mark.parametrize("path", ANSWERS, ids=named)
def test_a_file_of_answers_is_refused_with_the_way_to_load_it(path):
    with pytest.raises(FileFormatError) as caught:
        read_definition(path)

    assert "responses import" in caught.value.remedy


def test_the_report_travels_with_the_questionnaire_as_json(tmp_path):
    path = next(path for path in SAMPLES if path.suffix == ".lss")

    instrument, report = read_foreign(path)

    assert len(report.entries) > 20
    assert json.dumps([str(entry) for entry in report.entries])
    assert instrument.languages == ("en", "ar")
