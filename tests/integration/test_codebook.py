"""The codebook on both databases: changing codes, what is amiss, versions."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.codec import content_hash
from instruments.template import CodeDefinition
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Code, Coding
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding, is_released, open_round
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.codebook_check import check_codebook, count_uses
from surveyapp.services.codebook_edit import (
    StaleCode,
    add_code,
    change_code,
    definition_of,
    get_code,
    move_code,
    reactivate_code,
    retire_code,
)
from surveyapp.services.codebook_history import code_history
from surveyapp.services.codebook_version import (
    codebook_of,
    compare_codebooks,
    current_document,
    freeze_codebook,
    get_version,
    newest_version,
    provenance_of,
    word_changes,
)
from surveyapp.services.coding import apply_code, apply_link
from surveyapp.services.interview import get_interview
from surveyapp.services.study import get_study, template_of
from tests.factories import coding as make

WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"
WHOLE = CodeDefinition(
    "CAU.TRUST", "CAU", {"en": "Lack of trust", "zh": "缺乏信任"}, {"en": "Says …", "zh": "表示……"},
    {"en": "fear", "zh": "担心"}, {"en": "rules", "zh": "制度"}, {"en": "Nobody trusts us.", "zh": "没人信任我们。"})


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        made = make.bank_study(session)
        for login, role in (("boss", "researcher"), ("ann", "coder"), ("ben", "coder")):
            make.member(session, made, login, role)
    return made


def fresh() -> Session:
    """A session that sees what was stored until now."""
    close_read_session()
    return read_session()


def codebook(study: Study) -> StudyCodebook:
    return load_codebook(fresh(), study)


def number(study: Study, key: str) -> int:
    return codebook(study).get(key).id


def keys(study: Study) -> list[str]:
    return [entry.key for entry in codebook(study).entries]


def change(study: Study, of: str, **fields: object) -> None:
    code_id = number(study, of)
    with transaction() as session:
        own = get_study(session, study.id)
        row = get_code(session, own, code_id)
        change_code(session, own, code_id, replace(definition_of(row), **fields), row.version,
                    make.find(session, "boss"))


def kinds(study: Study) -> dict[str, list[str]]:
    session = fresh()
    found: dict[str, list[str]] = {}
    for row in check_codebook(session, get_study(session, study.id), make.find(session, "boss")).found:
        found.setdefault(row.kind, []).append(f"{row.code} {row.field} {row.language}".strip())
    return found


def test_a_code_is_added_below_its_parent_and_can_be_given(study: Study):
    with transaction() as session:
        add_code(session, get_study(session, study.id), WHOLE, make.find(session, "boss"))
        own = get_study(session, study.id)
        interview = make.interview(session, own)
        apply_code(session, own, interview, make.find(session, "ann"), make.passage(session, interview, WORDS),
                   "CAU.TRUST")

    entry = codebook(study).get("CAU.TRUST")

    assert entry.group == "cause"
    assert entry.top == "CAU"
    places = keys(study)
    assert places.index("CAU.TRUST") == max(place for place, key in enumerate(places) if key.startswith("CAU"))
    assert read_session().scalars(select(Audit.action).where(Audit.subject == f"code {entry.id}")).all() == ["add_code"]


def test_a_late_save_gets_both_texts_and_changes_nothing(study: Study):
    code_id = number(study, "CAU.TECH")
    with transaction() as session:
        opened = get_code(session, get_study(session, study.id), code_id).version
    change(study, "CAU.TECH", include={"en": "first", "zh": "一"})

    with pytest.raises(StaleCode) as late, transaction() as session:
        own = get_study(session, study.id)
        mine = replace(definition_of(get_code(session, own, code_id)), include={"en": "mine", "zh": "二"})
        change_code(session, own, code_id, mine, opened, make.find(session, "ann"))

    assert late.value.current.include == {"en": "first", "zh": "一"}
    assert late.value.version == opened + 1
    assert codebook(study).get("CAU.TECH").definition.include["en"] == "first"


def test_no_code_stands_below_itself(study: Study):
    with pytest.raises(BadInput, match="below itself"):
        change(study, "CAU", parent="CAU.TECH")
    with pytest.raises(BadInput, match="below itself"):
        change(study, "CAU", parent="CAU")


def test_a_moved_branch_takes_all_below_it_along(study: Study):
    before = keys(study)
    branch = [key for key in before if key == "PRB" or key.startswith("PRB.")]

    with transaction() as session:
        move_code(session, get_study(session, study.id), number(study, "PRB"), -1)

    after = keys(study)
    assert after[:len(branch)] == branch
    assert sorted(after) == sorted(before)
    assert [codebook(study).entries[place].depth for place in range(2)] == [0, 1]


def test_a_rename_keeps_codings_follows_in_guide_and_rules_and_leaves_an_alias(study: Study):
    code_id = number(study, "CAU.TECH")
    with transaction() as session:
        own = get_study(session, study.id)
        interview = make.interview(session, own)
        apply_code(session, own, interview, make.find(session, "ann"), make.passage(session, interview, WORDS),
                   "CAU.TECH")
        old = str(own.template)

    change(study, "CAU.TECH", key="CAU.SYSTEMS")

    book = codebook(study)
    assert book.get("CAU.TECH").key == "CAU.SYSTEMS"
    assert book.get("CAU.SYSTEMS").definition.aliases == ("CAU.TECH",)
    session = read_session()
    own = get_study(session, study.id)
    named = old.count("'CAU.TECH'") + old.count("'interview.CAU.TECH.")
    assert named > 0
    template = {name: own.template[name] for name in ("guide", "rules")}
    assert "CAU.TECH" not in str(template)
    assert count_uses(session, own, make.find(session, "boss"))[code_id] == 1
    assert "renamed" not in kinds(study)
    history = code_history(session, own, get_code(session, own, code_id))
    assert [row.deed for row in history] == ["change_code", "rename_code"]
    assert history[1].facts == {"old": "CAU.TECH", "new": "CAU.SYSTEMS"}
    with pytest.raises(BadInput, match="that of another code"):
        change(study, "CAU.INCENT", key="CAU.TECH")


def test_codes_below_a_renamed_code_stay_below_it(study: Study):
    below = [entry.key for entry in codebook(study).with_descendants("CAU")][1:]

    change(study, "CAU", key="WHY")

    assert [entry.key for entry in codebook(study).with_descendants("WHY")] == ["WHY", *below]
    assert codebook(study).get(below[0]).depth == 1


def test_a_code_of_a_link_stays_a_cause(study: Study):
    with transaction() as session:
        own = get_study(session, study.id)
        interview = make.interview(session, own)
        apply_link(session, own, interview, make.find(session, "ann"), make.passage(session, interview, WORDS),
                   cause_key="CAU.TECH", problem_key=codebook(study).of_group("problem")[1].key)

    with pytest.raises(BadInput, match=r"CAU\.TECH"):
        change(study, "CAU.TECH", parent="SIT", construct=None)

    assert codebook(study).get("CAU.TECH").definition.parent == "CAU"


@pytest.mark.parametrize(("fields", "words"), [
    ({"key": "A B"}, "cannot be a code's key"), ({"key": "CAU.INCENT"}, "another code"),
    ({"construct": "NONE"}, "link"),
    ({"strategy": ("S9.9",)}, "link"), ({"colour": "pink"}, "colour"), ({"name": {"en": "Only"}}, "name in each"),
    ({"definition": {"en": "x" * 5_000}}, "characters"), ({"parent": "NOWHERE"}, "no code"),
])
def test_what_cannot_be_a_code_is_refused(study: Study, fields: dict[str, object], words: str):
    with pytest.raises(BadInput) as fault:
        change(study, "CAU.TECH", **fields)

    assert words in str(fault.value)


def test_a_code_with_codes_in_use_below_it_is_not_retired(study: Study):
    def retire(key: str) -> None:
        with transaction() as session:
            retire_code(session, get_study(session, study.id), number(study, key))

    with pytest.raises(Refused, match="stand below"):
        retire("CAU")
    retire("CAU.TECH")
    assert not codebook(study).get("CAU.TECH").is_active
    assert "CAU.TECH" in kinds(study)["stale"]
    with transaction() as session:
        reactivate_code(session, get_study(session, study.id), number(study, "CAU.TECH"))
    assert codebook(study).get("CAU.TECH").is_active


def test_the_shipped_codebook_has_no_gap(study: Study):
    found = kinds(study)

    assert set(found) <= {"uncoded", "unlinked"}, found


def test_each_gap_is_found(study: Study):
    other = codebook(study).get("CAU.INCENT").definition
    with transaction() as session:
        own = get_study(session, study.id)
        interview = make.interview(session, own)
        apply_code(session, own, interview, make.find(session, "ann"), make.passage(session, interview, WORDS),
                   "SIT.PEER")
        retire_code(session, own, codebook(study).get("SIT.PEER").id)

    change(study, "CAU.TECH", exclude={"en": "x"}, example=dict(other.example), name=dict(other.name))

    found = kinds(study)
    assert found["missing"] == ["CAU.TECH exclude zh"]
    assert sorted(found["double"]) == ["CAU.TECH, CAU.INCENT name en", "CAU.TECH, CAU.INCENT name zh"] or \
        sorted(found["double"]) == ["CAU.INCENT, CAU.TECH name en", "CAU.INCENT, CAU.TECH name zh"]
    assert len(found["example"]) == 2
    assert found["retired"] == ["SIT.PEER"]


def test_codes_that_exclude_each_other_are_declared_compared_and_checked(study: Study):
    with transaction() as session:
        version = freeze_codebook(session, get_study(session, study.id), None, "before").number

    change(study, "CAU", has_exclusive_children=True)
    change(study, "CAU.TECH", has_exclusive_children=True)

    session = fresh()
    own = get_study(session, study.id)
    changes = compare_codebooks(codebook_of(get_version(session, own, version)), current_document(session, own))
    assert [(change.key, field.field, [piece.words for piece in field.pieces])
            for change in changes for field in change.fields] == [
        (key, "has_exclusive_children", ["✓"]) for key in ("CAU", "CAU.TECH")]
    assert kinds(study)["alone"] == ["CAU.TECH"]


def test_a_codebook_frozen_before_there_were_sets_is_not_frozen_again(study: Study):
    with transaction() as session:
        version = freeze_codebook(session, get_study(session, study.id), None, "")
        document = {"codes": [{**code, "definition": {key: value for key, value in code["definition"].items()
                                                      if key != "has_exclusive_children"}}
                              for code in version.document["codes"]]}
        version.document, version.content_hash = document, content_hash(document)

    with transaction() as session:
        again = freeze_codebook(session, get_study(session, study.id), None, "")

    assert again.id == version.id


def test_what_a_blind_coder_does_not_see_is_not_counted(study: Study):
    with transaction() as session:
        own = get_study(session, study.id)
        interview = make.interview(session, own)
        open_round(session, own, interview, [make.find(session, "ann").id, make.find(session, "ben").id])
        apply_code(session, own, interview, make.find(session, "ann"), make.passage(session, interview, WORDS),
                   "CAU.TECH")

    code_id = number(study, "CAU.TECH")
    seen = {login: count_uses(read_session(), study, make.find(read_session(), login)).get(code_id, 0)
            for login in ("ann", "ben", "boss")}

    assert seen == {"ann": 1, "ben": 0, "boss": 1}
    assert count_uses(read_session(), study, None).get(code_id, 0) == 0


def _freeze(session: Session, study: Study, note: str) -> int:
    return freeze_codebook(session, get_study(session, study.id), make.find(session, "boss"), note).number


def test_a_version_is_made_only_where_something_changed(study: Study):
    with transaction() as session:
        first, again = (_freeze(session, study, note) for note in ("first", "again"))
    change(study, "CAU.TECH", definition={"en": "Systems are missing.", "zh": "缺少系统。"})
    with transaction() as session:
        second = _freeze(session, study, "second")

    assert (first, again, second) == (1, 1, 2)
    session = fresh()
    version = newest_version(session, study)
    assert version.note == "second"
    assert len(version.content_hash) == 64
    assert codebook_of(version) == current_document(session, study)


def test_opening_a_round_freezes_the_codebook_and_codings_know_it(study: Study):
    with transaction() as session:
        own = get_study(session, study.id)
        interview, ann = make.interview(session, own), make.find(session, "ann")
        early = apply_code(session, own, interview, ann, make.passage(session, interview, WORDS), "CAU.TECH")
        assert early.codebook_version_id is None
        second = make.interview(session, own, make.TEXT + "答：完。\n")
        open_round(session, own, second, [ann.id, make.find(session, "ben").id])
        late = apply_code(session, own, get_interview(session, own, second.id), ann,
                          make.passage(session, second, WORDS), "CAU.TECH")
        assert late.codebook_version_id == newest_version(session, own).id

    assert provenance_of(fresh(), study, is_released(Coding)) == ()
    with transaction() as session:
        own = get_study(session, study.id)
        for login in ("ann", "ben"):
            finish_coding(session, own, get_interview(session, own, second.id), make.find(session, login))
    session = fresh()
    assert newest_version(session, study).number == 1
    assert [line.split(" ")[0] for line in provenance_of(session, study, is_released(Coding))] == ["v1"]
    assert provenance_of(session, study, is_released(Coding))[0].endswith(": 1")


def test_what_differs_between_versions_is_told_code_by_code(study: Study):
    with transaction() as session:
        _freeze(session, study, "")
        add_code(session, get_study(session, study.id), WHOLE)
    change(study, "CAU.TECH", key="CAU.IT", definition={"en": "Systems do not talk.", "zh": "系统不通。"})
    change(study, "PRB", key="PROBLEM")
    with transaction() as session:
        retire_code(session, get_study(session, study.id), number(study, "SIT.PEER"))
        move_code(session, get_study(session, study.id), number(study, "SIT"), 1)

    session = fresh()
    changes = {row.key: row for row in compare_codebooks(
        codebook_of(newest_version(session, study)), current_document(session, study))}

    assert changes["CAU.TRUST"].deeds == ("added",)
    assert changes["CAU.IT"].deeds == ("renamed",)
    assert {field.field for field in changes["CAU.IT"].fields} == {"key", "definition"}
    assert changes["PROBLEM"].deeds[0] == "renamed"
    assert "retired" in changes["SIT.PEER"].deeds
    assert not any(key.startswith("PRB.") and "moved" not in row.deeds for key, row in changes.items())


def test_a_change_is_shown_word_by_word_and_in_chinese_sign_by_sign():
    english = word_changes("the old system", "the new system")
    chinese = word_changes("系统互相不通", "系统互相打通")

    assert [(piece.sign, piece.words) for piece in english] == [
        ("", "the "), ("-", "old"), ("+", "new"), ("", " system")]
    assert [(piece.sign, piece.words) for piece in chinese] == [
        ("", "系统互相"), ("-", "不"), ("+", "打"), ("", "通")]


def test_a_retired_code_takes_no_construct_from_one_in_use(study: Study):
    construct = codebook(study).get("CAU.TECH").definition.construct
    with transaction() as session:
        own = get_study(session, study.id)
        add_code(session, own, replace(WHOLE, construct=construct))
        retire_code(session, own, session.scalars(select(Code.id).where(Code.key == "CAU.TECH")).one())

    session = fresh()
    template = template_of(session, get_study(session, study.id))

    assert template.codebook.top_code_of(construct).key == "CAU.TRUST"
