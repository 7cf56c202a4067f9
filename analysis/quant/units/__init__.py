"""What do people in the same unit have in common? Sums by unit, then agreement within, then partly pooled means."""
