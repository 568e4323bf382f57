"""Labels of numbers: formats, printers, print jobs, and the proof that every label was printed right (R-25, IMG-13)."""
