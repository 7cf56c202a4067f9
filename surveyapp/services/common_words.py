"""Frequent words of spoken and official Chinese, and words that say nothing of a topic; of our own hand."""

from __future__ import annotations

# Words of two and more signs; single signs need no entry. In simplified signs, as `folding.fold` gives them.
_CHINESE_TEXT = """
我们 你们 他们 她们 它们 咱们 大家 自己 别人 人家 各位 这个 那个 这些 那些 这样 那样 这么 那么 怎么 怎样 怎么样 什么
为什么 哪里 哪些 哪个 多少 几个 这里 那里 这边 那边 这种 那种 一个 一些 一下 一样 一起 一直 一定 一般 一点 一点点 有点
有些 有的 有人 没有 还有 只有 所有 没人 每个 每次 每天 某些 各个 可以 可能 能够 应该 需要 必须 不能 不会 不是 不要
不用 不想 不太 不过 不同 不但 不仅 不管 不论 不断 不够 不行 不好 不错 要求 要是 愿意 想要 希望 觉得 认为 以为 知道
了解 理解 明白 看到 看见 看来 看看 听到 听说 感觉 感到 发现 发生 发展 出现 出来 出去 起来 下来 下去 上来 上去 过来
过去 回来 回去 进来 进去 进行 开始 继续 结束 完成 完全 已经 曾经 正在 刚刚 刚才 马上 立刻 后来 以后 之后 以前 之前
当时 现在 今天 明天 昨天 今年 明年 去年 最近 将来 未来 时候 时间 有时 有时候 平时 同时 随时 及时 时代 年代 年轻 年轻人
小时 分钟 星期 上周 下周 月份 早上 上午 中午 下午 晚上 因为 所以 因此 由于 但是 可是 然后 而且 并且 或者 还是 如果
假如 虽然 即使 只要 只是 就是 就算 于是 那就 也是 都是 而是 要么 以及 关于 对于 根据 按照 通过 经过 除了 为了 作为
其实 其他 其它 其中 实际 实际上 事实 事实上 基本 基本上 差不多 大概 大约 几乎 比较 非常 特别 尤其 十分 相当 真的 真正
确实 当然 可能性 也许 或许 好像 似乎 越来越 更加 更多 最后 最终 首先 其次 第一 第二 第三 一次 两次 两个 三个 四个 五个
一种 两种 一方面 另一方面 另外 此外 总之 总是 经常 常常 往往 偶尔 从来 从此 到底 究竟 反正 反而 甚至 至少 至于 以上
以下 以内 之间 里面 外面 上面 下面 前面 后面 旁边 中间 左右 东西 事情 事儿 问题 原因 结果 情况 情形 方面 方式 方法
办法 过程 程度 部分 地方 内容 意思 意见 意义 目的 目标 作用 影响 关系 条件 环境 机会 机制 制度 规定 规则 标准 要点
重点 特点 优点 缺点 好处 坏处 困难 挑战 压力 风险 责任 权力 权利 利益 工作 工作人员 生活 学习 教育 学校 学生 老师 教授
研究 研究生 大学 中学 小学 文化 社会 经济 政治 政府 国家 中国 美国 世界 国际 历史 科学 技术 科技 艺术 电影 音乐 家庭
父母 父亲 母亲 妈妈 爸爸 孩子 儿子 女儿 朋友 同学 同事 领导 主管 经理 老板 员工 客户 顾客 用户 人员 人才 人们 个人
男人 女人 女性 男性 专家 记者 作者 作家 先生 女士 小姐 名字 身份 公司 企业 单位 部门 机构 组织 团队 项目 计划 方案
活动 会议 报告 文件 材料 资料 数据 信息 系统 平台 网络 互联网 网站 电脑 手机 电话 软件 程序 流程 操作 使用 应用 设计
开发 建设 建立 成立 管理 服务 支持 帮助 提供 提高 提升 增加 减少 降低 改变 改善 改进 变化 变成 成为 成功 失败 努力
认真 负责 参加 参与 合作 沟通 交流 讨论 讲话 说话 说明 表示 表达 回答 提问 询问 提到 提出 强调 解决 处理 安排 准备
选择 决定 判断 评价 考虑 思考 分析 调查 访问 采访 访谈 问卷 记录 检查 审批 审核 批准 申请 办理 登记 签字 签名 授权
汇报 通知 培训 考核 绩效 奖励 奖金 工资 收入 指标 任务 业绩 营销 销售 市场 产品 价格 成本 费用 资金 资产 资源 投资
理财 贷款 存款 信贷 信用 信用卡 账户 银行 支行 分行 总行 网点 柜台 柜员 客户经理 大堂 大堂经理 行长 金融 保险 基金
利率 手续 手续费 额度 业务 柜面 渠道 维护 关怀 回访 投诉 满意 满意度 体验 需求 价值 分层 分级 流失 挽留 拓展 新客户
老客户 条线 前台 后台 中台 上级 下级 基层 一线 同一个 各自 互相 相互 之一 重要 主要 必要 简单 复杂 容易 难以 清楚 明显
具体 详细 准确 正确 错误 严重 严格 直接 间接 公开 公平 合理 合适 适合 有效 有用 有趣 有意思 无法 没法 没什么 高兴 喜欢
担心 害怕 满足 失望 着急 生气 辛苦 开心 快乐 幸福 健康 安全 自由 独立 传统 现代 普通 正常 特殊 全部 整个 许多 很多
大量 少数 多数 大部分 绝大多数 对方 双方 彼此 当中 当地 本地 全国 全球 城市 农村 地区 北京 上海 香港 台湾 英国 法国
德国 日本 中文 英文 英语 汉语 语言 文字 文章 小说 故事 书籍 出版 报纸 杂志 媒体 新闻 消息 广告 节目 电视 视频 图片
照片 作品 创作 创造 创新 创业 制作 制造 生产 出生 成长 长大 毕业 就业 职业 专业 行业 产业 领域 能力 水平 质量 数量
效率 速度 规模 范围 层面 角度 立场 态度 观点 想法 思想 理论 实践 经验 经历 知识 智能 人工智能 机器 模型 算法 代码 语音
文本 翻译 学者 讲师 博士 论文 课程 课堂 考试 成绩 入学 教学 教师 来说 的话 比如 比如说 例如 譬如 也就是说 换句话说
就是说 所谓 不得不 忍不住 不知道 没关系 对不起 谢谢 你好 请问 好的 是的 对的 是否 能否 有没有 是不是 能不能 会不会
好不好 对不对 不一样 这一点 那时候 或是 来讲 阶段 角色 状态 社群 共同 危机 应对 人民 公民 带来 资讯 数位 本行 不足
联系 激励 疫情 疑问 差别 一块 做到 得到 拿到 收到 遇到 找到 想到 达到 受到 等到 回到 来到 看过 做过 去过 听过 想过
特别是 主要是
"""
_CHINESE_STOP_TEXT = """
的 了 是 在 有 和 就 都 也 不 我 你 他 她 它 我们 你们 他们 她们 它们 这 那 这个 那个 这些 那些 这样 那样 一个 一些 上
下 中 里 到 说 要 会 能 可以 去 来 着 过 地 得 很 还 还是 又 再 才 被 把 给 让 跟 与 及 或 但 但是 而 而且 因为 所以
如果 就是 也是 都是 不是 没有 没 什么 怎么 为什么 哪 谁 吗 呢 吧 啊 嘛 哦 嗯 呀 么 之 其 以 于 从 对 向 为 为了 由
由于 然后 那 那么 这么 就算 只 只是 只有 已经 时候 的时候 有 有的 有些 一下 一点 比较 非常 自己 大家 人 个 种 次 年 月
日 天 些 想 看 做 用 想要 觉得 可能 应该 需要 现在 其实 或者 以及 不过 不会 不能 好 多 大 小 最 更 太 真 等 等等 几 一
二 三 两 当 像 并 则 即 将 所 此 该 各 每 某 另 您 问 答 起来 出来 里面 之后 之前
"""
_ENGLISH_STOP_TEXT = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing don down during each else ever even few for from further get go got had has have having he her
here hers him his how i if in into is it its itself just know like ll m make many maybe me mean might more most much
must my myself no nor not now of off oh ok okay on once one only or other our ours out over own people put quite re
really right s said same say see she should so some something still such t than that the their them themselves then
there these they thing things think this those though through to too uh um under until up us use ve very want was way
we well were what when where which while who why will with would yeah yes you your yours
"""
CHINESE = frozenset(_CHINESE_TEXT.split())
CHINESE_STOP = frozenset(_CHINESE_STOP_TEXT.split())
ENGLISH_STOP = frozenset(_ENGLISH_STOP_TEXT.split())
