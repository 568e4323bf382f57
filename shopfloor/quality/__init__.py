"""What people who inspect do: plans, inspections with measured values, results that set and lift quality holds (C9, EDG-15, ASC-19).

The records themselves are in `inspections`, below everything that has to obey them. A number is on quality hold exactly while one of its
inspections with a hold is open or failed; passing lifts only what that inspection set.
"""
