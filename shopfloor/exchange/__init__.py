"""Files that go in and out: master data and opening stock as CSV."""
