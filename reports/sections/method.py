"""How it was done: design, people, tests, thresholds with their sources, and how to get the same figures again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analysis.diagnosis.thresholds import THRESHOLDS
from reports.citation import citations_in
from reports.content import Align, Block, Facts, Heading, Row, Section, Statement, Table
from reports.numbers import day
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of
from reports.wording import Words

HASH_SHOWN = 64
SOURCES_IN_WORDS = ("source_simulation", "source_approximation", "source_midpoint", "source_privacy", "source_points",
                    "source_disclosure", "source_after", "source_rule", "source_and")
OF_NORMS = "norm_"        # thresholds told only where other organisations' packages were taken over
# Thresholds told only where customers are valued: by the template's model, or in a file.
OF_VALUE = ("clv_retention_step", "clv_margin_step", "weight_step", "key_customer_share", "multi_channel_minimum")


def method(study: Source) -> list[Section]:
    """Return the method in the order in which a reader checks it."""
    words = study.words
    rows = [(words.text(f"method.{key}_term"), statement) for key, statement in _facts(study)]
    blocks: list[Block] = [Facts(tuple(rows)), Heading(words.text("method.steps"))]
    blocks.append(Facts(tuple((words.text(f"method.step_{key}_term"), words.say(
        f"method.step_{key}", tau=study.threshold("tau", 3.0), q=study.threshold("fdr_q", 0.05),
        delta=study.threshold("delta", 0.1), corrected=study.threshold("minimum_n_corrected_links", 200),
        plain=study.threshold("minimum_n_plain_rates", 300),
        resamples=study.diagnosis.link_model.n_resamples,
        minimum=study.threshold("interview_minimum", 9), seed=study.diagnosis.provenance.seed))
        for key in _steps(study))))
    return [Section("method", words.text("part.method"), words.say("method.title"), tuple(blocks))]


def _steps(study: Source) -> list[str]:
    """Return the steps that were taken: without links or interviews theirs are left out."""
    taken = {"link": bool(study.diagnosis.links), "interviews": bool(study.n_interviews)}
    return [key for key in ("score", "level", "link", "interviews", "grade", "measures") if taken.get(key, True)]


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
    if study.n_interviews:
        is_double = any(said.agreement_verdict != "not_double_coded" for said in study.diagnosis.interviews)
        key = "method.interviews_text" if is_double else "method.interviews_text_single"
        found.append(("interviews", words.say(key, n=study.n_interviews,
                                              roles=len(study.diagnosis.roles_interviewed) + len(study.others_heard))))
    sent = study.diagnosis.provenance.member_checks
    if sent.get("all"):
        found.append(("member_check", words.say(
            "method.member_check_text", n=sent["all"], confirmed=sent.get("confirmed", 0),
            corrected=sent.get("corrected", 0), missing=sent.get("sent", 0) + sent.get("not_returned", 0))))
    found.append(("weighting", words.say("method.weighting_text")))
    return found


def thresholds(study: Source) -> list[Section]:
    """Return every threshold with the value used, its default and its source."""
    words, values = study.words, study.diagnosis.provenance.thresholds
    has_value = study.template.value_model is not None or study.diagnosis.customers is not None
    names = tuple(name for name in told_thresholds(has_value=has_value)
                  if study.diagnosis.benchmarks or not name.startswith(OF_NORMS))
    changed = sum(values.get(name, THRESHOLDS[name].default) != THRESHOLDS[name].default for name in names)
    title = words.say("method.threshold_title" if changed else "method.threshold_title_same", n=len(names),
                      changed=changed)
    return [Section("thresholds", words.text("part.thresholds"), title,
                    (threshold_table(words, study.language, values, names, _tried(study)),), is_appendix=True)]


def told_thresholds(*, has_value: bool) -> tuple[str, ...]:
    """Return the names of the thresholds; those of customers' value only where customers are valued."""
    return tuple(name for name in THRESHOLDS if has_value or name not in OF_VALUE)


def _tried(study: Source) -> Mapping[str, str]:
    """Return the values that each threshold was moved to, with a mark where something changed."""
    ends: dict[str, list[str]] = {}
    for move in study.diagnosis.sensitivity.moves if study.diagnosis.sensitivity else ():
        ends.setdefault(move.name, []).append(f"{move.moved:g}{'*' if move.changes else ''}")
    return {name: study.words.text("moved.or").join(values) for name, values in ends.items()}


def threshold_table(words: Words, language: str, values: Mapping[str, float], names: Sequence[str],
                    tried: Mapping[str, str] | None = None) -> Table:
    """Return the thresholds of those names with the values used, their defaults and sources, and values tried."""
    rows = []
    for name in names:
        threshold = THRESHOLDS[name]
        used = values.get(name, threshold.default)
        shown = f"{used:g}"
        if used != threshold.default:
            shown = words.text("method.changed", used=shown, default=f"{threshold.default:g}")
        moved = (Statement(tried.get(name, "–")),) if tried else ()
        rows.append(Row((Statement(words.named(threshold.meaning.get(language, name))), Statement(shown), *moved,
                         Statement(source_in_words(words, threshold.source)))))
    extra: tuple[tuple[str, float, Align], ...] = (("tried", 0.13, "right"),) if tried else ()
    columns = columns_of(words, "method.threshold_", ("meaning", 0.57 - 0.08 * bool(tried), "left"),
                         ("used", 0.1, "right"), *extra, ("source", 0.33 - 0.05 * bool(tried), "left"))
    note = words.text("method.threshold_note_tried" if tried else "method.threshold_note")
    return Table("t-thresholds", words.say("method.threshold_table", n=len(rows)), columns, tuple(rows), "",
                 note, is_dense=True)


def source_in_words(words: Words, source: str) -> str:
    """Return a threshold's source in the language of the words; citations name their authors as they are."""
    english = Words("en")
    source = re.sub(r"Model (\d+(?: and \d+)*)", lambda found: words.text("method.model", number=found[1]), source)
    for key in SOURCES_IN_WORDS:
        source = source.replace(english.text(f"method.{key}"), words.text(f"method.{key}"))
    return citations_in(source.replace("; ", words.text("labels.between_sources")), words)


def reproducibility(study: Source) -> list[Section]:
    """Return what is needed to get the same figures again."""
    words, provenance = study.words, study.diagnosis.provenance
    from_source = words.text("repro.source")
    gap = "" if from_source.startswith("（") else " "
    versions = words.join([f"{name}{gap}{from_source}" if version == "not installed" else f"{name} {version}"
                           for name, version in provenance.versions.items()])
    between = "" if study.language == "zh" else " "
    instruments = words.join([f"{study.audience(name)}{between}{version}" for name, version in
                              provenance.instrument_versions.items()])
    rows: tuple[tuple[str, Statement], ...] = (
        (words.text("repro.hash"), Statement(_grouped(provenance.input_hash))),
        (words.text("repro.frozen"), Statement(day(provenance.frozen_on, study.language) or "–")),
        (words.text("repro.study"), Statement(f"{provenance.study} / {provenance.wave}")),
        (words.text("repro.template"), Statement(f"{provenance.template} {provenance.template_version}")),
        (words.text("repro.instruments"), Statement(instruments)),
        (words.text("repro.seed"), Statement(str(provenance.seed))),
        (words.text("repro.versions"), Statement(versions)))
    if provenance.codebook_versions:
        rows = (*rows, (words.text("repro.codebook"), Statement(words.join(list(provenance.codebook_versions)))))
    blocks: list[Block] = [Facts(rows), Statement(words.text("repro.statement"))]
    if provenance.is_synthetic:
        blocks.append(Statement(words.text("repro.synthetic")))
    return [Section("reproducibility", words.text("part.reproducibility"), words.say("repro.title"), tuple(blocks),
                    starts_page=False)]


def _grouped(text: str) -> str:
    """Return a hash in groups of eight, so that it may break at the end of a line."""
    return " ".join(text[place:place + 8] for place in range(0, min(len(text), HASH_SHOWN), 8)) or "–"
