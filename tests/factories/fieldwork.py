"""The collection of a wave written by hand: one questionnaire by invitation, one in a kiosk."""

from __future__ import annotations

from dataclasses import replace

from analysis.results.fieldwork import Fieldwork, GroupRate, GroupTable, PaperCheck, QuestionnaireFieldwork

STAFF = QuestionnaireFieldwork(
    audience="staff", name={"en": "Staff questionnaire", "zh": "员工问卷"}, version="1.1.0", languages=("en", "zh"),
    n_items=62, minutes=14, median_minutes=12.4, privacy="anonymous", is_by_invitation=True, minimum_group=5,
    opened_on="2026-09-07", closed_on="2026-09-25", base="roster", n_asked=240, n_submitted=182,
    dispositions={"complete": 172, "partial": 6, "break_off": 4, "opened": 3, "withdrawn": 1, "refused": 2,
                  "bounced": 1, "not_sent": 0, "ineligible": 2, "screened": 0, "quota_full": 0, "no_reaction": 49},
    rates={"rr1": 0.7227, "rr2": 0.7479, "rr5": 0.91, "rr6": 0.94, "coop1": 0.91, "coop2": 0.94, "ref1": 0.042,
           "e": 0.99},
    complete_from=0.8, partial_from=0.5,
    days=tuple((f"2026-09-{day:02d}", n) for day, n in zip(range(7, 26), [
        20, 45, 70, 85, 95, 95, 95, 110, 120, 130, 140, 145, 150, 150, 155, 165, 170, 175, 180], strict=True)),
    break_off_pages={"Causes": 7, "": 5},
    group_tables=(GroupTable("unit", (
        GroupRate("Retail", 120, 92, 0.767, (0.70, 0.76), (0.73, 0.80)),
        GroupRate("Corporate", 80, 60, 0.75, (0.7, 0.7), None),
        GroupRate("Settlement", 40, None, None, None, None)), 0.93, 0.97, 0.21),),
    modes={"web": 140, "paper": 42}, flags={"attention": 9, "speed": None, "evenodd": 6}, n_excluded=6,
    paper=PaperCheck(42, 2600, 13, 0.0029, 0.0085), n_mails=410)
CUSTOMER = replace(STAFF, audience="customer", name={"en": "Customer questionnaire", "zh": "客户问卷"}, base=None,
                   n_asked=None, rates={}, group_tables=(), is_by_invitation=False, days=(), break_off_pages={},
                   modes={"kiosk": 90}, flags={}, n_excluded=None, paper=None, median_minutes=None, n_submitted=90,
                   dispositions={"complete": 88, "partial": 2})
WAVE = Fieldwork("w1", (STAFF, CUSTOMER), {"en": "The bank", "zh": "该行"}, {}, {"en": "All staff", "zh": "全体员工"},
                 {"en": "To see what is wrong", "zh": "查明问题"}, {"en": "Bank A", "zh": "A银行"}, is_synthetic=True,
                 order=1)
