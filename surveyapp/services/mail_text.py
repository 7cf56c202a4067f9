"""Texts of invitations and reminders: a default in each language of ours, and a study's own wording over it.

A text has holes such as {link}; nothing else in braces is allowed, and nothing is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.mail import MailText
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.promise import promise_lines

INVITATION, REMINDER, PASTE = "invitation", "reminder", "paste"
KINDS = (INVITATION, REMINDER, PASTE)
HOLES = ("name", "title", "link", "opt_out", "minutes", "closes", "promise", "organisation")
NEEDED = {INVITATION: ("link", "opt_out", "promise"), REMINDER: ("link", "opt_out", "promise"), PASTE: ("link",)}
HOLE = re.compile(r"\{([^{}]*)\}")
LONGEST_SUBJECT, LONGEST_BODY = 200, 10_000


@dataclass(frozen=True)
class Wording:
    """One text with its holes."""

    subject: str
    body: str


DEFAULTS: Mapping[tuple[str, str], Wording] = {
    (INVITATION, "en"): Wording("Your view is asked for: {title}", """Dear {name},

{organisation} asks you to take part in: {title}. It takes {minutes}.

Your personal link (it can be used once, please do not pass it on):
{link}

{promise}

{closes}

Taking part is voluntary. If you want no further mail about this survey:
{opt_out}
"""),
    (REMINDER, "en"): Wording("A reminder: {title}", """Dear {name},

some days ago we asked you to take part in: {title}. If you have answered meanwhile, thank you very much – please
ignore this mail: to protect you, it takes a while until we learn that somebody need not be reminded.

If you have not, there is still time. It takes {minutes}:
{link}

If you have begun already, please go on with the address or the code that the questionnaire gave you.

{promise}

{closes}

If you want no further mail about this survey:
{opt_out}
"""),
    (PASTE, "en"): Wording("", "{name}, please take part in: {title} ({minutes}). Your personal link, "
                               "which can be used once: {link}"),
    (INVITATION, "zh"): Wording("诚邀您参加：{title}", """{name}，您好：

{organisation}邀请您参加：{title}，需要{minutes}。

您的个人链接（只能使用一次，请勿转发）：
{link}

{promise}

{closes}

是否参加完全自愿。如果不希望再收到有关本次调查的邮件，请打开：
{opt_out}
"""),
    (REMINDER, "zh"): Wording("温馨提醒：{title}", """{name}，您好：

前几天我们邀请您参加：{title}。如果您已经作答，非常感谢，请忽略本邮件；为保护您，系统会过一段时间才让我们知道哪些人无需再提醒。

如果尚未作答，现在仍可参加，需要{minutes}：
{link}

如果您已经开始作答，请使用问卷提供给您的网址或续填码继续。

{promise}

{closes}

如果不希望再收到有关本次调查的邮件，请打开：
{opt_out}
"""),
    (PASTE, "zh"): Wording("", "{name}，您好！请参加：{title}（需要{minutes}）。您的个人链接只能使用一次：{link}"),
}


def wording(session: Session, study: Study, audience: str, kind: str, language: str) -> Wording:
    """Return the study's own text, or the default; English where we have no words in the language."""
    own = _own(session, study, audience, kind, language)
    if own is not None:
        return Wording(own.subject, own.body)
    return DEFAULTS.get((kind, language)) or DEFAULTS[kind, "en"]


def _own(session: Session, study: Study, audience: str, kind: str, language: str) -> MailText | None:
    return session.scalar(select(MailText).where(
        MailText.study_id == study.id, MailText.audience == audience, MailText.kind == kind,
        MailText.language == language))


def set_wording(session: Session, study: Study, audience: str, kind: str, language: str, text: Wording,
                account: Account | None = None) -> None:
    """Store the study's own text; BadInput if a hole is unknown or a needed one is missing."""
    check_wording(kind, text)
    own = _own(session, study, audience, kind, language)
    if own is None:
        own = MailText(study_id=study.id, audience=audience, kind=kind, language=language, subject="", body="")
        session.add(own)
    own.subject, own.body = text.subject.strip(), text.body.replace("\r\n", "\n").strip() + "\n"
    session.flush()
    record_change(session, "set_mail_text", f"{audience} {kind} {language}", study_id=study.id, account=account,
                  after={"subject": own.subject, "body": own.body})


def check_wording(kind: str, text: Wording) -> None:
    """Raise BadInput if a text cannot be sent."""
    if kind not in KINDS:
        raise Refused("There is no such kind of text.", "Choose one of: {kinds}.", kinds=", ".join(KINDS))
    if any(not sign.isprintable() for sign in text.subject) or len(text.subject) > LONGEST_SUBJECT:
        raise BadInput("The subject is too long or holds a sign that cannot be printed.",
                       "Write it in one line of at most {most} characters.", most=LONGEST_SUBJECT)
    if len(text.body) > LONGEST_BODY:
        raise BadInput("The text is too long.", "Write at most {most} characters.", most=LONGEST_BODY)
    unknown = sorted(set(HOLE.findall(text.subject + text.body)) - set(HOLES))
    if unknown or "{" in HOLE.sub("", text.body + text.subject):
        raise BadInput("The text has a brace that leads nowhere: {found}.", "Use: {known}.",
                       found=", ".join(unknown) or "{", known=", ".join(f"{{{name}}}" for name in HOLES))
    missing = [name for name in NEEDED[kind] if f"{{{name}}}" not in text.body]
    if missing:
        raise BadInput("The text lacks {missing}.", "Nobody could take part or say no without it.",
                       missing=", ".join(f"{{{name}}}" for name in missing))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its holes filled; a value is never looked at again."""
    return HOLE.sub(lambda hole: values.get(hole.group(1), hole.group(0)), text)


def promise(privacy: str, language: str, minimum: int, retained_until: str = "") -> str:
    """Return what respondents are told of their anonymity: the lines of the first page, and the retention date."""
    lines = list(promise_lines(privacy, language, minimum))
    if retained_until:
        lines.append(RETAINED.get(language, RETAINED["en"]).format(day=retained_until))
    return "\n".join(lines)


RETAINED = {"en": "Personal data are deleted after {day}.", "zh": "个人信息将在{day}之后删除。"}
MINUTES = {"en": "about {n} minutes", "zh": "约{n}分钟"}
CLOSES = {"en": "You can take part until {when}.", "zh": "参加截止时间：{when}。"}
SOME_MINUTES = {"en": "a few minutes", "zh": "几分钟"}
