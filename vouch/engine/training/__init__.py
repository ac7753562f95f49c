"""Scorecards from data: binning, WOE regression, validation, leakage alarm and report.

Pure computation on arrays.  Randomness enters only through a seed given as an argument, progress leaves only through a
callback.  Nothing here knows the web framework, the database or the clock.
"""
