"""Connected customers from pairs: who is joined, what is not used, and who should lead a group."""

import pandas as pd
import pytest

from analysis.customers.picture import OtherFiles, customer_picture, judged_customers
from analysis.customers.relation_file import read_relations
from analysis.customers.relations import group_table
from analysis.errors import TableError, TableFaults
from analysis.results.customers import Connections
from instruments.template_loader import load_catalogue_template

MODEL = load_catalogue_template("bank_crm").value_model
CUSTOMERS = pd.DataFrame([
    # a family of three, joined over b; each below 50 000, together above it
    ("a", "personal", 30_000, "R1"), ("b", "personal", 25_000, "R1"), ("c", "personal", 20_000, "R1"),
    # an owner and two firms, two managers
    ("d", "personal", 700_000, "R1"), ("e", "corporate", 6_000_000, "R2"), ("f", "corporate", 5_000_000, ""),
    # two who are joined without any manager
    ("g", "personal", 1_000, ""), ("h", "personal", 2_000, ""),
    ("i", "personal", 3_000, "R3"), ("j", "personal", 4_000, "R3")],
    columns=["customer_id", "customer_type", "aum", "rm_id"])
PAIRS = pd.DataFrame([
    ("a", "b", "family", "consent"), ("c", "b", "家庭成员", "本人同意"), ("b", "a", "family", "consent"),
    ("d", "e", "controller", "law"), ("e", "f", "group", "public"), ("g", "h", "supply_chain", "contract"),
    ("i", "j", "guarantee", ""), ("i", "a", "family", "无"), ("i", "i", "family", "consent"),
    ("i", "z", "family", "consent")],
    columns=["customer_a", "customer_b", "type", "legal_basis"])


@pytest.fixture
def connected() -> Connections:
    found = customer_picture(CUSTOMERS, MODEL, others=OtherFiles(relations=PAIRS)).connections
    assert found is not None
    return found


def test_everybody_who_is_reached_is_one_group(connected: Connections) -> None:
    assert connected.n_groups == 3                  # abc, def, gh
    assert connected.n_customers == 8
    assert connected.largest == 3


def test_pairs_without_a_legal_basis_are_not_used_and_counted(connected: Connections) -> None:
    assert connected.n_without_basis == 2
    assert {kind.key: (kind.n_pairs, kind.n_used, kind.n_without_basis) for kind in connected.by_type} == {
        "family": (6, 2, 1), "controller": (1, 1, 0), "group": (1, 1, 0), "supply_chain": (1, 1, 0),
        "guarantee": (1, 0, 1)}
    assert connected.by_basis == {"consent": 2, "law": 1, "public": 1, "contract": 1}


def test_pairs_with_strangers_with_oneself_and_repeated_ones_are_counted(connected: Connections) -> None:
    assert (connected.n_rows, connected.n_used) == (10, 5)
    assert (connected.n_unknown_customer, connected.n_with_themselves, connected.n_repeated) == (1, 1, 1)


def test_groups_split_between_managers_are_counted(connected: Connections) -> None:
    assert connected.n_one_manager == 1             # abc
    assert connected.n_split == 1                   # d has R1, e has R2
    assert connected.n_no_manager == 1              # gh


def test_joint_value_reaches_a_higher_tier_than_the_best_member_has(connected: Connections) -> None:
    figures = customer_picture(CUSTOMERS, MODEL, others=OtherFiles(relations=PAIRS)).figures

    assert connected.n_reaching_higher == 2         # abc together 75 000; the firms of d together 11.7 million
    assert figures["hidden_group_value_count"] == 2
    assert figures["linked_groups_count"] == 3
    assert figures["linked_customers_pct"] == pytest.approx(80)
    assert figures["split_groups_count"] == 1
    assert figures["one_manager_groups_pct"] == pytest.approx(100 / 3)
    assert figures["linked_upper_tier_pct"] == pytest.approx(100)       # d alone is in an upper tier


def test_the_manager_of_most_assets_is_proposed_as_lead() -> None:
    columns = judged_customers(CUSTOMERS, MODEL, relations=PAIRS).columns

    table = group_table(columns)

    assert table["customers"].tolist() == [3, 3, 2]
    assert table["lead_manager"].tolist() == ["R2", "R1", ""]
    assert table["managers"].tolist() == [2, 1, 0]
    assert table["lead_share"].tolist()[:2] == pytest.approx([6_000_000 / 11_700_000, 1.0], abs=1e-4)


def test_one_owner_of_nearly_everything_hides_the_joint_sum(connected: Connections) -> None:
    assert connected.aum == pytest.approx(11_778_000)

    alone = customer_picture(CUSTOMERS[:2], MODEL, others=OtherFiles(relations=PAIRS[:1])).connections

    assert alone is not None
    assert alone.aum is None


def test_counts_of_few_people_by_kind_are_hidden(connected: Connections) -> None:
    assert all(kind.n_customers is None for kind in connected.by_type if kind.n_used)


def test_pairs_take_the_place_of_the_files_own_groups() -> None:
    customers = CUSTOMERS.assign(relation_group=["X"] * 10)

    own = customer_picture(customers, MODEL).connections
    pairs = customer_picture(customers, MODEL, others=OtherFiles(relations=PAIRS)).connections

    assert own is not None
    assert pairs is not None
    assert (own.has_pairs, own.n_groups) == (False, 1)
    assert (pairs.has_pairs, pairs.n_groups) == (True, 3)


@pytest.mark.parametrize(("row", "message"), [
    (("a", "b", "friends", "consent"), r"column 'type', data row 1: 'friends' is not known\. Use one of: family"),
    (("a", "b", "family", "gossip"), "column 'legal_basis', data row 1: 'gossip' is not known"),
    (("a", "", "family", "consent"), "column 'customer_b', data row 1: the cell is empty"),
    (("a", "b", "", "consent"), "column 'type', data row 1: the cell is empty"),
])
def test_a_cell_that_cannot_be_read_is_refused_with_its_place(row: tuple[str, ...], message: str) -> None:
    with pytest.raises(TableFaults, match=message):
        read_relations(pd.DataFrame([row], columns=PAIRS.columns), MODEL)


def test_all_faults_are_told_at_once() -> None:
    rows = [("a", "b", "friends", "consent"), ("a", "b", "family", "gossip")] * 15

    with pytest.raises(TableFaults) as caught:
        read_relations(pd.DataFrame(rows, columns=PAIRS.columns), MODEL)

    assert len(caught.value.faults) == 20
    assert caught.value.n_more == 10


def test_telephone_numbers_are_refused_in_place_of_codes() -> None:
    file = PAIRS.assign(customer_b=["13912345678", *PAIRS["customer_b"][1:]])

    with pytest.raises(TableError, match=r"column 'customer_b', data row 1: the value looks like a telephone number"):
        read_relations(file, MODEL)


def test_a_column_that_is_missing_is_refused() -> None:
    with pytest.raises(TableError, match="required column 'legal_basis' is missing"):
        read_relations(PAIRS.drop(columns="legal_basis"), MODEL)


def test_no_pairs_are_no_groups() -> None:
    found = customer_picture(CUSTOMERS, MODEL, others=OtherFiles(relations=PAIRS[:0])).connections

    assert found is not None
    assert (found.n_groups, found.n_customers, found.by_size) == (0, 0, {})
