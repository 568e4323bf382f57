"""The first schema: masters, ledger, reservations, orders, production, genealogy, and the guards of append-only tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shopfloor.db.guards import guard_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "item_ledger_entry",
    "item_application_entry",
    "item_register",
    "association_entry",
    "command_entry",
    "scan_entry",
)
COUNTERS = (
    "item_ledger_entry",
    "item_application_entry",
    "item_register",
    "reservation_entry",
    "association_entry",
    "association",
    "match_id",
    "scan_entry",
    "tracking_unit",
    "picking_list",
    "document",
)


def upgrade() -> None:
    """Make every table, then the guards and the counters."""
    make_tables()
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in guard_statements(table, dialect):
            op.execute(statement)
    for name in COUNTERS:
        if dialect == "postgresql":
            op.execute(f"CREATE SEQUENCE {name}_no")
        op.execute(f"INSERT INTO entry_counter (name, last_no) VALUES ('{name}', 0)")  # noqa: S608


def downgrade() -> None:
    """A ledger is not taken back; restore the backup that was made before the upgrade."""
    raise NotImplementedError


def make_tables() -> None:
    """The tables as they were first."""
    op.create_table('access_token',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('operator_no', sa.String(length=50), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_access_token'))
    )
    op.create_index(op.f('ix_access_token_operator_no'), 'access_token', ['operator_no'], unique=False)
    op.create_table('command_entry',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('command_key', sa.String(length=64), nullable=False),
    sa.Column('command_name', sa.String(length=60), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('refused', sa.Boolean(), nullable=False),
    sa.Column('outcome_code', sa.String(length=60), nullable=False),
    sa.Column('outcome_fields', sa.JSON(), nullable=False),
    sa.Column('audit', sa.JSON(), nullable=False),
    sa.Column('operator_no', sa.String(length=50), nullable=False),
    sa.Column('station_code', sa.String(length=50), nullable=False),
    sa.Column('captured_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'command_key', name=op.f('pk_command_entry'))
    )
    op.create_table('company_setting',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_company_setting'))
    )
    op.create_table('customer',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('city', sa.String(length=50), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('email', sa.String(length=100), nullable=False),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_customer'))
    )
    op.create_table('entry_counter',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('last_no', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_entry_counter'))
    )
    op.create_table('genealogy_edge',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('parent_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('child_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'parent_no', 'child_no', name=op.f('pk_genealogy_edge'))
    )
    op.create_index('ix_genealogy_edge_child', 'genealogy_edge', ['plant_no', 'child_no', 'parent_no'], unique=False)
    op.create_table('item_application_entry',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('item_entry_no', sa.BigInteger(), nullable=False),
    sa.Column('inbound_item_entry_no', sa.BigInteger(), nullable=False),
    sa.Column('outbound_item_entry_no', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('posting_date', sa.Date(), nullable=False),
    sa.Column('transferred_from_entry_no', sa.BigInteger(), nullable=False),
    sa.Column('cost_application', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'entry_no', name=op.f('pk_item_application_entry'))
    )
    op.create_index(op.f('ix_item_application_entry_plant_no_inbound_item_entry_no'), 'item_application_entry', ['plant_no', 'inbound_item_entry_no'], unique=False)
    op.create_index(op.f('ix_item_application_entry_plant_no_outbound_item_entry_no'), 'item_application_entry', ['plant_no', 'outbound_item_entry_no'], unique=False)
    op.create_table('item_register',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('register_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('operator_no', sa.String(length=50), nullable=False),
    sa.Column('station_code', sa.String(length=50), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'register_no', name=op.f('pk_item_register'))
    )
    op.create_table('item_tracking_code',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('serial_specific', sa.Boolean(), nullable=False),
    sa.Column('lot_specific', sa.Boolean(), nullable=False),
    sa.Column('package_specific', sa.Boolean(), nullable=False),
    sa.Column('use_expiration_dates', sa.Boolean(), nullable=False),
    sa.Column('expiration_entry_required', sa.Boolean(), nullable=False),
    sa.Column('strict_expiration_posting', sa.Boolean(), nullable=False),
    sa.Column('information_required_inbound', sa.Boolean(), nullable=False),
    sa.Column('information_required_outbound', sa.Boolean(), nullable=False),
    sa.Column('create_information_on_posting', sa.Boolean(), nullable=False),
    sa.CheckConstraint('use_expiration_dates OR NOT (strict_expiration_posting OR expiration_entry_required)', name=op.f('ck_item_tracking_code_expiration_flags')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_item_tracking_code'))
    )
    op.create_table('location',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'code', name=op.f('pk_location'))
    )
    op.create_table('number_series',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('prefix', sa.String(length=20), nullable=False),
    sa.Column('digits', sa.Integer(), nullable=False),
    sa.Column('last_no', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'code', name=op.f('pk_number_series'))
    )
    op.create_table('open_item_entry',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('posting_date', sa.Date(), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('serial_no', sa.String(length=50), nullable=False),
    sa.Column('lot_no', sa.String(length=50), nullable=False),
    sa.Column('package_no', sa.String(length=50), nullable=False),
    sa.Column('serial_specific', sa.Boolean(), nullable=False),
    sa.Column('unit_no', sa.BigInteger(), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('order_line_no', sa.Integer(), nullable=False),
    sa.Column('remaining', sa.BigInteger(), nullable=False),
    sa.Column('reserved', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('(remaining > 0 AND reserved >= 0 AND reserved <= remaining) OR (remaining < 0 AND reserved = 0)', name=op.f('ck_open_item_entry_remaining')),
    sa.PrimaryKeyConstraint('plant_no', 'entry_no', name=op.f('pk_open_item_entry'))
    )
    op.create_index(op.f('ix_open_item_entry_plant_no_item_no_variant_code_location_code_posting_date_entry_no'), 'open_item_entry', ['plant_no', 'item_no', 'variant_code', 'location_code', 'posting_date', 'entry_no'], unique=False)
    op.create_index(op.f('ix_open_item_entry_plant_no_lot_no'), 'open_item_entry', ['plant_no', 'lot_no'], unique=False)
    op.create_index(op.f('ix_open_item_entry_plant_no_serial_no'), 'open_item_entry', ['plant_no', 'serial_no'], unique=False)
    op.create_index('uq_open_item_entry_serial', 'open_item_entry', ['plant_no', 'item_no', 'variant_code', 'serial_no'], unique=True, sqlite_where=sa.text('serial_specific AND remaining > 0'), postgresql_where=sa.text('serial_specific AND remaining > 0'))
    op.create_table('operator',
    sa.Column('no', sa.String(length=50), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('badge', sa.String(length=60), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('blocked', sa.Boolean(), nullable=False),
    sa.CheckConstraint("role IN ('Worker', 'Shop-floor supervisor', 'Production manager', 'Quality engineer', 'Storekeeper', 'Administrator')", name=op.f('ck_operator_role')),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_operator')),
    sa.UniqueConstraint('badge', name=op.f('uq_operator_badge'))
    )
    op.create_table('picking_list_line',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('association_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('journal_no', sa.BigInteger(), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('owner_no', sa.String(length=50), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('end_line', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'association_no', name=op.f('pk_picking_list_line'))
    )
    op.create_index(op.f('ix_picking_list_line_plant_no_journal_no'), 'picking_list_line', ['plant_no', 'journal_no'], unique=False)
    op.create_index(op.f('ix_picking_list_line_plant_no_order_no'), 'picking_list_line', ['plant_no', 'order_no'], unique=False)
    op.create_table('plant',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', name=op.f('pk_plant'))
    )
    op.create_table('scan_entry',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('command_key', sa.String(length=64), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('raw_text', sa.Text(), nullable=False),
    sa.Column('decoded', sa.JSON(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('mode', sa.String(length=20), nullable=False),
    sa.Column('match_id', sa.BigInteger(), nullable=False),
    sa.Column('association_no', sa.BigInteger(), nullable=False),
    sa.Column('component_line_no', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('message', sa.String(length=500), nullable=False),
    sa.Column('after_key', sa.String(length=64), nullable=False),
    sa.Column('holds_key', sa.String(length=64), nullable=False),
    sa.Column('session_id', sa.String(length=64), nullable=False),
    sa.Column('clock_id', sa.String(length=64), nullable=False),
    sa.Column('clock_ms', sa.BigInteger(), nullable=False),
    sa.Column('operator_no', sa.String(length=50), nullable=False),
    sa.Column('station_code', sa.String(length=50), nullable=False),
    sa.Column('captured_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'entry_no', name=op.f('pk_scan_entry'))
    )
    op.create_index(op.f('ix_scan_entry_plant_no_command_key'), 'scan_entry', ['plant_no', 'command_key'], unique=False)
    op.create_index(op.f('ix_scan_entry_plant_no_order_no_entry_no'), 'scan_entry', ['plant_no', 'order_no', 'entry_no'], unique=False)
    op.create_index(op.f('ix_scan_entry_plant_no_recorded_at'), 'scan_entry', ['plant_no', 'recorded_at'], unique=False)
    op.create_index(op.f('ix_scan_entry_plant_no_session_id_entry_no'), 'scan_entry', ['plant_no', 'session_id', 'entry_no'], unique=False)
    op.create_table('station',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('code', sa.String(length=50), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('scanner_profile', sa.String(length=40), nullable=False),
    sa.Column('gs1_recognition', sa.String(length=20), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'code', name=op.f('pk_station'))
    )
    op.create_table('tracked_components_policy',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('use_tracked_components', sa.Boolean(), nullable=False),
    sa.Column('check_preallocation_for_product', sa.Boolean(), nullable=False),
    sa.Column('check_preallocation_for_components', sa.Boolean(), nullable=False),
    sa.Column('serial_number_matching_limit', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_tracked_components_policy'))
    )
    op.create_table('tracking_unit',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('unit_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('serial_no', sa.String(length=50), nullable=False),
    sa.Column('lot_no', sa.String(length=50), nullable=False),
    sa.Column('package_no', sa.String(length=50), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('order_line_no', sa.Integer(), nullable=False),
    sa.Column('match_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('plant_no', 'unit_no', name=op.f('pk_tracking_unit'))
    )
    op.create_index(op.f('ix_tracking_unit_plant_no_lot_no'), 'tracking_unit', ['plant_no', 'lot_no'], unique=False)
    op.create_index(op.f('ix_tracking_unit_plant_no_serial_no'), 'tracking_unit', ['plant_no', 'serial_no'], unique=False)
    op.create_index('uq_tracking_unit_key', 'tracking_unit', ['plant_no', 'item_no', 'variant_code', 'serial_no', 'lot_no', 'package_no', 'order_no', 'order_line_no', 'match_id'], unique=True)
    op.create_table('unit_of_measure',
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('description', sa.String(length=50), nullable=False),
    sa.Column('measured', sa.Boolean(), nullable=False),
    sa.Column('gs1_unit', sa.String(length=10), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_unit_of_measure'))
    )
    op.create_table('vendor',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('city', sa.String(length=50), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_vendor'))
    )
    op.create_table('item',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('base_unit_code', sa.String(length=10), nullable=False),
    sa.Column('rounding_precision', sa.BigInteger(), nullable=False),
    sa.Column('item_tracking_code', sa.String(length=20), nullable=True),
    sa.Column('tracked_components_policy', sa.String(length=20), nullable=True),
    sa.Column('reservation_policy', sa.String(length=10), nullable=False),
    sa.Column('serial_pattern', sa.String(length=100), nullable=False),
    sa.Column('lot_pattern', sa.String(length=100), nullable=False),
    sa.Column('expiration_days', sa.Integer(), nullable=False),
    sa.Column('report_when_completed', sa.Boolean(), nullable=False),
    sa.Column('negative_stock_allowed', sa.Boolean(), nullable=False),
    sa.Column('blocked', sa.Boolean(), nullable=False),
    sa.CheckConstraint("reservation_policy IN ('Never', 'Optional', 'Always')", name=op.f('ck_item_reservation_policy')),
    sa.CheckConstraint('rounding_precision > 0', name=op.f('ck_item_precision')),
    sa.ForeignKeyConstraint(['base_unit_code'], ['unit_of_measure.code'], name=op.f('fk_item_base_unit_code_unit_of_measure')),
    sa.ForeignKeyConstraint(['item_tracking_code'], ['item_tracking_code.code'], name=op.f('fk_item_item_tracking_code_item_tracking_code')),
    sa.ForeignKeyConstraint(['tracked_components_policy'], ['tracked_components_policy.name'], name=op.f('fk_item_tracked_components_policy_tracked_components_policy')),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_item'))
    )
    op.create_table('item_tracking_requirement',
    sa.Column('tracking_code', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('transaction', sa.String(length=40), nullable=False),
    sa.CheckConstraint("kind IN ('Serial', 'Lot', 'Package')", name=op.f('ck_item_tracking_requirement_kind')),
    sa.ForeignKeyConstraint(['tracking_code'], ['item_tracking_code.code'], name=op.f('fk_item_tracking_requirement_tracking_code_item_tracking_code')),
    sa.PrimaryKeyConstraint('tracking_code', 'kind', 'transaction', name=op.f('pk_item_tracking_requirement'))
    )
    op.create_table('purchase_header',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('vendor_no', sa.String(length=20), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('order_date', sa.Date(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status IN ('Open', 'Released', 'Completed')", name=op.f('ck_purchase_header_status')),
    sa.ForeignKeyConstraint(['vendor_no'], ['vendor.no'], name=op.f('fk_purchase_header_vendor_no_vendor')),
    sa.PrimaryKeyConstraint('plant_no', 'no', name=op.f('pk_purchase_header'))
    )
    op.create_table('purchase_receipt',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('vendor_no', sa.String(length=20), nullable=False),
    sa.Column('vendor_shipment_no', sa.String(length=50), nullable=False),
    sa.Column('posting_date', sa.Date(), nullable=False),
    sa.Column('register_no', sa.Integer(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['vendor_no'], ['vendor.no'], name=op.f('fk_purchase_receipt_vendor_no_vendor')),
    sa.PrimaryKeyConstraint('plant_no', 'no', name=op.f('pk_purchase_receipt'))
    )
    op.create_index(op.f('ix_purchase_receipt_plant_no_order_no'), 'purchase_receipt', ['plant_no', 'order_no'], unique=False)
    op.create_table('sales_header',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('customer_no', sa.String(length=20), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('order_date', sa.Date(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status IN ('Open', 'Released', 'Completed')", name=op.f('ck_sales_header_status')),
    sa.ForeignKeyConstraint(['customer_no'], ['customer.no'], name=op.f('fk_sales_header_customer_no_customer')),
    sa.PrimaryKeyConstraint('plant_no', 'no', name=op.f('pk_sales_header'))
    )
    op.create_table('sales_shipment',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('customer_no', sa.String(length=20), nullable=False),
    sa.Column('posting_date', sa.Date(), nullable=False),
    sa.Column('register_no', sa.Integer(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_no'], ['customer.no'], name=op.f('fk_sales_shipment_customer_no_customer')),
    sa.PrimaryKeyConstraint('plant_no', 'no', name=op.f('pk_sales_shipment'))
    )
    op.create_index(op.f('ix_sales_shipment_plant_no_order_no'), 'sales_shipment', ['plant_no', 'order_no'], unique=False)
    op.create_table('association_entry',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('action', sa.String(length=20), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('match_id', sa.BigInteger(), nullable=False),
    sa.Column('association_no', sa.BigInteger(), nullable=False),
    sa.Column('component_line_no', sa.Integer(), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('serial_no', sa.String(length=50), nullable=False),
    sa.Column('lot_no', sa.String(length=50), nullable=False),
    sa.Column('old_serial_no', sa.String(length=50), nullable=False),
    sa.Column('old_lot_no', sa.String(length=50), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('old_quantity', sa.BigInteger(), nullable=False),
    sa.Column('error_quantity', sa.BigInteger(), nullable=False),
    sa.Column('operator_no', sa.String(length=50), nullable=False),
    sa.Column('approved_by', sa.String(length=50), nullable=False),
    sa.Column('station_code', sa.String(length=50), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('register_no', sa.BigInteger(), nullable=False),
    sa.Column('corrects_entry_no', sa.BigInteger(), nullable=False),
    sa.Column('command_key', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("action IN ('registered', 'changed', 'moved', 'removed', 'picked', 'unpicked', 'consumed', 'reversed', 'reported', 'unreported')", name=op.f('ck_association_entry_action')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_association_entry_item_no_item')),
    sa.PrimaryKeyConstraint('plant_no', 'entry_no', name=op.f('pk_association_entry'))
    )
    op.create_index(op.f('ix_association_entry_plant_no_item_no_lot_no'), 'association_entry', ['plant_no', 'item_no', 'lot_no'], unique=False)
    op.create_index(op.f('ix_association_entry_plant_no_item_no_serial_no'), 'association_entry', ['plant_no', 'item_no', 'serial_no'], unique=False)
    op.create_index(op.f('ix_association_entry_plant_no_match_id_entry_no'), 'association_entry', ['plant_no', 'match_id', 'entry_no'], unique=False)
    op.create_index(op.f('ix_association_entry_plant_no_order_no_entry_no'), 'association_entry', ['plant_no', 'order_no', 'entry_no'], unique=False)
    op.create_table('bill_of_material',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_bill_of_material_item_no_item')),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_bill_of_material')),
    sa.UniqueConstraint('item_no', name=op.f('uq_bill_of_material_item_no'))
    )
    op.create_table('component_association',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('association_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('match_id', sa.BigInteger(), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('order_line_no', sa.Integer(), nullable=False),
    sa.Column('component_line_no', sa.Integer(), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('serial_no', sa.String(length=50), nullable=False),
    sa.Column('lot_no', sa.String(length=50), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('consumed_quantity', sa.BigInteger(), nullable=False),
    sa.Column('scan_quantity', sa.BigInteger(), nullable=True),
    sa.Column('scan_unit', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('prior_state', sa.String(length=20), nullable=False),
    sa.Column('use_date', sa.Date(), nullable=False),
    sa.Column('late_serial', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('registered_by', sa.String(length=50), nullable=False),
    sa.CheckConstraint("state IN ('Open', 'Picked', 'Consumed', 'Removed')", name=op.f('ck_component_association_state')),
    sa.CheckConstraint('quantity > 0 AND consumed_quantity >= 0', name=op.f('ck_component_association_quantities')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_component_association_item_no_item')),
    sa.PrimaryKeyConstraint('plant_no', 'association_no', name=op.f('pk_component_association'))
    )
    op.create_index(op.f('ix_component_association_plant_no_lot_no_item_no'), 'component_association', ['plant_no', 'lot_no', 'item_no'], unique=False)
    op.create_index(op.f('ix_component_association_plant_no_match_id'), 'component_association', ['plant_no', 'match_id'], unique=False)
    op.create_index(op.f('ix_component_association_plant_no_order_no_match_id'), 'component_association', ['plant_no', 'order_no', 'match_id'], unique=False)
    op.create_index(op.f('ix_component_association_plant_no_serial_no'), 'component_association', ['plant_no', 'serial_no'], unique=False)
    op.create_index('uq_component_association_lot', 'component_association', ['plant_no', 'match_id', 'component_line_no', 'item_no', 'variant_code', 'lot_no'], unique=True, sqlite_where=sa.text("serial_no = '' AND state IN ('Open', 'Picked')"), postgresql_where=sa.text("serial_no = '' AND state IN ('Open', 'Picked')"))
    op.create_index('uq_component_association_serial', 'component_association', ['plant_no', 'item_no', 'variant_code', 'serial_no'], unique=True, sqlite_where=sa.text("serial_no <> '' AND state <> 'Removed'"), postgresql_where=sa.text("serial_no <> '' AND state <> 'Removed'"))
    op.create_table('gtin',
    sa.Column('gtin', sa.String(length=14), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.CheckConstraint('length(gtin) = 14', name=op.f('ck_gtin_length')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_gtin_item_no_item')),
    sa.ForeignKeyConstraint(['unit_code'], ['unit_of_measure.code'], name=op.f('fk_gtin_unit_code_unit_of_measure')),
    sa.PrimaryKeyConstraint('gtin', name=op.f('pk_gtin'))
    )
    op.create_index(op.f('ix_gtin_item_no'), 'gtin', ['item_no'], unique=False)
    op.create_table('item_ledger_entry',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('register_no', sa.BigInteger(), nullable=False),
    sa.Column('entry_type', sa.String(length=30), nullable=False),
    sa.Column('document_type', sa.String(length=30), nullable=False),
    sa.Column('document_no', sa.String(length=20), nullable=False),
    sa.Column('document_line_no', sa.Integer(), nullable=False),
    sa.Column('external_document_no', sa.String(length=50), nullable=False),
    sa.Column('posting_date', sa.Date(), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('serial_no', sa.String(length=50), nullable=False),
    sa.Column('lot_no', sa.String(length=50), nullable=False),
    sa.Column('package_no', sa.String(length=50), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('scrap_quantity', sa.BigInteger(), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.Column('quantity_in_unit', sa.BigInteger(), nullable=False),
    sa.Column('expiration_date', sa.Date(), nullable=True),
    sa.Column('source_type', sa.String(length=10), nullable=False),
    sa.Column('source_no', sa.String(length=20), nullable=False),
    sa.Column('order_type', sa.String(length=10), nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('order_line_no', sa.Integer(), nullable=False),
    sa.Column('component_line_no', sa.Integer(), nullable=False),
    sa.Column('match_id', sa.BigInteger(), nullable=False),
    sa.Column('corrects_entry_no', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("document_type IN ('', 'Purchase Receipt', 'Sales Shipment', 'Item Journal', 'Production Journal')", name=op.f('ck_item_ledger_entry_document_type')),
    sa.CheckConstraint("entry_type IN ('Purchase', 'Sale', 'Positive Adjmt.', 'Negative Adjmt.', 'Transfer', 'Consumption', 'Output', 'Assembly Consumption', 'Assembly Output')", name=op.f('ck_item_ledger_entry_entry_type')),
    sa.CheckConstraint("order_type IN ('', 'Production')", name=op.f('ck_item_ledger_entry_order_type')),
    sa.CheckConstraint("source_type IN ('', 'Vendor', 'Customer', 'Item')", name=op.f('ck_item_ledger_entry_source_type')),
    sa.CheckConstraint('quantity <> 0 OR scrap_quantity <> 0', name=op.f('ck_item_ledger_entry_quantity')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_item_ledger_entry_item_no_item')),
    sa.PrimaryKeyConstraint('plant_no', 'entry_no', name=op.f('pk_item_ledger_entry'))
    )
    op.create_index(op.f('ix_item_ledger_entry_plant_no_document_no'), 'item_ledger_entry', ['plant_no', 'document_no'], unique=False)
    op.create_index(op.f('ix_item_ledger_entry_plant_no_item_no_serial_no_entry_no'), 'item_ledger_entry', ['plant_no', 'item_no', 'serial_no', 'entry_no'], unique=False)
    op.create_index(op.f('ix_item_ledger_entry_plant_no_lot_no_item_no_entry_no'), 'item_ledger_entry', ['plant_no', 'lot_no', 'item_no', 'entry_no'], unique=False)
    op.create_index(op.f('ix_item_ledger_entry_plant_no_order_no_order_line_no_match_id'), 'item_ledger_entry', ['plant_no', 'order_no', 'order_line_no', 'match_id'], unique=False)
    op.create_index(op.f('ix_item_ledger_entry_plant_no_serial_no_entry_no'), 'item_ledger_entry', ['plant_no', 'serial_no', 'entry_no'], unique=False)
    op.create_table('item_reference',
    sa.Column('reference_no', sa.String(length=50), nullable=False),
    sa.Column('source_no', sa.String(length=20), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_item_reference_item_no_item')),
    sa.ForeignKeyConstraint(['unit_code'], ['unit_of_measure.code'], name=op.f('fk_item_reference_unit_code_unit_of_measure')),
    sa.PrimaryKeyConstraint('reference_no', 'source_no', name=op.f('pk_item_reference'))
    )
    op.create_index(op.f('ix_item_reference_item_no'), 'item_reference', ['item_no'], unique=False)
    op.create_table('item_unit_of_measure',
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.Column('quantity_per_unit', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('quantity_per_unit > 0', name=op.f('ck_item_unit_of_measure_quantity_per_unit')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_item_unit_of_measure_item_no_item')),
    sa.ForeignKeyConstraint(['unit_code'], ['unit_of_measure.code'], name=op.f('fk_item_unit_of_measure_unit_code_unit_of_measure')),
    sa.PrimaryKeyConstraint('item_no', 'unit_code', name=op.f('pk_item_unit_of_measure'))
    )
    op.create_table('number_information',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('number', sa.String(length=50), nullable=False),
    sa.Column('number_folded', sa.String(length=100), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('blocked', sa.Boolean(), nullable=False),
    sa.Column('hold_reason', sa.String(length=200), nullable=False),
    sa.Column('expiration_date', sa.Date(), nullable=True),
    sa.Column('best_before_date', sa.Date(), nullable=True),
    sa.Column('production_date', sa.Date(), nullable=True),
    sa.Column('vendor_no', sa.String(length=20), nullable=False),
    sa.Column('vendor_lot_no', sa.String(length=50), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('Serial', 'Lot', 'Package')", name=op.f('ck_number_information_kind')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_number_information_item_no_item')),
    sa.PrimaryKeyConstraint('plant_no', 'item_no', 'variant_code', 'kind', 'number', name=op.f('pk_number_information'))
    )
    op.create_index(op.f('ix_number_information_plant_no_number_folded'), 'number_information', ['plant_no', 'number_folded'], unique=False)
    op.create_table('production_order',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('status', sa.String(length=30), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('fixed_serial_no', sa.String(length=50), nullable=False),
    sa.Column('fixed_lot_no', sa.String(length=50), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('Created', 'Estimated', 'Scheduled', 'Released', 'Started', 'Reported as finished', 'Ended')", name=op.f('ck_production_order_status')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_production_order_item_no_item')),
    sa.PrimaryKeyConstraint('plant_no', 'no', name=op.f('pk_production_order'))
    )
    op.create_index(op.f('ix_production_order_plant_no_status_due_date'), 'production_order', ['plant_no', 'status', 'due_date'], unique=False)
    op.create_table('purchase_line',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('line_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('quantity_per_unit', sa.BigInteger(), nullable=False),
    sa.Column('quantity_base', sa.BigInteger(), nullable=False),
    sa.Column('received_base', sa.BigInteger(), nullable=False),
    sa.Column('expected_receipt_date', sa.Date(), nullable=True),
    sa.CheckConstraint('quantity_base > 0 AND received_base >= 0 AND received_base <= quantity_base', name=op.f('ck_purchase_line_received')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_purchase_line_item_no_item')),
    sa.ForeignKeyConstraint(['plant_no', 'order_no'], ['purchase_header.plant_no', 'purchase_header.no'], name=op.f('fk_purchase_line_plant_no_order_no_purchase_header')),
    sa.ForeignKeyConstraint(['unit_code'], ['unit_of_measure.code'], name=op.f('fk_purchase_line_unit_code_unit_of_measure')),
    sa.PrimaryKeyConstraint('plant_no', 'order_no', 'line_no', name=op.f('pk_purchase_line'))
    )
    op.create_table('reservation_entry',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_no', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('positive', sa.Boolean(), nullable=False),
    sa.Column('reservation_status', sa.String(length=20), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('quantity_base', sa.BigInteger(), nullable=False),
    sa.Column('source_type', sa.String(length=30), nullable=False),
    sa.Column('source_id', sa.String(length=20), nullable=False),
    sa.Column('source_line_no', sa.BigInteger(), nullable=False),
    sa.Column('source_sub_line_no', sa.Integer(), nullable=False),
    sa.Column('association_no', sa.BigInteger(), nullable=False),
    sa.Column('taken_over', sa.String(length=15), nullable=False),
    sa.Column('picked', sa.Boolean(), nullable=False),
    sa.Column('serial_no', sa.String(length=50), nullable=False),
    sa.Column('lot_no', sa.String(length=50), nullable=False),
    sa.Column('package_no', sa.String(length=50), nullable=False),
    sa.Column('shipment_date', sa.Date(), nullable=True),
    sa.Column('expected_receipt_date', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=50), nullable=False),
    sa.CheckConstraint("reservation_status IN ('Reservation', 'Tracking', 'Surplus', 'Prospect')", name=op.f('ck_reservation_entry_reservation_status')),
    sa.CheckConstraint("source_type IN ('Item Ledger Entry', 'Prod. Order Component', 'Prod. Order Line', 'Sales Line', 'Purchase Line')", name=op.f('ck_reservation_entry_source_type')),
    sa.CheckConstraint("taken_over IN ('', 'Specific', 'Non-specific')", name=op.f('ck_reservation_entry_taken_over')),
    sa.CheckConstraint('(positive AND quantity_base > 0) OR (NOT positive AND quantity_base < 0)', name=op.f('ck_reservation_entry_sign')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_reservation_entry_item_no_item')),
    sa.PrimaryKeyConstraint('plant_no', 'entry_no', 'positive', name=op.f('pk_reservation_entry'))
    )
    op.create_index(op.f('ix_reservation_entry_plant_no_association_no'), 'reservation_entry', ['plant_no', 'association_no'], unique=False)
    op.create_index(op.f('ix_reservation_entry_plant_no_item_no_serial_no_lot_no'), 'reservation_entry', ['plant_no', 'item_no', 'serial_no', 'lot_no'], unique=False)
    op.create_index(op.f('ix_reservation_entry_plant_no_source_type_source_id_source_line_no_source_sub_line_no'), 'reservation_entry', ['plant_no', 'source_type', 'source_id', 'source_line_no', 'source_sub_line_no'], unique=False)
    op.create_table('routing',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_routing_item_no_item')),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_routing')),
    sa.UniqueConstraint('item_no', name=op.f('uq_routing_item_no'))
    )
    op.create_table('sales_line',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('line_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('quantity_per_unit', sa.BigInteger(), nullable=False),
    sa.Column('quantity_base', sa.BigInteger(), nullable=False),
    sa.Column('shipped_base', sa.BigInteger(), nullable=False),
    sa.Column('shipment_date', sa.Date(), nullable=True),
    sa.CheckConstraint('quantity_base > 0 AND shipped_base >= 0 AND shipped_base <= quantity_base', name=op.f('ck_sales_line_shipped')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_sales_line_item_no_item')),
    sa.ForeignKeyConstraint(['plant_no', 'order_no'], ['sales_header.plant_no', 'sales_header.no'], name=op.f('fk_sales_line_plant_no_order_no_sales_header')),
    sa.ForeignKeyConstraint(['unit_code'], ['unit_of_measure.code'], name=op.f('fk_sales_line_unit_code_unit_of_measure')),
    sa.PrimaryKeyConstraint('plant_no', 'order_no', 'line_no', name=op.f('pk_sales_line'))
    )
    op.create_table('tracked_product',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('match_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('order_line_no', sa.Integer(), nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('serial_no', sa.String(length=50), nullable=False),
    sa.Column('lot_no', sa.String(length=50), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('good_quantity', sa.BigInteger(), nullable=False),
    sa.Column('error_quantity', sa.BigInteger(), nullable=False),
    sa.Column('error_cause', sa.String(length=100), nullable=False),
    sa.Column('preallocated', sa.Boolean(), nullable=False),
    sa.Column('expiration_date', sa.Date(), nullable=True),
    sa.Column('closed_lines', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('registered_by', sa.String(length=50), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reported_by', sa.String(length=50), nullable=False),
    sa.CheckConstraint("state IN ('Pre-allocated', 'Open', 'Reported', 'Removed')", name=op.f('ck_tracked_product_state')),
    sa.CheckConstraint('good_quantity + error_quantity <= quantity', name=op.f('ck_tracked_product_reported')),
    sa.CheckConstraint('quantity > 0 AND good_quantity >= 0 AND error_quantity >= 0', name=op.f('ck_tracked_product_quantities')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_tracked_product_item_no_item')),
    sa.PrimaryKeyConstraint('plant_no', 'match_id', name=op.f('pk_tracked_product'))
    )
    op.create_index(op.f('ix_tracked_product_plant_no_lot_no'), 'tracked_product', ['plant_no', 'lot_no'], unique=False)
    op.create_index(op.f('ix_tracked_product_plant_no_order_no_match_id'), 'tracked_product', ['plant_no', 'order_no', 'match_id'], unique=False)
    op.create_index(op.f('ix_tracked_product_plant_no_serial_no'), 'tracked_product', ['plant_no', 'serial_no'], unique=False)
    op.create_index('uq_tracked_product_lot', 'tracked_product', ['plant_no', 'order_no', 'order_line_no', 'item_no', 'variant_code', 'lot_no'], unique=True, sqlite_where=sa.text("serial_no = '' AND lot_no <> '' AND state <> 'Removed'"), postgresql_where=sa.text("serial_no = '' AND lot_no <> '' AND state <> 'Removed'"))
    op.create_index('uq_tracked_product_serial', 'tracked_product', ['plant_no', 'item_no', 'variant_code', 'serial_no'], unique=True, sqlite_where=sa.text("serial_no <> '' AND state <> 'Removed'"), postgresql_where=sa.text("serial_no <> '' AND state <> 'Removed'"))
    op.create_table('bom_line',
    sa.Column('bom_no', sa.String(length=20), nullable=False),
    sa.Column('line_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.Column('quantity_per', sa.BigInteger(), nullable=False),
    sa.Column('constant', sa.Boolean(), nullable=False),
    sa.Column('scrap_percent', sa.BigInteger(), nullable=False),
    sa.Column('flushing', sa.String(length=10), nullable=False),
    sa.Column('operation_no', sa.Integer(), nullable=False),
    sa.Column('under_tolerance_percent', sa.BigInteger(), nullable=False),
    sa.Column('over_tolerance_percent', sa.BigInteger(), nullable=False),
    sa.Column('one_scan_is', sa.String(length=20), nullable=False),
    sa.CheckConstraint("flushing IN ('Manual', 'Start', 'Finish')", name=op.f('ck_bom_line_flushing')),
    sa.CheckConstraint("one_scan_is IN ('All that remains', 'One piece', 'Ask')", name=op.f('ck_bom_line_one_scan_is')),
    sa.ForeignKeyConstraint(['bom_no'], ['bill_of_material.no'], name=op.f('fk_bom_line_bom_no_bill_of_material')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_bom_line_item_no_item')),
    sa.ForeignKeyConstraint(['unit_code'], ['unit_of_measure.code'], name=op.f('fk_bom_line_unit_code_unit_of_measure')),
    sa.PrimaryKeyConstraint('bom_no', 'line_no', name=op.f('pk_bom_line'))
    )
    op.create_table('prod_order_line',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('line_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('started_quantity', sa.BigInteger(), nullable=False),
    sa.Column('good_quantity', sa.BigInteger(), nullable=False),
    sa.Column('error_quantity', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('quantity > 0 AND started_quantity >= 0 AND good_quantity >= 0 AND error_quantity >= 0', name=op.f('ck_prod_order_line_quantities')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_prod_order_line_item_no_item')),
    sa.ForeignKeyConstraint(['plant_no', 'order_no'], ['production_order.plant_no', 'production_order.no'], name=op.f('fk_prod_order_line_plant_no_order_no_production_order')),
    sa.PrimaryKeyConstraint('plant_no', 'order_no', 'line_no', name=op.f('pk_prod_order_line'))
    )
    op.create_table('prod_order_operation',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('operation_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('resource', sa.String(length=50), nullable=False),
    sa.ForeignKeyConstraint(['plant_no', 'order_no'], ['production_order.plant_no', 'production_order.no'], name=op.f('fk_prod_order_operation_plant_no_order_no_production_order')),
    sa.PrimaryKeyConstraint('plant_no', 'order_no', 'operation_no', name=op.f('pk_prod_order_operation'))
    )
    op.create_table('routing_line',
    sa.Column('routing_no', sa.String(length=20), nullable=False),
    sa.Column('operation_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('description', sa.String(length=100), nullable=False),
    sa.Column('resource', sa.String(length=50), nullable=False),
    sa.Column('run_minutes', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['routing_no'], ['routing.no'], name=op.f('fk_routing_line_routing_no_routing')),
    sa.PrimaryKeyConstraint('routing_no', 'operation_no', name=op.f('pk_routing_line'))
    )
    op.create_table('prod_order_component',
    sa.Column('plant_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('order_no', sa.String(length=20), nullable=False),
    sa.Column('order_line_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line_no', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('item_no', sa.String(length=20), nullable=False),
    sa.Column('variant_code', sa.String(length=10), nullable=False),
    sa.Column('location_code', sa.String(length=20), nullable=False),
    sa.Column('unit_code', sa.String(length=10), nullable=False),
    sa.Column('quantity_per_unit', sa.BigInteger(), nullable=False),
    sa.Column('quantity_per', sa.BigInteger(), nullable=False),
    sa.Column('constant', sa.Boolean(), nullable=False),
    sa.Column('scrap_percent', sa.BigInteger(), nullable=False),
    sa.Column('flushing', sa.String(length=10), nullable=False),
    sa.Column('operation_no', sa.Integer(), nullable=False),
    sa.Column('under_tolerance_percent', sa.BigInteger(), nullable=False),
    sa.Column('over_tolerance_percent', sa.BigInteger(), nullable=False),
    sa.Column('one_scan_is', sa.String(length=20), nullable=False),
    sa.Column('expected_quantity', sa.BigInteger(), nullable=False),
    sa.Column('consumed_quantity', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("flushing IN ('Manual', 'Start', 'Finish')", name=op.f('ck_prod_order_component_flushing')),
    sa.CheckConstraint("one_scan_is IN ('All that remains', 'One piece', 'Ask')", name=op.f('ck_prod_order_component_one_scan_is')),
    sa.CheckConstraint('quantity_per >= 0 AND expected_quantity >= 0', name=op.f('ck_prod_order_component_quantities')),
    sa.ForeignKeyConstraint(['item_no'], ['item.no'], name=op.f('fk_prod_order_component_item_no_item')),
    sa.ForeignKeyConstraint(['plant_no', 'order_no', 'order_line_no'], ['prod_order_line.plant_no', 'prod_order_line.order_no', 'prod_order_line.line_no'], name=op.f('fk_prod_order_component_plant_no_order_no_order_line_no_prod_order_line')),
    sa.ForeignKeyConstraint(['unit_code'], ['unit_of_measure.code'], name=op.f('fk_prod_order_component_unit_code_unit_of_measure')),
    sa.PrimaryKeyConstraint('plant_no', 'order_no', 'order_line_no', 'line_no', name=op.f('pk_prod_order_component'))
    )
    op.create_index(op.f('ix_prod_order_component_plant_no_item_no'), 'prod_order_component', ['plant_no', 'item_no'], unique=False)
