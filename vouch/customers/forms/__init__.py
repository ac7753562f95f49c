"""What people enter in this room."""
