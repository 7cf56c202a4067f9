"""What comes first of the customers' side: headline and so-what say the same, by which importance."""

from __future__ import annotations

import pytest

from reports.content import Callout
from tests.gates.summaries import sample_report


@pytest.mark.parametrize(("language", "derived", "stated"), [
    ("en", "No facet is clearly in “concentrate here” by derived importance", "by stated importance look at "),
    ("zh", "按推导重要性，尚无一个方面可确定为“优先改进”", "按客户自述，应先看")])
def test_headline_and_so_what_name_the_same_facet_by_stated_importance(
        language: str, derived: str, stated: str) -> None:
    section = sample_report("bank_crm", "w2", language).section("customers")

    so_what = next(block for block in section.blocks if isinstance(block, Callout)).items[0].text
    name = {"en": "information accuracy", "zh": "“信息准确”"}[language]
    assert section.title.text.startswith(derived)
    assert name in section.title.text
    assert f"{stated}{name}" in so_what
