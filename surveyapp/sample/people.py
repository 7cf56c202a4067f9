"""Who answers in the bank study: types of people with how many there are and what they would say about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class PersonType:
    """A kind of respondent; `weight` is the share (any unit), `choices` maps item → choice → weight."""

    name: str
    weight: float
    choices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    shifts: Mapping[str, float] = field(default_factory=dict)   # construct → scale points off the planted mean
    share_not_applicable: float | None = None                   # None: the plan's own


YOUNG: Final = {"lt3": 4, "3to5": 4, "6to10": 2, "gt10": 1}
MIXED: Final = {"lt3": 2, "3to5": 3, "6to10": 3, "gt10": 3}
LONG: Final = {"3to5": 1, "6to10": 4, "gt10": 6}

# 180 of the branch's 240 people answer. Weights are head counts, so that the composition can be read off.
BANK_STAFF: Final[tuple[PersonType, ...]] = (
    PersonType("corporate relationship manager", 24, {
        "D_DEPT": {"corporate": 1}, "D_ROLE": {"rm": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": MIXED,
        "D_FACING": {"yes": 9, "partly": 1}, "D_LINE": {"corporate": 9, "both": 1}}),
    PersonType("retail relationship manager", 14, {
        "D_DEPT": {"retail": 1}, "D_ROLE": {"rm": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": MIXED,
        "D_FACING": {"yes": 1}, "D_LINE": {"personal": 9, "both": 1}}),
    PersonType("relationship manager in an outlet", 20, {
        "D_DEPT": {"outlet": 1}, "D_ROLE": {"rm": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": YOUNG,
        "D_FACING": {"yes": 1}, "D_LINE": {"personal": 3, "both": 2}}, {"PRB_INFO": 0.15}),
    PersonType("teller or lobby manager", 34, {
        "D_DEPT": {"outlet": 1}, "D_ROLE": {"teller": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": YOUNG,
        "D_FACING": {"yes": 1}, "D_LINE": {"personal": 7, "both": 3}}, {"PRB_INFO": 0.15, "CAU_COORD": -0.1}),
    PersonType("product manager", 20, {
        "D_DEPT": {"corporate": 1, "retail": 1}, "D_ROLE": {"product": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": MIXED,
        "D_FACING": {"partly": 4, "no": 1}, "D_LINE": {"corporate": 2, "personal": 2, "both": 1}}),
    PersonType("risk, operations or compliance", 22, {
        "D_DEPT": {"risk_ops": 1}, "D_ROLE": {"middle_office": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": MIXED,
        "D_FACING": {"partly": 1, "no": 3}, "D_LINE": {"corporate": 2, "both": 3}}, {"CAU_COORD": 0.2}, 0.05),
    PersonType("technology or data", 14, {
        "D_DEPT": {"it": 1}, "D_ROLE": {"other": 4, "middle_office": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": MIXED,
        "D_FACING": {"no": 1}, "D_LINE": {"both": 1, "none": 1}}, {"CAU_TECH": -0.25}, 0.06),
    PersonType("support", 8, {
        "D_DEPT": {"support": 1}, "D_ROLE": {"other": 1}, "D_LEVEL": {"staff": 1}, "D_TENURE": MIXED,
        "D_FACING": {"no": 1}, "D_LINE": {"none": 3, "both": 1}}, {}, 0.06),
    PersonType("team head", 12, {
        "D_DEPT": {"corporate": 2, "retail": 2, "outlet": 3}, "D_ROLE": {"manager": 1}, "D_LEVEL": {"team_head": 1},
        "D_TENURE": LONG, "D_FACING": {"yes": 1, "partly": 2}, "D_LINE": {"corporate": 1, "personal": 1, "both": 1}},
        {"PRB_GOAL": -0.3}),
    PersonType("head of a department or sub-branch", 10, {
        "D_DEPT": {"corporate": 2, "retail": 2, "outlet": 4, "risk_ops": 1, "it": 1}, "D_ROLE": {"manager": 1},
        "D_LEVEL": {"middle": 1}, "D_TENURE": {"gt10": 1}, "D_FACING": {"partly": 3, "no": 1},
        "D_LINE": {"corporate": 1, "personal": 1, "both": 2}}, {"PRB_GOAL": -0.4}),
    PersonType("branch management", 2, {
        "D_DEPT": {"corporate": 1, "retail": 1}, "D_ROLE": {"manager": 1}, "D_LEVEL": {"senior": 1},
        "D_TENURE": {"gt10": 1}, "D_FACING": {"partly": 1}, "D_LINE": {"both": 1}}, {"PRB_GOAL": -0.5}),
)

BANK_CUSTOMERS: Final[tuple[PersonType, ...]] = (
    PersonType("ordinary personal customer", 92, {
        "S_TYPE": {"personal": 1}, "S_TIER": {"basic": 7, "unknown": 3}, "S_AUM": {"lt50k": 6, "50k_200k": 4},
        "S_PROD": {"1": 4, "2to3": 5, "4to5": 1}, "S_YEARS": {"lt1": 2, "1to3": 3, "4to10": 3, "gt10": 2},
        "S_CHANNEL": {"mobile": 7, "outlet": 2, "online": 1}, "S_RM": {"no": 6, "unknown": 3, "yes": 1},
        "S_OTHER": {"main": 3, "one_of": 4, "minor": 3}}, {"C_MAINT": -0.2, "C_DIFF": -0.05}, 0.04),
    PersonType("affluent personal customer", 58, {
        "S_TYPE": {"personal": 1}, "S_TIER": {"affluent": 8, "unknown": 2}, "S_AUM": {"200k_500k": 8, "50k_200k": 2},
        "S_PROD": {"2to3": 6, "4to5": 3, "1": 1}, "S_YEARS": {"1to3": 2, "4to10": 4, "gt10": 4},
        "S_CHANNEL": {"mobile": 6, "outlet": 2, "rm": 2}, "S_RM": {"yes": 5, "no": 3, "unknown": 2},
        "S_OTHER": {"main": 5, "one_of": 4, "minor": 1}}),
    PersonType("wealth customer", 34, {
        "S_TYPE": {"personal": 1}, "S_TIER": {"wealth": 9, "affluent": 1}, "S_AUM": {"500k_6m": 9, "200k_500k": 1},
        "S_PROD": {"2to3": 3, "4to5": 5, "ge6": 2}, "S_YEARS": {"1to3": 1, "4to10": 4, "gt10": 5},
        "S_CHANNEL": {"mobile": 4, "rm": 5, "outlet": 1}, "S_RM": {"yes": 9, "no": 1},
        "S_OTHER": {"main": 5, "one_of": 5}}, {"C_MAINT": 0.25}),
    PersonType("private-banking customer", 8, {
        "S_TYPE": {"personal": 1}, "S_TIER": {"private": 1}, "S_AUM": {"ge6m": 1}, "S_PROD": {"4to5": 1, "ge6": 1},
        "S_YEARS": {"4to10": 1, "gt10": 2}, "S_CHANNEL": {"rm": 3, "mobile": 1}, "S_RM": {"yes": 1},
        "S_OTHER": {"main": 1, "one_of": 2}}, {"C_MAINT": 0.4, "C_DIFF": 0.2}),
    PersonType("company", 44, {
        "S_TYPE": {"corporate": 1}, "S_TIER": {"basic": 5, "unknown": 5}, "S_DEP": {"lt1m": 6, "1m_10m": 4},
        "S_PROD": {"1": 1, "2to3": 6, "4to5": 3}, "S_YEARS": {"lt1": 1, "1to3": 3, "4to10": 4, "gt10": 2},
        "S_CHANNEL": {"online": 7, "outlet": 1, "rm": 2}, "S_RM": {"yes": 5, "no": 3, "unknown": 2},
        "S_OTHER": {"main": 4, "one_of": 4, "minor": 2}}, {"C_INFO": -0.1}),
    PersonType("key corporate customer", 24, {
        "S_TYPE": {"corporate": 1}, "S_TIER": {"key_corporate": 1}, "S_DEP": {"10m_50m": 7, "ge50m": 3},
        "S_PROD": {"4to5": 5, "ge6": 4, "2to3": 1}, "S_YEARS": {"4to10": 5, "gt10": 5},
        "S_CHANNEL": {"online": 5, "rm": 5}, "S_RM": {"yes": 1}, "S_OTHER": {"main": 4, "one_of": 6}},
        {"C_MAINT": 0.35, "C_INFO": -0.1}),
)
