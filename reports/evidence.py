"""How strong the evidence of the interviews for a code is, in a line, and the curve of saturation: for page and report.

Counts, no percentages below twenty interviewees, and never a word such as "most": whoever reads sees how many of how
many.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis.results.interviews import ClaimEvidence, EvidencePart
from analysis.results.saturation import Saturation
from reports.content import Figure
from reports.figures import Curve, Series
from reports.numbers import with_interval
from reports.wording import Words

PERCENT_FROM = 20           # interviewees; below it a percentage claims a precision that is not there


def evidence_line(evidence: ClaimEvidence, words: Words, role_name: Callable[[str], str] = str) -> str:
    """Return the line as text."""
    return "".join(text for text, _ in evidence_parts(evidence, words, role_name))


def evidence_parts(evidence: ClaimEvidence, words: Words,
                   role_name: Callable[[str], str] = str) -> tuple[EvidencePart, ...]:
    """Return the line in parts, each with the query that leads to what it counts, or none."""
    code, between = evidence.code, words.text("evidence.between")
    who = "staff, manager" if evidence.audience == "staff" else evidence.audience
    where = f"where kind = interview and audience = {who}"
    raised = evidence.n_for + evidence.n_against + evidence.n_both
    share = raised / evidence.n_asked if evidence.n_asked else 0.0
    people = words.text("evidence.people_share" if evidence.n_interviews >= PERCENT_FROM else "evidence.people",
                        k=raised, n=evidence.n_asked, share=share)
    roles = words.text("evidence.list_between").join(
        f"{role_name(role)} {k}/{n}" for role, (k, n) in evidence.by_role.items())
    parts = [(people, f"{code} {where}"),
             (words.text("evidence.roles", roles=roles) if roles else "", ""),
             (between + words.text("evidence.passages", n=evidence.n_passages), f"{code} {where}")]
    for key, n, polarity in (("against", evidence.n_against, "contradicts"), ("both", evidence.n_both, "mixed")):
        if n or key == "against":
            parts.append((between + words.text(f"evidence.{key}", n=n),
                          f"{code}:{polarity} {where}" if n else ""))
    parts += [(words.text("evidence.next") + _agreement(evidence, words), ""),
              (words.text("evidence.next") + _saturation(evidence.saturation, words), "")]
    return tuple(part for part in parts if part[0])


def saturation_figure(found: Saturation | None, words: Words) -> Figure | None:
    """Return the new and the cumulative codes by interview as a figure; None without interviews."""
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
    verdict, (broken_at, broken_by) = _verdict(found), found.broken_at or (0, 0)
    alt = words.text("method.saturation_alt", n=found.n_interviews, total=total,
                     verdict=words.text(f"method.saturation_{verdict.removesuffix('_again')}"))
    title = words.say(f"method.saturation_title_{verdict}", at=found.n_reached, n=found.n_interviews,
                      threshold=found.threshold, later=found.n_later, broken_at=broken_at, broken_by=broken_by)
    rule = words.text("method.saturation_rule", at=found.reached_at, first=found.n_reached - found.run,
                      run=found.run) if found.reached_at else ""
    return Figure("f-saturation", title, Curve(series, labels, words.text("method.saturation_x"),
                                               words.text("method.saturation_y")), alt,
                  words.text("method.saturation_unit"),
                  words.text("method.saturation_source", rule=rule, base=found.base, run=found.run,
                             threshold=found.threshold))


def _verdict(found: Saturation) -> str:
    """Return how saturation is told: what came to no end after the rule had held once is not shown to be saturated."""
    if found.broken_at is not None:
        return "broken"
    return f"{found.verdict}_again" if found.n_later else found.verdict


def _agreement(evidence: ClaimEvidence, words: Words) -> str:
    alpha = evidence.alpha
    if alpha is None:
        return words.text("evidence.not_double_coded", k=evidence.n_double_coded, n=evidence.n_interviews)
    if alpha.value is None:
        return words.text("evidence.no_variation", k=evidence.n_double_coded, n=evidence.n_interviews)
    key = "alpha" if alpha.ci_low is None or alpha.ci_high is None else "alpha_interval"
    return words.text(f"evidence.{key}", alpha=with_interval(alpha.value, alpha.ci_low, alpha.ci_high, "coefficient",
                                                             words.language), coders=evidence.n_coders,
                      k=evidence.n_double_coded, n=evidence.n_interviews)


def _saturation(found: Saturation | None, words: Words) -> str:
    if found is None:
        return words.text("evidence.saturation_too_few")
    broken_at, broken_by = found.broken_at or (0, 0)
    return words.text(f"evidence.saturation_{_verdict(found).removesuffix('_again')}", at=found.n_reached,
                      rule=found.reached_at, threshold=f"{found.threshold:.0%}", broken_at=broken_at,
                      broken_by=broken_by)
