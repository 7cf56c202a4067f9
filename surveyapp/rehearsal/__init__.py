"""Rehearsal: invented respondents walk the real form before anybody else does."""
