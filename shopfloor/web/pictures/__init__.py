"""Pictures of codes, read by the server for browsers that cannot."""
