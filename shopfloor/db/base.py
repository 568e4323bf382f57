"""Base class of all models, the plant key, and the three column types of our own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Dialect, Integer, MetaData, Table, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shopfloor.quantity import from_stored, to_stored

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every model of the product. Constraints are named, so that migrations can name what they change."""

    metadata = MetaData(naming_convention=NAMING)


class PlantLed:
    """Tables that belong to one plant: `plant_no` leads every key and stands in every WHERE (A15, A25)."""

    plant_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, sort_order=-100)


class Counted:
    """Records that people change: `version` rises with every change, so that two people do not overwrite each other silently."""

    version: Mapped[int] = mapped_column(default=1, sort_order=100)


class QuantityType(TypeDecorator[Decimal]):
    """A base quantity: Decimal in Python, whole hundred-thousandths in a BIGINT (A27). Sums stay exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Decimal to stored whole number."""
        del dialect
        return None if value is None else to_stored(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """Stored whole number to Decimal. PostgreSQL gives sums of BIGINT as numeric, hence `int`."""
        del dialect
        return None if value is None else from_stored(int(value))


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Always aware and in UTC in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive times are a mistake of ours and crash here."""
        if value is None:
            return None
        assert value.tzinfo is not None, "a time without its zone"
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no zone; what is stored is UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def captions(column: str, values: type[StrEnum]) -> CheckConstraint:
    """CHECK that a column holds one of the captions of an enumeration (A35)."""
    listed = ", ".join("'" + value.value.replace("'", "''") + "'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def table(model: type[Base]) -> Table:
    """The Core table of a model: what hot paths write and read (A18)."""
    found = model.__table__
    assert isinstance(found, Table)
    return found
