"""The ledger's tables: one portable schema for SQLite and PostgreSQL.

Facts are appended. What is true now of a point is its latest row in `decisions` and `statuses`;
`points_current` holds just that, flat and indexed for counting, and can be rebuilt at any time.
Times are UTC epoch seconds, local days are Beijing days since 1970-01-01.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 6

metadata = MetaData()

# Seconds and keys need 64 bits; SQLite numbers rows itself only in a column declared INTEGER.
Long = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False)
)

source_files = Table(
    "source_files",
    metadata,
    Column("file_id", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("size_bytes", Long, nullable=False),
    Column("format_name", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("ingested_at", Long, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("inside", Integer, nullable=False),
    Column("outside", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("duplicate", Integer, nullable=False),
    Column("superseded", Integer, nullable=False),
    Column("new", Integer, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("file_id", Integer, ForeignKey("source_files.file_id"), primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("product_family", Text, primary_key=True),
    Column("product_rank", Integer, primary_key=True),
    Column("first_s", Long, primary_key=True),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("last_s", Long, nullable=False),
    Column("declared", Boolean, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    # One row each time that a granule was asked for in another reading than before.
    Column("request_id", Integer, primary_key=True),
    # The file that holds this reading.
    Column("file_id", Integer, ForeignKey("source_files.file_id"), nullable=False, index=True),
    # What makes another reading of the same imagery; empty: not recorded at the time.
    Column("settings", Text, nullable=False),
    Column("requested_at", Long, nullable=False),
)

rejections = Table(
    "rejections",
    metadata,
    Column("file_id", Integer, ForeignKey("source_files.file_id"), nullable=False, index=True),
    Column("source_row", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("found", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("remedy", Text, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("product_key", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("product_family", Text, nullable=False),
    Column("product_version", Text, nullable=False),
    Column("product_rank", Integer, nullable=False),
    Column("platform", Text, nullable=False),
    Column("sensor", Text, nullable=False),
    UniqueConstraint("source", "product_family", "product_version", "platform", "sensor"),
)

points = Table(
    "points",
    metadata,
    Column("point_key", Long, primary_key=True),
    Column("product_key", Integer, ForeignKey("products.product_key"), nullable=False),
    Column("acquired_s", Long, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("scan_km", Float),
    Column("track_km", Float),
    Column("bt_mir_k", Float),
    Column("bt_tir_k", Float),
    Column("frp_mw", Float),
    Column("confidence", Text, nullable=False),
    Column("confidence_raw", Text, nullable=False),
    Column("day_night", Text, nullable=False),
    Column("provider_type", Text, nullable=False),
    Index("points_identity", "acquired_s", "lon", "lat", "product_key", unique=True),
)

sightings = Table(
    "sightings",
    metadata,
    Column("sighting_id", Long, primary_key=True),
    Column("file_id", Integer, ForeignKey("source_files.file_id"), nullable=False),
    Column("source_row", Integer, nullable=False),
    Column("point_key", Long, ForeignKey("points.point_key"), nullable=False),
)

granules = Table(
    "granules",
    metadata,
    # One account: what one file says of one granule, as of one product version.
    Column("granule_key", Integer, primary_key=True),
    Column("file_id", Integer, ForeignKey("source_files.file_id"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("product_family", Text, nullable=False),
    Column("product_version", Text, nullable=False),
    Column("product_rank", Integer, nullable=False),
    Column("started_s", Long, nullable=False, index=True),
    Column("ended_s", Long, nullable=False),
    Column("cropland_version", Text, nullable=False),
)

coverage = Table(
    "coverage",
    metadata,
    Column("granule_key", Integer, ForeignKey("granules.granule_key"), primary_key=True),
    Column("area_code", Integer, primary_key=True),
    Column("view_class", Text, primary_key=True),
    Column("day_night", Text, primary_key=True),
    Column("basis", Text, primary_key=True),
    # Areas are missing where a granule is only known to have been there.
    *(Column(f"{seen}_km2", Float) for seen in ("clear", "cloud", "glint", "not_seen", "water")),
    *(Column(f"cropland_{seen}_km2", Float) for seen in ("clear", "cloud", "glint", "not_seen")),
    sqlite_with_rowid=False,
)

register_imports = Table(
    "register_imports",
    metadata,
    Column("import_id", Integer, primary_key=True),
    Column("imported_at", Long, nullable=False),
    # What was imported: zones, permits, air_quality or straw_stock.
    Column("subject", Text, nullable=False),
    # Version of the whole of that subject after this import.
    Column("version", Text, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_sha256", Text, nullable=False),
    # What the user said of it, such as the notice that it replaces.
    Column("note", Text, nullable=False),
)

zones = Table(
    "zones",
    metadata,
    Column("zone_id", Text, primary_key=True),
    Column("import_id", Integer, ForeignKey("register_imports.import_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("crop", Text, nullable=False),
    Column("valid_from", Integer, nullable=False),
    Column("valid_to", Integer, nullable=False),
    Column("months", Integer, nullable=False),
    Column("hours_from_min", Integer, nullable=False),
    Column("hours_to_min", Integer, nullable=False),
    Column("illustrative", Boolean, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_sha256", Text, nullable=False),
    Column("geometry_wkb", LargeBinary, nullable=False),
)

zone_retirements = Table(
    "zone_retirements",
    metadata,
    Column("import_id", Integer, ForeignKey("register_imports.import_id"), primary_key=True),
    Column("zone_id", Text, ForeignKey("zones.zone_id"), primary_key=True),
    # `zones.register.register.NEVER` takes an earlier retirement back.
    Column("retired_from", Integer, nullable=False),
    Column("retired_by", Text, nullable=False),
)

permits = Table(
    "permits",
    metadata,
    Column("permit_id", Text, primary_key=True),
    Column("import_id", Integer, ForeignKey("register_imports.import_id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("valid_from", Integer, nullable=False),
    Column("valid_to", Integer, nullable=False),
    Column("hours_from_min", Integer, nullable=False),
    Column("hours_to_min", Integer, nullable=False),
    Column("straw_area_ha", Float),
    Column("max_wind_m_s", Float),
    Column("max_aqi", Float),
    Column("responsible", Text, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_sha256", Text, nullable=False),
    Column("geometry_wkb", LargeBinary, nullable=False),
)

permit_revocations = Table(
    "permit_revocations",
    metadata,
    Column("import_id", Integer, ForeignKey("register_imports.import_id"), primary_key=True),
    Column("permit_id", Text, ForeignKey("permits.permit_id"), primary_key=True),
    Column("revoked_from", Integer, nullable=False),
)

air_quality = Table(
    "air_quality",
    metadata,
    Column("import_id", Integer, ForeignKey("register_imports.import_id"), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("area_adcode", Integer, primary_key=True),
    Column("aqi", Float),
    Column("wind_m_s", Float),
)

straw_stock = Table(
    "straw_stock",
    metadata,
    Column("import_id", Integer, ForeignKey("register_imports.import_id"), primary_key=True),
    Column("county_adcode", Integer, primary_key=True),
    Column("township", Text, primary_key=True),
    Column("village", Text, primary_key=True),
    Column("crop", Text, primary_key=True),
    Column("use", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("area_ha", Float),
    Column("tonnes", Float, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Integer, primary_key=True),
    Column("decided_at", Long, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("register_version", Text, nullable=False),
    Column("permits_version", Text, nullable=False),
    Column("areas_version", Text, nullable=False),
    Column("cause_version", Text, nullable=False),
    Column("parameters", Text, nullable=False, server_default=""),
)

decisions = Table(
    "decisions",
    metadata,
    Column("point_key", Long, ForeignKey("points.point_key"), primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.run_id"), primary_key=True),
    Column("county_adcode", Integer, nullable=False),
    Column("township", Text, nullable=False),
    Column("village", Text, nullable=False),
    Column("straddles", Text, nullable=False),
    Column("ruling", Text, nullable=False),
    Column("ruling_zone_id", Text, nullable=False),
    Column("ruling_share", Float),
    Column("near_boundary", Boolean, nullable=False),
    Column("permit_id", Text, nullable=False),
    Column("zones_hit", Text, nullable=False),
    Column("marks", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("cause_evidence", Text, nullable=False),
    Column("unscreened", Boolean, nullable=False),
    Column("superseded_by", Long, nullable=False),
    Column("supersession_km", Float),
    Column("event_key", Long, nullable=False),
    Column("overpass_key", Long, nullable=False),
    sqlite_with_rowid=False,
)

statuses = Table(
    "statuses",
    metadata,
    Column("status_id", Integer, primary_key=True),
    Column("point_key", Long, ForeignKey("points.point_key"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("decided_at", Long, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    # What high-resolution scenes showed of an event, as often as somebody looked.
    Column("evidence_id", Integer, primary_key=True),
    # As the event was called at the time; its points say which event that is now.
    Column("event_id", Text, nullable=False),
    Column("event_s", Long, nullable=False),
    Column("recorded_at", Long, nullable=False),
    Column("finding", Text, nullable=False),
    Column("clear_share", Float, nullable=False),
    Column("hectares", Float, nullable=False),
    # JSON: key and values of the text that says why.
    Column("reason", Text, nullable=False),
    # JSON: every scene that was looked at.
    Column("looks", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("outline_wkb", LargeBinary),
)

evidence_points = Table(
    "evidence_points",
    metadata,
    Column("point_key", Long, ForeignKey("points.point_key"), primary_key=True),
    Column("evidence_id", Integer, ForeignKey("evidence.evidence_id"), primary_key=True),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", Integer, primary_key=True),
    Column("point_key", Long, ForeignKey("points.point_key"), nullable=False, unique=True),
    Column("event_id", Text, nullable=False),
    Column("county_adcode", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Long, nullable=False),
)

points_current = Table(
    "points_current",
    metadata,
    # Ordered by day, the table is its own index for counting a period.
    Column("local_day", Integer, primary_key=True),
    Column("point_key", Long, primary_key=True),
    Column("run_id", Integer, nullable=False),
    Column("product_key", Integer, nullable=False),
    Column("acquired_s", Long, nullable=False),
    Column("heat_cell", Long, nullable=False),
    Column("county_adcode", Integer, nullable=False),
    Column("event_key", Long, nullable=False),
    Column("overpass_key", Long, nullable=False),
    Column("unscreened", Boolean, nullable=False),
    Column("day_night", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("ruling", Text, nullable=False),
    Column("marks", Text, nullable=False),
    sqlite_with_rowid=False,
)
