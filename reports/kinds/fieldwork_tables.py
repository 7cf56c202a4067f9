"""Tables and figures of a fieldwork report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.results.fieldwork import GroupRate, GroupTable, QuestionnaireFieldwork
from reports.content import Block, Figure, Number, Row, Statement, Table
from reports.figures import Curve, Funnel, Series, Stage
from reports.kinds.frame import Naming
from reports.numbers import day, printed
from reports.sections.table_columns import columns_of

# AAPOR's order: interviews, refusals and break-offs, no contact and unknown, not eligible.
ENDINGS = ("complete", "partial", "break_off", "opened", "withdrawn", "refused", "bounced", "no_reaction", "not_sent",
           "ineligible", "screened", "quota_full")
ALWAYS = ("complete", "partial", "break_off")
RATES = ("rr1", "rr2", "rr3", "rr4", "rr5", "rr6", "coop1", "coop2", "ref1", "e")
NEED_E = frozenset({"rr3", "rr4", "e"})
# Rates among those of whom it is known how they ended: of no meaning where these are just those who answered.
AMONG_KNOWN = frozenset({"rr5", "rr6", "coop1", "coop2"})
KNOWN_NOT = ("break_off", "opened", "withdrawn", "refused")
FEWEST_DAYS, MOST_DAYS, MOST_DAY_LABELS = 3, 60, 10
USABLE = ("complete", "partial")
BEGUN = (*USABLE, "break_off", "opened", "withdrawn", "screened", "quota_full")


def funnel_figure(names: Naming, one: QuestionnaireFieldwork, source: str) -> Figure:
    """Return how many were asked, began, handed in usable answers, and stayed in the analysis."""
    words, counts = names.words, one.dispositions
    begun = sum(counts.get(key, 0) for key in BEGUN)
    usable = sum(counts.get(key, 0) for key in USABLE)
    steps = [("asked", one.n_asked), ("begun", begun), ("usable", usable),
             ("kept", None if one.n_excluded is None or one.n_foreign else usable - one.n_excluded)]
    stages = [(key, n) for key, n in steps if n is not None]
    drawn = tuple(Stage(words.text(f"fieldwork.stage_{key}"), n, _lost(names, key, stages[place - 1][1] - n)
                        if place else "") for place, (key, n) in enumerate(stages))
    first, last = drawn[0], drawn[-1]
    alt = words.text("fieldwork.funnel_alt", first=first.label, n=first.n, last=last.label, kept=last.n)
    return Figure(f"f-funnel-{one.audience}", words.say("fieldwork.funnel_title", first=first.n, last=last.n,
                                                         asked=first.label, kept=last.label),
                  Funnel(drawn), alt, words.text("fieldwork.funnel_unit"), source)


def _lost(names: Naming, key: str, n: int) -> str:
    return names.words.text(f"fieldwork.lost_{key}", n=n) if n > 0 else ""


def disposition_table(names: Naming, one: QuestionnaireFieldwork, source: str) -> Table:
    """Return how the cases ended."""
    words, total = names.words, sum(one.dispositions.values())
    shown = [key for key in ENDINGS if one.dispositions.get(key) or key in ALWAYS]
    rows = [Row((Statement(words.text(f"fieldwork.end_{key}")), Number(float(one.dispositions.get(key, 0)), "count"),
                 Number(one.dispositions.get(key, 0) / total if total else None, "percent1"))) for key in shown]
    rows.append(Row((Statement(words.text("fieldwork.end_all")), Number(float(total), "count", is_emphasised=True),
                     Number(1.0 if total else None, "percent1"))))
    columns = columns_of(words, "fieldwork.end_head_", ("name", 0.6), ("n", 0.2, "right"), ("share", 0.2, "right"))
    return Table(f"t-endings-{one.audience}", words.say("fieldwork.end_title", n=total), columns, tuple(rows), "",
                 _noted(names, source, words.text("fieldwork.end_note")))


def rate_table(names: Naming, one: QuestionnaireFieldwork, source: str) -> Table | None:
    """Return every outcome rate with its meaning; None where no base is known."""
    words = names.words
    known = {key: one.rates[key] for key in RATES if one.rates.get(key) is not None}
    if not known:
        return None
    unsaid = {} if any(one.dispositions.get(key) for key in KNOWN_NOT) else dict.fromkeys(
        AMONG_KNOWN & known.keys(), "no_meaning")
    if not one.knows_refusals:
        unsaid["ref1"] = "not_computed"
    rows = tuple(Row((Statement(words.text(f"fieldwork.rate_{key}_name")),
                      Statement(words.text(f"fieldwork.rate_{key}")),
                      words.say(f"fieldwork.rate_{unsaid[key]}") if key in unsaid
                      else Number(known[key], "percent1", is_emphasised=key == "rr1")))
                 for key in RATES if key in known or key in unsaid)
    why = [words.text(f"fieldwork.rate_note_{reason}") for reason in dict.fromkeys(unsaid.values())]
    of_e = words.text("fieldwork.rate_note_e") if any(key in NEED_E for key in known) else ""
    columns = columns_of(words, "fieldwork.rate_head_", ("name", 0.14), ("meaning", 0.64), ("value", 0.22, "right"))
    return Table(f"t-rates-{one.audience}", words.say("fieldwork.rate_title", rate=one.rates.get("rr1")), columns, rows,
                 "", _noted(names, source, words.text("fieldwork.rate_note"), of_e, *why))


def course_figure(names: Naming, one: QuestionnaireFieldwork, source: str) -> Figure | None:
    """Return the course of collection as it was shown while it ran; None with too few days."""
    if len(one.days) < FEWEST_DAYS:
        return None
    words, days = names.words, one.days[-MOST_DAYS:]
    values = tuple(float(n) for _, n in days)
    half = next((place for place, n in enumerate(values) if 2 * n >= values[-1]), 0)
    chart = Curve((Series(words.text("fieldwork.course_line"), values),), _day_labels(days),
                  words.text("fieldwork.course_x"), words.text("fieldwork.course_y"))
    alt = words.text("fieldwork.course_alt", n=values[-1], days=len(days), day=day(days[half][0], names.language))
    title = words.say("fieldwork.course_title", day=day(days[half][0], names.language))
    return Figure(f"f-course-{one.audience}", title, chart, alt, words.text("fieldwork.course_unit"), source)


def _day_labels(days: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Return month and day under every day, or under some where there are many."""
    step = -(-len(days) // MOST_DAY_LABELS)
    return tuple(when[5:] if place % step == 0 else "" for place, (when, _) in enumerate(days))


def break_off_table(names: Naming, one: QuestionnaireFieldwork, source: str) -> Table | None:
    """Return after which pages people stopped; None where nothing can be told."""
    if not one.break_off_pages:
        return None
    words = names.words
    rows = tuple(Row((Statement(page or words.text("fieldwork.several_pages")), Number(float(n), "count")))
                 for page, n in one.break_off_pages.items())
    columns = columns_of(words, "fieldwork.page_", ("name", 0.8), ("n", 0.2, "right"))
    most = max(one.break_off_pages.items(), key=lambda found: found[1])
    return Table(f"t-pages-{one.audience}", words.say("fieldwork.page_title", n=most[1], page=most[0] or words.text(
        "fieldwork.several_pages")), columns, rows, "",
                 _noted(names, source, _few(names, one, one.break_off_pages.values())))


def mode_table(names: Naming, one: QuestionnaireFieldwork, source: str) -> Table | None:
    """Return in which ways answers came; None where all came in one."""
    if len(one.modes) < 2:  # noqa: PLR2004  # one way needs no table
        return None
    words = names.words
    rows = tuple(Row((Statement(words.text(f"fieldwork.mode_{mode}")), _count(n))) for mode, n in one.modes.items())
    columns = columns_of(words, "fieldwork.mode_head_", ("name", 0.8), ("n", 0.2, "right"))
    return Table(f"t-modes-{one.audience}", words.say("fieldwork.mode_title", n=len(rows)), columns, rows, "",
                 _noted(names, source, _few(names, one, one.modes.values())))


# ---- groups ---------------------------------------------------------------------------------------------------------
def group_blocks(names: Naming, one: QuestionnaireFieldwork, source: str) -> list[Block]:
    """Return a table for each attribute of the roster, with a sentence on how alike the groups took part."""
    blocks: list[Block] = []
    for place, table in enumerate(one.group_tables):
        blocks.append(_group_table(names, one, table, place, source))
        if table.r_indicator is not None:
            key = "fieldwork.alike" if table.p_value is not None else "fieldwork.alike_no_test"
            blocks.append(names.words.say(key, r=table.r_indicator, adjusted=table.r_adjusted, p=table.p_value))
    return blocks


def _group_table(names: Naming, one: QuestionnaireFieldwork, table: GroupTable, place: int, source: str) -> Table:
    words = names.words
    attribute = words.text("fieldwork.unit") if table.attribute == "unit" else table.attribute
    rows = tuple(_group_row(names, row) for row in table.rows)
    columns = columns_of(words, "fieldwork.group_", ("name", 0.3), ("asked", 0.12, "right"), ("took", 0.14, "right"),
                         ("share", 0.12, "right"), ("rr1", 0.16, "right"), ("rr2", 0.16, "right"))
    title = words.say("fieldwork.group_title", attribute=attribute)
    return Table(f"t-group-{one.audience}-{place + 1}", title, columns, rows, "",
                 _noted(names, source, words.text("fieldwork.group_note", minimum=one.minimum_group)))


def _group_row(names: Naming, row: GroupRate) -> Row:
    hidden = row.n_took_part is None
    return Row((Statement(row.group or names.words.text("labels.not_known")), Number(float(row.n_asked), "count"),
                _count(row.n_took_part), Number(row.share, "percent1", is_hidden=hidden),
                _ends(names, row.rr1, hidden), _ends(names, row.rr2, hidden)))


def _ends(names: Naming, ends: tuple[float, float] | None, hidden: bool) -> Number | Statement:
    """Return a rate, or the two values between which it lies where nobody knows whose answers are whose."""
    if ends is None or hidden or ends[0] == ends[1]:
        return Number(ends[0] if ends else None, "percent1", is_hidden=hidden)
    low, high = (printed(value, "percent1") for value in ends)
    return Statement(f"{low.removesuffix('%')}–{high}", {"low": ends[0], "high": ends[1]})


def care_table(names: Naming, one: QuestionnaireFieldwork, source: str) -> Table | None:
    """Return the signs of careless answering; None where the wave was not diagnosed."""
    if not one.flags:
        return None
    words = names.words
    rows = tuple(Row((Statement(words.text(f"flag.{flag}")), _count(n))) for flag, n in one.flags.items())
    columns = columns_of(words, "fieldwork.care_", ("name", 0.8), ("n", 0.2, "right"))
    key = "fieldwork.care_title" if one.n_excluded is not None else "fieldwork.care_title_few"
    note = words.text("fieldwork.care_note", n=one.signs_needed) if one.signs_needed else ""
    return Table(f"t-care-{one.audience}", words.say(key, n=one.n_excluded), columns, rows, "",
                 _noted(names, source, note, _few(names, one, one.flags.values())))


def _count(n: int | None) -> Number:
    return Number(None if n is None else float(n), "count", is_hidden=n is None)


def _few(names: Naming, one: QuestionnaireFieldwork, shown: Iterable[int | None]) -> str:
    """Return what the sign of a hidden number means, where one stands in the table."""
    return names.words.text("labels.hidden_note", minimum=one.minimum_group) if None in set(shown) else ""


def _noted(names: Naming, *notes: str) -> str:
    """Return a source line with its notes behind it."""
    return names.words.text("labels.between_sentences").join(filter(None, notes))
