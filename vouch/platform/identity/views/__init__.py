"""Pages of identity, by subject."""
