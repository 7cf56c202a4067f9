"""What it measures: tables in, frozen results out; no web, no database, no printing."""
