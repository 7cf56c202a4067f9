"""Synthetic studies: seeded, documented, and ignorant of the diagnosis that is run on them.

`plan.py` says what is planted, `bank.py` fills it in for the bank study, and the other modules carry it out.
"""
