"""GS1 bar codes: the test bench, and the options of the company."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from shopfloor.genealogy.code_bench import CodeToTest, examine_code, settings_in_words
from shopfloor.genealogy.gs1_options import Gs1Mapping, Gs1Options, set_gs1_mapping, set_gs1_options
from shopfloor.people.settings import COUNT_USE, MEASURE_USE, OWN_IDENTIFIERS, read_settings
from shopfloor.scanning.gs1.identifiers import TABLE
from shopfloor.scanning.gs1.mapping import STANDARD, own_mapping
from shopfloor.web.api.base import READS, WRITES, WriteHeaders, as_json, blueprint, command, show
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor

api = blueprint("gs1", "GS1 bar codes")


@api.post("/gs1/test", summary="How a code is decoded and what it would fill", responses=READS)
def test_code(body: CodeToTest) -> Response:
    """GS1-24. Nothing is registered and nothing is written; a code that cannot be read is told with its error, as a result."""
    found = examine_code(request_session(), current_actor(), given=body)
    told: dict[str, Any] = {
        "text": found.text,
        "source": found.source,
        "settings": settings_in_words(found.profile),
        "candidate": found.candidate,
        "kind": found.scan.kind.value if found.scan else "",
        "symbology": found.scan.symbology if found.scan else "",
        "warnings": found.scan.warnings if found.scan else (),
        "error": found.error_fields() or None,
        "layout": found.layout,
        "elements": found.elements,
        "fields": {one.field: one for one in found.fields},
        "item": found.item,
        "lines": found.lines,
        "known": found.hits,
    }
    return show({name: as_json(value) for name, value in told.items()})


@api.get("/gs1/options", summary="Options of GS1 bar codes", responses=READS)
def options() -> Response:
    """Options, mapping and the use of quantities."""
    values = read_settings(request_session())
    names = (*Gs1Options.model_fields, COUNT_USE, MEASURE_USE)
    own = dict(own_mapping(values[OWN_IDENTIFIERS]))
    standard = {field.value: list(identifiers) for field, identifiers in STANDARD.items()}
    return show({**{name: values[name] for name in names}, "own_identifiers": own, "standard": standard})


@api.get("/gs1/identifiers", summary="The table of application identifiers", responses=READS)
def identifiers() -> Response:
    """GS1-4: as the standard has it, read-only."""
    rows = [
        {"ai": one.ai, "title": one.title, "description": one.description, "minimum": one.minimum, "maximum": one.maximum,
         "fixed_length": not one.separator_required}
        for one in TABLE.values()
    ]
    return show({"rows": rows})


@api.post("/gs1/options", summary="Set the options of GS1 bar codes", responses=WRITES)
def set_options(header: WriteHeaders, body: Gs1Options) -> Response:
    """All at once; what is left out goes back to its default."""
    return command(set_gs1_options, header, given=body)


@api.post("/gs1/mapping", summary="Set what 90 to 99 mean, and what quantities on labels of parts do", responses=WRITES)
def set_mapping(header: WriteHeaders, body: Gs1Mapping) -> Response:
    """All at once; what is left out goes back to its default."""
    return command(set_gs1_mapping, header, given=body)
