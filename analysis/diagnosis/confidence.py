"""Confidence in a claim in the way of GRADE-CERQual: a person states it; a printed rule only suggests."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.results.diagnosis import Diagnosis, Grade, InterviewEvidence, Level
from analysis.results.joint import CONFIDENCES, Claim, ClaimKind, Concern, Confidence

STEPS: Mapping[Concern, int] = {"none": 0, "minor": 0, "moderate": 1, "serious": 2}     # levels down
MINORS_FOR_A_STEP = 3       # of four components; three small doubts weigh as much as one moderate
PAIR_SIGN = ":"             # between cause and problem in the key of a link


def suggested_confidence(concerns: Mapping[str, Concern]) -> Confidence:
    """Return the confidence that the four stated concerns suggest.

    Parameters
    ----------
    concerns : Mapping[str, str]
        Component → none, minor, moderate or serious, as a person stated them.

    Returns
    -------
    str
        High, less one level for each moderate and two for each serious concern, and one for three or more minor ones;
        never below very low. Counts of interviewees or passages enter nowhere.

    References
    ----------
    Lewin et al. (2018), Applying GRADE-CERQual to qualitative evidence synthesis findings.
    """
    down = sum(STEPS[concern] for concern in concerns.values())
    if sum(concern == "minor" for concern in concerns.values()) >= MINORS_FOR_A_STEP:
        down += 1
    return CONFIDENCES[min(down, len(CONFIDENCES) - 1)]


def claims_of(diagnosis: Diagnosis) -> tuple[Claim, ...]:
    """Return the claims of a diagnosis that confidence is stated of.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    tuple[Claim, ...]
        Every problem and every cause, and every link that the survey supports or an interviewee states; a withheld
        link is no claim.
    """
    saturation = diagnosis.saturation
    known = {"reached": True, "not_reached": False}
    is_saturated = known.get(saturation.verdict) if saturation is not None else None
    found = [_construct_claim(finding.level, finding.interview, "problem", finding.grade, is_saturated)
             for finding in diagnosis.problems]
    found += [_construct_claim(finding.level, finding.interview, "cause", None, is_saturated)
              for finding in diagnosis.causes]
    n_staff = sum(diagnosis.roles_interviewed.values())
    found += [Claim(f"{link.cause}{PAIR_SIGN}{link.problem}", "link", diagnosis.link_model.n, link.status, n_staff,
                    link.interviewees, link.interview_roles, None, None, link.grade, is_saturated)
              for link in diagnosis.links
              if not link.is_withheld and (link.status == "supports" or link.interviewees)]
    return tuple(found)


def _construct_claim(level: Level, said: InterviewEvidence | None, kind: ClaimKind, grade: Grade | None,
                     is_saturated: bool | None) -> Claim:
    if said is None:
        return Claim(level.construct, kind, level.n, level.status, 0, 0, 0, 0, None, grade, is_saturated)
    return Claim(level.construct, kind, level.n, level.status, said.n_asked, said.supports, said.roles,
                 said.contradicts, said.agreement, grade, is_saturated)
