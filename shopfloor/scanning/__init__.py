"""Characters or pixels in, a Scan out. Pure: knows no item, no database, no web."""
