"""Django's customary door; the same as the ``vouch`` command."""

from vouch.config.cli import main

if __name__ == "__main__":
    main()
