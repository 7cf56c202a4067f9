"""Judge the items of a pilot wave: what a command does with the answers, the remarks and the experts' ratings."""

from __future__ import annotations

import pandas as pd

from analysis.quant.pilot import judge_pilot, shown_to
from analysis.results.pilot import JudgedPilot
from surveyapp.dataset import load_pilot_answers
from surveyapp.db.session import read_session
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.pilot import check_closed, list_ratings, pilot_instrument, pilot_remarks
from surveyapp.services.privacy_mode import kept_minimum


def judge_wave(study: Study, wave: Wave, audience: str) -> JudgedPilot:
    """Return what the pilot wave says of each item of a questionnaire; refused while it is open."""
    check_closed(wave)
    session = read_session()
    link, form = pilot_instrument(session, wave, audience)
    table = load_pilot_answers(session, wave, form)
    minimum = kept_minimum(study, link)
    # What few people saw is not quoted: the words would be known to be one of theirs.
    remarks = {key: texts for key, texts in pilot_remarks(session, link, form).items()
               if shown_to(table, key) >= minimum}
    experts = _matrix(study, audience)
    seconds = {} if table.page_s is None else {
        str(page): float(times.median()) for page, times in table.page_s.items() if times.count() >= minimum}
    judgement = judge_pilot(table, {key: len(texts) for key, texts in remarks.items()}, seconds, experts,
                            minimum_group=minimum)
    return JudgedPilot(audience, wave.key, judgement, {key: tuple(texts) for key, texts in remarks.items()})


def _matrix(study: Study, audience: str) -> pd.DataFrame | None:
    ratings = list_ratings(read_session(), study, audience)
    if not ratings:
        return None
    frame = pd.DataFrame([(row.expert, row.item_key, float(row.relevance)) for row in ratings],
                         columns=["expert", "item", "relevance"])
    return frame.pivot_table(index="expert", columns="item", values="relevance")
