"""Master data of every kind: the same endpoints for all of them. `GET /masters` says which kinds there are and what they hold."""

from __future__ import annotations

from typing import Any

from flask import request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from shopfloor.exchange.exports import export
from shopfloor.exchange.imports import ImportFile, import_file
from shopfloor.exchange.registry import MASTERS, master_of
from shopfloor.people.fields import Code50, InputModel, Text20, Text50, Text200, read_input
from shopfloor.people.master_commands import block_record, change_record, copy_record, create_record, delete_record
from shopfloor.people.master_queries import list_records, read_record
from shopfloor.people.masters import Key, Master
from shopfloor.production.inputs import CopyVersion, VersionKey
from shopfloor.production.versions import (
    BOM_VERSIONS,
    ROUTING_VERSIONS,
    change_version,
    copy_version,
    create_version,
    delete_version,
    move_version,
)
from shopfloor.web.api.base import READS, WRITES, PageQuery, WriteHeaders, blueprint, command, show
from shopfloor.web.extensions import request_session
from shopfloor.web.lists import found

api = blueprint("masters", "Master data")
MADE_WITH_LINES = {"boms": BOM_VERSIONS, "routings": ROUTING_VERSIONS}
ACTIONS = r"^(certify|reopen|close)$"


class KindPath(BaseModel):
    """One kind of master data, such as `vendors`."""

    kind: str


class RecordPath(KindPath):
    """One record."""

    no: str


class VersionPath(RecordPath):
    """One version of a bill or routing."""

    version_code: str


class KeyQuery(InputModel):
    """Further parts of the key: the vendor or customer of a reference, the unit of an item, the test of an item."""

    source_no: Text20 = ""
    unit_code: Text20 = ""
    test: Text50 = ""


class RecordsQuery(PageQuery):
    """Records of which a text field holds a text."""

    text: str = Field(default="", max_length=100)


class Blocked(InputModel):
    """Block or unblock."""

    version: int = Field(ge=1, le=2**31 - 1)
    blocked: bool
    reason: Text200 = ""


class Read(InputModel):
    """The version that was looked at."""

    version: int = Field(ge=1, le=2**31 - 1)


class Copied(InputModel):
    """Number of the copy."""

    no: Code50


class CopiedTo(InputModel):
    """The other item."""

    item_no: Text20


@api.get("/masters", summary="Kinds of master data with the fields of a new and of a changed record", responses=READS)
def kinds() -> Response:
    """Every kind with JSON schemas."""
    rows = [
        {
            "kind": kind,
            "record": master.record,
            "key": list(master.key),
            "new": (MADE_WITH_LINES[kind].new if kind in MADE_WITH_LINES else master.new).model_json_schema(),
            "change": master.change.model_json_schema(),
        }
        for kind, master in MASTERS.items()
    ]
    return show({"rows": rows})


@api.get("/masters/<kind>", summary="Records of one kind", responses=READS)
def records(path: KindPath, query: RecordsQuery) -> Response:
    """A page of records with their versions."""
    page = list_records(request_session(), master_of(path.kind), text=query.text, after=query.after, limit=query.limit)
    return show({"rows": [row.values for row in page.rows], "next_after": page.next_after})


@api.get("/masters/<kind>/<no>", summary="One record", responses=READS)
def record(path: RecordPath, query: KeyQuery) -> Response:
    """All fields, with the version that a change has to name."""
    master = master_of(path.kind)
    key = _key(master, path, query)
    return show(found(master.record, path.no, read_record(request_session(), master, key)))


@api.post("/masters/<kind>", summary="Create a record", responses=WRITES)
def create(path: KindPath, header: WriteHeaders) -> Response:
    """The body holds the fields of the kind. Bills and routings are created under /boms and /routings, with their lines."""
    master = master_of(path.kind)
    if path.kind in MADE_WITH_LINES:
        versioned = MADE_WITH_LINES[path.kind]
        return command(versioned.create, header, given=read_input(versioned.new, _body()))
    return command(create_record, header, master=master, given=read_input(master.new, _body()))


@api.post("/masters/<kind>/<no>/change", summary="Change a record", responses=WRITES)
def change(path: RecordPath, query: KeyQuery, header: WriteHeaders) -> Response:
    """The body holds every field that can change, and the version that was read."""
    master = master_of(path.kind)
    given = read_input(master.change, _body())
    return command(change_record, header, master=master, record_key=list(_key(master, path, query)), given=given)


@api.post("/masters/<kind>/<no>/copy", summary="Copy a record", responses=WRITES)
def copy(path: RecordPath, query: KeyQuery, header: WriteHeaders, body: Copied) -> Response:
    """The same values under another number."""
    master = master_of(path.kind)
    key = _key(master, path, query)
    return command(copy_record, header, master=master, record_key=list(key), new_key=[body.no, *key[1:]])


@api.post("/masters/<kind>/<no>/block", summary="Block or unblock a record", responses=WRITES)
def block(path: RecordPath, query: KeyQuery, header: WriteHeaders, body: Blocked) -> Response:
    """Nothing new names a blocked record."""
    master = master_of(path.kind)
    return command(block_record, header, master=master, record_key=list(_key(master, path, query)), **body.model_dump())


@api.post("/masters/<kind>/<no>/delete", summary="Delete a record that nothing names", responses=WRITES)
def delete(path: RecordPath, query: KeyQuery, header: WriteHeaders, body: Read) -> Response:
    """Refused with what still names it."""
    master = master_of(path.kind)
    return command(delete_record, header, master=master, record_key=list(_key(master, path, query)), version=body.version)


@api.post("/imports", summary="Import a CSV file: all of its rows, or none", responses=WRITES)
def new_import(header: WriteHeaders, body: ImportFile) -> Response:
    """With dry_run everything is checked and nothing written; ROWS_WRONG lists problems by line and column."""
    return command(import_file, header, given=body)


@api.get("/exports/<kind>", summary="Master data as a CSV file", responses=READS)
def exported(path: KindPath) -> Response:
    """In the form in which it can be imported again."""
    return Response("".join(export(request_session(), path.kind)), mimetype="text/csv")


@api.post("/masters/<kind>/<no>/versions", summary="Add a version to a bill or routing", responses=WRITES)
def new_version(path: RecordPath, header: WriteHeaders) -> Response:
    """The body holds version_code, version, dates and lines; the version begins as New."""
    versioned = _versioned(path)
    return command(create_version, header, kind=versioned, given=read_input(versioned.given, _body() | {"no": path.no}))


@api.post("/masters/<kind>/<no>/versions/<version_code>/change", summary="Change a version that is New", responses=WRITES)
def changed_version(path: VersionPath, header: WriteHeaders) -> Response:
    """The body holds version, dates and lines."""
    versioned = _versioned(path)
    key = {"no": path.no, "version_code": path.version_code}
    return command(change_version, header, kind=versioned, given=read_input(versioned.given, _body() | key))


class Moved(Read):
    """What becomes of a version."""

    action: str = Field(pattern=ACTIONS)


@api.post("/masters/<kind>/<no>/versions/<version_code>/move", summary="Certify, reopen or close a version", responses=WRITES)
def moved_version(path: VersionPath, header: WriteHeaders, body: Moved) -> Response:
    """Orders take certified versions only."""
    versioned = _versioned(path)
    key = {"no": path.no, "version_code": path.version_code, "version": body.version}
    return command(move_version, header, kind=versioned, given=read_input(VersionKey, key), action=body.action)


@api.post("/masters/<kind>/<no>/versions/<version_code>/delete", summary="Delete a version that nothing was made from", responses=WRITES)
def deleted_version(path: VersionPath, header: WriteHeaders, body: Read) -> Response:
    """Only a version that is New."""
    versioned = _versioned(path)
    key = {"no": path.no, "version_code": path.version_code, "version": body.version}
    return command(delete_version, header, kind=versioned, given=read_input(VersionKey, key))


@api.post("/masters/<kind>/<no>/versions/<version_code>/copy", summary="Copy a version to another item", responses=WRITES)
def copied_version(path: VersionPath, header: WriteHeaders, body: CopiedTo) -> Response:
    """A new bill or routing whose version 1 is New."""
    versioned = _versioned(path)
    values = {"no": path.no, "version_code": path.version_code, "item_no": body.item_no}
    return command(copy_version, header, kind=versioned, given=read_input(CopyVersion, values))


def _body() -> dict[str, Any]:
    """The JSON object, which was checked before."""
    body = request.get_json(force=True, silent=True)
    return dict(body) if isinstance(body, dict) else {}


def _key(master: Master, path: RecordPath, query: KeyQuery) -> Key:
    return (path.no, *(str(getattr(query, name)) for name in master.key[1:]))


def _versioned(path: RecordPath) -> Any:
    return found("kind of master data with versions", path.kind, MADE_WITH_LINES.get(path.kind))
