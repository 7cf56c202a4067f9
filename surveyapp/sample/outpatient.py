"""What is planted in the sample of the outpatient study, who answers it, what is entered about the invented house."""

from __future__ import annotations

from datetime import date
from typing import Final

from instruments.facts import Practice, ProcessStep, StudyFacts, Unit
from instruments.schema import Text
from surveyapp.sample.note import SYNTHETIC_NOTE
from surveyapp.sample.people import PersonType
from surveyapp.sample.plan import NumberFact, Plan, PlantedLink


def _text(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


# What people give as the main reason of a problem they name: mostly the cause that is planted with it.
REASONS: Final = {
    "STR_WAITING": {"CAU_BOOKING": 6, "CAU_WORKLOAD": 3, "CAU_SYSTEMS": 1, "CAU_TEAMWORK": 0.5, "OTHER": 0.3},
    "STR_EXPLAIN": {"CAU_WORKLOAD": 7, "CAU_BOOKING": 2, "CAU_SYSTEMS": 0.5, "CAU_TEAMWORK": 0.5, "OTHER": 0.3},
    "STR_GUIDANCE": {"CAU_SYSTEMS": 5, "CAU_TEAMWORK": 2, "CAU_BOOKING": 1, "CAU_WORKLOAD": 1, "OTHER": 0.5},
    "STR_PRIVACY": {"CAU_WORKLOAD": 2, "CAU_BOOKING": 2, "CAU_TEAMWORK": 1, "CAU_SYSTEMS": 0.5, "OTHER": 1},
}
MIXED: Final = {"lt3": 3, "3to10": 5, "gt10": 4}
LONG: Final = {"3to10": 2, "gt10": 6}


def _employee(name: str, n: int, area: dict[str, float], job: str, *, level: str = "staff",
              shifts: dict[str, float] | None = None) -> PersonType:
    years = MIXED if level == "staff" else LONG
    return PersonType(name, n, {"D_AREA": area, "D_JOB": {job: 1}, "D_LEVEL": {level: 1}, "D_YEARS": years, **REASONS},
                      shifts or {})


# 160 of the 210 people answer; weights are head counts.
STAFF: Final[tuple[PersonType, ...]] = (
    _employee("doctor", 66, {"medical": 5, "surgical": 4, "other_clinics": 4}, "doctor",
              shifts={"CAU_WORKLOAD": 0.15}),
    _employee("nurse", 34, {"medical": 3, "surgical": 3, "other_clinics": 2, "front": 2}, "nurse"),
    _employee("technician or pharmacist", 30, {"diagnostics": 2, "pharmacy": 1}, "technician",
              shifts={"CAU_WORKLOAD": -0.15}),
    _employee("desk", 10, {"front": 1}, "desk", shifts={"PRB_GUIDANCE": 0.2}),
    _employee("administration or information", 6, {"office": 1}, "admin"),
    _employee("head nurse or team head", 8, {"medical": 1, "surgical": 1, "front": 1, "diagnostics": 1}, "nurse",
              level="unit_head"),
    _employee("head of a department", 5, {"medical": 1, "surgical": 1, "other_clinics": 1}, "doctor", level="middle"),
    _employee("hospital management", 1, {"office": 1}, "admin", level="senior"),
)
PATIENTS: Final[tuple[PersonType, ...]] = (
    PersonType("first visit", 90, {
        "V_WHO": {"self": 7, "companion": 3}, "V_KIND": {"first": 1}, "V_CLINIC": {"medical": 4, "surgical": 3,
        "other_clinics": 4}, "V_BOOKED": {"online": 7, "window": 3, "extra": 1},
        "V_AGE": {"lt18": 2, "18to44": 4, "45to64": 3, "ge65": 2}}, {"P_FLOW": -0.15}),
    PersonType("follow-up visit", 110, {
        "V_WHO": {"self": 8, "companion": 2}, "V_KIND": {"follow": 1}, "V_CLINIC": {"medical": 5, "surgical": 3,
        "other_clinics": 2}, "V_BOOKED": {"online": 5, "doctor": 4, "window": 2, "extra": 1},
        "V_AGE": {"18to44": 2, "45to64": 4, "ge65": 4}}, {"P_FLOW": 0.1}),
    PersonType("prescription or result", 40, {
        "V_WHO": {"self": 6, "companion": 4}, "V_KIND": {"repeat": 1}, "V_CLINIC": {"medical": 7, "surgical": 1,
        "other_clinics": 2}, "V_BOOKED": {"online": 5, "window": 4, "extra": 1},
        "V_AGE": {"18to44": 2, "45to64": 4, "ge65": 5}}, {"P_WAIT": -0.1}),
)
OPEN_ANSWERS: Final = {
    "O_OTHER": {"zh": (
        "停车太难，患者一到医院就带着火气。", "医保政策年年变，窗口解释不过来。", "电梯太少，轮椅患者要等好几趟。",
        "晚上没有药师值班，夜门诊取药不便。", "投诉通报发了不少，整改没有下文。", "外地患者不知道怎么办转诊手续。",
    ), "en": ("There is nowhere to park, and people arrive annoyed.",)},
    "O_GOOD": {"zh": (
        "诊间结算推开以后，收费处基本不排队了。", "志愿者服务很受老年患者欢迎。", "诊室一人一进，秩序好多了。",
        "用药指导单做得细，咨询少了。", "检验结果手机上能看，省了一趟。", "环境改造以后，候诊区亮堂多了。",
    ), "en": ("Payment in the consulting room works well.",)},
    "O_WISH": {"zh": (
        "按时段放号，准时开诊。", "出诊期间病房的事另外安排人。", "叫号屏上显示预计等候时间。",
        "把一个患者的检查排在同一天。", "复诊直接在诊间约好。", "配两名机动护士，哪里忙去哪里。",
        "给医生留出解释病情的时间。",
    ), "en": ("Tell patients how long they will have to wait.",)},
    "PO_BETTER": {"zh": (
        "约了九点，十一点才看上，希望能准时。", "医生讲得太快，老人听不懂。", "不知道还要等多久，心里没底。",
        "看病三分钟，等候两小时。", "希望把注意事项写下来。", "B超要排到第二天，又得请假。",
        "自助机不会用，希望有人教。", "人太多，站着等很累。",
    ), "en": ("Say how long the wait will be.",)},
    "PO_GOOD": {"zh": (
        "护士很耐心。", "诊室里就我一个患者，说话放心。", "志愿者带路，帮了大忙。", "卫生间很干净。",
        "缴费方便，不用再排队。", "医生态度好。",
    ), "en": ("The nurses were kind.",)},
}

OUTPATIENT_PLAN: Final = Plan(
    seed=20261012,
    n_respondents={"staff": 160, "patient": 240},
    population={"staff": 210, "patient": 900},
    fieldwork=(date(2026, 10, 12), date(2026, 10, 30)),
    people={"staff": STAFF, "patient": PATIENTS},
    languages={"staff": {"zh": 0.95, "en": 0.05}, "patient": {"zh": 0.95, "en": 0.05}},
    means={
        "SIT_FLOW": 2.85, "SIT_ROSTER": 2.55, "SIT_CONTROL": 3.45,
        # Problems (3 = midpoint): two present, one undecided, one absent.
        "PRB_WAITING": 3.9, "PRB_EXPLAIN": 3.55, "PRB_GUIDANCE": 3.0, "PRB_PRIVACY": 2.4,
        "CAU_BOOKING": 3.6, "CAU_WORKLOAD": 3.65, "CAU_SYSTEMS": 2.9, "CAU_TEAMWORK": 2.5,
        "OUT_SERVICE": 3.4,
        "P_WAIT": 2.35, "P_TALK": 2.7, "P_FLOW": 3.2, "P_PLACE": 3.9, "P_CONTENT": 3.3, "P_RETURN": 3.5,
    },
    links=(
        PlantedLink("CAU_BOOKING", "PRB_WAITING", 0.6),
        PlantedLink("CAU_WORKLOAD", "PRB_EXPLAIN", 0.6),
        PlantedLink("CAU_SYSTEMS", "PRB_GUIDANCE", 0.6),
        PlantedLink("PRB_WAITING", "OUT_SERVICE", -0.35),
        PlantedLink("PRB_EXPLAIN", "OUT_SERVICE", -0.25),
        PlantedLink("CAU_WORKLOAD", "SIT_ROSTER", -0.35),
        PlantedLink("P_WAIT", "P_CONTENT", 0.55),
        PlantedLink("P_TALK", "P_CONTENT", 0.25),
        PlantedLink("P_FLOW", "P_CONTENT", 0.1),
        PlantedLink("P_CONTENT", "P_RETURN", 0.65),
    ),
    item_means={
        "PEER1": 3.1, "TRD1": 3.7, "RDY1": 3.6, "RDY2": 2.6, "RDY3": 2.5, "RDY4": 3.2,
        "REC": 3.7, "IMP1": 4.4, "IMP2": 3.9, "IMP3": 4.5, "IMP4": 3.6,
    },
    numbers={
        "F_SEEN": NumberFact(46, 12, follows="CAU_WORKLOAD", slope=6),
        "F_DESK": NumberFact(38, 13, step=5),
        "F_COURSE": NumberFact(6, 4, step=2),
    },
    ticked={"F_USED": {"slots": 0.66, "roompay": 0.82, "onestop": 0.55, "volunteers": 0.74, "pharmbook": 0.42,
                       "callback": 0.18}},
    open_answers=OPEN_ANSWERS,
    findings={
        "problems_present": ("PRB_WAITING", "PRB_EXPLAIN"),
        "problems_undecided": ("PRB_GUIDANCE",),
        "problems_absent": ("PRB_PRIVACY",),
        "causes_elevated": ("CAU_WORKLOAD", "CAU_BOOKING"),
        "causes_not_elevated": ("CAU_SYSTEMS", "CAU_TEAMWORK"),
        "facets_low": ("P_WAIT", "P_TALK"),
        "facets_middling": ("P_FLOW",),
        "facets_fine": ("P_PLACE",),
        "facets_first": ("P_WAIT",),
    },
    found_links=(("CAU_BOOKING", "PRB_WAITING"), ("CAU_WORKLOAD", "PRB_EXPLAIN"), ("CAU_SYSTEMS", "PRB_GUIDANCE")),
    in_words=_text(
        "Long waiting is the most serious problem, too little explanation comes second; patients feel both. Staff are "
        "undecided on guidance. Privacy is no problem, as staff, interviews and patients agree. Workload and "
        "appointment planning are widespread causes; who reports more trouble with planning reports longer waiting, "
        "who reports more load reports less explanation, who reports more trouble with systems poorer guidance.",
        "“候诊时间长”最为突出，“医患沟通不足”次之，患者对二者均有感受；对“往返奔波、指引不清”，职工看法不一；“隐私保护与就诊环境欠佳”不成立，"
        "职工、访谈与患者的说法一致。工作负荷和预约安排是较为普遍的原因；反映预约安排问题较多的职工，反映候诊时间长的也较多；反映负荷重的，"
        "反映沟通不足的也较多；反映系统问题较多的，反映指引不清的也较多。"),
)

UNITS: Final = (
    Unit("outpatient", _text("Outpatient department", "门诊部")),
    Unit("lead", _text("Management of the outpatient department", "门诊部领导"), "outpatient", 3),
    Unit("bureau", _text("Outpatient office", "门诊办公室"), "outpatient", 9, is_responsible=True),
    Unit("data", _text("Information team", "信息组"), "outpatient", 4),
    Unit("clinics", _text("Clinics", "临床科室门诊"), "outpatient"),
    Unit("medical", _text("Clinics of internal medicine", "内科系统门诊"), "clinics", 46),
    Unit("surgical", _text("Clinics of surgery", "外科系统门诊"), "clinics", 40),
    Unit("other_clinics", _text("Other clinics", "其他专科门诊"), "clinics", 34),
    Unit("services", _text("Examination and pharmacy", "医技与药学"), "outpatient"),
    Unit("diagnostics", _text("Laboratory, imaging, function tests", "检验、影像与功能检查"), "services", 32),
    Unit("pharmacy", _text("Outpatient pharmacy", "门诊药房"), "services", 16),
    Unit("front", _text("Triage, guidance, registration and cashier", "分诊导诊与挂号收费"), "outpatient", 26),
)
DEPARTMENTS: Final = {"medical": 46, "surgical": 40, "other_clinics": 34, "diagnostics": 32, "pharmacy": 16,
                      "front": 26, "office": 16}
ROLES: Final = {"doctor": 92, "nurse": 48, "technician_or_pharmacist": 42, "desk": 14, "outpatient_management": 14}
PROCESS: Final = (
    ProcessStep(1, _text("Book or register", "预约或挂号"), _text("Registration", "挂号收费处"), 3),
    ProcessStep(2, _text("Sign in and triage", "报到与分诊"), _text("Triage nurse", "分诊护士"), 0),
    ProcessStep(3, _text("Consultation", "医师接诊"), _text("Doctor", "门诊医师"), 0),
    ProcessStep(4, _text("Pay and book examinations", "缴费与检查预约"),
                _text("Consulting room or service desk", "诊间或一站式服务中心"), 0),
    ProcessStep(5, _text("Examinations", "检查检验"), _text("Examination departments", "医技科室"), 2),
    ProcessStep(6, _text("Result and prescription", "看结果与处方"), _text("Doctor", "门诊医师"), 1),
    ProcessStep(7, _text("Medicine and advice", "取药与用药指导"), _text("Pharmacy", "药学部"), 0),
)
PRACTICES: Final = (
    Practice("slots", _text("Appointments by time slot (half hours)", "分时段预约（半小时）"), "running", "2022-05",
             "F_USED.slots"),
    Practice("roompay", _text("Payment in the consulting room", "诊间结算"), "running", "2024-03", "F_USED.roompay"),
    Practice("onestop", _text("One-stop service desk", "一站式服务中心"), "running", "2023-09", "F_USED.onestop"),
    Practice("volunteers", _text("Guides in the halls", "导诊与志愿者服务"), "running", "2019", "F_USED.volunteers"),
    Practice("pharmbook", _text("Written advice on medicines", "用药指导单"), "running", "2025-04", "F_USED.pharmbook"),
    Practice("callback", _text("Call-back after the visit (two clinics)", "诊后回访（两个科室试点）"), "running",
             "2026-02", "F_USED.callback"),
    Practice("queue_time", _text("Expected waiting time on the screens", "叫号屏显示预计等候时间"), "planned", "2027"),
)
PROFILE: Final = {
    "note": SYNTHETIC_NOTE,
    "history": _text(
        "The outpatient department of an invented general hospital moved into its present building in 2011 and has "
        "since grown from eighteen to thirty-one clinics.",
        "H医院为一家虚构的综合医院，门诊部2011年迁入现址，开设专科门诊由18个增至31个。"),
    "size": _text("31 clinics, 64 consulting rooms, 210 employees, about 2,300 visits a day.",
                  "设31个专科门诊、64间诊室，职工210人，日均门诊量约2300人次。"),
    "business_lines": _text("Internal medicine, surgery, other clinics, examinations, pharmacy.",
                            "内科系统、外科系统、其他专科、医技检查、药学服务。"),
    "key_figures": _text("Visits 2023: 541,000, 2024: 562,000, 2025: 575,000. All figures are invented.",
                         "门诊量：2023年54.1万人次，2024年56.2万人次，2025年57.5万人次。以上数据均为虚构。"),
}


def outpatient_facts(plan: Plan) -> StudyFacts:
    """Return the facts of the invented outpatient department, with the plan's population and days of fieldwork."""
    first, last = plan.fieldwork
    return StudyFacts(
        organisation=_text("Hospital H, outpatient department", "H医院门诊部"), profile=PROFILE, units=UNITS,
        headcount_by_role=ROLES, headcount_by_department=DEPARTMENTS, population=plan.population,
        process=PROCESS, practices=PRACTICES,
        sponsor=_text("Management of Hospital H (synthetic example)", "H医院管理层（合成示例）"),
        conductor=_text("Research group (synthetic example)", "课题组（合成示例）"),
        fieldwork_from=first.isoformat(), fieldwork_until=last.isoformat(),
        departures=_text(
            "Two of the four patients asked cancelled; two of the staff could not be freed from duty, and two of other "
            "posts were interviewed in their place. The second coder fell ill, so that no interview was coded twice "
            "(synthetic example).",
            "受邀的4名患者中有2名临时取消；2名职工因工作安排无法参加，改为访谈其他岗位的2名职工。"
            "第二名编码员因病未能参加，因此没有访谈由两人分别编码（合成示例）。"),
    )
