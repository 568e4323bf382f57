"""Pages of inspections and what they measure."""
