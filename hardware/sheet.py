"""A sheet to print: how a scanner is set up, by family, and three symbols that show whether it worked.

Settings are named as the makers name them. Their programming bar codes are not drawn here: they differ by model and firmware, a
wrong one can lock a scanner, and the right ones stand in the maker's own guide.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from shopfloor.scanning.station_check import test_symbols

CAPTIONS = ("GS1 DataMatrix", "GS1-128", "QR Code, Digital Link")

SETTINGS = (
    ("Factory defaults", "Begin with the maker's code for defaults, so that no older setting is left."),
    ("Interface", "USB keyboard, or better USB serial (CDC, virtual COM port) or HID POS: those need no layout and lose no separator."),
    ("AIM identifier on", "Every code is sent with three characters in front, such as ]d2. Only so is a GS1 code known as one."),
    ("GS for FNC1", "Over a keyboard as Ctrl+] (the next choices: F8, or Alt+029). Over serial and HID POS as the byte 0x1D."),
    ("Suffix Enter", "Carriage return after each code, and nothing else: no line feed, no tab, no prefix of your own."),
    ("Keyboard layout US", "In the scanner. The computer keeps the layout that its people type with."),
    ("No pause between characters", "At most 50 milliseconds."),
    ("GS1 DataMatrix, GS1-128, QR Code on", "GS1 DataBar and EAN/UPC too, if your parts carry them. What nobody uses is switched off."),
)
FAMILIES = (
    ("Zebra, Symbol", (
        "AIM identifier: “Transmit Code ID Character”, value AIM.",
        "Suffix: “Scan Data Transmission Format”, data and suffix; the suffix value is Enter as the maker sets it.",
        "GS: “FN1 Substitution Values” belongs to keyboards. Its default can be Enter: then one label comes as two scans.",
        "Choose the key for GS there, or set fnc1_is_enter = true for the scanner in the station's configuration.",
        "“Emulate Keypad” off, so that control characters go out as Ctrl+key.",
    )),
    ("Honeywell, Hand Held Products, Youjie", (
        "AIM identifier: “Add AIM ID Prefix to All Symbologies”; not “Code ID”, which is the maker's own.",
        "Suffix: “Add CR Suffix, all symbologies”.",
        "GS: “Control + ASCII Mode On” under the keyboard modifiers, or GS is sent as an arrow key or not at all.",
        "HID POS: some models send nothing until they are told to; set wake = true for that scanner.",
    )),
    ("Datalogic", (
        "AIM identifier: “Global AIM ID”, for all symbologies.",
        "Suffix: “Global Suffix”, carriage return (0x0D).",
        "GS: “Control Character”, mode 00 or 01 sends GS as Ctrl+]; mode 02 sends function keys and arrows and does not do.",
    )),
    ("Newland, Opticon, Code, others", (
        "Look in the guide for: AIM ID prefix; terminator or suffix CR; keyboard country US.",
        "GS: control characters as Ctrl+key, also called “Ctrl mode” or “ASCII control characters output”.",
    )),
)
STYLE = """
@page { size: A4; margin: 14mm }
body { font: 10.5pt/1.35 system-ui, sans-serif; max-width: 182mm; margin: 1rem auto; color: #000; background: #fff }
h1 { font-size: 18pt; margin: 0 } h2 { font-size: 13pt; margin: 5mm 0 1mm } h3 { font-size: 11pt; margin: 3mm 0 0 }
table { border-collapse: collapse } td { border-bottom: 1px solid #999; padding: 1mm 3mm 1mm 0; vertical-align: top }
td:first-child { width: 58mm; font-weight: 600 } ul { margin: 0; padding-left: 5mm }
.box { display: inline-block; width: 4mm; height: 4mm; border: 1px solid #000; margin-right: 2mm }
.symbols { display: flex; gap: 8mm; align-items: flex-end } figure { margin: 2mm 0 }
figcaption { font-size: 8.5pt; overflow-wrap: anywhere }
section { break-inside: avoid }
"""


def set_up_sheet() -> str:
    """A whole page in HTML, with nothing to load."""
    settings = "".join(f'<tr><td><span class="box"></span>{escape(name)}</td><td>{escape(text)}</td></tr>' for name, text in SETTINGS)
    families = "".join(f"<section><h3>{escape(name)}</h3><ul>{_points(points)}</ul></section>" for name, points in FAMILIES)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Setting up a scanner</title><style>{STYLE}</style></head><body>
<h1>Setting up a scanner for Shopfloor</h1>
<p>Take the maker's guide for exactly this model. Scan its programming codes for the settings below, from top to bottom, and tick them.</p>
<table>{settings}</table>
<h2>What the makers call it</h2>{families}
<section><h2>Did it work?</h2>
<p>Open the scan page of a started order in Shopfloor and scan each symbol. It is refused, because nobody has such parts; <em>Scan log</em>
(menu <em>More</em>) then shows what arrived. A scanner that types is better tried on <em>Scanner check</em> of its station: that page
names what is wrong, and sets the station up.</p>
<div class="symbols">{_symbols()}</div>
<p><span class="box"></span>The first begins with <b>]d2</b>, the second with <b>]C1</b>, the third with <b>]Q1</b>: AIM is on.<br>
<span class="box"></span>Between <b>10Ab</b> and <b>21c1</b> of the first two stands <b>␝</b>: the separator arrives.<br>
<span class="box"></span>Large and small letters are as printed here: neither caps lock nor a wrong layout is in the way.</p></section>
</body></html>
"""


def _points(points: tuple[str, ...]) -> str:
    return "".join(f"<li>{escape(point)}</li>" for point in points)


def _symbols() -> str:
    """Those of the scanner check (R-23)."""
    pictures = zip(CAPTIONS, test_symbols(datetime.now(UTC).date()), strict=True)
    return "".join(
        f"<figure>{picture.svg}<figcaption>{name}<br>{escape(picture.human_readable)}</figcaption></figure>" for name, picture in pictures
    )
