"""Measures the real server, and the use cases beneath it, on both databases beside a bare INSERT: `./dev bench`."""
