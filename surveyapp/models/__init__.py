"""Tables and rules without input or output; importing this package registers every table."""

from surveyapp.models import (
    account,
    audit,
    coding,
    customer,
    diagnosis,
    draft,
    export_file,
    fieldwork,
    interview,
    invitation,
    mail,
    pilot,
    response,
    study,
    wave,
)

__all__ = ["account", "audit", "coding", "customer", "diagnosis", "draft", "export_file", "fieldwork", "interview",
           "invitation", "mail", "pilot", "response", "study", "wave"]
