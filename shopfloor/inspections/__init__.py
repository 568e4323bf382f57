"""What is known of inspections of numbers: plans, records, values, files, and what they stop (C9, EDG-15, ASC-19).

It stands below the packages that must obey an inspection, because a report has to wait for a result and to open an inspection in its own
transaction. The use cases of the people who inspect are in `quality`, above.

- an inspection is open, passed or failed; it is never deleted, and each change is in the history of its number;
- values and files are only ever added;
- a number has a quality hold exactly while one of its inspections with a hold is open or failed.
"""
