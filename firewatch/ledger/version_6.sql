CREATE TABLE evidence (
    evidence_id INTEGER NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL,
    event_s {long} NOT NULL,
    recorded_at {long} NOT NULL,
    finding TEXT NOT NULL,
    clear_share FLOAT NOT NULL,
    hectares FLOAT NOT NULL,
    reason TEXT NOT NULL,
    looks TEXT NOT NULL,
    parameters TEXT NOT NULL,
    simulated BOOLEAN NOT NULL,
    outline_wkb {binary}
);
CREATE TABLE evidence_points (
    point_key {long} NOT NULL REFERENCES points (point_key),
    evidence_id INTEGER NOT NULL REFERENCES evidence (evidence_id),
    PRIMARY KEY (point_key, evidence_id)
){keyed};
