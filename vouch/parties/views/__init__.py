"""Faces of parties: forms for what is known of them, and what is read in full."""
