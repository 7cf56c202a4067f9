"""Customer files in the browser: looked at first, then used; what is wrong is told place by place."""

import io

import pandas as pd
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.customers import compute_picture
from surveyapp.models.audit import Audit
from surveyapp.models.customer import COMPLETENESS, CUSTOMERS, RELATIONS, CustomerFile, CustomerUpload
from surveyapp.queue import prepare_queue
from surveyapp.sample.customer_files import generate_records, generate_relations
from surveyapp.sample.customers import generate_customers
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.customer import find_picture, get_value_model
from surveyapp.services.customer_import import store_rows
from surveyapp.services.study import get_study

SMALL = "customer_id,aum,tier\n" + "".join(f"K{place},{place * 1000},basic\n" for place in range(12))


@pytest.fixture
def page(bank_study) -> str:
    return f"/studies/{bank_study.id}/customers"


@pytest.fixture
def researcher(log_in) -> FlaskClient:
    prepare_queue()
    return log_in("researcher")


def compute(study_id: int) -> None:
    compute_picture(get_study(read_session(), study_id))
    close_read_session()        # a page reads in a session of its own


def send(client: FlaskClient, page: str, content: str | bytes, kind: str = CUSTOMERS, name: str = "c.csv",
         as_on: str = ""):
    data = content.encode() if isinstance(content, str) else content
    return client.post(f"{page}/upload", data={"kind": kind, "as_on": as_on, "file": (io.BytesIO(data), name)},
                       content_type="multipart/form-data")


def stored(kind: type) -> list:
    return list(read_session().scalars(select(kind)))


def test_a_file_is_shown_first_and_used_once_it_is_taken_over(researcher, page):
    shown = researcher.get(send(researcher, page, SMALL, as_on="2026-06-30").location)

    assert "12 customers are in the file." in shown.text
    assert "2026-06-30" in shown.text
    assert stored(CustomerFile) == []

    upload = stored(CustomerUpload)[0]
    taken = researcher.post(f"{page}/uploads/{upload.id}", data={"deed": "take"}, follow_redirects=True)

    assert "c.csv is in use" in taken.text
    assert [(file.kind, file.n_rows, file.as_on) for file in stored(CustomerFile)] == [
        (CUSTOMERS, 12, "2026-06-30")]
    assert stored(CustomerUpload) == []
    assert [row.action for row in stored(Audit) if "customers" in row.action] == ["import_customers"]


def test_a_forgotten_upload_leaves_nothing(researcher, page):
    send(researcher, page, SMALL)
    upload = stored(CustomerUpload)[0]

    researcher.post(f"{page}/uploads/{upload.id}", data={"deed": "forget"})

    assert stored(CustomerUpload) == []
    assert stored(CustomerFile) == []


def test_every_place_that_is_wrong_is_in_the_table(researcher, page):
    answer = send(researcher, page, "customer_id,aum,products\nK1,many,1\nK2,5,1.5\n")

    assert answer.status_code == 422
    assert "cannot be taken over; nothing was stored" in answer.text
    assert "This is no number." in answer.text
    assert "many" in answer.text
    assert "This is no whole number." in answer.text
    assert stored(CustomerUpload) == []


@pytest.mark.parametrize(("kind", "content", "words"), [
    (CUSTOMERS, "customer_id,aum,客户姓名\nK1,5,x\n", "identifies a person or company"),
    (CUSTOMERS, "customer_id,aum,rm_id\nK1,5,0755-26881234\n", "looks like a telephone number"),
    (COMPLETENESS, "customer_id,has_occupation\nK1,teacher\n", "neither 0 nor 1"),
    (COMPLETENESS, "customer_id,unit,has_occupation\n13912345678,a,1\n", "looks like a telephone number"),
    (RELATIONS, "customer_a,customer_b,type,legal_basis\nK1,K2,friends,consent\n", "This word is not known."),
    (RELATIONS, "customer_a,customer_b,type,legal_basis\nK1,91440300708461136T,group,law\n", "credit code"),
    (CUSTOMERS, "", "The file is empty."), (CUSTOMERS, "customer_id,products\nK1,1\n", "A required column is missing."),
    ("people", SMALL, "There is no kind of file"),
])
def test_each_kind_of_file_is_refused_with_reason_and_remedy(researcher, page, kind: str, content: str, words: str):
    answer = send(researcher, page, content, kind)

    assert answer.status_code == 422
    assert words in answer.text


def test_the_faults_are_told_in_chinese_too(researcher, page):
    researcher.post("/language", data={"language": "zh", "next": page})

    answer = send(researcher, page, "customer_id,aum\nK1,many\n")

    assert "不是数字" in answer.text
    assert "is not a number" not in answer.text


def test_a_file_takes_the_place_of_one_of_the_same_kind_and_day(researcher, page):
    for day in ("2025-06-30", "2026-06-30", "2026-06-30"):
        send(researcher, page, SMALL, as_on=day)
        researcher.post(f"{page}/uploads/{stored(CustomerUpload)[0].id}", data={"deed": "take"})

    assert sorted(file.as_on for file in stored(CustomerFile)) == ["2025-06-30", "2026-06-30"]


def test_a_day_in_the_future_is_refused(researcher, page):
    assert "lies in the future" in send(researcher, page, SMALL, as_on="2999-01-01").text


def test_an_upload_of_somebody_else_is_not_there(researcher, page, log_in):
    send(researcher, page, SMALL)
    upload = stored(CustomerUpload)[0]

    researcher.post("/logout")
    other = log_in("administrator")

    assert other.get(f"{page}/uploads/{upload.id}").status_code == 404


def test_figures_of_the_three_files_are_on_the_page(researcher, page, bank_study):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        store_rows(session, study, generate_customers(BANK_PLAN), "c.csv")
        store_rows(session, study, generate_records(BANK_PLAN), "r.csv", COMPLETENESS)
        store_rows(session, study, generate_relations(BANK_PLAN), "p.csv", RELATIONS)
    waiting = researcher.get(page)
    compute(bank_study.id)

    shown = researcher.get(page).text

    assert "The figures are being computed" in waiting.text
    assert "Completeness of records" in shown
    assert "Connected customers" in shown
    assert "lack a legal basis and are not used" in shown
    assert "K0001" not in shown


def test_no_figure_of_a_single_customer_is_stored(bank_study):
    with transaction() as session:
        store_rows(session, get_study(session, bank_study.id), generate_customers(BANK_PLAN), "c.csv")
    compute(bank_study.id)

    picture = find_picture(read_session(), get_study(read_session(), bank_study.id))

    assert picture is not None
    assert (dict(picture.stage), dict(picture.value_index), picture.upgrade_candidates) == ({}, {}, ())


def test_a_file_is_deleted_only_when_that_is_sure(researcher, page, bank_study):
    with transaction() as session:
        file = store_rows(session, get_study(session, bank_study.id), [{"customer_id": "K1", "aum": 5}], "c.csv")
        number = file.id

    refused = researcher.post(f"{page}/files/{number}/remove")
    still_there = len(stored(CustomerFile))
    researcher.post(f"{page}/files/{number}/remove", data={"sure": "1"})

    assert (refused.status_code, still_there) == (422, 1)
    assert stored(CustomerFile) == []


def test_a_manager_reads_the_figures_and_loads_nothing(log_in, page):
    manager = log_in("manager")

    assert manager.get(page).status_code == 200
    assert "Look at the file" not in manager.get(page).text
    assert send(manager, page, SMALL).status_code == 403


# ---- weights and tiers ----------------------------------------------------------------------------------------------
def _comparisons(**chosen: str) -> dict[str, str]:
    return {"deed": "compare", **{f"pair-{place}": "1" for place in range(10)}, **chosen}


def test_weights_come_from_comparisons_in_pairs(researcher, page, bank_study):
    researcher.post(f"{page}/value", data=_comparisons(**{f"pair-{place}": "3" for place in range(4)}))

    model = get_value_model(get_study(read_session(), bank_study.id))

    # The first part three times each of four equal ones: 3/7 and 1/7 each.
    assert [part.weight for part in model.parts] == pytest.approx([3 / 7, *[1 / 7] * 4], abs=1e-6)
    assert sum(part.weight for part in model.parts) == pytest.approx(1, abs=1e-12)
    assert len(model.comparisons) == 10


def test_comparisons_that_contradict_each_other_are_refused_and_the_pair_is_named(researcher, page, bank_study):
    answer = researcher.post(f"{page}/value", data=_comparisons(**{"pair-0": "9", "pair-1": "-9", "pair-4": "9"}))

    assert answer.status_code == 422
    assert "the consistency ratio is" in answer.text
    assert "is furthest from what the other comparisons say" in answer.text
    assert get_value_model(get_study(read_session(), bank_study.id)).comparisons == {}


def test_stated_weights_must_add_up_to_a_hundred_and_give_comparisons_up(researcher, page, bank_study):
    model = get_value_model(get_study(read_session(), bank_study.id))
    weights = {f"weight-{part.key}": "20" for part in model.parts}
    researcher.post(f"{page}/value", data=_comparisons())

    refused = researcher.post(f"{page}/value", data={"deed": "weights", **weights, "weight-growth": "30"})
    researcher.post(f"{page}/value", data={"deed": "weights", **weights})

    assert "add up to 110 percent" in refused.text
    changed = get_value_model(get_study(read_session(), bank_study.id))
    assert [part.weight for part in changed.parts] == pytest.approx([0.2] * 5)
    assert changed.comparisons == {}


def test_an_organisation_enters_its_own_borders_of_tiers(researcher, page, bank_study):
    model = get_value_model(get_study(read_session(), bank_study.id))
    borders = {f"border-{kind}-{place}": f"{tier.minimum * 2:g}" for kind, tiers in model.tiers.items()
               for place, tier in enumerate(tiers)}

    researcher.post(f"{page}/value", data={"deed": "borders", **borders})
    refused = researcher.post(f"{page}/value", data={"deed": "borders", **borders, "border-corporate-1": "0"})

    changed = get_value_model(get_study(read_session(), bank_study.id))
    assert [tier.minimum for tier in changed.tiers["corporate"]] == [0, 20_000_000]
    assert "do not rise from 0" in refused.text


def test_a_workbook_is_read_too(researcher, page):
    buffer = io.BytesIO()
    pd.DataFrame({"客户编码（匿名）": ["K1", "K2"], "aum": [1, 2]}).to_excel(buffer, index=False)

    shown = researcher.get(send(researcher, page, buffer.getvalue(), name="c.xlsx").location)

    assert "2 customers are in the file." in shown.text
    assert "customer_id" in shown.text
