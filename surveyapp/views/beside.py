"""Several organisations side by side, for somebody who has a part in each."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from reports.charts.draw import draw
from reports.figures import Forest, ForestRow
from reports.numbers import printed
from surveyapp.db.session import read_session
from surveyapp.services.beside import BesideScale, choose_studies, own_studies, side_by_side
from surveyapp.services.diagnosis import newest_diagnosis
from surveyapp.views.access import LARGEST_NUMBER, current_account, reader_language, requires

blueprint = Blueprint("beside", __name__)
AT_ONCE = 6                 # studies that are chosen where nobody chose


@blueprint.get("/side-by-side")
@requires("can_read_results")
def show() -> str:
    """Show the newest diagnoses of the chosen studies, scale by scale."""
    session, account = read_session(), current_account()
    own = own_studies(session, account)
    asked = request.args.getlist("study")
    diagnosed = [study.id for study in own if newest_diagnosis(session, study)]
    numbers = [_number(text) for text in asked] if asked else diagnosed[:AT_ONCE]
    chosen = choose_studies(session, account, numbers)
    found = side_by_side(session, chosen) if len(chosen) > 1 else None
    return render_template("beside/show.html", own=own, chosen={study.id for study in chosen}, found=found,
                           diagnosed=diagnosed, figure=_figure, was_asked=bool(asked))


def _number(text: str) -> int:
    """Return the number of a study as asked for; what is none is nobody's study."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_NUMBER))
    return int(text) if is_number else -1


def _figure(scale: BesideScale) -> Markup:
    """Return the means with their intervals on the whole scale, in the order of names."""
    between = " – "
    rows = tuple(ForestRow(one.study, one.mean, one.ci_low, one.ci_high, one.n, "", False,
                           f"{printed(one.mean, 'mean')} [{printed(one.ci_low, 'mean')}{between}"
                           f"{printed(one.ci_high, 'mean')}]")
                 for one in scale.figures if one.mean is not None and one.why != "other_items")
    ticks = tuple((float(place), str(place)) for place in range(int(scale.low), int(scale.high) + 1))
    chart = Forest(rows, scale.low, scale.high, ticks, _("Mean"), _("Mean [interval]"), "n")
    name = scale.name.get(reader_language()) or next(iter(scale.name.values()), scale.construct)
    return Markup(draw(chart, _("Means of %(name)s with intervals", name=name), reader_language()))  # noqa: S704  # draw() escapes every text
