"""Labels as they leave a printer: formats, layout, and the four ways out (SVG, PNG, PDF, ZPL). Pure (R-25, IMG-13)."""
