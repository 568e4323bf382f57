"""Purchase, sales, return and transfer orders, what is posted for them and undone, and the item journal."""
