"""Exploratory factors: how many, which, and how sure."""
