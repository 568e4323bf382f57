"""What the program shows of itself at http://127.0.0.1: and the button that makes the browser of this station use it."""

from __future__ import annotations

from html import escape

from hardware.spool import PrintJob

LAST_JOBS = 10
TURN_ON = "#station-agent=on"
"""Read by static/agent.js; the browser remembers it."""
STYLE = """
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
a.start { display: inline-block; padding: .8rem 1.4rem; border: 2px solid; border-radius: .5rem; font-weight: 600; text-decoration: none }
td, th { padding: .2rem 1rem .2rem 0; text-align: left }
"""


def status_page(server: str, problems: tuple[str, ...], waiting: int, jobs: list[PrintJob]) -> str:
    """A whole page; no code that was scanned stands on it."""
    state = "".join(f"<li>{escape(problem)}</li>" for problem in problems) or "<li>All devices are connected.</li>"
    rows = "".join(
        f"<tr><td>{escape(job.made_at)}</td><td>{escape(job.printer)}</td><td>{escape(job.state)}</td><td>{escape(job.detail)}</td></tr>"
        for job in jobs[-LAST_JOBS:]
    )
    table = f"<table><tr><th>Time (UTC)</th><th>Printer</th><th>State</th><th></th></tr>{rows}</table>" if rows else "<p>None yet.</p>"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Station agent</title><meta name="viewport" content="width=device-width">
<style>{STYLE}</style></head><body>
<h1>Station agent</h1>
<p><a class="start" href="{escape(server)}/{TURN_ON}">Open Shopfloor with the scanners of this station</a></p>
<h2>Devices</h2><ul>{state}</ul>
<h2>Scans</h2><p>{waiting} waiting for a page to take them.</p>
<h2>Labels</h2>{table}
</body></html>
"""
