"""A long visit in one tab of a real Chromium: `make soak`.

Thousands of random actions of a visitor, and what they leave behind: the memory of the tab and of
Python's heap, errors, answers that are not the command line's, answers that stay though a later
one was asked for.
"""
