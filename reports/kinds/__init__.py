"""Reports besides the diagnosis: each kind is a pure function from what is known to a report's content."""
