"""Tables and rules without input or output; importing this package registers every table."""

from surveyapp.models import (
    account,
    api_token,
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
    webhook,
)

__all__ = ["account", "api_token", "audit", "coding", "customer", "diagnosis", "draft", "export_file", "fieldwork",
           "interview", "invitation", "mail", "pilot", "response", "study", "wave", "webhook"]
