"""What is entered about the invented branch: profile, structure, head count, process, practices."""

from __future__ import annotations

from typing import Final

from instruments.facts import Practice, ProcessStep, StudyFacts, Unit
from instruments.schema import Text
from surveyapp.sample.note import SYNTHETIC_NOTE
from surveyapp.sample.plan import Plan


def _text(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


# Head counts of the departments of the questionnaire (D_DEPT); they sum to the 240 people asked.
DEPARTMENTS: Final = {"corporate": 44, "retail": 48, "outlet": 86, "risk_ops": 32, "it": 18, "support": 12}
# Head counts of the interviews' role classes; the other 81 people are tellers, back office and support.
ROLES: Final = {"relationship_manager": 64, "product_or_middle_office": 52, "outlet_head": 14, "branch_manager": 11,
                "technology_or_data": 18}

UNITS: Final = (
    Unit("branch", _text("SZ branch", "SZ分行")),
    Unit("management", _text("Branch management", "分行领导班子"), "branch", 4),
    Unit("corporate", _text("Corporate banking department", "公司金融部"), "branch", 44, is_responsible=True),
    Unit("retail", _text("Retail banking department", "零售金融部"), "branch", 48),
    Unit("risk", _text("Risk management department", "风险管理部"), "branch", 17),
    Unit("operations", _text("Operations and compliance department", "运营与合规部"), "branch", 15),
    Unit("technology", _text("Technology and data department", "科技与数据部"), "branch", 18),
    Unit("support", _text("Human resources, finance and general office", "人力资源、财务与综合部"), "branch", 8),
    Unit("outlets", _text("Sub-branches and outlets", "支行与网点"), "branch"),
    Unit("outlet_main", _text("Business department of the branch", "分行营业部"), "outlets", 11),
    Unit("outlet_market", _text("Market sub-branch", "市场支行"), "outlets", 9),
    Unit("outlets_city", _text("Seven city sub-branches", "城区支行（7家）"), "outlets", 40),
    Unit("outlets_district", _text("Five district outlets", "县区网点（5家）"), "outlets", 26),
)

PROCESS: Final = (
    ProcessStep(1, _text("Find a lead: outlet, referral, campaign list", "发现线索：网点、转介、营销名单"),
                _text("Outlet", "网点"), 1,
                _text("Branch's market plan, names given by customers", "分行营销计划、客户转介"),
                _text("Lead in the list", "线索登记")),
    ProcessStep(2, _text("Assign the customer to a relationship manager", "分派客户经理"),
                _text("Corporate or retail department", "公司金融部或零售金融部"), 18,
                _text("Lead in the list", "线索登记"),
                _text("Customer assigned to one manager", "明确主办客户经理")),
    ProcessStep(3, _text("First visit and record of needs", "首次走访与需求登记"),
                _text("Relationship manager", "客户经理"), 7,
                _text("Customer assigned to one manager", "明确主办客户经理"),
                _text("Record of needs", "需求登记表")),
    ProcessStep(4, _text("Proposal with the product manager", "会同产品经理制定方案"),
                _text("Product manager", "产品经理"), 7,
                _text("Record of needs", "需求登记表"),
                _text("Proposal with terms", "综合服务方案及报价")),
    ProcessStep(5, _text("Credit and price approval", "授信与定价审批"),
                _text("Risk management with the departments concerned", "风险管理部会同相关部门"), 42,
                _text("Proposal with terms, customer's documents", "综合服务方案及报价、客户资料"),
                _text("Approval or refusal with reasons", "审批意见（注明理由）")),
    ProcessStep(6, _text("Contract and set-up", "签约与开通"), _text("Operations", "运营条线"), 10,
                _text("Approval", "审批意见"),
                _text("Signed contract, products set up", "已签合同、产品开通")),
    ProcessStep(7, _text("Follow-up and review", "后续跟进与回访"), _text("Relationship manager", "客户经理"), 90,
                _text("Signed contract, products set up", "已签合同、产品开通"),
                _text("Review record; further needs as new leads", "回访记录，新需求转为线索")),
)

PRACTICES: Final = (
    Practice("tiering", _text("Graded service by customer tier", "客户分层分级服务"), "running", "2023-06",
             "F_MEAS.tiering"),
    Practice("visits", _text("Regular customer visits", "定期客户拜访"), "running", "2021", "F_MEAS.visits"),
    Practice("keyteam", _text("Dedicated teams for key customers (pilot)", "重点客户专属服务团队（试点）"), "running",
             "2026-03", "F_MEAS.keyteam"),
    Practice("churnlist", _text("Early-warning list for leaving customers", "客户流失预警名单"), "running", "2024-09",
             "F_MEAS.churnlist"),
    Practice("complaint", _text("Follow-up of complaints within two days", "投诉两日内跟踪回访"), "running", "2024-01",
             "F_MEAS.complaint"),
    Practice("events", _text("Customer events and benefits", "客户活动与权益"), "running", "2020", "F_MEAS.events"),
    Practice("crm_it", _text("Customer relationship IT system", "客户关系管理信息系统"), "running", "2019",
             "F_MEAS.crm_it"),
    Practice("maturity", _text("Monthly list of maturing products", "每月到期客户名单"), "running", "2025-02"),
    Practice("index", _text("Customer value index", "客户综合价值指数"), "planned", "2027"),
)

PROFILE: Final = {
    "note": SYNTHETIC_NOTE,
    "history": _text(
        "The branch of an invented commercial bank opened in 2004 with two outlets. It has grown with the city's "
        "manufacturing and trade and became a branch of the first class in 2016.",
        "SZ分行隶属于一家虚构的商业银行，2004年成立，初期仅有两家网点；随着当地制造业和商贸业的发展逐步壮大，2016年升格为一级分行。"),
    "size": _text(
        "14 outlets, 240 employees, about 186,000 personal and 6,900 corporate customers.",
        "下辖14家营业网点，员工240人，个人客户约18.6万户，对公客户约6900户。"),
    "business_lines": _text(
        "Corporate banking, retail banking, payments and settlement, trade and foreign exchange, wealth management.",
        "公司金融、零售金融、支付结算、国际业务与外汇、财富管理。"),
    "key_figures": _text(
        "Customer deposits 2023: CNY 31.2 bn, 2024: 33.9 bn, 2025: 36.1 bn. Loans 2023: CNY 24.8 bn, 2024: 26.7 bn, "
        "2025: 28.9 bn. All figures are invented.",
        "各项存款：2023年312亿元，2024年339亿元，2025年361亿元；各项贷款：2023年248亿元，2024年267亿元，2025年289亿元。以上数据均为虚构。"),
}


def sample_facts(plan: Plan) -> StudyFacts:
    """Return the facts of the invented branch, with the plan's population and days of fieldwork."""
    first, last = plan.fieldwork
    return StudyFacts(
        organisation=_text("Bank A, SZ branch", "A银行SZ分行"), profile=PROFILE, units=UNITS,
        headcount_by_role=ROLES, headcount_by_department=DEPARTMENTS, population=plan.population,
        process=PROCESS, practices=PRACTICES,
        sponsor=_text("Management of the SZ branch (synthetic example)", "SZ分行管理层（合成示例）"),
        conductor=_text("Research group (synthetic example)", "课题组（合成示例）"),
        fieldwork_from=first.isoformat(), fieldwork_until=last.isoformat(),
        departures=_text(
            "After fourteen interviews new topics still came up; one more manager and one more employee of technology "
            "or data were interviewed (synthetic example).",
            "完成14次访谈后仍有新内容出现，因此增加分行管理人员、科技或数据人员各1人（合成示例）。"),
    )
