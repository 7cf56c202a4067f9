"""Waves by date, dispositions and rates, and what a dashboard may show while and after collection."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveyapp.db.base import utc_now
from surveyapp.db.session import transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.fieldwork import FieldworkClosing, FieldworkDay
from surveyapp.models.invitation import FinishedMark, Invitation, Receipt
from surveyapp.models.wave import Wave
from surveyapp.services.consent import list_consents
from surveyapp.services.fieldwork_view import fieldwork_of, group_tables
from surveyapp.services.invitation import Person, add_invitations, set_fact
from surveyapp.services.roster_file import read_roster
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.upkeep import close_collection, keep_up, reopen_collection
from surveyapp.services.wave import add_wave, define_complete, plan_wave, planned_after, start_wave
from surveyapp.services.wave_dates import GRACE, takes_answers
from tests.factories import questionnaire as make
from tests.factories.roster import SECRET, Invited, Roster, finish, fresh, roster, tokens_of

FULL = {"A": {"ROLE": "teller"}, "B": {**{f"L{n}": "2" for n in range(1, 6)}, "CHECK": "2"},
        "C": {"MANY": "a", "SHARE": "5", "NPS": "9"}, "D": {"DAY": "2026-01-01", "HOUR": "09:00", "SEEN": "1",
                                                            "OPEN": "Fine."}}


def people_of(n: int, units: tuple[str, ...] = ("Lending", "Counter")) -> list[Person]:
    return [Person(f"Person {k:02}", None, units[k % len(units)], "en") for k in range(n)]


def answer(client: FlaskClient, token: str, *pages: str, hand_in: bool = True) -> Invited:
    person = Invited(client, token).begin()
    for page in pages:
        person.open(page).post(**FULL[page])
    return person.hand_in() if hand_in else person


def close(people: Roster) -> dict:
    with transaction() as session:
        close_collection(session, SECRET, get_study(session, people.study.id), get_wave(session, people.study))
    return fresh().scalars(select(FieldworkClosing)).one().document


# ---- dates ----------------------------------------------------------------------------------------------------------
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("opened", "closed", "opens", "closes", "begins", "goes_on"), [
    (NOW, None, None, None, True, True),
    (None, None, None, None, False, False),
    (NOW, NOW, None, None, False, False),
    (None, None, NOW, None, True, True),
    (None, None, NOW + HOUR, None, False, False),
    (NOW, None, None, NOW + HOUR, True, True),
    (NOW, None, None, NOW, False, True),
    (NOW, None, None, NOW - GRACE, False, False)])
def test_a_wave_takes_answers_between_its_dates(opened, closed, opens, closes, begins, goes_on):
    assert takes_answers(opened, closed, opens, closes, now=NOW) is begins
    assert takes_answers(opened, closed, opens, closes, GRACE, now=NOW) is goes_on
    as_text = [value and value.replace(tzinfo=None).isoformat(" ") for value in (opened, closed, opens, closes)]
    assert takes_answers(*as_text, now=NOW) is begins       # as SQLite's driver gives instants


def test_nobody_begins_after_closing_time_and_whoever_is_at_it_finishes(client: FlaskClient, any_database):
    people = roster()
    at_it = Invited(client, people.tokens[0]).begin()
    with transaction() as session:
        session.execute(update(Wave).values(closes_at=utc_now() - timedelta(minutes=5)))

    late = client.get(f"/i/{people.tokens[1]}")
    at_it.post(**FULL["A"]).hand_in()

    assert late.status_code == 409
    assert "closed" in late.text
    assert "Thank you" in at_it.page.text


def test_the_job_closes_a_wave_only_after_the_grace(client: FlaskClient, any_database):
    people = roster()
    with transaction() as session:
        session.execute(update(Wave).values(closes_at=NOW))

    with transaction() as session:
        keep_up(session, SECRET, NOW + GRACE - timedelta(seconds=1))
    early = get_wave(fresh(), people.study).closed_at
    with transaction() as session:
        done = keep_up(session, SECRET, NOW + GRACE)

    assert early is None
    assert get_wave(fresh(), people.study).closed_at is not None
    assert "small: closed w1" in done


def test_a_planned_wave_opens_by_its_date_and_has_links_of_its_own(client: FlaskClient, database):
    people = roster()
    with transaction() as session:
        study = get_study(session, people.study.id)
        wave = add_wave(session, study, "w2")
        before = make.list_links(session, wave)[0][0]
        plan_wave(session, study, wave, "2099-01-01 08:00", "2099-02-01")

    shut = client.get(f"/q/{before.token}").status_code
    with transaction() as session:
        session.execute(update(Wave).where(Wave.key == "w2").values(opens_at=utc_now() - timedelta(seconds=1)))

    assert shut == 409
    assert client.get(f"/q/{before.token}").status_code == 200     # no job had to run
    assert before.token != people.link.token


def test_the_next_survey_is_the_next_planned_wave_that_has_not_begun(database):
    people = roster()
    with transaction() as session:
        study = get_study(session, people.study.id)
        for key, day in (("w2", "2099-05-01"), ("w3", "2099-02-01")):
            plan_wave(session, study, add_wave(session, study, key), day, "")

        planned = planned_after(session, study, get_wave(session, study, "w1"))
        session.execute(update(Wave).where(Wave.key == "w3").values(opened_at=NOW))
        later = planned_after(session, study, get_wave(session, study, "w1"))

    assert (planned, later) == ("2099-02-01", "2099-05-01")


def test_without_a_planned_wave_no_day_is_named(database):
    people = roster()

    assert planned_after(fresh(), people.study, get_wave(fresh(), people.study, "w1")) == ""


def test_dates_are_those_of_the_studys_clock(database):
    people = roster()
    with transaction() as session:
        study = get_study(session, people.study.id)
        plan_wave(session, study, get_wave(session, study), "", "2099-01-01T08:00")

    assert get_wave(fresh(), people.study).closes_at == datetime(2099, 1, 1, 0, 0, tzinfo=UTC)    # Shanghai is UTC+8


@pytest.mark.parametrize(("opens", "closes", "words"), [
    ("2099-02-01", "2099-01-01", "before it opens"), ("", "2020-01-01", "has passed"), ("soon", "", "no date")])
def test_senseless_dates_are_refused(database, opens, closes, words):
    people = roster()

    with pytest.raises(BadInput, match=words), transaction() as session:
        study = get_study(session, people.study.id)
        wave = add_wave(session, study, "w2")
        plan_wave(session, study, wave, opens, closes)


def test_reopening_forgets_a_closing_date_that_has_passed(client: FlaskClient, database):
    people = roster()
    with transaction() as session:
        session.execute(update(Wave).values(closes_at=NOW - timedelta(days=365)))
        keep_up(session, SECRET)
        reopen_collection(session, people.study, get_wave(session, people.study))

    assert client.get(f"/i/{people.tokens[0]}").status_code == 200
    assert fresh().scalars(select(FieldworkClosing)).all() == []


# ---- dispositions and rates -----------------------------------------------------------------------------------------
def test_cases_end_in_the_ways_of_the_standard(client: FlaskClient, any_database):
    people = roster(people_of(20))
    for token in people.tokens[:6]:
        answer(client, token, "A", "B", "C", "D")
    answer(client, people.tokens[6], "A", "B", "C")             # 10 of 16 questions: partial
    answer(client, people.tokens[7], "A", hand_in=False)
    answer(client, people.tokens[8], "A", "B", "C", hand_in=False)
    with transaction() as session:
        rows = list(session.scalars(select(Invitation).order_by(Invitation.id)))
        for row, fact in zip(rows[-3:], ("is_bounced", "has_refused", "is_ineligible"), strict=True):
            set_fact(session, people.study, row, fact, is_so=True)

    final = close(people)

    counts = {name: n for name, n in final["dispositions"].items() if n}
    assert counts == {"complete": 6, "partial": 2, "break_off": 1, "bounced": 1, "refused": 1, "ineligible": 1,
                      "not_sent": 8}
    assert final["rates"]["rr1"] == pytest.approx(6 / 19)
    assert final["rates"]["rr2"] == pytest.approx(8 / 19)
    assert final["n_submitted"] == 7
    assert sum(final["dispositions"].values()) == 20


def test_without_a_roster_there_is_no_rate(client: FlaskClient, database):
    with transaction() as session:
        study = make.study(session)
        close_collection(session, SECRET, study, get_wave(session, study))

    assert fresh().scalars(select(FieldworkClosing)).one().document["rates"]["rr1"] is None


def test_what_is_complete_is_fixed_before_the_start(client: FlaskClient, database):
    people = roster()
    with transaction() as session:
        define_complete(session, people.study, get_wave(session, people.study), 0.9, 0.6)
    Invited(client, people.tokens[0]).begin()

    with pytest.raises(Refused, match="begun to answer"), transaction() as session:
        define_complete(session, people.study, get_wave(session, people.study), 0.5, 0.5)

    assert get_wave(fresh(), people.study).complete_from == 0.9


def test_rates_by_unit_are_shown_only_where_they_tell_of_nobody(client: FlaskClient, database):
    units = [Person(f"A{k}", None, "Large", "en") for k in range(14)] + [Person(f"B{k}", None, "Other", "en")
                                                                         for k in range(14)]
    units += [Person(f"C{k}", None, "Small", "en") for k in range(4)]
    people = roster(units)
    for place in [*range(7), *range(14, 20), *range(28, 32)]:      # 7 of 14, 6 of 14, 4 of 4
        finish(client, people.tokens[place])

    table = close(people)["group_tables"][0]

    groups = {row["group"]: row["n_took_part"] for row in table["rows"]}
    # All of Small: it would be said of each. Other is hidden because the total would give Small away.
    assert groups == {"Large": 7, "Other": None, "Small": None}


def test_units_that_all_took_part_are_not_shown(client: FlaskClient, database):
    people = roster(people_of(24))
    for place in [*range(0, 24, 2), *range(1, 13, 2)]:      # 12 of 12 in Lending, 6 of 12 in Counter
        finish(client, people.tokens[place])

    assert {row["n_took_part"] for row in close(people)["group_tables"][0]["rows"]} == {None}


def test_bounds_of_the_rates_are_stated_where_nobody_knows_whose_answers_they_are(client: FlaskClient, any_database):
    people = roster(people_of(28))
    for place in range(14):
        answer(client, people.tokens[place], "A", "B", "C", "D")            # complete: 7 of 14 in each unit

    rows = close(people)["group_tables"][0]["rows"]

    assert [(row["group"], row["n_asked"], row["share"], row["rr1"], row["rr2"], row["refusal"]) for row in rows] == [
        ("Counter", 14, 0.5, [0.5, 0.5], [0.5, 0.5], None), ("Lending", 14, 0.5, [0.5, 0.5], [0.5, 0.5], None)]


def test_whoever_begins_and_answers_nothing_is_counted_apart_and_as_a_refusal(client: FlaskClient, database):
    people = roster(people_of(10))
    client.get(f"/i/{people.tokens[0]}")                    # looks only: nothing is stored
    for token in people.tokens[1:3]:
        Invited(client, token).begin()

    final = close(people)

    assert {name: n for name, n in final["dispositions"].items() if n} == {"opened": 2, "not_sent": 8}
    assert final["rates"]["ref1"] == pytest.approx(0.2)
    assert final["break_off_pages"] == {}


def test_a_confidential_survey_states_every_rate_by_every_group_of_the_roster(client: FlaskClient, database):
    file = "name,unit,level,telephone\n" + "".join(
        f"Person {k:02},{'Lending' if k % 2 else 'Counter'},{'staff' if k < 24 else 'head'},555-{k:04}\n"
        for k in range(48))
    read = read_roster(file.encode(), "roster.csv")
    with transaction() as session:
        study = make.study(session, "known", privacy="confidential")
        link = make.link_of(session, study)
        add_invitations(session, SECRET, study, link, read.people)
        people = Roster(study, get_wave(session, study), link, tokens_of(session, link))
        for row in session.scalars(select(Invitation).where(Invitation.label.in_(
                [f"Person {k:02}" for k in range(36, 42)]))):
            set_fact(session, study, row, "has_refused", is_so=True)
            row.is_ineligible = row.label == "Person 41"
    for place in range(24):
        answer(client, people.tokens[place], "A", "B", "C", *("D" if place % 4 else ""))

    units, levels = close(people)["group_tables"]

    assert (read.groupings, read.left_out) == (("level",), ("telephone",))
    assert fresh().scalars(select(Invitation.groups).limit(1)).one() == {"level": "staff"}
    counter = units["rows"][0]
    assert (counter["group"], counter["n_asked"], counter["n_took_part"]) == ("Counter", 24, 12)
    assert counter["rr1"] == pytest.approx([6 / 24, 6 / 24])
    assert counter["rr2"] == pytest.approx([12 / 24, 12 / 24])
    assert counter["refusal"] is None                       # three people: too few to say it
    assert levels["attribute"] == "level"
    assert {row["n_took_part"] for row in levels["rows"]} == {None}      # all staff took part, and no head
    assert units["representativity"]["p_value"] > 0.5


@pytest.mark.parametrize(("column", "is_taken"), [
    (["a", "b"] * 10, True), (["a"] * 20, False), ([str(k) for k in range(20)], False),
    (["a", "b", "c", "d", "e"] * 4, False)])
def test_only_columns_that_divide_people_into_groups_are_taken_over(column, is_taken):
    file = "name,extra\n" + "".join(f"P{k},{value}\n" for k, value in enumerate(column))

    read = read_roster(file.encode(), "roster.csv")

    assert (read.groupings, read.left_out) == ((("extra",), ()) if is_taken else ((), ("extra",)))
    assert all(bool(person.groups) is is_taken for person in read.people)


def test_a_closing_from_before_there_were_rates_by_group_is_still_shown():
    old = {"groups": [{"unit": "A", "n_asked": 20, "n_finished": 10, "rate": 0.5}]}

    table = group_tables(old)[0]

    assert (table["rows"][0]["group"], table["rows"][0]["share"], table["rows"][0]["rr1"]) == ("A", 0.5, None)
    assert group_tables({"groups": []}) == []


def test_break_offs_are_counted_by_page_without_naming_a_few(client: FlaskClient, database):
    people = roster(people_of(14))
    for token in people.tokens[:7]:
        answer(client, token, "A", hand_in=False)
    for token in people.tokens[7:9]:
        answer(client, token, "A", "B", hand_in=False)

    assert close(people)["break_off_pages"] in ({"": 9}, {})


# ---- while it is open -----------------------------------------------------------------------------------------------
def test_an_open_wave_shows_two_rounded_counts_once_a_day(client: FlaskClient, any_database):
    people = roster(people_of(14))
    for token in people.tokens[:7]:
        finish(client, token)
    with transaction() as session:
        keep_up(session, SECRET, NOW)
    for token in people.tokens[7:12]:
        finish(client, token)
    with transaction() as session:
        keep_up(session, SECRET, NOW + HOUR)
    same_day = fieldwork_of(fresh(), people.study, people.wave)[0]
    with transaction() as session:
        keep_up(session, SECRET, NOW + 24 * HOUR)
    next_day = fieldwork_of(fresh(), people.study, people.wave)[0]

    assert (same_day.n_submitted, same_day.is_rounded, same_day.closing) == (5, True, None)
    assert next_day.n_submitted == 10
    assert [day["n_submitted"] for day in next_day.days] == [5, 10]
    assert len(fresh().scalars(select(FieldworkDay)).all()) == 2


def test_upkeep_marks_five_or_more_and_closing_drops_fewer(client: FlaskClient, any_database):
    people = roster(people_of(14))
    for token in people.tokens[:6]:
        finish(client, token)
    with transaction() as session:
        keep_up(session, SECRET)
    six = len(fresh().scalars(select(Invitation).where(Invitation.is_finished)).all())
    for token in people.tokens[6:9]:
        finish(client, token)
    Invited(client, people.tokens[9]).begin()

    close(people)

    assert six == 6
    assert len(fresh().scalars(select(Invitation).where(Invitation.is_finished)).all()) == 6
    assert fresh().scalars(select(FinishedMark)).all() == []
    assert fresh().scalars(select(Receipt)).all() == []


def test_deleting_a_person_after_closing_moves_no_figure(client: FlaskClient, database):
    people = roster(people_of(12))
    for token in people.tokens[:7]:
        finish(client, token)
    before = json.dumps(close(people))
    with transaction() as session:
        session.delete(session.scalars(select(Invitation)).first())
        keep_up(session, SECRET)

    assert json.dumps(fresh().scalars(select(FieldworkClosing)).one().document) == before


def test_starting_a_wave_twice_keeps_its_first_instant(database):
    people = roster()
    with transaction() as session:
        wave = add_wave(session, people.study, "w2")
        start_wave(session, people.study, wave)
        first = wave.opened_at
        start_wave(session, people.study, wave)

        assert wave.opened_at == first


def test_a_consent_text_is_found_by_the_hash_stored_with_a_response(client: FlaskClient, database):
    from surveyapp.models.response import Response

    people = roster()
    finish(client, people.tokens[0])
    consent = fresh().scalars(select(Response.consent)).one()

    texts = {row["hash"]: row["text"] for row in list_consents(fresh(), people.study)}

    assert texts[consent["text_hash"]] == "I agree to take part."
    assert "withdraw" in texts[consent["promise_hash"]]
