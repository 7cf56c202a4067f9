"""What works, told before the problems: achievements, comparison with peers, facets in order."""

from __future__ import annotations

from analysis.results.diagnosis import InterviewEvidence, SingleItem
from instruments.schema import Instrument, Item
from reports.content import Block, Bullets, Figure, Heading, Passages, Section, Statement
from reports.figures import Likert, LikertRow
from reports.numbers import printed
from reports.sections.source import Source, capitalised

MIDDLE, FIVE = 3.0, 5       # of a scale with five points, for which there are shades
COMPARING = ("trend", "benchmark")


def what_works(study: Source) -> list[Section]:
    """Return strengths; a section without any says so."""
    words = study.words
    points = points_of(study)
    blocks: list[Block] = [*_comparison_figures(study)]
    blocks.append(Heading(words.text("strengths.points")))
    blocks.append(Bullets(tuple(points) or (words.say("strengths.none"),)))
    quotes = tuple({passage.text: passage for code in _strength_codes(study)
                    for passage in study.passages(code.quotes, 2)}.values())
    if quotes:
        blocks.extend((Heading(words.text("strengths.voices")), Passages(quotes[:4])))
    key = "strengths.title" if points else "strengths.title_none"
    return [Section("strengths", words.text("part.strengths"), words.say(key, n=len(points)), tuple(blocks),
                    words.say("strengths.lead"))]


def points_of(study: Source) -> list[Statement]:
    """Return what works, in words."""
    return [*_single_points(study), *_situation_points(study), *_facet_points(study), *_problem_points(study)]


def _single_points(study: Source) -> list[Statement]:
    words, found = study.words, []
    for role in COMPARING:
        for item, single in _singles(study, role):
            if single.ci_low is not None and single.ci_low > MIDDLE:
                estimate = study.estimate(single.mean, single.ci_low, single.ci_high)
                found.append(words.say(f"strengths.{role}_up", who=capitalised(_asked(study, item)), estimate=estimate,
                                       n=single.n, trace=(f"item.{item.key}.mean",)))
    return found


def _situation_points(study: Source) -> list[Statement]:
    words, found = study.words, []
    for situation in study.diagnosis.situation:
        if situation.tag == "in_order":
            key = situation.level.construct
            found.append(words.say("strengths.situation", name=study.in_sentence(key), estimate=study.estimate(
                situation.level.pomp, situation.level.pomp_low, situation.level.pomp_high, "points"),
                trace=(f"situation.{key}.tag",)))
    return found


def _facet_points(study: Source) -> list[Statement]:
    words, found = study.words, []
    for facet in study.diagnosis.facets:
        if facet.status == "against" or facet.quadrant == "keep_up":
            key = facet.level.construct
            found.append(words.say("strengths.facet", name=study.in_sentence(key), estimate=study.estimate(
                facet.level.pomp, facet.level.pomp_low, facet.level.pomp_high, "points"), trace=(f"facet.{key}.pomp",)))
    return found


def _problem_points(study: Source) -> list[Statement]:
    words, found = study.words, []
    for problem in study.problems:
        if problem.grade == "not_indicated":
            key = problem.level.construct
            found.append(words.say("strengths.not_indicated", name=study.in_sentence(key), estimate=study.estimate(
                problem.level.mean, problem.level.ci_low, problem.level.ci_high), trace=(f"problem.{key}.grade",)))
    return found


def _singles(study: Source, role: str) -> list[tuple[Item, SingleItem]]:
    items = [i for instrument in study.template.instruments for i in instrument.items if i.role == role]
    return [(item, found) for item in items for found in [study.single(item.key)] if found and found.mean is not None]


def _asked(study: Source, item: Item) -> str:
    """Return who was asked: staff and customers may answer the same thing differently."""
    instrument = study.instrument_of(item.key)
    return study.audience(instrument.audience) if instrument else ""


def _strength_codes(study: Source) -> list[InterviewEvidence]:
    """Return the codes that stand beside the facets of the situation but belong to none: achievements, comparisons."""
    book = study.template.codebook
    if book is None:
        return []
    facets = {c.key for c in study.template.constructs if c.group == "situation"}
    parents = {code.parent for code in book.codes if code.construct in facets and code.parent}
    keys = [code.key for code in book.codes if code.construct is None and code.parent in parents]
    return [found for key in keys for found in [study.evidence(key)] if found is not None]


def _comparison_figures(study: Source) -> list[Figure]:
    """Return the answers that compare: on scales from worse to better, and apart from them statements agreed with."""
    compared: list[LikertRow] = []
    rated: list[LikertRow] = []
    points: tuple[str, ...] = ()
    own: set[tuple[str, ...]] = set()                       # the words of those that compare, as they were asked
    for role in COMPARING:
        for item, found in _singles(study, role):
            instrument = study.instrument_of(item.key)
            scale = instrument.scale(item.scale) if instrument and item.scale else None
            total = sum(found.frequencies.values())
            if instrument is None or scale is None or len(scale.points) != FIVE or total < study.minimum_group:
                continue
            shares = tuple(found.frequencies.get(str(point.value), 0) / total for point in scale.points)
            row = LikertRow(f"{study.read(item.text)} · {_asked(study, item)}", shares, found.n,
                            printed(sum(shares[3:]), "percent"), "")
            if _is_rated(instrument, item):
                rated.append(row)
                points = points or tuple(study.read(point.label) for point in scale.points)
            else:
                compared.append(row)
                own.add(tuple(study.read(point.label) for point in scale.points))
    legend = tuple(study.words.text(f"labels_chart.worse_better_{place}") for place in range(FIVE))
    return [*_bars(study, "f-comparison", "", compared, legend, is_in_common_words=own != {legend}),
            *_bars(study, "f-agreement", "_agreed", rated, points)]


def _is_rated(instrument: Instrument, item: Item) -> bool:
    """Return whether an item is answered on the scale of the others, agreeing or not, and not on one that compares."""
    return any(other.scale == item.scale and other.role not in COMPARING for other in instrument.items)


def _bars(study: Source, key: str, kind: str, rows: list[LikertRow], legend: tuple[str, ...], *,
          is_in_common_words: bool = False) -> list[Figure]:
    if not rows:
        return []
    words = study.words
    chart = Likert(tuple(rows), legend, words.text(f"strengths.figure_head{kind}"),
                   words.text(f"strengths.worse{kind}"), words.text(f"strengths.better{kind}"))
    alt = words.text(f"strengths.figure_alt{kind}", n=len(rows), label=rows[0].label, share=rows[0].figure)
    source = words.text("strengths.figure_source", period=capitalised(study.period()))
    if is_in_common_words:
        source = words.text("labels.between_sentences").join((source, words.text(
            "strengths.common_words", n=len(rows))))
    return [Figure(key, words.say(f"strengths.figure_title{kind}", n=len(rows)), chart, alt,
                   words.text("strengths.figure_unit"), source)]
