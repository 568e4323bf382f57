"""Plants, company settings, operators, stations and access tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shopfloor.db import Base, Counted, PlantLed, UtcDateTime, captions


class Role(StrEnum):
    """What a person is here for; rights follow from it (people.rights)."""

    WORKER = "Worker"
    SUPERVISOR = "Shop-floor supervisor"
    MANAGER = "Production manager"
    QUALITY = "Quality engineer"
    STOREKEEPER = "Storekeeper"
    ADMINISTRATOR = "Administrator"


class Plant(Base):
    """One factory site. A small company has one and never sees its number."""

    __tablename__ = "plant"
    plant_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100))
    time_zone: Mapped[str] = mapped_column(String(60))
    """IANA name; posting and expiry dates are this zone's calendar dates."""


class CompanySetting(Base):
    """One setting of the company; `people.settings` lists names, meanings and defaults."""

    __tablename__ = "company_setting"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class Operator(Base):
    """A person who acts. The badge is the code printed on the card."""

    __tablename__ = "operator"
    no: Mapped[str] = mapped_column(String(50), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    badge: Mapped[str] = mapped_column(String(60), unique=True)
    role: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(10), default="en")
    blocked: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (captions("role", Role),)


class Station(PlantLed, Counted, Base):
    """A place where people scan. The scanner's profile belongs to it."""

    __tablename__ = "station"
    code: Mapped[str] = mapped_column(String(50), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    gs1_recognition: Mapped[str] = mapped_column(String(20), default="")
    """Empty: the company's setting (D11)."""
    scanner: Mapped[str] = mapped_column(Text, default="")
    """JSON: what the station check found, and when (R-23). Empty: never checked."""
    blocked: Mapped[bool] = mapped_column(default=False)
    """Nobody signs in here any more."""
    picture_symbols: Mapped[str] = mapped_column(String(300), default="")
    """IMG-6: kinds of codes that are taken from pictures, with commas between. Empty: all."""
    itf_lengths: Mapped[str] = mapped_column(String(40), default="")
    """IMG-6: digits of the ITF codes in use, with commas between. Empty: 14."""
    picture_lookup: Mapped[bool] = mapped_column(default=False)
    """IMG-6: what a camera or picture says counts only if it is known."""


class ReasonCode(PlantLed, Counted, Base):
    """Why somebody with the right said yes to a question (D18)."""

    __tablename__ = "reason_code"
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    description: Mapped[str] = mapped_column(String(100))
    blocked: Mapped[bool] = mapped_column(default=False)
    """Nobody chooses it any more; where it was given it stays readable."""


class AccessToken(Base):
    """A bearer token of the API. Only its SHA-256 is kept."""

    __tablename__ = "access_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    operator_no: Mapped[str] = mapped_column(String(50))
    description: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index(None, "operator_no"),)
