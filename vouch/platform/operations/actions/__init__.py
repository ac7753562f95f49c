"""What may be done to the installation itself."""

from vouch.platform.operations.actions.keys import rotate_keys

__all__ = ["rotate_keys"]
