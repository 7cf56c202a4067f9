"""What may be told of connections by kind beside the numbers of all pairs."""

from itertools import product

from analysis.diagnosis.told_customers import hidden_of_kinds, told_customers
from analysis.results.customers import ConnectionCount, Connections, CustomerPicture

KINDS = (("controller", 21, 21, 0, 12, 33), ("family", 52, 42, 9, 24, 66), ("group", 3, 3, 0, 3, 6),
         ("guarantee", 13, 5, 8, 5, 10), ("supply_chain", 12, 8, 0, 8, 16))
FOUND = Connections(True, 48, 127, 101, 79, 17, 4, 0, 1, tuple(ConnectionCount(*kind) for kind in KINDS),
                    {"consent": 60, "law": 16, "public": 3})


def test_a_kind_of_few_pairs_cannot_be_worked_out_from_all_pairs_and_the_other_kinds():
    hidden = hidden_of_kinds(FOUND, 5)

    for field, total in (("n_pairs", 101), ("n_used", 79), ("n_without_basis", 17)):
        told = {kind.key: getattr(kind, field) for kind in FOUND.by_type if (kind.key, field) not in hidden}
        left = total - sum(told.values())
        unknown = len(KINDS) - len(told)
        assert unknown != 1, field
        assert all(told[key] == 0 or told[key] >= 5 for key in told)
        assert unknown == 0 or len([one for one in product(range(left + 1), repeat=unknown) if sum(one) == left]) > 5
    assert ("group", "n_pairs") in hidden


def test_groups_of_two_do_not_tell_the_hidden_pairs_used():
    hidden = hidden_of_kinds(FOUND, 5)

    of_used = {key for key, field in hidden if field == "n_used"}
    assert of_used == {key for key, field in hidden if field == "n_groups"}
    assert of_used == {key for key, field in hidden if field == "n_customers"}


def test_a_document_hides_what_the_table_hides_and_no_legal_basis_stands_alone_in_hiding():
    picture = CustomerPicture(500, 500, 0, {}, 0, 0, {}, {}, {}, (), {}, {}, {}, connections=FOUND)

    told = told_customers(picture)["connections"]

    nulls = {(kind["key"], field) for kind in told["by_type"] for field, value in kind.items() if value is None}
    assert nulls == hidden_of_kinds(FOUND, 5)
    assert told["by_basis"] == {"consent": 60, "law": None, "public": None}
