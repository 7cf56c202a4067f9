"""Scales: do items measure one thing, and how well?"""
