"""PostgreSQL: the embedded server and its supervisor, the two roles, bulk copy, and the guard on writes."""
