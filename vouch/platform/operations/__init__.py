"""Running an installation: web server and worker together, and the check whether all is in order."""
