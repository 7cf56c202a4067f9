"""What changed since the wave before: what the same items show, with intervals, and never what brought it about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from analysis.results.waves import ScaleWaves, WaveComparison
from reports.content import Block, Bullets, Heading, Number, Paragraph, Row, Section, Statement, Table
from reports.numbers import printed
from reports.sections.named import Named
from reports.sections.source import Source
from reports.sections.table_columns import columns_of
from reports.wording import typeset

MOST_WORST = 6              # scales whose worst unit is told one by one
Reading = Literal["better", "worse", "same", "open"]
OTHERS = "…"                # units that are not told one by one, see analysis.diagnosis.wave_change


def changes(study: Source) -> list[Section]:
    """Return the comparison with the wave before, one section for all questionnaires; nothing after a first wave."""
    if not study.changes:
        return []
    words = study.words
    blocks = [block for found in study.changes
              for block in (Heading(questionnaire_of(study, found)), *_of_questionnaire(study, found))]
    return [Section("changes", words.text("part.changes"), change_told(study), (*blocks, _care(study)),
                    words.say("changes.lead"))]


def change_told(study: Source) -> Statement:
    """Return in a sentence which scales changed since the wave before, with their names while they are few."""
    words, found = study.words, study.changes[0]
    compared = [one for change in study.changes for one in change.scales if one.verdict != "refused"]
    changed = [one for one in compared if one.verdict == "changed"]
    told: dict[str, Any] = {**_both(study, found), "n": len(compared),
                            "changed": len(changed)}
    trace = tuple(f"change.{one.scale}.difference" for one in changed)
    if len(changed) == 1:
        return study.title(words.say(f"changes.title_{reading_of(study, changed[0])}",
                                     name=study.in_sentence(changed[0].scale), trace=trace, **told),
                           words.say("changes.title", trace=trace, **told))
    return words.say("changes.title", trace=trace, **told)


def questionnaire_of(study: Named, found: WaveComparison) -> str:
    """Return the title of the questionnaire that a comparison is of."""
    keys = {one.scale for one in found.scales}
    return next((typeset(study.read(form.title)) for form in study.template.instruments
                 if keys & {construct.key for construct in form.constructs}), "")


def comparison_blocks(study: Named, found: WaveComparison, notes: Sequence[Statement] = ()) -> list[Block]:
    """Return the blocks of one questionnaire's comparison with what is to be borne in mind, for its page."""
    return [*_of_questionnaire(study, found), _care(study, notes)]


def _care(study: Named, notes: Sequence[Statement] = ()) -> Bullets:
    return Bullets((*notes, study.words.say("changes.unlinked"), study.words.say("changes.no_cause")))


def _of_questionnaire(study: Named, found: WaveComparison) -> list[Block]:
    words = study.words
    blocks: list[Block] = [Paragraph((words.say("changes.answers", **_both(study, found),
                                                n_first=found.n_first, n_second=found.n_second),))]
    compared = [one for one in found.scales if one.verdict != "refused"]
    if compared:
        blocks += [_changes(study, found, compared), _evidence(study, found, compared)]
    told = [*_refused(study, found), *_worst(study, found)]
    if found.composition:
        blocks.append(_composition(study, found))
    return [*blocks, Bullets(tuple(told))] if told else blocks


def _both(study: Named, found: WaveComparison) -> dict[str, str]:
    return {"first": study.wave(found.first), "second": study.wave(found.second)}


def _changes(study: Named, found: WaveComparison, scales: Sequence[ScaleWaves]) -> Table:
    words = study.words
    is_reweighted = any(one.difference_reweighted is not None for one in scales)
    columns = columns_of(words, "changes.column_",
        ("scale", 0.26 if is_reweighted else 0.34, "left"), ("first", 0.09, "right"), ("second", 0.09, "right"),
        ("change", 0.2, "right"), *((("reweighted", 0.16, "right"),) if is_reweighted else ()),
        ("verdict", 0.2 if is_reweighted else 0.28, "left"))
    rows = tuple(Row((
        Statement(study.name(one.scale)), Number(one.first.value, "mean"), Number(one.second.value, "mean"),
        Statement(study.estimate(one.difference.value, one.difference.ci_low, one.difference.ci_high, "signed"),
                  {"difference": one.difference}, (f"change.{one.scale}.difference",)),
        *((_reweighted(one),) if is_reweighted else ()), _verdict(study, one))) for one in scales)
    source = words.text("changes.source" if is_reweighted else "changes.source_plain")
    return Table(f"t-changes-{_slug(found)}", words.say("changes.table", **_both(study, found)), columns, rows,
                 words.text("changes.unit"), source, is_dense=True)


def _reweighted(one: ScaleWaves) -> Statement:
    return Statement("–" if one.difference_reweighted is None else printed(one.difference_reweighted.value, "signed"))


def _verdict(study: Named, one: ScaleWaves) -> Statement:
    words = study.words
    if one.verdict == "withheld":
        return words.say(f"changes.withheld_{one.reasons[0] if one.reasons else 'only_flagged_items'}")
    found = reading_of(study, one)
    return words.say("changes.no_change" if found == "same" else f"changes.{found}")


def reading_of(study: Named, one: ScaleWaves) -> Reading:
    """Return what a comparison says: better or worse where a change is told, same where none can be, else open."""
    if one.verdict != "changed":
        return "same" if one.verdict == "no_demonstrable_change" else "open"
    construct = study.construct(one.scale)
    is_bad = construct is not None and construct.direction == "higher_is_worse"
    return "worse" if ((one.difference.value or 0) > 0) == is_bad else "better"


def _evidence(study: Named, found: WaveComparison, scales: Sequence[ScaleWaves]) -> Block:
    """Return on what each comparison rests: a table, or a sentence where the same holds for all."""
    words = study.words
    held = {one.invariance.word for one in scales}
    if len(held) == 1 and len(scales) > 1 and not any(one.flagged for one in scales):
        return Paragraph(tuple(_same_for_all(study, scales, held.pop())))
    columns = columns_of(words, "changes.column_",
        ("scale", 0.25, "left"), ("invariance", 0.23, "left"), ("flagged", 0.13, "left"), ("without", 0.21, "right"),
        ("detectable", 0.18, "right"))
    rows = tuple(Row((
        Statement(study.name(one.scale)), words.say(f"changes.invariance_{one.invariance.word}"),
        Statement(words.text("labels.between").join(one.flagged) or "–"), _without(study, one),
        Number(one.detectable.value if one.detectable else None, "mean"))) for one in scales)
    return Table(f"t-change-evidence-{_slug(found)}", words.say("changes.evidence"), columns, rows, "",
                 words.text("labels.between_sentences").join(
                     [words.text("changes.evidence_note"), *_worded(study, scales)]), is_dense=True)


def _worded(study: Named, scales: Sequence[ScaleWaves]) -> list[str]:
    """Return the flagged items with their wording; nothing where no item is flagged."""
    words, found = study.words, []
    for key in dict.fromkeys(key for one in scales for key in one.flagged):
        item = study.item(key)
        if item is not None:
            found.append(words.text("changes.flagged_item", key=key, text=study.read(item.text).rstrip(".。")))
    return [words.text("changes.flagged_items", items=words.text("changes.between_items").join(found))] if found else []


def _same_for_all(study: Named, scales: Sequence[ScaleWaves], held: str) -> Iterator[Statement]:
    yield study.words.say(f"changes.all_{held}", n=len(scales))
    sizes = [one.detectable.value for one in scales if one.detectable and one.detectable.value is not None]
    if sizes:
        yield study.words.say("changes.all_detectable", low=min(sizes), high=max(sizes))


def _without(study: Named, one: ScaleWaves) -> Statement:
    rest = one.difference_without_flagged
    return Statement("–" if rest is None else study.estimate(rest.value, rest.ci_low, rest.ci_high, "signed"))


def _refused(study: Named, found: WaveComparison) -> list[Statement]:
    words = study.words
    refused = [one for one in found.scales if one.verdict == "refused"]
    told = [words.say(f"changes.refused_{reason}", names=study.names([one.scale for one in refused
                                                                      if reason in one.reasons]))
            for reason in dict.fromkeys(reason for one in refused for reason in one.reasons)]
    left = [key for one in found.scales if one.verdict != "refused" for key in one.refused]
    return [*told, *([words.say("changes.left_out", items=words.join(left), n=len(left))] if left else [])]


def _worst(study: Named, of: WaveComparison) -> list[Statement]:
    """Return where the unit that stood worst moved beyond what chance alone would show, and how many did not."""
    words, beyond = study.words, [one for one in of.worst_units if one.is_beyond]
    n_within = len(of.worst_units) - len(beyond)
    if not beyond:
        return [words.say("changes.worst_within", n=n_within)] if n_within else []
    found = [words.say("changes.worst_beyond", unit=_unit(study, of, one.unit), scale=study.in_sentence(one.scale),
                       first=one.first, second=one.second,
                       expected=study.estimate(one.expected_second.value, one.expected_second.ci_low,
                                               one.expected_second.ci_high)) for one in beyond[:MOST_WORST]]
    return [*found, words.say("changes.worst_others", n=n_within)] if n_within else found


def _composition(study: Named, found: WaveComparison) -> Table:
    words = study.words
    columns = columns_of(words, "changes.column_",
        ("unit", 0.4, "left"), ("n_first", 0.15, "right"), ("n_second", 0.15, "right"), ("share_first", 0.15, "right"),
        ("share_second", 0.15, "right"))
    rows = tuple(Row((
        Statement(_unit(study, found, one.unit)), Number(float(one.n_first), "count"),
        Number(float(one.n_second), "count"), Number(one.share_first, "percent"),
        Number(one.share_second, "percent"))) for one in found.composition)
    return Table(f"t-change-units-{_slug(found)}", words.say("changes.composition"), columns, rows, "",
                 _not_shown(study, found), is_dense=True)


def _not_shown(study: Named, found: WaveComparison) -> str:
    """Return why units stand together, and how many answers of each wave the table leaves out."""
    words = study.words
    left_first = found.n_first - sum(one.n_first for one in found.composition)
    left_second = found.n_second - sum(one.n_second for one in found.composition)
    left = words.text("changes.composition_left", left_first=left_first, left_second=left_second,
                      n_first=found.n_first, n_second=found.n_second, **_both(study, found))
    return words.text("labels.between_sentences").join(
        [words.text("changes.composition_note"), *([left] if left_first + left_second > 0 else [])])


def _unit(study: Named, found: WaveComparison, value: str) -> str:
    """Return what a unit is called: in the question that knows all units of the comparison."""
    if value == OTHERS:
        return study.words.text("changes.other_units")
    units = {one.unit for one in found.composition} - {OTHERS}
    for item in study.items_of_role("profile"):
        if units <= {choice.value for choice in item.choices} and any(choice.value == value for choice in item.choices):
            return study.choice(item, value)
    return value


def _slug(found: WaveComparison) -> str:
    """Return what tells the tables of several questionnaires apart."""
    return found.scales[0].scale.lower() if found.scales else "none"
