"""Tests of tracked components."""
