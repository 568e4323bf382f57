"""Versions of bills and routings: new ones, changed ones, certified, closed and copied ones.

What is certified does not change: orders of its time were made from it. An order keeps its own copy whatever happens here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import table
from shopfloor.errors import NotFound
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.answers import Changed, Created, Deleted
from shopfloor.people.errors import AlreadyExists
from shopfloor.people.fields import InputModel, read_input
from shopfloor.people.master_commands import raise_version
from shopfloor.people.master_queries import read_record
from shopfloor.people.masters import Draft, Master
from shopfloor.production import validity
from shopfloor.production.bill_reader import versions_of
from shopfloor.production.bills import BOM, ROUTING, create_bom, create_routing, line_problems, line_rows, refuse_loops
from shopfloor.production.errors import VersionInUse, VersionSameStart, VersionStatusWrong
from shopfloor.production.inputs import BomVersionInput, CopyVersion, NewBom, NewRouting, RoutingVersionInput, VersionKey
from shopfloor.production.models import BomLine, BomVersion, ProductionOrder, RoutingLine, RoutingVersion
from shopfloor.production.resources import require_resources

Rows = list[dict[str, Any]]


def _bom_rows(session: Session, given: Any) -> Rows:  # noqa: ANN401  # the input model of the kind
    """Raises NotFound, UnitUnknown."""
    lines = [Draft(0, line.model_dump()) for line in given.lines]
    problem = next(line_problems(session, lines), None)
    if problem is not None:
        raise problem.refusal
    return line_rows(given.no, given.version_code, lines)


def _routing_rows(session: Session, given: Any) -> Rows:  # noqa: ANN401  # the input model of the kind
    """Raises NotFound, RecordBlocked."""
    require_resources(session, (line.resource for line in given.lines))
    return [{"routing_no": given.no, "version_code": given.version_code, **line.model_dump()} for line in given.lines]


@dataclass(frozen=True)
class Versioned:
    """A master whose lines belong to versions."""

    head: Master
    versions: type[BomVersion | RoutingVersion]
    lines: type[BomLine | RoutingLine]
    given: type[BomVersionInput | RoutingVersionInput]
    new: type[NewBom | NewRouting]
    create: Callable[..., Created]
    rows: Callable[[Session, Any], Rows]
    line_key: str
    order_column: str
    """Column of `production_order` that names the version."""

    def __str__(self) -> str:
        """A command that names it is the same command after a restart."""
        return self.head.record


BOM_VERSIONS = Versioned(BOM, BomVersion, BomLine, BomVersionInput, NewBom, create_bom, _bom_rows, "line_no", "bom_version")
ROUTING_VERSIONS = Versioned(
    ROUTING, RoutingVersion, RoutingLine, RoutingVersionInput, NewRouting, create_routing, _routing_rows, "operation_no", "routing_version"
)


def create_version(session: Session, actor: Actor, *, kind: Versioned, given: Any) -> Created:  # noqa: ANN401  # kind.given
    """Add a version; it begins as New. Raises NotAllowed, NotFound, StaleRow, AlreadyExists, and what its lines name wrongly."""
    actor.require(rights.MASTERS)
    raise_version(session, kind.head, (given.no,), given.version)
    if any(version.code == given.version_code for version in versions_of(session, kind.versions, given.no)):
        raise AlreadyExists(record="version", number=f"{given.no} {given.version_code}")
    values = {kind.head.owner: given.no, "version_code": given.version_code, "status": validity.NEW, **_facts(given)}
    session.connection().execute(insert(kind.versions), values)
    _write_lines(session, kind, given)
    audit.record(session, f"create version of {kind.head.record}", given.no, after=given.model_dump(mode="json"))
    return Created(record=kind.head.title, number=f"{given.no} {given.version_code}")


def change_version(session: Session, actor: Actor, *, kind: Versioned, given: Any) -> Changed:  # noqa: ANN401  # kind.given
    """Change a version that is New. Raises NotAllowed, NotFound, StaleRow, VersionStatusWrong, and what its lines name wrongly."""
    actor.require(rights.MASTERS)
    raise_version(session, kind.head, (given.no,), given.version)
    found = _required(session, kind, given)
    if found.status != validity.NEW:
        raise _wrong(kind, given, found.status, validity.NEW)
    before = version_values(session, kind, given.no, given.version_code)
    session.connection().execute(update(kind.versions).where(_is(kind, table(kind.versions), given)).values(**_facts(given)))
    session.connection().execute(delete(kind.lines).where(_is(kind, table(kind.lines), given)))
    _write_lines(session, kind, given)
    subject = f"{given.no} {given.version_code}"
    audit.record(session, f"change version of {kind.head.record}", subject, before=before, after=given.model_dump(mode="json"))
    return Changed(record=kind.head.title, number=subject)


def move_version(session: Session, actor: Actor, *, kind: Versioned, given: VersionKey, action: str) -> Changed:
    """Certify, close or reopen a version. Raises NotAllowed, NotFound, StaleRow, VersionStatusWrong, VersionSameStart, BomLoop."""
    actor.require(rights.MASTERS)
    raise_version(session, kind.head, (given.no,), given.version)
    found = _required(session, kind, given)
    status, beginnings = validity.MOVES[action]
    if found.status not in beginnings:
        raise _wrong(kind, given, found.status, " or ".join(beginnings))
    if status == validity.CERTIFIED:
        twin = validity.same_start(found, versions_of(session, kind.versions, given.no))
        if twin is not None:
            raise VersionSameStart(record=kind.head.record, number=given.no, version_code=given.version_code, other=twin.code)
    session.connection().execute(update(kind.versions).where(_is(kind, table(kind.versions), given)).values(status=status))
    if kind is BOM_VERSIONS:
        refuse_loops(session, [given.no])
    subject = f"{given.no} {given.version_code}"
    audit.record(session, f"{action} version of {kind.head.record}", subject, before={"status": found.status}, after={"status": status})
    return Changed(record=kind.head.title, number=subject)


def delete_version(session: Session, actor: Actor, *, kind: Versioned, given: VersionKey) -> Deleted:
    """Take away a version that is New and that no order was made from. Raises NotAllowed, NotFound, StaleRow, VersionInUse."""
    actor.require(rights.MASTERS)
    raise_version(session, kind.head, (given.no,), given.version)
    found = _required(session, kind, given)
    reason = _why_kept(session, kind, given, found)
    if reason:
        raise VersionInUse(record=kind.head.record, number=given.no, version_code=given.version_code, reason=reason)
    before = version_values(session, kind, given.no, given.version_code)
    for model in (kind.lines, kind.versions):
        session.connection().execute(delete(model).where(_is(kind, table(model), given)))
    subject = f"{given.no} {given.version_code}"
    audit.record(session, f"delete version of {kind.head.record}", subject, before=before)
    return Deleted(record=kind.head.title, number=subject)


def copy_version(session: Session, actor: Actor, *, kind: Versioned, given: CopyVersion) -> Created:
    """A bill or routing of another item with the lines of this version; its version 1 is New, so that somebody looks at it.

    Raises NotAllowed, NotFound, AlreadyExists for an item that has one, UnitUnknown, BomLoop.
    """
    actor.require(rights.MASTERS)
    values = version_values(session, kind, given.no, given.version_code)
    if not values["lines"]:
        raise NotFound(record=f"version of {kind.head.record}", number=f"{given.no} {given.version_code}")
    copied = read_input(kind.new, {"item_no": given.item_no, "status": validity.NEW, "lines": values["lines"]})
    return kind.create(session, actor, given=copied)


def version_values(session: Session, kind: Versioned, no: str, version_code: str) -> dict[str, Any]:
    """A version in the form of its input, for forms, copies and the audit. Two statements."""
    versions, lines = table(kind.versions), table(kind.lines)
    key = VersionKey.model_construct(no=no, version_code=version_code)
    row = session.connection().execute(select(versions).where(_is(kind, versions, key))).mappings().one_or_none()
    rows = session.connection().execute(select(lines).where(_is(kind, lines, key)).order_by(lines.c[kind.line_key])).mappings()
    line_model: type[InputModel] = type_of_lines(kind)
    dumped = [
        line_model.model_validate({name: one[name] for name in line_model.model_fields}).model_dump(mode="json") for one in rows
    ]
    if row is None:
        return {"lines": []}
    dates = {name: row[name].isoformat() if row[name] else None for name in ("starting_date", "ending_date")}
    return {"description": row["description"], **dates, "lines": dumped}


def type_of_lines(kind: Versioned) -> type[InputModel]:
    """The input model of one line."""
    annotation = kind.given.model_fields["lines"].annotation
    line_model = annotation.__args__[0]  # type: ignore[union-attr]  # a tuple of lines, always
    assert isinstance(line_model, type)
    assert issubclass(line_model, InputModel)
    return line_model


def _write_lines(session: Session, kind: Versioned, given: Any) -> None:  # noqa: ANN401  # kind.given
    session.connection().execute(insert(kind.lines), kind.rows(session, given))
    if kind is BOM_VERSIONS:
        refuse_loops(session, [given.no])


def _facts(given: BomVersionInput | RoutingVersionInput) -> Mapping[str, Any]:
    return {"description": given.description, "starting_date": given.starting_date, "ending_date": given.ending_date}


def _is(kind: Versioned, own: Table, key: VersionKey) -> ColumnElement[bool]:
    return and_(own.c[kind.head.owner] == key.no, own.c.version_code == key.version_code)


def _required(session: Session, kind: Versioned, key: VersionKey) -> validity.Version:
    found = {version.code: version for version in versions_of(session, kind.versions, key.no)}
    if key.version_code not in found:
        raise NotFound(record=f"version of {kind.head.record}", number=f"{key.no} {key.version_code}")
    return found[key.version_code]


def _wrong(kind: Versioned, key: VersionKey, status: str, needed: str) -> VersionStatusWrong:
    return VersionStatusWrong(record=kind.head.record, number=key.no, version_code=key.version_code, status=status, needed=needed)


def _why_kept(session: Session, kind: Versioned, key: VersionKey, found: validity.Version) -> str:
    if found.status != validity.NEW:
        return f"it is {found.status}"
    others: Sequence[validity.Version] = versions_of(session, kind.versions, key.no)
    if len(others) == 1:
        return "it is the only one"
    head = read_record(session, kind.head, (key.no,))
    order = table(ProductionOrder)
    named = order.c[kind.order_column] == key.version_code
    made = select(order.c.no).where(order.c.item_no == (head or {})["item_no"], named).order_by(order.c.no).limit(1)
    order_no = session.connection().scalar(made)
    return f"production order {order_no} was made from it" if order_no else ""
