"""Names of people in a transcript: what has to be looked at before a text is stored.

No list knows every name, so places are found by how people speak of each other – a surname before a title, a title
before a surname, an introduction – and a person decides on each. Names that were replaced before and those on the
roster are found wherever they stand. High recall is meant: a wrong find costs a glance, a missed one a promise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surveyapp.services.taken_places import TakenPlaces

# The commonest surnames, in both scripts; the first hundred cover about 85 % of people in China (Ministry of Public
# Security, report on names 2020).
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏傅方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
    "汤康易乔赖文葛施洪季柯庄張劉陳楊黃趙吳孫馬羅鄭謝許韓鄧馮葉蘇呂盧鐘薑譚陸範賈鄒閆龍賀顧龔萬錢嚴湯喬賴"
    "莊連")
COMPOUND = (
    "欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方", "歐陽",
    "司馬", "諸葛")
TITLES = (
    "副行长", "行长", "董事长", "总经理", "副总经理", "客户经理", "产品经理", "大堂经理", "经理", "主任",
    "副主任", "主管", "科长", "处长", "部长", "局长", "院长", "厂长", "会计", "出纳", "老师", "师傅", "先生",
    "女士", "小姐", "大姐", "阿姨", "叔叔", "同志", "医生", "护士长", "总监", "总", "行長", "董事長", "總經理",
    "經理", "科長", "處長", "部長", "老師", "師傅", "總監", "總", "工")
# Words whose second sign is also a surname: 担任经理 names no Mr Ren.
DUTIES = frozenset({
    "担任", "现金", "主任", "责任", "信任", "办公", "上任", "现任", "前任", "历任", "兼任", "对方", "地方",
    "官方", "双方", "提高", "对于", "由于", "关于", "方向", "黄金", "资金", "基金", "奖金", "保证金", "平常",
    "经常", "非常", "正常", "日常", "容易", "交易", "贸易", "公文", "中文", "其余", "业余", "多余", "付钱",
    "有钱", "上万", "工程", "流程", "分钟", "点钟", "时钟", "课程", "过程", "进程", "全程", "长江", "措施",
    "设施", "实施", "四季", "一季"})
SURNAME = f"(?:{'|'.join(COMPOUND)}|[{''.join(sorted(set(SURNAMES)))}])"
GIVEN = r"[\u4e00-\u9fff]"
TITLE = "|".join(sorted(TITLES, key=len, reverse=True))
# Words that a surname sign and a title make by themselves.
NO_NAMES = frozenset({
    "高总", "于总", "任总", "方总", "向总", "金总", "任经理", "于经理", "向经理", "向行长", "任行长", "任主任",
    "万总", "文总", "石工", "金工", "白工", "施工", "常总", "易总", "余总", "钱总", "安总", "高管", "何总",
    "段长", "任总经理", "任部长", "任科长", "向老师", "向主任", "向部长", "任客户经理", "任董事长"})
_ZH = (
    re.compile(rf"(?P<name>{SURNAME}{GIVEN}{{0,2}}?)(?P<title>{TITLE})"),
    re.compile(rf"(?<![大较很最比减缩弱细胆])(?P<name>[小老阿]{SURNAME})(?![\u4e00-\u9fff]?[的时学型额微区])"),
    re.compile(rf"(?:我叫|我是|名叫|叫做|姓名[是为:：]?|本人|找|问|跟|和|给|让|请)"
               rf"(?P<name>{SURNAME}{GIVEN}{{1,2}})(?=[，。、！？,.!?\s说讲去来的谈聊]|$)"),
)
_EN_WORD = r"[A-Z][a-zA-Z'’\-]+"
_EN = (
    re.compile(rf"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam)\.?\s+(?P<name>{_EN_WORD}(?:\s+{_EN_WORD})?)"),
    re.compile(rf"(?<![A-Za-z])(?:[Mm]y name is|[Ii]['’]m called|named|[Cc]olleague|[Bb]oss|[Mm]anager|[Ff]ather"
               rf"|[Mm]other|[Ff]riend)\s+(?P<name>{_EN_WORD}(?:\s+{_EN_WORD})?)"),
    re.compile(rf"(?<=[a-z,;] )(?P<name>{_EN_WORD}\s+{_EN_WORD})(?![A-Za-z])"),
)
ORDINARY = frozenset({
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February",
    "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    "English", "Chinese", "Internet", "Excel", "China", "Bank", "Branch", "Department", "Head", "Office",
    "CRM", "I", "We", "They", "He", "She", "It", "The", "This", "That", "And", "But", "So", "Yes", "No", "OK"})
LEAST_SIGNS = 2
BY_SURROUNDINGS = 2         # patterns before this one find by a title or an introduction and are sure


@dataclass(frozen=True)
class NameFind:
    """A name as it stands in the text: half-open ranges of code points of every place; sure by its surroundings."""

    words: str
    places: tuple[tuple[int, int], ...]
    is_sure: bool


def find_names(text: str, known: Iterable[str] = ()) -> tuple[NameFind, ...]:
    """Return the names in the text, each with all its places, in the order of the first; overlaps go to the longer."""
    sure = {name.strip() for name in known if len(name.strip()) >= LEAST_SIGNS}
    unsure: set[str] = set()
    for name, is_sure in _candidates(text):
        (sure if is_sure else unsure).add(name)
    taken = TakenPlaces(len(text))
    found: list[NameFind] = []
    for name in sorted(sure | unsure, key=lambda words: (-len(words), words)):
        if len(name) < LEAST_SIGNS:
            continue
        places = tuple(place for place in _places(text, name) if taken.take(*place))
        if places:
            found.append(NameFind(name, places, name in sure))
    return tuple(sorted(found, key=lambda find: find.places[0]))


def _candidates(text: str) -> Iterator[tuple[str, bool]]:
    yield from _chinese(text)
    yield from _english(text)


def _chinese(text: str) -> Iterator[tuple[str, bool]]:
    for number, pattern in enumerate(_ZH):
        for match in pattern.finditer(text):
            name = match["name"]
            if number == 0 and (f"{name}{match['title']}" in NO_NAMES or _is_duty(text, match)):
                continue
            if number < BY_SURROUNDINGS:
                yield (name + match["title"] if number == 0 and len(name) == 1 else name), True
            else:       # a surname and a title of one sign (赵总) is no name of three signs
                yield re.sub(r"(?<=^.)[总工總].*$", "", name) or name, False


def _english(text: str) -> Iterator[tuple[str, bool]]:
    for number, pattern in enumerate(_EN):
        for match in pattern.finditer(text):
            name = re.sub(r"['’]s?$", "", match["name"])
            if not set(name.split()) & ORDINARY:
                yield name, number < BY_SURROUNDINGS


def _is_duty(text: str, match: re.Match[str]) -> bool:
    """Tell whether the surname sign belongs to the word before it: 担任经理, 现金主管."""
    return text[max(match.start() - 1, 0):match.start() + 1] in DUTIES


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    # Chinese signs are word signs to the library, so that its edge of a word is none between 找 and Mr.
    before, after = ("(?<![A-Za-z])", "(?![A-Za-z])") if name[0].isascii() and name[-1].isascii() else ("", "")
    for match in re.finditer(f"{before}{re.escape(name)}{after}", text):
        yield match.span()
