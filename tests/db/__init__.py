"""Tests of the ground: engines, unit of work, numbers, guards, migrations."""
