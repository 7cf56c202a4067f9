"""What the findings cannot say, generated from the study's own facts."""

from __future__ import annotations

from reports.content import Bullets, Callout, Section, Statement
from reports.sections.notices import notices
from reports.sections.source import Source, capitalised

LOW_RESPONSE = 0.60                     # AAPOR: below this non-response needs a word of its own


def limits(study: Source) -> list[Section]:
    """Return the limits that hold for this study."""
    words, found = study.words, []
    found.append(words.say("changes.limit" if study.changes else "limits.one_time"))
    found.extend(_sampling(study))
    found.append(words.say("limits.common_method"))
    found.extend(_size(study))
    found.extend(_interviews(study))
    found.extend(_measurement(study))
    if len(study.template.languages) > 1:
        found.append(words.say("limits.translation", n=len(study.template.languages)))
    if study.diagnosis.customers is not None:
        found.append(words.say("limits.customer_file"))
    found.append(words.say("limits.rules"))
    found.extend(notices(study))
    blocks = (Bullets(tuple(found)), Callout("so_what", words.text("limits.may_head"), (words.say("limits.may"),)))
    return [Section("limits", words.text("part.limits"), words.say("limits.title"), blocks,
                    starts_page=study.diagnosis.customers is None)]


def _sampling(study: Source) -> list[Statement]:
    words, found = study.words, []
    for screening in study.diagnosis.screening.values():
        who = study.audience(screening.audience)
        if screening.response_rate is None:
            found.append(words.say("limits.population_unknown", who=who))
        elif screening.response_rate < LOW_RESPONSE:
            found.append(words.say("limits.non_response", who=who, rate=screening.response_rate))
    if study.served not in study.diagnosis.screening:
        found.append(words.say("limits.no_customers"))
    return found


def _size(study: Source) -> list[Statement]:
    words, n = study.words, study.n_valid("staff")
    if n < study.threshold("minimum_n_tests", 30):
        return [words.say("limits.size_none", n=n, minimum=study.threshold("minimum_n_tests", 30))]
    if n < study.threshold("minimum_n_links", 60):
        return [words.say("limits.size_no_links", n=n, minimum=study.threshold("minimum_n_links", 60))]
    if n < study.threshold("minimum_n_absent_links", 250):
        return [words.say("limits.size_links", n=n, minimum=study.threshold("minimum_n_absent_links", 250))]
    return []


def _interviews(study: Source) -> list[Statement]:
    words, saturation = study.words, study.diagnosis.saturation
    if not study.n_interviews:
        return [words.say("limits.no_interviews")]
    found = []
    if saturation is None or saturation.verdict != "reached":
        found.append(words.say("limits.saturation", n=study.n_interviews))
    tentative = [e for e in study.diagnosis.interviews if e.agreement_verdict == "tentative"]
    if tentative:
        found.append(words.say("limits.agreement", n=len(tentative)))
    unusable = [e for e in study.diagnosis.interviews if e.agreement_verdict == "unusable"]
    if unusable:
        found.append(words.say("limits.agreement_unusable", n=len(unusable)))
    return found


def _measurement(study: Source) -> list[Statement]:
    words = study.words
    weak = [key for key, quality in study.diagnosis.scales.items()
            if quality.verdict in ("limited", "limited_few_answers", "not_a_scale")]
    found = [words.say("limits.scales", names=study.names(weak), n=len(weak))] if weak else []
    pairs = [p for p in study.diagnosis.structure.pairs if p.verdict != "distinct"]
    found.extend(words.say("limits.distinct", first=capitalised(study.in_sentence(p.first)), htmt=p.htmt,
                           second=study.in_sentence(p.second)) for p in pairs)
    style = next((s.style_mean for s in study.diagnosis.screening.values()
                  if s.style_mean and s.n_valid >= study.threshold("minimum_n_tests", 30)), None)
    if style is not None and style.ci_low is not None and style.ci_low > 0:
        found.append(words.say("limits.style", estimate=study.estimate(style.value, style.ci_low, style.ci_high)))
    return found
