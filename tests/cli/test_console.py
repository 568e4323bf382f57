"""The console command: what it does, and that every error is one sentence and a non-zero exit."""

from __future__ import annotations

import os
import sys

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session

from shopfloor.cli import doctor
from shopfloor.cli.main import shopfloor
from shopfloor.db import make_engine
from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.people.errors import TokenUnknown
from shopfloor.people.queries import actor_of_token
from tests.databases import ENGINES, fresh_url, postgres_url


@pytest.fixture
def console(tmp_path, monkeypatch):
    """`console(url, *arguments)`: the command in this process, with a data folder of its own."""
    for name in [name for name in os.environ if name.startswith("SHOPFLOOR_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)

    def run(url, *arguments, **environment):
        env = {"SHOPFLOOR_DATA": str(tmp_path / "data"), "SHOPFLOOR_DATABASE_URL": url, **environment}
        return CliRunner(env=env).invoke(shopfloor, list(arguments), prog_name="shopfloor")

    return run


@pytest.fixture(params=ENGINES)
def url(request):
    """A migrated, empty database."""
    with fresh_url(request.param) as made:
        yield made


def refused(result):
    """The one sentence of a failed command; anything but a clean exit with code 1 fails."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1, result.output
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("Error: ")
    assert "Traceback" not in result.output
    return lines[0]


def done(result):
    assert result.exception is None, result.output
    assert result.exit_code == 0
    return result.output


def execute(url, statement):
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_upgrade_makes_an_empty_database_usable_and_may_be_repeated(console, tmp_path):
    """R-OP-3: `db upgrade` from nothing, and again."""
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    assert "db upgrade" in refused(console(url, "check"))
    done(console(url, "db", "upgrade"))
    done(console(url, "db", "upgrade"))
    assert "Everything agrees" in done(console(url, "check"))


BROKEN = [
    ("mysql://root:secret@host/plant", "SQLite file or a PostgreSQL"),
    ("sqlite://", "SQLite file or a PostgreSQL"),
    ("no address", "cannot be read"),
    ("postgresql://user:secret@127.0.0.1:1/plant", "Connection refused"),
    ("postgresql+psycopg2://user:secret@127.0.0.1/plant", "psycopg2"),
    ("postgresql://user:secret@127.0.0.1:notaport/plant", "cannot be read"),
    ("sqlite:////nowhere/at/all/plant.sqlite3", "/nowhere/at/all"),
    ("sqlite:////proc/plant.sqlite3", "/proc/plant.sqlite3"),
]


@pytest.mark.parametrize(
    "verb", [("db", "upgrade"), ("check",), ("run",), ("demo", "--if-empty"), ("user", "list"), ("token", "create", "E-1")]
)
@pytest.mark.parametrize(("address", "says"), BROKEN)
def test_a_database_that_cannot_be_opened_gives_one_sentence(console, address, says, verb):
    """Bad input: never a traceback, never the password."""
    said = refused(console(address, *verb))
    assert says in said
    assert "secret" not in said


@pytest.mark.parametrize("verb", [("db", "upgrade"), ("check",), ("run",)])
@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_gives_one_sentence(console, tmp_path, verb, content):
    path = tmp_path / "plant.sqlite3"
    path.write_bytes(content)
    assert "plant.sqlite3" in refused(console(f"sqlite:///{path}", *verb))
    assert path.read_bytes() == content


def test_a_database_that_may_not_be_written_gives_one_sentence(console):
    """A PostgreSQL database that is read-only: doctor says so and fails, and so does everything that writes."""
    with fresh_url("postgresql") as url:
        name = make_url(url).database
        with psycopg.connect(postgres_url(), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
        result = console(url, "doctor")
        assert result.exit_code == 1
        assert "may not be written" in result.stdout
        assert "read-only" in refused(console(url, "demo"))


@pytest.mark.parametrize(("environment", "says"), [
    ({"SHOPFLOOR_DATA": "/proc/shopfloor"}, "SHOPFLOOR_DATA"),
    ({"SHOPFLOOR_DATA": "/etc/hostname/data"}, "SHOPFLOOR_DATA"),
    ({"SHOPFLOOR_PORT": "many"}, "SHOPFLOOR_PORT"),
    ({"SHOPFLOOR_THREADS": "1.5"}, "SHOPFLOOR_THREADS"),
    ({"SHOPFLOOR_THREADS": "0"}, "SHOPFLOOR_THREADS"),
    ({"SHOPFLOOR_PORT": "70000"}, "SHOPFLOOR_PORT"),
])
def test_settings_that_cannot_be_used_give_one_sentence(console, tmp_path, environment, says):
    assert says in refused(console(f"sqlite:///{tmp_path / 'a.sqlite3'}", "db", "upgrade", **environment))


def test_a_newer_schema_is_left_alone(console, url):
    """Operations 4.4: the program refuses a database that a newer one has migrated."""
    execute(url, "UPDATE alembic_version SET version_num = 'from_the_future'")
    assert "newer than this program" in refused(console(url, "db", "upgrade"))
    assert "db upgrade" in refused(console(url, "run"))


def test_a30_a_new_data_folder_is_its_owners_alone(console, tmp_path):
    """Badges, tokens and keys lie in it, and SQLite gives its files the rights of everybody's umask."""
    done(console("", "db", "upgrade"))
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "shopfloor.sqlite3").exists()


def test_people_and_tokens(console, url):
    """A30: the first person of an empty plant is an administrator; a token acts for its operator until it is revoked."""
    assert "administrator" in refused(console(url, "user", "add", "E-1", "Ann", "--badge", "1"))
    first = ("user", "add", "A-1", "Ada", "--badge", "9", "--role", "administrator", "--plant", "Works", "--time-zone", "Europe/Berlin")
    assert "badge 9" in done(console(url, *first))
    done(console(url, "user", "add", "E-1", "Ann", "--badge", "1"))
    assert "E-1" in refused(console(url, "user", "add", "E-1", "Bob", "--badge", "2"))
    assert "badge" in refused(console(url, "user", "add", "E-2", "Bob", "--badge", "\x1d"))
    assert "Ann  Worker" in done(console(url, "user", "list"))
    assert "E-9" in refused(console(url, "token", "create", "E-9"))
    result = console(url, "token", "create", "E-1", "--description", "Line 4")
    secret, fingerprint = done(result) and result.stdout.strip(), result.stderr.split()[1].rstrip(".")
    engine = make_engine(url)
    with Session(engine) as session:
        assert actor_of_token(session, secret).operator_no == "E-1"
        kept = session.execute(select(CommandEntry.outcome_fields, CommandEntry.audit)).all()
        assert secret not in str(kept)
    assert f"{fingerprint}  E-1  valid" in done(console(url, "token", "list"))
    assert "No single token" in refused(console(url, "token", "revoke", fingerprint[:3]))
    done(console(url, "token", "revoke", fingerprint))
    with Session(engine) as session, pytest.raises(TokenUnknown):
        actor_of_token(session, secret)
    engine.dispose()
    assert f"{fingerprint}  E-1  revoked" in done(console(url, "token", "list"))


def test_the_demo_plant_leaves_a_real_plant_alone(console, url):
    done(console(url, "user", "add", "A-1", "Ada", "--badge", "9", "--role", "Administrator"))
    assert done(console(url, "demo", "--if-empty")) == ""
    assert "plant of its own" in refused(console(url, "demo"))


def test_demo_and_check(console):
    """Delivery 4: loaded once, left alone afterwards; `check` names what is broken and fails."""
    with fresh_url("sqlite") as url:
        assert "loaded" in done(console(url, "demo", "--if-empty"))
        assert done(console(url, "demo", "--if-empty")) == ""
        assert "Everything agrees" in done(console(url, "check"))
        execute(url, "UPDATE item SET serial_pattern = '' WHERE no = 'PACK-48V'")
        assert "Note: item PACK-48V has no pattern" in done(console(url, "check"))
        execute(url, "UPDATE open_item_entry SET remaining = remaining + 100000 WHERE item_no = 'SCREW-M4'")
        result = console(url, "check")
        assert "problem(s) found" in refused(result)
        assert "Problem: " in result.stdout
        told = done(console(url, "check", "--rebuild"))
        assert "made anew from the ledger" in told
        assert "Everything agrees" in told


@pytest.mark.parametrize("size", ["0", "-1", "x", "1000000000"])
def test_a_size_that_makes_no_sense_is_refused(console, tmp_path, size):
    result = console(f"sqlite:///{tmp_path / 'a.sqlite3'}", "demo", "--size", size)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_doctor_is_content_with_a_current_database(console, tmp_path):
    """R-OP-3: one line for each thing, with what to do."""
    url = f"sqlite:///{tmp_path / 'plant.sqlite3'}"
    result = console(url, "doctor")
    assert result.exit_code == 1
    assert "stop  schema" in result.stdout
    done(console(url, "db", "upgrade"))
    told = done(console(url, "doctor"))
    assert "synchronous=FULL" in told
    assert all(line[:4] in {"good", "note"} for line in told.splitlines())


def test_doctor_stops_at_postgresql_that_forgets(console):
    """R-DB-6: the test server runs with synchronous_commit off, which a plant must not."""
    with fresh_url("postgresql") as url:
        result = console(url, "doctor")
    assert result.exit_code == 1
    assert "synchronous_commit=off" in result.stdout


@pytest.mark.parametrize(("hidden", "name", "state", "says"), [
    (["pyzbar.pyzbar"], "decoders", "note", "zxing-cpp alone"),
    (["zxingcpp"], "decoders", "note", "pyzbar"),
    (["zxingcpp", "pyzbar.pyzbar"], "decoders", "note", "none"),
    (["cv2"], "OpenCV", "note", "pictures of codes: off"),
    (["reportlab"], "PDF labels", "note", "pip install"),
    (["gunicorn"], "web server", "note", "waitress"),
    (["gunicorn", "waitress"], "web server", "stop", "pip install"),
    (["psycopg"], "psycopg", "note", "SQLite only"),
])
def test_doctor_says_what_works_without_a_package(monkeypatch, hidden, name, state, says):
    """The degradation table (operations 2.3): every row with the module hidden."""
    for module in hidden:
        monkeypatch.setitem(sys.modules, module, None)
    found = next(finding for finding in doctor.programs() if finding.name == name)
    assert (found.state, says in found.text) == (state, True), found


def test_doctor_without_chromium(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("SHOPFLOOR_CHROMIUM", raising=False)
    found = next(finding for finding in doctor.programs() if finding.name == "Chromium")
    assert found.state == "note"
    assert "not needed" in found.text


@pytest.mark.parametrize(("version", "state"), [
    ((3, 40, 1), "note"), ((3, 51, 2), "note"), ((3, 51, 3), "good"), ((3, 53, 4), "good"), ((4, 0, 0), "good"),
])
def test_doctor_knows_sqlite_with_the_wal_bug(version, state):
    """R-DB-8."""
    assert doctor.sqlite_library(version).state == state


def test_doctor_knows_network_shares(tmp_path):
    """Operations 4.3: SQLite is kept on a local disk."""
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\nserver:/x /plant nfs4 rw 0 0\n/dev/sdb1 /plant/local xfs rw 0 0\n")
    kinds = [doctor.file_system_of(doctor.Path(place), mounts) for place in ("/home", "/plant/data", "/plant/local/data", "/plants")]
    assert kinds == ["ext4", "nfs4", "xfs", "ext4"]
    assert doctor.file_system_of(tmp_path, tmp_path / "missing") == ""
