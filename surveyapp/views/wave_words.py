"""What pages call a wave: which survey it was and of which month, as reports do; commands go on by its key."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from reports.waves import WaveForm, WaveTold, wave_name
from reports.wording import Words
from surveyapp.db.session import read_session
from surveyapp.services.wave_names import waves_told
from surveyapp.views.access import reader_language


def wave_called(key: str, form: WaveForm = "dated", *, begins: bool = False) -> str:
    """Return a wave's name in the reader's words; `begins`: with a capital, where it stands alone.

    One that was not opened yet, or a pilot, stands with its key.
    """
    name = wave_name(Words(reader_language()), key, _told(), form)
    return name[:1].upper() + name[1:] if begins else name


def with_wave_called(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return an error's values with its wave in words: services and commands know it by its key."""
    told = _told().get(values.get("wave", ""))
    return {**values, "wave": wave_called(values["wave"], "short")} if told else values


def _told() -> Mapping[str, WaveTold]:
    """Return the waves of the page's study, read once a page."""
    study = g.get("study")
    if study is None:
        return {}
    kept: tuple[int, Mapping[str, WaveTold]] | None = g.get("waves_told")
    if kept is None or kept[0] != study.id:
        kept = g.waves_told = (study.id, waves_told(read_session(), study))
    return kept[1]
