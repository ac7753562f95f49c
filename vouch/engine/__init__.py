"""The engine: facts, scorecards, rules and policies as pure Python and arrays. No Django, no I/O, no clock."""
