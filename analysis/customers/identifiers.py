"""Refuses what could tell who a customer is: names, telephone, identity, account and card numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise

import pandas as pd

from analysis.errors import TableError

FORBIDDEN_WORDS = frozenset({
    "name", "surname", "firstname", "lastname", "fullname", "phone", "telephone", "tel", "mobile", "cellphone",
    "email", "mail", "passport", "idcard", "identity", "ssn", "account", "iban", "card", "cardno", "address",
    "birthday", "birthdate", "wechat", "qq",
})
FORBIDDEN_PAIRS = frozenset({("id", "card"), ("id", "no"), ("id", "number"), ("national", "id"), ("tax", "id")})
FORBIDDEN_HAN = ("姓名", "名称", "户名", "电话", "手机", "联系方式", "邮箱", "邮件", "身份证", "证件", "护照", "账号",
                 "帐号", "账户", "帐户", "卡号", "地址", "住址", "微信", "生日", "出生", "信用代码")
SURNAMES = frozenset("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁"
                     "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝"
                     "龚邵万钱严覃武戴莫孔向汤")

# A single hit may be chance for these two; half of a column is not.
SHARE_OF_CHANCE_HITS = 0.5

_MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IDENTITY = re.compile(r"\d{17}[\dXx]")
_CARD = re.compile(r"\d{16,19}")
_HAN_NAME = re.compile(r"[一-鿿]{2,4}")

_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECK = "10X98765432"

REMEDY = "Take the column out, or replace its values by codes that mean nothing outside the file, then load it again."


def refuse_identifiers(frame: pd.DataFrame, known: Iterable[str], numeric: Iterable[str], place: str) -> None:
    """Refuse a customer file that holds direct identifiers.

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
        With the column, and the row where one value gives it away. Identity numbers are recognised by date and check
        digit, card numbers by the Luhn digit in at least half of the column.
    """
    known_columns, amounts = frozenset(known), frozenset(numeric)
    for column in frame.columns:
        here = f"{place}, column {str(column)!r}"
        if column not in known_columns and _is_forbidden_name(str(column)):
            raise TableError(here, "its name says that it identifies a person or company.", REMEDY)
        if column not in amounts:
            _refuse_values(_texts(frame[column]), here)


def _is_forbidden_name(column: str) -> bool:
    if any(word in column for word in FORBIDDEN_HAN):
        return True
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    words = [word for word in re.split(r"[^a-z]+", spaced.lower()) if word]
    return bool(FORBIDDEN_WORDS & set(words)) or any(pair in FORBIDDEN_PAIRS for pair in pairwise(words))


def _texts(column: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(column):
        whole = column.where(column.isna() | (column % 1 == 0))
        return ["" if pd.isna(value) else f"{value:.0f}" for value in whole]
    return ["" if pd.isna(value) else str(value).strip() for value in column]


def _refuse_values(texts: Sequence[str], here: str) -> None:
    for kind, looks_like in (("a telephone number", _is_mobile), ("an e-mail address", _is_email),
                             ("an identity number", is_identity_number)):
        row = next((row for row, text in enumerate(texts, start=1) if text and looks_like(text)), None)
        if row is not None:
            raise TableError(f"{here}, data row {row}", f"the value looks like {kind}.", REMEDY)
    for kind, looks_like in (("account or card numbers", is_card_number), ("names", _is_han_name)):
        if _share(texts, looks_like) >= SHARE_OF_CHANCE_HITS:
            raise TableError(here, f"its values look like {kind}.", REMEDY)


def _share(texts: Sequence[str], looks_like: Callable[[str], bool]) -> float:
    filled = [text for text in texts if text]
    return sum(looks_like(text) for text in filled) / len(filled) if filled else 0.0


def _is_mobile(text: str) -> bool:
    return _MOBILE.fullmatch(text) is not None


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


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


def _is_han_name(text: str) -> bool:
    return _HAN_NAME.fullmatch(text) is not None and text[0] in SURNAMES
