CREATE TABLE claims_of_granules (
    file_id INTEGER NOT NULL REFERENCES source_files (file_id),
    platform TEXT NOT NULL,
    product_family TEXT NOT NULL,
    product_rank INTEGER NOT NULL,
    first_s {long} NOT NULL,
    west FLOAT NOT NULL,
    south FLOAT NOT NULL,
    east FLOAT NOT NULL,
    north FLOAT NOT NULL,
    last_s {long} NOT NULL,
    declared BOOLEAN NOT NULL,
    PRIMARY KEY (file_id, platform, product_family, product_rank, first_s)
);
INSERT INTO claims_of_granules (file_id, platform, product_family, product_rank, first_s, west,
    south, east, north, last_s, declared)
SELECT file_id, platform, product_family, product_rank, first_s, west, south, east, north, last_s,
    declared FROM claims;
DROP TABLE claims;
ALTER TABLE claims_of_granules RENAME TO claims;
CREATE TABLE requests (
    request_id INTEGER NOT NULL PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES source_files (file_id),
    settings TEXT NOT NULL,
    requested_at {long} NOT NULL
);
CREATE INDEX ix_requests_file_id ON requests (file_id);
INSERT INTO requests (request_id, file_id, settings, requested_at)
SELECT ROW_NUMBER() OVER (ORDER BY claims.product_rank / 2, claims.file_id),
    claims.file_id, '', source_files.ingested_at
FROM claims JOIN source_files ON source_files.file_id = claims.file_id
WHERE claims.product_rank BETWEEN 1 AND 99;
