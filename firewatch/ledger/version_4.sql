CREATE TABLE granules (
    granule_key INTEGER NOT NULL PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES source_files (file_id),
    platform TEXT NOT NULL,
    product_family TEXT NOT NULL,
    product_version TEXT NOT NULL,
    product_rank INTEGER NOT NULL,
    started_s {long} NOT NULL,
    ended_s {long} NOT NULL,
    cropland_version TEXT NOT NULL
);
CREATE INDEX ix_granules_started_s ON granules (started_s);
CREATE TABLE coverage (
    granule_key INTEGER NOT NULL REFERENCES granules (granule_key),
    area_code INTEGER NOT NULL,
    view_class TEXT NOT NULL,
    day_night TEXT NOT NULL,
    basis TEXT NOT NULL,
    clear_km2 FLOAT,
    cloud_km2 FLOAT,
    glint_km2 FLOAT,
    not_seen_km2 FLOAT,
    water_km2 FLOAT,
    cropland_clear_km2 FLOAT,
    cropland_cloud_km2 FLOAT,
    cropland_glint_km2 FLOAT,
    cropland_not_seen_km2 FLOAT,
    PRIMARY KEY (granule_key, area_code, view_class, day_night, basis)
){keyed};
