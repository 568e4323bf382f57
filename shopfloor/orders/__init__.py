"""Purchase and sales orders with receipt and shipment, and the item journal."""
