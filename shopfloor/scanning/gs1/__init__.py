"""Strict GS1 decoding, driven by one table. The public door is `read.read`."""
