"""Questions that mix rooms; the desk decides nothing."""
