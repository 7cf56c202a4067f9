"""The customer file: reading, value, tiers, stages, relations."""
