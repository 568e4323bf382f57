"""Item tracking lines: which serial, lot and package numbers an unposted document line shall move (core 3 and 4).

The numbers are single records of `reservation_entry` with status *Surplus* (DM-23). They promise nothing: two lines may name the same
number until one of them is posted (TL-06). The posting door decides.
"""
