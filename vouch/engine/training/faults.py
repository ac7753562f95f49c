"""What goes wrong with what was handed in, in words for the person who handed it in."""


class InputFault(Exception):
    """A file, option or column that cannot be used; the message is in Chinese and names file, row or column."""
