"""How it was done: design, people, tests, thresholds with their sources, and how to get the same figures again."""

from __future__ import annotations

from analysis.diagnosis.thresholds import THRESHOLDS
from reports.build.source import Source, capitalised
from reports.build.table_columns import columns_of
from reports.content import Block, Facts, Figure, Heading, Row, Section, Statement, Table
from reports.figures import Curve, Series
from reports.numbers import day

HASH_SHOWN = 64


def method(study: Source) -> list[Section]:
    """Return the method in the order in which a reader checks it."""
    words = study.words
    rows = [(words.text(f"method.{key}_term"), statement) for key, statement in _facts(study)]
    blocks: list[Block] = [Facts(tuple(rows)), Heading(words.text("method.steps"))]
    blocks.append(Facts(tuple((words.text(f"method.step_{key}_term"), words.say(
        f"method.step_{key}", tau=study.threshold("tau", 3.0), q=study.threshold("fdr_q", 0.05),
        delta=study.threshold("delta", 0.1), resamples=study.diagnosis.link_model.n_resamples,
        minimum=study.threshold("interview_minimum", 9), seed=study.diagnosis.provenance.seed))
        for key in ("score", "level", "link", "interviews", "grade", "measures"))))
    curve = _saturation(study)
    if curve:
        blocks.append(curve)
    return [Section("method", words.text("part.method"), words.say("method.title"), tuple(blocks))]


def _facts(study: Source) -> list[tuple[str, Statement]]:
    words, facts, found = study.words, study.facts, []
    found.append(("aim", Statement(study.read(study.template.aim))))
    found.append(("population", Statement(study.read(study.template.population))))
    for key, text in (("sponsor", facts.sponsor), ("conductor", facts.conductor)):
        found.append((key, Statement(study.read(text) or words.text("labels.not_known"))))
    found.append(("dates", Statement(capitalised(study.period()))))
    found.append(("sampling", words.say("method.sampling_text")))
    for screening in study.diagnosis.screening.values():
        key = "method.sample_rate" if screening.response_rate is not None else "method.sample_no_rate"
        found.append(("sample", words.say(
            key, who=capitalised(study.audience(screening.audience)), submitted=screening.n_submitted,
            excluded=screening.n_submitted - screening.n_valid, n=screening.n_valid, rate=screening.response_rate,
            version=study.diagnosis.provenance.instrument_versions.get(screening.audience, "–"),
            trace=("quality.n_submitted", "quality.n_excluded"))))
    found.append(("interviews", words.say("method.interviews_text", n=study.n_interviews,
                                          roles=len(study.diagnosis.roles_interviewed))))
    found.append(("weighting", words.say("method.weighting_text")))
    return found


def _saturation(study: Source) -> Figure | None:
    found, words = study.diagnosis.saturation, study.words
    if found is None or not found.curve:
        return None
    new = tuple(float(count) for _, count, _ in found.curve)
    total, cumulative = 0.0, []
    for count in new:
        total += count
        cumulative.append(total)
    series = (Series(words.text("method.saturation_new"), new, "bars"),
              Series(words.text("method.saturation_total"), tuple(cumulative), "line"))
    labels = tuple(str(place) for place in range(1, len(new) + 1))
    alt = words.text("method.saturation_alt", n=found.n_interviews, total=total,
                     verdict=words.text(f"method.saturation_{found.verdict}"))
    title = words.say(f"method.saturation_title_{found.verdict}", at=found.reached_at or "", n=found.n_interviews)
    return Figure("f-saturation", title, Curve(series, labels, words.text("method.saturation_x"),
                                               words.text("method.saturation_y")), alt,
                  words.text("method.saturation_unit"),
                  words.text("method.saturation_source", base=found.base, run=found.run, threshold=found.threshold))


def thresholds(study: Source) -> list[Section]:
    """Return every threshold with the value used, its default and its source."""
    words, values, rows = study.words, study.diagnosis.provenance.thresholds, []
    for name, threshold in THRESHOLDS.items():
        used = values.get(name, threshold.default)
        changed = used != threshold.default
        shown = f"{used:g}"
        if changed:
            shown = words.text("method.changed", used=shown, default=f"{threshold.default:g}")
        rows.append(Row((Statement(threshold.meaning.get(study.language, name)), Statement(shown),
                         Statement(words.text("method.model_source", source=threshold.source.replace(
                             "Model", words.text("method.model")))))))
    columns = columns_of(words, "method.threshold_",
        ("meaning", 0.57, "left"), ("used", 0.1, "right"), ("source", 0.33, "left"))
    changed_n = sum(values.get(name, t.default) != t.default for name, t in THRESHOLDS.items())
    title = words.say("method.threshold_title" if changed_n else "method.threshold_title_same", n=len(rows),
                      changed=changed_n)
    return [Section("thresholds", words.text("part.thresholds"), title, (
        Table("t-thresholds", words.say("method.threshold_table", n=len(rows)), columns, tuple(rows), "",
              words.text("method.threshold_note"), is_dense=True),), is_listed=False, starts_page=False)]


def reproducibility(study: Source) -> list[Section]:
    """Return what is needed to get the same figures again."""
    words, provenance = study.words, study.diagnosis.provenance
    versions = words.join([f"{name} {version}" for name, version in provenance.versions.items()])
    instruments = words.join([f"{study.audience(name)} {version}" for name, version in
                              provenance.instrument_versions.items()])
    rows = ((words.text("repro.hash"), Statement(_grouped(provenance.input_hash))),
            (words.text("repro.frozen"), Statement(day(provenance.frozen_on, study.language) or "–")),
            (words.text("repro.study"), Statement(f"{provenance.study} / {provenance.wave}")),
            (words.text("repro.template"), Statement(f"{provenance.template} {provenance.template_version}")),
            (words.text("repro.instruments"), Statement(instruments)),
            (words.text("repro.seed"), Statement(str(provenance.seed))),
            (words.text("repro.versions"), Statement(versions)))
    blocks: list[Block] = [Facts(rows), Statement(words.text("repro.statement"))]
    if provenance.is_synthetic:
        blocks.append(Statement(words.text("repro.synthetic")))
    return [Section("reproducibility", words.text("part.reproducibility"), words.say("repro.title"), tuple(blocks),
                    starts_page=False)]


def _grouped(text: str) -> str:
    """Return a hash in groups of eight, so that it may break at the end of a line."""
    return " ".join(text[place:place + 8] for place in range(0, min(len(text), HASH_SHOWN), 8)) or "–"
