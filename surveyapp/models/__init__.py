"""Tables and rules without input or output; importing this package registers every table."""

from surveyapp.models import (
    account,
    audit,
    coding,
    customer,
    diagnosis,
    draft,
    expert,
    fieldwork,
    interview,
    invitation,
    mail,
    response,
    study,
    wave,
)

__all__ = ["account", "audit", "coding", "customer", "diagnosis", "draft", "expert", "fieldwork", "interview",
           "invitation", "mail", "response", "study", "wave"]
