ALTER TABLE zone_imports RENAME TO register_imports;
ALTER TABLE register_imports RENAME COLUMN register_version TO version;
ALTER TABLE register_imports ADD COLUMN subject TEXT NOT NULL DEFAULT 'zones';
ALTER TABLE register_imports ADD COLUMN source_file TEXT NOT NULL DEFAULT '';
ALTER TABLE register_imports ADD COLUMN source_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE register_imports ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE zones ADD COLUMN crop TEXT NOT NULL DEFAULT '';
ALTER TABLE zones ADD COLUMN months INTEGER NOT NULL DEFAULT 4095;
ALTER TABLE zones ADD COLUMN hours_from_min INTEGER NOT NULL DEFAULT 0;
ALTER TABLE zones ADD COLUMN hours_to_min INTEGER NOT NULL DEFAULT 1440;
ALTER TABLE runs ADD COLUMN permits_version TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN village TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN ruling_share FLOAT;
ALTER TABLE decisions ADD COLUMN near_boundary BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE decisions ADD COLUMN permit_id TEXT NOT NULL DEFAULT '';
CREATE TABLE zone_retirements (
    import_id INTEGER NOT NULL REFERENCES register_imports (import_id),
    zone_id TEXT NOT NULL REFERENCES zones (zone_id),
    retired_from INTEGER NOT NULL,
    retired_by TEXT NOT NULL,
    PRIMARY KEY (import_id, zone_id)
);
CREATE TABLE permits (
    permit_id TEXT NOT NULL PRIMARY KEY,
    import_id INTEGER NOT NULL REFERENCES register_imports (import_id),
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    name TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL,
    hours_from_min INTEGER NOT NULL,
    hours_to_min INTEGER NOT NULL,
    straw_area_ha FLOAT,
    max_wind_m_s FLOAT,
    max_aqi FLOAT,
    responsible TEXT NOT NULL,
    source_file TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    geometry_wkb {binary} NOT NULL
);
CREATE TABLE permit_revocations (
    import_id INTEGER NOT NULL REFERENCES register_imports (import_id),
    permit_id TEXT NOT NULL REFERENCES permits (permit_id),
    revoked_from INTEGER NOT NULL,
    PRIMARY KEY (import_id, permit_id)
);
CREATE TABLE air_quality (
    import_id INTEGER NOT NULL REFERENCES register_imports (import_id),
    day INTEGER NOT NULL,
    area_adcode INTEGER NOT NULL,
    aqi FLOAT,
    wind_m_s FLOAT,
    PRIMARY KEY (import_id, day, area_adcode)
);
CREATE TABLE straw_stock (
    import_id INTEGER NOT NULL REFERENCES register_imports (import_id),
    county_adcode INTEGER NOT NULL,
    township TEXT NOT NULL,
    village TEXT NOT NULL,
    crop TEXT NOT NULL,
    "use" TEXT NOT NULL,
    day INTEGER NOT NULL,
    area_ha FLOAT,
    tonnes FLOAT NOT NULL,
    PRIMARY KEY (import_id, county_adcode, township, village, crop, "use", day)
);
