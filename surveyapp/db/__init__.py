"""The database: base class, sessions, the one writer for respondents' pages, migrations."""
