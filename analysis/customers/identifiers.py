"""Refuses what could tell who a customer is: names, telephone, identity, account and card numbers, addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.customers.cells import texts
from analysis.errors import TableError, TableFaults

FORBIDDEN_WORDS = frozenset({
    "name", "surname", "firstname", "lastname", "fullname", "phone", "telephone", "tel", "mobile", "cellphone", "fax",
    "email", "mail", "passport", "idcard", "identity", "ssn", "account", "iban", "card", "cardno", "address",
    "birthday", "birthdate", "birth", "dob", "wechat", "qq", "alipay", "uscc",
    "xingming", "dianhua", "shouji", "shenfenzheng", "zhanghao", "kahao", "dizhi",
})
FORBIDDEN_PAIRS = frozenset({("id", "card"), ("id", "no"), ("id", "number"), ("national", "id"), ("tax", "id"),
                             ("legal", "person"), ("contact", "person")})
FORBIDDEN_HAN = (
    "姓名", "名称", "名稱", "户名", "戶名", "客户名", "客戶名", "电话", "電話", "手机", "手機", "座机", "固话", "传真",
    "联系方式", "联系人", "聯繫人", "法人", "法定代表人", "邮箱", "邮件", "電郵", "身份证", "身份證", "证件", "證件",
    "护照", "護照", "通行证", "账号", "帐号", "帳號", "賬號", "账户", "帐户", "帳戶", "賬戶", "卡号", "卡號", "地址",
    "住址", "微信", "支付宝", "生日", "出生", "信用代码", "信用代碼", "营业执照", "机构代码", "纳税人", "车牌")
SURNAMES = frozenset("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁"
                     "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝"
                     "龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳孫馬羅鄭許韓馮"
                     "鄧蔣葉蘇呂盧鍾譚陸範賈韋鄒龍賀顧錢嚴湯")
PAIRED_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "东方",
                   "歐陽", "諸葛")
# Words that tiers, posts and units end with, which begin like a surname: 金卡客户, 高新支行.
NOT_PERSONS = re.compile(r"(?:客户|客戶|用户|支行|分行|银行|部|处|科|组|中心|卡|级|区|街|路|店|类|群)$")

# A single hit may be chance for these; half of a column is not.
SHARE_OF_CHANCE_HITS = 0.5
SMALLEST_NUMBER = 1e9       # smaller numbers have too few digits for any of the kinds below

_IDENTITY = re.compile(r"\d{17}[\dXx]")
_CARD = re.compile(r"\d{16,19}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}[·•][\u4e00-\u9fff]{1,8}")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'-]+(?: [A-Z]\.)?,? [A-Z][A-Za-z'-]+")
_LATIN_UNIT = re.compile(
    r"\b(?:Branch|Office|Department|Team|Unit|Centre|Center|Bank|Banking|Outlet|North|South|East|West)\b")

_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECK = "10X98765432"
_ORGANISATION_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"     # GB 32100-2015: without I, O, S, V, Z

REMEDY = ("Take the column out, or replace its values by codes that mean nothing outside the file, then load it again. "
          "Where they are such codes already, put a letter before each.")


@dataclass(frozen=True)
class _Kind:
    """A kind of identifier: a pattern of a whole cell, a closer look at what fits, and how many hits speak."""

    name: str
    pattern: re.Pattern[str]
    is_sure: bool                       # one hit gives the file away
    check: Callable[[str], bool] | None = None


def _whole(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"^(?:{pattern})$", re.MULTILINE | flags)


def refuse_identifiers(frame: pd.DataFrame, known: Iterable[str], numeric: Iterable[str], place: str) -> None:
    """Refuse a file that holds direct identifiers of customers.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        The file as it was read.
    known : iterable of str
        Columns of the value model; their names are not questioned, their values are.
    numeric : iterable of str
        Columns of the value model that hold amounts or counts; their values are not questioned.
    place : str
        What the file is called in messages.

    Raises
    ------
    TableError
        With the column, and the row where one value gives it away; TableFaults where several columns do. Identity
        numbers and codes of organisations are recognised by their check digit; what could be chance (long numbers,
        words that look like names) only when half of the column is like that. Full-width signs are read as the others.
    """
    known_columns, amounts = frozenset(known), frozenset(numeric)
    faults = []
    for column in frame.columns:
        here = f"{place}, column {str(column)!r}"
        if column not in known_columns and _is_forbidden_name(str(column)):
            faults.append(TableError(here, "its name says that it identifies a person or company.", REMEDY))
        elif column not in amounts and (fault := _fault_of_values(frame[column], here)):
            faults.append(fault)
    if len(faults) > 1:
        raise TableFaults(faults)
    if faults:
        raise faults[0]


def _is_forbidden_name(column: str) -> bool:
    column = unicodedata.normalize("NFKC", column)
    if any(word in column for word in FORBIDDEN_HAN):
        return True
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    words = [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]
    return bool(FORBIDDEN_WORDS & set(words)) or any(pair in FORBIDDEN_PAIRS for pair in pairwise(words))


def _fault_of_values(column: pd.Series, here: str) -> TableError | None:
    cells = _cells(column)
    if not len(cells):
        return None
    whole = "\n".join(cells.str.replace("\n", " ").tolist() if cells.str.contains("\n").any() else cells.tolist())
    if not whole.isascii():
        whole = unicodedata.normalize("NFKC", whole)
    for kind in KINDS:
        n, first = _hits(kind, whole)
        if n and kind.is_sure:
            place = f"{here}, data row {_row_of(column, first)}"
            return TableError(place, f"the value looks like {kind.name}.", REMEDY)
        if n >= SHARE_OF_CHANCE_HITS * len(cells):
            return TableError(here, f"its values look like {kind.name}.", REMEDY)
    return None


def _cells(column: pd.Series) -> pd.Series:
    """Return the different filled cells of a column, in order; of numbers only those long enough to identify."""
    if pd.api.types.is_bool_dtype(column):
        return pd.Series([], dtype="str")
    if pd.api.types.is_numeric_dtype(column):
        found = column.dropna().drop_duplicates()
        found = found[(found.abs() >= SMALLEST_NUMBER) & np.isfinite(found)]
        return found[found % 1 == 0].map(lambda value: f"{value:.0f}").astype("str")
    found = texts(column).drop_duplicates()
    return found[found != ""]


def _hits(kind: _Kind, whole: str) -> tuple[int, str]:
    """Return how many different cells are of a kind, at most one where that is enough, and the first of them."""
    n, first = 0, ""
    for match in kind.pattern.finditer(whole):
        if kind.check is None or kind.check(match.group()):
            n, first = n + 1, first or match.group()
            if kind.is_sure:
                break
    return n, first


def _row_of(column: pd.Series, value: str) -> int:
    for row, cell in enumerate(column, start=1):
        text = f"{cell:.0f}" if isinstance(cell, float) and cell == cell else str(cell)  # noqa: PLR0124  # not NaN
        if unicodedata.normalize("NFKC", text.strip()) == value:
            return row
    return 1


def is_organisation_code(text: str) -> bool:
    """Say whether a text is the credit code of an organisation in mainland China.

    Parameters
    ----------
    text : str
        One cell.

    Returns
    -------
    bool
        True for 18 signs with the right check sign (GB 32100-2015).
    """
    signs = text.upper()
    if len(signs) != len(_IDENTITY_WEIGHTS) + 1 or any(sign not in _ORGANISATION_SIGNS for sign in signs):
        return False
    total = sum(_ORGANISATION_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(signs[:-1]))
    return _ORGANISATION_SIGNS[-total % 31] == signs[-1]


def is_identity_number(text: str) -> bool:
    """Say whether a text is a resident identity number of mainland China.

    Parameters
    ----------
    text : str
        One cell.

    Returns
    -------
    bool
        True for 18 signs with a real date of birth and the right check digit (GB 11643-1999).
    """
    if not _IDENTITY.fullmatch(text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(sign) * weight for sign, weight in zip(text[:17], _IDENTITY_WEIGHTS, strict=True))
    return _IDENTITY_CHECK[total % 11] == text[17].upper()


def is_card_number(text: str) -> bool:
    """Say whether a text is a bank card number.

    Parameters
    ----------
    text : str
        One cell; spaces and hyphens are passed over.

    Returns
    -------
    bool
        True for 16 to 19 digits whose Luhn sum is a multiple of ten (ISO/IEC 7812-1).
    """
    digits = re.sub(r"[ -]", "", text)
    if not _CARD.fullmatch(digits):
        return False
    doubled = [int(sign) * (2 if place % 2 else 1) for place, sign in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - sum of two digits


def _is_old_identity_number(text: str) -> bool:
    try:
        date(1900 + int(text[6:8]), int(text[8:10]), int(text[10:12]))
    except ValueError:
        return False
    return True


def _is_han_name(text: str) -> bool:
    is_person = text[0] in SURNAMES or text.startswith(PAIRED_SURNAMES) or "·" in text or "•" in text
    return is_person and not NOT_PERSONS.search(text)


def _is_latin_name(text: str) -> bool:
    return not _LATIN_UNIT.search(text)


KINDS: tuple[_Kind, ...] = (
    _Kind("a telephone number", _whole(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"), is_sure=True),
    _Kind("a telephone number", _whole(r"\(?0\d{2,3}(?:\)[- ]?|[- ])\d{3,4}[- ]?\d{4}(?:[-x]\d{1,6})?"), is_sure=True),
    _Kind("a telephone number", _whole(r"[48]00-\d{3,4}-?\d{3,4}|\+\d{1,3}[- ]\(?\d[\d() -]{6,15}"), is_sure=True),
    _Kind("an e-mail address", _whole(r"[^@\s]+@[^@\s]+\.[^@\s]+"), is_sure=True),
    _Kind("an identity number", _whole(r"\d{17}[\dXx]"), is_sure=True, check=is_identity_number),
    _Kind("the credit code of an organisation", _whole(r"[159YNA-G][1239]\d{6}[0-9A-HJ-NPQRTUWXY]{10}", re.IGNORECASE),
          is_sure=True, check=is_organisation_code),
    _Kind("the name of a company", _whole(
        r".{2,40}(?:有限(?:责任|責任)?公司|股份公司|集团公司|有限合伙)|"
        r".+ (?:Co\.?,? ?Ltd|Ltd|Limited|Inc|GmbH|LLC|Corp)\.?"), is_sure=True),
    _Kind("an address", _whole(r".*[省市区县區縣].*[路街道巷弄村].*\d+ ?[号號].*"), is_sure=True),
    _Kind("identity numbers", _whole(r"[1-9]\d{14}"), is_sure=False, check=_is_old_identity_number),
    _Kind("account or card numbers", _whole(
        r"\d{4}(?:[ -]?\d{4}){2,3}[ -]?\d{1,3}|\d{12,30}|[A-Z]{2}\d{2}[A-Z0-9]{11,30}"), is_sure=False),
    _Kind("names", _whole(r".{2,4}(?:公司|集团|工厂|商行|经营部|合作社|事务所)"), is_sure=False),
    _Kind("names", _whole(_HAN_NAME.pattern), is_sure=False, check=_is_han_name),
    _Kind("names", _whole(_LATIN_NAME.pattern), is_sure=False, check=_is_latin_name),
)
