"""The one door: a scanned or typed text becomes a Scan, or a refusal (R-01).

Order of work: door limit, frame, key damage, symbology identifier, then what the carrier or the text itself says it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from shopfloor.scanning.characters import GS, refuse_invisible, refuse_surrogates, trim
from shopfloor.scanning.errors import SCAN_TEXT_LIMIT, Gs1Parse, ScanEmpty, ScanRefused, ScanTooLong
from shopfloor.scanning.gs1.check_digits import are_digits
from shopfloor.scanning.gs1.decoder import Decoded, decode, decode_bracketed, decode_pairs, is_bracketed
from shopfloor.scanning.gs1.digital_link import decode_digital_link, is_digital_link, is_web_address
from shopfloor.scanning.gs1.dropped_separators import has_open_end, inferred_reading
from shopfloor.scanning.gs1.envelope import is_envelope, open_envelope
from shopfloor.scanning.gs1.fields import with_envelope_fields, with_gs1_elements
from shopfloor.scanning.gs1.identifiers import KEYS, OPENING_LENGTHS
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.symbology import COMPOSITE, EAN_ADD_ONS, EAN_DIGITS, UNUSUAL_GS1_IDENTIFIERS, Carrier, take_identifier
from shopfloor.scanning.gs1.transport import with_separators, without_frame, without_key_damage
from shopfloor.scanning.plain import is_badge, is_command, read_plain
from shopfloor.scanning.scan import Scan, ScanKind, ScanSource, ScanWarning


def read(
    text: str,
    profile: ScannerProfile = DEFAULT,
    *,
    as_of: date,
    template: tuple[str, ...] | None = None,
    source: ScanSource = ScanSource.WEDGE,
) -> Scan:
    """Read one scan. `as_of` is the plant's date of the scan; `template` the item's order of identifiers, if it is known (R-17).

    Raises ScanRefused and nothing else: ScanEmpty, ScanTooLong, ScanInvalid, CommandUnknown, Gs1Parse, Gs1UnknownIdentifier,
    Gs1Conflict. Requirements R-01 to R-22, SCN-1 to SCN-3, GS1-1 to GS1-17, D10, D11, D34, D35, A35.
    """
    arrival = _arrive(text, profile, as_of, template, source)
    return _read(arrival)


def plain_candidate(text: str, profile: ScannerProfile = DEFAULT, *, source: ScanSource = ScanSource.WEDGE) -> str:
    """The number that this text is if somebody knows it as a number, or blank.

    D11: text without a symbology identifier that is exactly a known number is that number, even if it also looks like
    GS1 or fails as GS1. So ask this before `read`. Blank for commands, badges, and text with a symbology identifier.
    """
    try:
        arrival = _arrive(text, profile, date.min, None, source)
        if arrival.scan.symbology or _is_our_own(arrival.scan.text):
            return ""
        return read_plain(arrival.scan.text).text
    except ScanRefused:
        return ""


def element_text(text: str, profile: ScannerProfile = DEFAULT, *, source: ScanSource = ScanSource.WEDGE) -> str:
    """The text in which the positions of errors count: without frame, identifier and prefix, separators as GS; or blank."""
    try:
        arrival = _arrive(text, profile, date.min, None, source)
    except ScanRefused:
        return ""
    announced = _without_gs1_prefix(arrival.scan.text, profile) if arrival.carrier is Carrier.UNKNOWN else None
    found = arrival.scan.text if announced is None else announced
    return found if is_bracketed(found) else with_separators(found, profile, source)


def unseparated_text(text: str, profile: ScannerProfile = DEFAULT, *, source: ScanSource = ScanSource.WEDGE) -> str:
    """The element string of a text that opens with a GTIN, (01), and came without any separator; else blank (R-17).

    Blank for cameras, which drop none.
    """
    if source is ScanSource.CAMERA:
        return ""
    found = element_text(text, profile, source=source)
    return found if found[:2] == "01" and are_digits(found[2:16]) and len(found) > 16 and GS not in found else ""


@dataclass(frozen=True)
class _Arrival:
    """A text on its way to being understood."""

    scan: Scan
    """Raw text, source, symbology identifier, warnings so far, and `text` without frame and identifier."""
    carrier: Carrier
    profile: ScannerProfile
    as_of: date
    template: tuple[str, ...] | None


def _arrive(text: str, profile: ScannerProfile, as_of: date, template: tuple[str, ...] | None, source: ScanSource) -> _Arrival:
    if len(text) > SCAN_TEXT_LIMIT:
        raise ScanTooLong(length=len(text), limit=SCAN_TEXT_LIMIT)
    refuse_surrogates(text)
    framed = _without_blanks_in_front(without_frame(text, profile))
    if not framed:
        raise ScanEmpty
    bare = _without_separators_before_identifier(framed) if framed[0] == GS else framed
    meant, caps_inverted = without_key_damage(bare, profile, source)
    symbology = take_identifier(meant)
    warnings = [ScanWarning("leading_separator")] if bare != framed else []
    if caps_inverted:
        warnings.append(ScanWarning("caps_inverted"))
    if symbology.identifier in UNUSUAL_GS1_IDENTIFIERS:
        warnings.append(ScanWarning("unusual_carrier"))
    scan = Scan(ScanKind.PLAIN, text, source, symbology.identifier, symbology.text, warnings=tuple(warnings))
    return _Arrival(scan, symbology.carrier, profile, as_of, template)


def _without_blanks_in_front(text: str) -> str:
    """R-11, D35: no code and no number begins with a blank, so a blank in front must not turn a GS1 code into a local number."""
    start = 0
    while text[start : start + 1] == " ":
        start += 1
    return text[start:]


def _without_separators_before_identifier(text: str) -> str:
    """R-07, peers 21: a scanner that sends FNC1 of the first place as GS may do so in front of the symbology identifier."""
    start = 0
    while text[start : start + 1] == GS:
        start += 1
    return text[start:] if text[start : start + 1] == "]" else text


def _read(arrival: _Arrival) -> Scan:
    text, carrier = arrival.scan.text, arrival.carrier
    if carrier is Carrier.EAN:
        return _ean(arrival)
    if is_web_address(text) and (carrier is Carrier.GS1 or is_digital_link(text)):
        refuse_invisible(text)
        return _understood(arrival, ScanKind.DIGITAL_LINK, decode_digital_link(text, arrival.profile, arrival.as_of))
    if is_envelope(text):
        return _envelope(arrival)
    if carrier is Carrier.GS1:
        return _elements(arrival, _spelled(arrival))
    if carrier is Carrier.PLAIN:
        return _plain(arrival)
    return _unannounced(arrival)


def _unannounced(arrival: _Arrival) -> Scan:
    """R-11, D11: no symbology identifier says what this is."""
    text, profile = arrival.scan.text, arrival.profile
    if profile.gs1_recognition == "never" or _is_our_own(text):
        return _plain(arrival)
    announced = _without_gs1_prefix(text, profile)
    if announced is not None:
        arrival = replace(arrival, scan=replace(arrival.scan, text=announced))
    if is_bracketed(arrival.scan.text):
        return _understood(arrival, ScanKind.GS1, decode_bracketed(arrival.scan.text, profile, arrival.as_of))
    if announced is not None or profile.gs1_recognition == "always" or text.startswith(GS):
        return _always(arrival)
    return _plain(arrival) if profile.gs1_recognition == "prefix" else _key_first(arrival)


def _always(arrival: _Arrival) -> Scan:
    if arrival.scan.text.startswith("("):
        raise Gs1Parse(kind="malformed_brackets")
    return _elements(arrival, _spelled(arrival))


def _key_first(arrival: _Arrival) -> Scan:
    """GS1 if the text says so clearly; a text that opens with a complete key is never taken for a local number."""
    text, spelled = arrival.scan.text, _spelled(arrival)
    if GS in text or _opens_with_complete_key(spelled):
        return _elements(arrival, spelled)
    try:
        scan = _elements(arrival, spelled)
    except ScanRefused as refusal:
        if isinstance(refusal, Gs1Parse) and refusal.kind == "ambiguous_separator":
            raise
        return _plain(arrival)
    return scan if spelled != text or scan.elements[0].ai in KEYS else _plain(arrival)


def _opens_with_complete_key(text: str) -> bool:
    """Whether 00, 01, 02 or 03 opens the text with as many digits as it needs.

    Digits of every script count here, so that a text made to look like a GTIN is refused and not booked as a lot.
    """
    opening = text[:2]
    length = OPENING_LENGTHS.get(f"{int(opening):02}") if opening.isdecimal() else None
    return length is not None and len(text) >= length and text[:length].isdecimal()


def _without_gs1_prefix(text: str, profile: ScannerProfile) -> str | None:
    """SCN-2: the text behind a configured prefix, or None. Counts in every mode in which GS1 is recognised at all."""
    for prefix in sorted(profile.gs1_prefixes, key=len, reverse=True):
        if prefix and text.startswith(prefix):
            return text[len(prefix) :]
    return None


def _spelled(arrival: _Arrival) -> str:
    return with_separators(arrival.scan.text, arrival.profile, arrival.scan.source)


def _elements(arrival: _Arrival, text: str) -> Scan:
    """An element string, with the separators that a scanner dropped put back where that is certain (R-17)."""
    profile, as_of = arrival.profile, arrival.as_of
    if GS not in text and not profile.gs_verified and arrival.scan.source is not ScanSource.CAMERA:
        reading = inferred_reading(text, profile, as_of, arrival.template)
        if reading and has_open_end(reading):
            decoded = decode_pairs([(element.ai, element.value) for element in reading], profile, as_of)
            inferred = ScanWarning("separator_inferred")
            return _understood(arrival, ScanKind.GS1, replace(decoded, warnings=(inferred, *decoded.warnings)))
    certain = bool(arrival.scan.symbology) or GS in arrival.scan.text
    decoded = decode(text, profile, as_of, skip_unknown=certain and profile.unknown_ai == "skip")
    return _understood(arrival, ScanKind.GS1, decoded)


def _ean(arrival: _Arrival) -> Scan:
    """R-02: the number of an EAN, UPC or ITF-14 symbol is a GTIN; an add-on is dropped, a composite component is read."""
    identifier, profile = arrival.scan.symbology, arrival.profile
    number, _, component = arrival.scan.text.partition(COMPOSITE)
    length = EAN_DIGITS[identifier]
    if not are_digits(number):
        raise Gs1Parse(kind="invalid_character", ai="01")
    if len(number) - length not in EAN_ADD_ONS.get(identifier, (0,)):
        raise Gs1Parse(kind="ai_value_bad_length", ai="01")
    component = with_separators(component, profile, arrival.scan.source)
    decoded = decode("01" + number[:length].rjust(14, "0") + component, profile, arrival.as_of)
    return _understood(arrival, ScanKind.EAN, decoded)


def _envelope(arrival: _Arrival) -> Scan:
    text = arrival.scan.text if arrival.carrier is Carrier.PLAIN else _spelled(arrival)
    envelope = open_envelope(text)
    if envelope.gs1_text:
        return _understood(arrival, ScanKind.GS1, decode(envelope.gs1_text, arrival.profile, arrival.as_of))
    return with_envelope_fields(replace(arrival.scan, kind=ScanKind.ISO15434), envelope.fields)


def _plain(arrival: _Arrival) -> Scan:
    found = read_plain(arrival.scan.text)
    return replace(arrival.scan, kind=found.kind, text=found.text, command=found.command)


def _understood(arrival: _Arrival, kind: ScanKind, decoded: Decoded) -> Scan:
    warnings = arrival.scan.warnings + decoded.warnings
    scan = replace(arrival.scan, kind=kind, warnings=tuple(dict.fromkeys(warnings)) if len(warnings) > 1 else warnings)
    return with_gs1_elements(scan, decoded.elements, arrival.as_of, arrival.profile.own_identifiers)


def _is_our_own(text: str) -> bool:
    """Whether the text is one of our command codes or badges."""
    text = trim(text, " ")
    return is_command(text) or is_badge(text)
