"""The interpreter reproduces the frozen examples that the browser's interpreter is held to as well."""

import json
import math
from importlib import resources

import pytest

from instruments.logic import evaluate, parse, stored_value

VECTORS = json.loads((resources.files("instruments") / "logic" / "vectors.json").read_text(encoding="utf-8"))


def plain(value):
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{n}: {v['expression']}" for n, v in enumerate(VECTORS)])
def test_an_expression_has_the_frozen_value(vector):
    tree = parse(vector["expression"], allow_names=vector.get("allow_names", False))

    found = plain(stored_value(evaluate(tree, vector["values"], vector.get("self"), vector.get("today"))))

    expected = vector["expected"]
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)
    assert not (isinstance(found, float) and found == 0 and math.copysign(1, found) < 0)


def test_a_tree_survives_storage_as_json():
    tree = parse("if(${a} > 3.5, selected(${m}, 'x'), -1)")

    stored = json.loads(json.dumps(tree))

    assert stored == tree
    assert evaluate(stored, {"a": 4, "m": ["x"]}) is True
