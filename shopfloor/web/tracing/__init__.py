"""Item tracing: the question in the address, the tree, the drawing beside it, and the table as a file."""
