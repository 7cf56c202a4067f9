"""Frozen results: what an analysis returns, a job stores and the web reads. Standard library only."""
