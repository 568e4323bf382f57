"""Programs that run at a station: scanners without a window, label printers, and the door through which the page takes scans.

They talk HTTP and import `shopfloor.scanning` only; nothing in `shopfloor` imports them.
"""
