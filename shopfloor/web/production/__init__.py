"""Pages about making things: production orders, bills of material, tracked components."""
