"""Addresses of identity, by subject."""
