"""A study beside other organisations: identical items, enough organisations, words that intervals allow."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.quant.norms.compare import NormRules, benchmarks
from analysis.quant.norms.package import norm_scales
from analysis.quant.scoring import recoded_items
from analysis.results.norms import SCHEMA, Benchmark, NormPackage
from instruments.schema import Instrument
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_answers

STAFF = load_catalogue_template("bank_crm").instrument("staff")
CONSTRUCT = next(construct.key for construct in STAFF.constructs if construct.group == "problem")
ITEMS = [item.key for item in STAFF.items_of_construct(CONSTRUCT)]


def package(number: int, mean: float = 2.4, n: int = 80, instrument: Instrument = STAFF) -> NormPackage:
    table = simulated_answers(instrument, n, Plan(default_mean=mean), seed=number)
    return NormPackage(SCHEMA, f"{number:032x}", "kind", "template", "1.0", "2026-03", norm_scales(table)[0])


def beside(mean: float, packages: list[NormPackage], n: int = 120, seed: int = 99) -> Benchmark:
    table = simulated_answers(STAFF, n, Plan(default_mean=mean), seed=seed)
    return next(row for row in benchmarks(table, packages) if row.construct == CONSTRUCT)


def reworded(instrument: Instrument, *keys: str) -> Instrument:
    return replace(instrument, items=tuple(
        replace(item, text={language: f"{words} ?" for language, words in item.text.items()})
        if item.key in keys else item for item in instrument.items))


def test_the_difference_is_that_of_the_rows_to_the_mean_of_the_organisations():
    tables = [simulated_answers(STAFF, n, Plan(default_mean=mean), seed=seed)
              for seed, (n, mean) in enumerate([(50, 2.3), (80, 2.6), (120, 2.4)], 1)]
    packages = [NormPackage(SCHEMA, f"{place:032x}", "kind", "t", "1", "", norm_scales(table)[0])
                for place, table in enumerate(tables)]

    found = beside(3.0, packages)

    own = recoded_items(simulated_answers(STAFF, 120, Plan(default_mean=3.0), seed=99), CONSTRUCT).mean(axis=1)
    scores = [recoded_items(table, CONSTRUCT).mean(axis=1) for table in tables]
    parts = [own.var(ddof=1) / 120, *(score.var(ddof=1) / len(score) / 9 for score in scores)]
    degrees = sum(parts) ** 2 / sum(part**2 / (n - 1) for part, n in zip(parts, (120, 50, 80, 120), strict=True))
    value = own.mean() - np.mean([score.mean() for score in scores])
    half = stats.t.ppf(0.975, degrees) * np.sqrt(sum(parts))
    assert found.difference is not None
    assert (found.difference.value, found.difference.ci_low, found.difference.ci_high) == pytest.approx(
        (value, value - half, value + half), abs=1e-3)


def test_a_clear_difference_is_called_higher_or_lower():
    others = [package(number) for number in (1, 2, 3)]

    assert beside(3.2, others).word == "higher"
    assert beside(1.7, others).word == "lower"


def test_many_people_at_the_same_place_are_about_the_same():
    others = [package(number, n=400) for number in (1, 2, 3)]

    assert beside(2.4, others, n=600).word == "near"


def test_too_few_organisations_give_no_figure_and_no_word():
    found = beside(3.2, [package(1), package(2)])

    assert found.reason == "too_few_organisations"
    assert (found.word, found.difference, found.mean_others) == (None, None, None)


def test_without_packages_nothing_is_said():
    assert {row.reason for row in benchmarks(simulated_answers(STAFF, 50, Plan()), [])} == {"too_few_organisations"}


def test_an_item_that_another_organisation_reworded_is_not_compared_with_it():
    changed = [package(number, instrument=reworded(STAFF, ITEMS[0])) for number in (1, 2, 3)]

    found = beside(3.0, changed)

    assert found.items_apart == (ITEMS[0],)
    assert set(found.items) == set(ITEMS[1:])
    assert found.n_organisations == 3


def test_one_organisation_with_other_wordings_does_not_take_the_item_from_the_others():
    found = beside(3.0, [*(package(number) for number in (1, 2, 3)),
                         package(4, instrument=reworded(STAFF, ITEMS[0]))])

    assert (len(found.items), found.n_organisations) == (len(ITEMS), 3)


def test_where_most_items_were_reworded_nothing_is_compared():
    found = beside(3.0, [package(number, instrument=reworded(STAFF, *ITEMS[:-1])) for number in (1, 2, 3)])

    assert (found.reason, found.word) == ("few_identical_items", None)


def test_twenty_nine_people_here_are_not_compared():
    found = beside(3.0, [package(number) for number in (1, 2, 3)], n=29)

    assert (found.reason, found.mean) == ("too_few_people", None)


def test_the_range_of_the_organisations_waits_until_it_names_nobody():
    assert beside(2.4, [package(number) for number in range(1, 5)]).lowest is None
    assert beside(2.4, [package(number) for number in range(1, 6)]).lowest is not None


def test_a_study_may_ask_for_more_organisations():
    table = simulated_answers(STAFF, 120, Plan())

    found = benchmarks(table, [package(number) for number in (1, 2, 3)], NormRules(minimum_organisations=4))

    assert {row.reason for row in found} == {"too_few_organisations"}


def test_where_nothing_differs_hardly_a_study_finds_a_difference():
    others = [package(number) for number in (1, 2, 3)]
    middle = np.mean([np.mean([item.mean for item in scale.items]) for one in others for scale in one.scales
                      if scale.construct == CONSTRUCT])
    alike = [replace(one, scales=tuple(replace(scale, items=tuple(
        replace(item, mean=float(middle)) for item in scale.items)) for scale in one.scales)) for one in others]

    words = [beside(2.4, alike, n=100, seed=seed).word for seed in range(1000, 1060)]

    assert sum(word in ("higher", "lower") for word in words) <= 3
