"""Small helpers shared by the factories of the packages."""
