"""From scores to findings: what is wrong, why, and what to do about it."""
