"""A diagnosis, its template and the entered facts become the content of a report, part by part."""
