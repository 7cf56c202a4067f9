"""A foreign project on its way through the browser between report and import: nothing is stored meanwhile.

The signature binds it to study and account, so that what comes back is what was read; it is good for some hours.
"""

from __future__ import annotations

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from instruments.codec import from_document, to_document
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.foreign_project import ForeignProject

GOOD_FOR_S = 6 * 3600       # seconds; a codebook of 200 codes takes its time to be gone through


def seal_project(secret: str, study: Study, account: Account, name: str, project: ForeignProject) -> str:
    """Return file name and project, packed and signed."""
    return str(_serializer(secret, study, account).dumps([name, to_document(project)]))


def open_project_seal(secret: str, study: Study, account: Account, sealed: str) -> tuple[str, ForeignProject]:
    """Return file name and project as they were read; BadInput if they are not ours, or too old."""
    try:
        name, document = _serializer(secret, study, account).loads(sealed, max_age=GOOD_FOR_S)
    except SignatureExpired:
        raise BadInput("This report was open for too long.", "Choose the file again.") from None
    except BadData:
        raise BadInput("This report does not belong to a file that you have read here.",
                       "Choose the file again.") from None
    return name, from_document(ForeignProject, document)


def _serializer(secret: str, study: Study, account: Account) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"exchange {study.id} {account.id}")
