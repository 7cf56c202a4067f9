"""The list of analyses behind `surveyapp measure`: options, columns, runners."""
