"""The table of thresholds: name, default, lowest and highest value allowed, source, meaning in two languages.

"Model n" is section n of the diagnostic model of this project (docs: diagnosis model).
"""

from __future__ import annotations

Row = tuple[str, float, float, float, str, str, str]

_SCREENING: tuple[Row, ...] = (
    ("speed_seconds_per_item", 2.0, 0.5, 5.0, "Model 1; Huang et al. 2012",
     "Fewer seconds per rating item than this count as too fast", "每道评分题平均用时低于该秒数视为作答过快"),
    ("longstring_run", 12, 5, 50, "Model 1; Meade & Craig 2012",
     "Equal answers in a row, in the order shown, that raise a flag", "按显示顺序连续选择同一答案达到该题数即标记"),
    ("lowvar_sd", 0.45, 0.0, 1.0, "Model 1; Curran 2016",
     "A respondent's standard deviation below which answers hardly vary",
     "个人作答标准差低于该值，视为各题答案几乎没有差别"),
    ("inconsistent_z", 2.5, 1.5, 5.0, "Model 1; simulation of the model",
     "Robust z of the spread inside scales above which answers contradict each other",
     "量表内离散度稳健z值高于该值视为前后矛盾"),
    ("evenodd_minimum", 0.30, 0.0, 0.60, "Rule of the project after Jackson 1976 and Johnson 2005",
     "Agreement of a respondent's halves of the scales below which answers look random",
     "个人奇偶分半一致性低于该值，视为随意作答"),
    ("evenodd_scales", 5, 5, 30, "Rule of the project",
     "Reliable scales needed before the halves of a respondent are compared",
     "可靠量表达到该个数，才检查个人奇偶分半一致性"),
    ("mahalanobis_n_per_item", 5, 3, 20, "Model 1",
     "Respondents per item needed before unusual patterns are looked for",
     "每题对应的人数达到该值，才检查异常作答模式"),
    ("mahalanobis_factor", 3.1, 2.0, 5.0, "Model 1; normal approximation of chi-square",
     "Multiplier in the limit k + factor x sqrt(2k) for unusual patterns", "异常作答模式界限k＋系数×√(2k)中的系数"),
    ("empty_share", 0.5, 0.1, 0.9, "Model 1",
     "Share of rating items answered below which a response is empty", "评分题作答比例低于该值视为空卷"),
    ("exclusion_flags", 2, 2, 5, "Model 1; Curran 2016",
     "Flags, other than empty, needed to exclude a respondent", "除空卷外，剔除一份答卷所需的标记数"),
    ("excluded_doubtful_share", 0.20, 0.05, 0.50, "Model 1",
     "Share excluded above which data quality is doubtful", "剔除比例高于该值时数据质量存疑"),
    ("excluded_stop_share", 0.40, 0.10, 0.80, "Model 1",
     "Share excluded above which no grades are issued", "剔除比例高于该值时不作证据评级"),
    ("disclosure_minimum_excluded", 5, 5, 50, "Model 1",
     "Exclusions needed before figures with and without them are shown", "剔除人数达到该值，才对比展示剔除前后的数字"),
)

_MEASUREMENT: tuple[Row, ...] = (
    ("alpha_good", 0.80, 0.70, 0.95, "Model 3; Nunnally 1978", "Reliability called good from here",
     "信度达到该值为良好"),
    ("alpha_acceptable", 0.70, 0.60, 0.90, "Model 3; Nunnally 1978",
     "Reliability called acceptable from here", "信度达到该值为可接受"),
    ("alpha_limited", 0.60, 0.50, 0.80, "Model 3",
     "Reliability below which a scale is not judged as a scale", "信度低于该值，不作为量表下结论"),
    ("omega_minimum_n", 100, 50, 500, "Model 3", "Respondents needed for omega", "计算ω系数所需人数"),
    ("structure_minimum_n", 150, 100, 1000, "Model 3", "Respondents needed for the factor structure",
     "检验因子结构所需人数"),
    ("eigenvalue_ratio", 2.0, 1.5, 5.0, "Model 3", "First over second eigenvalue of a one-factor scale",
     "单因子量表第一与第二特征值之比"),
    ("loading_minimum", 0.40, 0.30, 0.60, "Model 3", "Smallest loading of a one-factor scale", "单因子量表的最低载荷"),
    ("htmt_hard", 0.85, 0.70, 0.95, "Model 3; Henseler et al. 2015",
     "Ratio above which two scales are hard to tell apart", "HTMT高于该值时两个量表难以区分"),
    ("htmt_together", 0.90, 0.80, 1.00, "Model 3; Henseler et al. 2015",
     "Ratio above which two scales are reported together", "HTMT高于该值时两个量表合并报告"),
    ("vif_maximum", 5.0, 2.0, 10.0, "Model 3", "Variance inflation above which causes are not separable",
     "方差膨胀因子高于该值时，各项原因无法区分"),
    ("separable_correlation", 0.85, 0.70, 0.95, "Model 3",
     "Corrected correlation above which causes are not separable", "校正后的相关系数高于该值时，各项原因无法区分"),
    ("style_minimum_scales", 2, 2, 10, "Model 2",
     "Scales with direct and reverse items needed to measure answering style",
     "测量作答倾向所需的量表数（须同时含正向题和反向题）"),
)

_LEVELS: tuple[Row, ...] = (
    ("confidence", 0.95, 0.80, 0.99, "Model 5", "Coverage of confidence intervals", "置信区间的置信水平"),
    ("tau", 3.0, 2.0, 4.5, "Model 5; midpoint of the scale", "Mean that a problem must exceed",
     "认定问题存在时均值须超过的分界线"),
    ("fdr_q", 0.05, 0.001, 0.20, "Model 5; Benjamini & Hochberg 1995",
     "False discovery rate of a family of tests", "一组检验的错误发现率上限"),
    ("unfavourable_at", 3.5, 3.0, 4.5, "Model 5", "Score from which an answer is unfavourable",
     "得分达到该值视为不利评价"),
    ("favourable_at", 2.5, 1.5, 3.0, "Model 5", "Score up to which an answer is favourable",
     "得分不高于该值视为有利评价"),
    ("band_marked", 3.4, 3.0, 4.5, "Model 5", "Mean from which a problem is marked", "均值达到该值为明显问题"),
    ("band_severe", 3.8, 3.2, 5.0, "Model 5", "Mean from which a problem is severe", "均值达到该值为严重问题"),
    ("top_ranks", 2, 1, 5, "Model 5", "Ranks counted as the top problems", "计为首要问题的名次数"),
    ("minimum_n_description", 5, 5, 30, "Model 10", "Respondents needed to show anything", "展示任何结果所需人数"),
    ("minimum_n_tests", 30, 20, 100, "Model 10", "Respondents needed for tests", "进行检验所需人数"),
    ("minimum_n_links", 60, 40, 250, "Model 7 and 10", "Respondents needed for links", "分析关联所需人数"),
    ("minimum_n_firm_links", 100, 60, 500, "Model 10",
     "Respondents below which links are exploratory", "低于该人数时关联仅供探索"),
    ("minimum_n_absent_links", 250, 200, 2000, "Model 7 and 10",
     "Respondents needed to speak against a link", "否定关联所需人数"),
    ("minimum_n_corrected_links", 400, 250, 5000, "Rule of the project; docs/validation.md",
     "Respondents from which the weight freed of unreliability is tested", "达到该人数时以校正测量误差后的系数进行检验"),
    ("minimum_group", 5, 3, 50, "Model 5; privacy rule of the project",
     "People a group needs before it is shown", "群体人数达到该值才予以展示"),
    ("minimum_n_group_tests", 30, 20, 200, "Model 5", "People each group needs for a comparison test",
     "群体比较检验中每组所需人数"),
    ("situation_border_pomp", 50.0, 30.0, 70.0, "Model 4",
     "Border between a weak point and in order", "现状“薄弱”与“正常”的分界"),
)

_CUSTOMERS: tuple[Row, ...] = (
    ("experience_weak_pomp", 50.0, 30.0, 60.0, "Model 6",
     "An interval entirely below this supports the mirrored problem", "置信区间全部低于该值则支持对应问题"),
    ("experience_good_pomp", 62.5, 50.0, 90.0, "Model 6",
     "An interval entirely above this speaks against the mirrored problem", "置信区间全部高于该值则不支持对应问题"),
    ("minimum_n_customers", 30, 20, 200, "Model 6", "Customers needed for a status", "判断客户视角所需人数"),
    ("derived_importance_n", 100, 60, 500, "Model 6",
     "Customers from which derived importance decides", "达到该人数时以推导重要性为准"),
    ("gap_points", 10.0, 5.0, 30.0, "Model 6",
     "Smallest gap between staff and customers that is flagged", "员工与客户看法差距达到该分值即提示"),
    ("clv_retention_step", 0.05, 0.0, 0.20, "Model 12", "Half range of retention in the value scenario",
     "客户价值情景中留存率的上下浮动"),
    ("clv_margin_step", 0.20, 0.0, 0.50, "Model 12", "Half range of margin in the value scenario",
     "客户价值情景中收益的上下浮动"),
    ("weight_step", 0.50, 0.1, 0.9, "Model 12", "Change of each weight in the sensitivity of the value index",
     "价值指数敏感性分析中各权重的变动幅度"),
    ("key_customer_share", 0.05, 0.01, 0.20, "Model 13", "Share counted as key customers", "计为重点客户的比例"),
    ("multi_channel_minimum", 2, 2, 5, "Model 13", "Channels from which a customer is multi-channel",
     "使用渠道数达到该值为多渠道客户"),
)

_LINKS: tuple[Row, ...] = (
    ("delta", 0.10, 0.0, 0.30, "Model 7; simulation of the model",
     "Smallest standardised link that counts", "视为有意义的最小标准化系数"),
)

_INTERVIEWS: tuple[Row, ...] = (
    ("interview_minimum", 9, 6, 30, "Model 8; Guest et al. 2020", "Interviewees needed for a verdict",
     "作出判断所需受访人数"),
    ("interview_voices", 2, 1, 5, "Disclosure: a grade from one person's word names that person",
     "Interviewees below which interviews carry no grade", "低于该人数时访谈不计入证据等级"),
    ("interview_count", 3, 2, 10, "Model 8", "Interviewees that must say it", "作为支持证据所需的提及人数"),
    ("interview_roles", 2, 2, 5, "Model 8", "Roles these must come from", "提及者须来自的岗位类别数"),
    ("interview_share", 0.20, 0.10, 0.50, "Model 8", "Share of those asked that must say it",
     "提及者占被问及者的最低比例"),
    ("interview_ratio", 2.0, 1.0, 5.0, "Model 8", "How often one side must outnumber the other",
     "一方人数须达到另一方的倍数"),
    ("link_interviewees", 2, 2, 10, "Model 8", "Interviewees that must state a link", "印证一项关联所需的受访人数"),
    ("agreement_accept", 0.80, 0.70, 0.95, "Model 8; Krippendorff 2004", "Agreement accepted from here",
     "一致性达到该值可接受"),
    ("agreement_tentative", 0.667, 0.60, 0.80, "Model 8; Krippendorff 2004",
     "Agreement below which a code is not evidence", "一致性低于该值的编码不作为证据"),
    ("candidate_interviewees", 3, 2, 10, "Model 8", "Interviewees that make an other topic a candidate",
     "“其他”主题列为候选编码所需人数"),
    ("saturation_base", 4, 3, 10, "Model 8; Guest et al. 2020", "Interviews that form the base of saturation",
     "作为饱和判定基数的访谈数"),
    ("saturation_run", 2, 1, 5, "Model 8; Guest et al. 2020", "Interviews in a run of saturation",
     "饱和判定每组的访谈数"),
    ("saturation_share", 0.05, 0.0, 0.10, "Model 8; Guest et al. 2020",
     "New codes over base codes at saturation", "判定饱和时新编码与基础编码之比的上限"),
)

_JOINT: tuple[Row, ...] = (
    ("joint_voices", 2, 2, 10, "Rule of the project after Farmer et al. 2006",
     "Interviewees that must speak of a topic before it has a direction", "访谈形成方向所需的提及人数"),
    ("joint_ranked", 3, 3, 20, "Rule of the project", "Topics of a group needed to compare prominence",
     "比较突出程度所需的同组主题数"),
    ("joint_second_share", 0.20, 0.20, 1.0, "Farmer et al. 2006",
     "Share of the joint display that a second person judges", "联合展示表中由第二人复判的比例"),
)

_GRADES: tuple[Row, ...] = (
    ("strong_minimum_n", 60, 30, 250, "Model 9", "Respondents needed for a strong grade", "评为“强”所需人数"),
    ("metric_minimum_n", 30, 20, 100, "Model 13",
     "Answers needed before a rule may use an item, facet or situation",
     "规则引用题目、客户体验或现状结果所需的答案数"),
    ("readiness_minimum_n", 5, 5, 30, "Model 11", "Managers needed for readiness", "计算准备度所需管理人员数"),
    ("practice_known_share", 0.50, 0.20, 0.90, "Rule of the project",
     "Share of staff below which a measure in place is to be made known", "知晓比例低于该值的现有措施应加强宣传"),
    ("practice_serves_strength", 2, 1, 3, "Rule of the project",
     "Strength from which a measure serves a problem or experience",
     "作用强度达到该值，视为措施服务于该问题或客户体验"),
    ("kpi_step_pomp", 6.25, 1.0, 25.0, "Model 11; 0.25 scale points", "Step of a target on a scale",
     "量表类目标的改进步长"),
    ("kpi_step_relative", 0.10, 0.01, 0.50, "Model 11", "Step of a target on a count", "数量类目标的改进幅度"),
)

_NORMS: tuple[Row, ...] = (
    ("norm_minimum_organisations", 3, 3, 50, "Rule of the project",
     "Other organisations with identical items needed before anything is held against them",
     "与其他机构比较前，题目完全相同的机构须达到的家数"),
    ("norm_minimum_n", 30, 30, 500, "Model 5", "People each of these organisations needs",
     "参与比较的每家机构所需人数"),
    ("norm_smallest_difference", 0.25, 0.10, 1.0, "Model 5",
     "Smallest difference of interest to other organisations, points of five",
     "与其他机构之间值得关注的最小差异（五分制分值）"),
)

ROWS: tuple[Row, ...] = (*_SCREENING, *_MEASUREMENT, *_LEVELS, *_CUSTOMERS, *_LINKS, *_INTERVIEWS, *_JOINT, *_GRADES,
                         *_NORMS)
