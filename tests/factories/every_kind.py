"""Answers to the questionnaire with every kind of item, as a file, and their release."""

from __future__ import annotations

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.services.disclosure import plan_release
from surveyapp.services.release import Release, Row
from surveyapp.services.response_import import ImportReport, import_responses
from surveyapp.services.study import get_instrument, get_study, get_wave

# Every kind of item, every kind of empty, texts that spreadsheets would compute, signs of all planes.
HEADER = ("respondent_id,language,duration_s,ROLE,LOAD,L1,L2,L3,L4,L5,CHECK,MANY,MANY_other_text,RANK,SHARE,NPS,"
          "DAY,HOUR,SEEN,OPEN,BOSS,L1.order,L2.order\n")
ROWS = HEADER + """\
b,zh,61.5,rm,120,4,-93,,2,5,2,a;other,=1+1,z;x,12.5,9,2026-05-31,08:30,OK,"行长说“再看看”, 😀 𠮷",4,2,1
a,en,,teller,,1,5,3,-92,-94,2,none,,x;y;z,-93,0,,,,@home,,1,2
c,en,5,na,,1,2,3,4,5,2,,,,,,,,,''=kept,,,
"""


def load(content: bytes | str, study: str = "small", name: str = "a.csv") -> ImportReport:
    """Import a file into a study."""
    raw = content.encode() if isinstance(content, str) else content
    with transaction() as session:
        found = get_study(session, study)
        return import_responses(session, found, get_wave(session, found), get_instrument(session, found, "staff"), raw,
                                name)


def release(study: str = "small") -> Release:
    """Return what may leave of a study's answers."""
    close_read_session()
    session = read_session()
    found = get_study(session, study)
    return plan_release(session, found, get_wave(session, found), get_instrument(session, found, "staff"))


def rows(study: str = "small") -> list[Row]:
    """Return the released rows of a study by the name of the person."""
    return sorted(release(study).main.rows(), key=lambda row: str(row[0]))
