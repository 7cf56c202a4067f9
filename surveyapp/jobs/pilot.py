"""Judge the items of a pilot wave: what a command does with the answers, the remarks and the experts' ratings."""

from __future__ import annotations

import pandas as pd

from analysis.quant.pilot import judge_pilot
from analysis.results.pilot import JudgedPilot
from surveyapp.dataset import load_pilot_answers
from surveyapp.db.session import read_session
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.pilot import check_closed, list_ratings, pilot_instrument, pilot_remarks


def judge_wave(study: Study, wave: Wave, audience: str) -> JudgedPilot:
    """Return what the pilot wave says of each item of a questionnaire; refused while it is open."""
    check_closed(wave)
    session = read_session()
    link, form = pilot_instrument(session, wave, audience)
    table = load_pilot_answers(session, wave, form)
    remarks = pilot_remarks(session, link, form)
    experts = _matrix(study, audience)
    seconds = {} if table.page_s is None else {
        str(page): float(median) for page, median in table.page_s.median().dropna().items()}
    judgement = judge_pilot(table, {key: len(texts) for key, texts in remarks.items()}, seconds, experts)
    return JudgedPilot(audience, wave.key, judgement, {key: tuple(texts) for key, texts in remarks.items()})


def _matrix(study: Study, audience: str) -> pd.DataFrame | None:
    ratings = list_ratings(read_session(), study, audience)
    if not ratings:
        return None
    frame = pd.DataFrame([(row.expert, row.item_key, float(row.relevance)) for row in ratings],
                         columns=["expert", "item", "relevance"])
    return frame.pivot_table(index="expert", columns="item", values="relevance")
