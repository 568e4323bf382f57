"""Pictures in, judged readings out: header check, preparation, readers, acceptance (IMG-1 to IMG-6, IMG-11). Knows no server."""
