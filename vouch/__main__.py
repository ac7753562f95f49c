"""``python -m vouch`` is the ``vouch`` command."""

from vouch.config.cli import main

main()
