"""Guards of append-only tables: the database itself refuses to change or delete a row (A24).

Alembic's autogenerate does not see them, so migrations call `guard_statements` and a test looks for them on a migrated database.
"""

from __future__ import annotations

APPEND_ONLY = (
    "item_ledger_entry",
    "item_application_entry",
    "item_register",
    "association_entry",
    "command_entry",
    "scan_entry",
    "number_history",
    "operation_entry",
    "inspection_value",
    "inspection_attachment",
)


def guard_statements(table: str, dialect: str) -> list[str]:
    """SQL that guards one table. Call it again after a batch change of the table: the rebuild drops SQLite's triggers."""
    return _sqlite_guards(table) if dialect == "sqlite" else _postgres_guards(table)


def _sqlite_guards(table: str) -> list[str]:
    """REPLACE fires the delete trigger only with recursive_triggers on, which every connection sets."""
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _postgres_guards(table: str) -> list[str]:
    body = "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    return [
        f"CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS {body}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER",
    ]
