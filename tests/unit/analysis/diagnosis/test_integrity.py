"""The panel in the diagnosis: with and without, nobody left out, nothing of fewer than five."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.document import diagnosis_document
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_answers, simulated_study

BANK = load_catalogue_template("bank_crm")
FEW = 50                    # resamples: nothing here rests on them


def with_ballots(tables, n_copies, *, outlets=True):
    """Return the study with near-copies of one response added in outlet 03."""
    table = tables.answers["staff"]
    rng = np.random.default_rng(11)
    ratings = [item.key for item in table.instrument.items if item.kind == "rating" and item.role != "attention"]
    own = table.values.iloc[[5] * n_copies].copy()
    own.index = [f"stuffed{place:03d}" for place in range(n_copies)]
    for key in ratings:
        scale = table.instrument.scale(next(i.scale for i in table.instrument.items if i.key == key))
        moved = rng.random(n_copies) < 0.1
        own[key] = np.where(moved, np.clip(own[key] + rng.choice([-1, 1], n_copies), scale.low, scale.high), own[key])
    values = pd.concat([table.values, own])
    batch = pd.Series([f"{place % 6:02d}" for place in range(table.n)] + ["03"] * n_copies, index=values.index)
    again = lambda frame: pd.concat([frame, frame.iloc[[5] * n_copies].set_axis(own.index)])  # noqa: E731 - said twice
    stuffed = replace(table, values=values, missing=again(table.missing), positions=again(table.positions),
                      duration_s=again(table.duration_s), language=again(table.language),
                      batch=batch if outlets else None)
    return replace(tables, answers={**tables.answers, "staff": stuffed})


@pytest.fixture(scope="module")
def clean():
    return simulated_study(BANK, n_staff=150, plan=Plan(means={"P1": 3.6}))


@pytest.fixture(scope="module")
def stuffed(clean):
    return diagnose(with_ballots(clean, 40), n_resamples=FEW)


def test_stuffed_ballots_are_found_shown_with_and_without_and_stay_in(stuffed):
    panel = stuffed.integrity["staff"]

    assert panel.n_set_aside >= 36
    assert panel.copies.largest_cluster == panel.copies.n_alike
    assert [(share.kind, share.outlet) for share in panel.shares] == [("copies", "03")]
    assert len([change for change in panel.changes if change.mean is not None]) >= 10
    assert all(change.mean != change.mean_with_excluded for change in panel.changes if change.mean is not None)
    assert stuffed.screening["staff"].n_valid >= 188          # the panel has left nobody out
    assert "integrity_conspicuous: staff" in stuffed.warnings


def test_the_document_holds_the_panel_and_no_person(stuffed):
    panel = diagnosis_document(stuffed)["quality"]["integrity"]["staff"]

    assert panel["copies"]["expected_pairs"] <= 0.05
    assert "stuffed" not in str(panel)


def test_a_clean_study_is_not_called_conspicuous(clean):
    found = diagnose(clean, n_resamples=FEW)

    assert not found.integrity["staff"].is_conspicuous
    assert found.integrity["staff"].changes == ()
    assert not [warning for warning in found.warnings if warning.startswith("integrity_")]


def test_four_copies_are_told_as_pairs_at_most(clean):
    panel = diagnose(with_ballots(clean, 3, outlets=False), n_resamples=FEW).integrity["staff"]

    assert panel.n_set_aside == 0
    assert panel.copies.n_alike == 0
    assert panel.changes == ()


def test_bursts_are_told_of_outlets_of_five_or_more_only(clean):
    pace = {"07": {1: 60, 2: 20, 3: 4, 20: 1}, "08": {1: 4}}

    panel = diagnose(replace(clean, pace={"staff": pace}), n_resamples=FEW).integrity["staff"]

    assert [(burst.outlet, burst.n_bursts) for burst in panel.bursts] == [("07", 1)]


def test_modes_that_differ_are_a_notice_before_the_pooled_figures(clean):
    table = clean.answers["staff"]
    other = simulated_answers(table.instrument, 60, Plan(default_mean=3.6), seed=9)
    other = replace(other, **{name: getattr(other, name).set_axis([f"paper{place:03d}" for place in range(60)])
                              for name in ("values", "missing", "positions", "duration_s", "language")})
    both = replace(table, **{name: pd.concat([getattr(table, name), getattr(other, name)])
                             for name in ("values", "missing", "positions", "duration_s", "language")})
    both = replace(both, mode=pd.Series(["web"] * table.n + ["paper"] * 60, index=both.values.index))

    found = diagnose(replace(clean, answers={**clean.answers, "staff": both}), n_resamples=FEW)

    assert found.integrity["staff"].modes.verdict == "apart"
    assert "modes_apart: staff" in found.warnings
    assert all(one.reference == "web" for one in found.integrity["staff"].modes.differences)
