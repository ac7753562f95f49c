"""Pages of running an installation."""
