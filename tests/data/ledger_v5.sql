BEGIN TRANSACTION;
CREATE TABLE air_quality (
	import_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	area_adcode INTEGER NOT NULL, 
	aqi FLOAT, 
	wind_m_s FLOAT, 
	PRIMARY KEY (import_id, day, area_adcode), 
	FOREIGN KEY(import_id) REFERENCES register_imports (import_id)
);
INSERT INTO "air_quality" VALUES(2,18571,450100,45.0,2.0);
CREATE TABLE alerts (
	alert_id INTEGER NOT NULL, 
	point_key INTEGER NOT NULL, 
	event_id TEXT NOT NULL, 
	county_adcode INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	made_at INTEGER NOT NULL, 
	PRIMARY KEY (alert_id), 
	UNIQUE (point_key), 
	FOREIGN KEY(point_key) REFERENCES points (point_key)
);
CREATE TABLE claims (
	file_id INTEGER NOT NULL, 
	platform TEXT NOT NULL, 
	product_family TEXT NOT NULL, 
	product_rank INTEGER NOT NULL, 
	first_s INTEGER NOT NULL, 
	west FLOAT NOT NULL, 
	south FLOAT NOT NULL, 
	east FLOAT NOT NULL, 
	north FLOAT NOT NULL, 
	last_s INTEGER NOT NULL, 
	declared BOOLEAN NOT NULL, 
	PRIMARY KEY (file_id, platform, product_family, product_rank, first_s), 
	FOREIGN KEY(file_id) REFERENCES source_files (file_id)
);
INSERT INTO "claims" VALUES(1,'S-NPP','VIIRS_I',220,1572934320,108.32,22.82,110.29,25.27,1604556720,0);
INSERT INTO "claims" VALUES(2,'S-NPP','VIIRS_I',320,1604556720,108.3204,22.82,108.3204,22.82,1604556720,0);
INSERT INTO "claims" VALUES(3,'S-NPP','VIIRS_I',2,1604686500,1.0820200347900390625e+02,2.35620002746582031245e+01,1.08517997741699218744e+02,2.37980003356933593754e+01,1604686500,1);
INSERT INTO "claims" VALUES(4,'S-NPP','VIIRS_I',4,1604686500,1.0820200347900390625e+02,2.35620002746582031245e+01,1.08517997741699218744e+02,2.37980003356933593754e+01,1604686500,1);
CREATE TABLE coverage (
	granule_key INTEGER NOT NULL, 
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
	PRIMARY KEY (granule_key, area_code, view_class, day_night, basis), 
	FOREIGN KEY(granule_key) REFERENCES granules (granule_key)
)
 WITHOUT ROWID

;
INSERT INTO "coverage" VALUES(1,450124,'unknown','N','measured',6.46424720748786626241e+02,0.0,0.0,0.0,0.0,NULL,NULL,NULL,NULL);
INSERT INTO "coverage" VALUES(1,450125,'unknown','N','measured',1.61425007339453287615e+02,0.0,0.0,0.0,0.0,NULL,NULL,NULL,NULL);
INSERT INTO "coverage" VALUES(1,451321,'unknown','N','measured',6.17799410805315218908e+01,0.0,0.0,0.0,0.0,NULL,NULL,NULL,NULL);
INSERT INTO "coverage" VALUES(2,450124,'unknown','N','measured',6.46424720748786626241e+02,0.0,0.0,0.0,0.0,NULL,NULL,NULL,NULL);
INSERT INTO "coverage" VALUES(2,450125,'unknown','N','measured',1.61425007339453287615e+02,0.0,0.0,0.0,0.0,NULL,NULL,NULL,NULL);
INSERT INTO "coverage" VALUES(2,451321,'unknown','N','measured',6.17799410805315218908e+01,0.0,0.0,0.0,0.0,NULL,NULL,NULL,NULL);
CREATE TABLE decisions (
	point_key INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	county_adcode INTEGER NOT NULL, 
	township TEXT NOT NULL, 
	village TEXT NOT NULL, 
	straddles TEXT NOT NULL, 
	ruling TEXT NOT NULL, 
	ruling_zone_id TEXT NOT NULL, 
	ruling_share FLOAT, 
	near_boundary BOOLEAN NOT NULL, 
	permit_id TEXT NOT NULL, 
	zones_hit TEXT NOT NULL, 
	marks TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	cause_evidence TEXT NOT NULL, 
	unscreened BOOLEAN NOT NULL, 
	superseded_by INTEGER NOT NULL, 
	supersession_km FLOAT, 
	event_key INTEGER NOT NULL, 
	overpass_key INTEGER NOT NULL, 
	PRIMARY KEY (point_key, run_id), 
	FOREIGN KEY(point_key) REFERENCES points (point_key), 
	FOREIGN KEY(run_id) REFERENCES runs (run_id)
)
 WITHOUT ROWID

;
INSERT INTO "decisions" VALUES(1,1,450102,'','','450103','ban_violation','ban-903579ad7c',1.0,0,'','ban-903579ad7c;restricted-1ceba013af','','unknown','',1,0,NULL,1,1);
INSERT INTO "decisions" VALUES(1,2,450102,'','','450103','ban_violation','ban-903579ad7c',1.0,0,'','ban-903579ad7c;restricted-1ceba013af','','unknown','',1,3,4.0996639870730086641e-02,0,0);
INSERT INTO "decisions" VALUES(2,1,450304,'','','','unzoned','',NULL,0,'','','','unknown','',1,0,NULL,2,2);
INSERT INTO "decisions" VALUES(3,2,450102,'','','450103','ban_violation','ban-903579ad7c',1.0,0,'','ban-903579ad7c;restricted-1ceba013af','','unknown','',1,0,NULL,3,3);
INSERT INTO "decisions" VALUES(4,3,450124,'','','','unzoned','',NULL,0,'','','','unknown','',1,0,NULL,4,4);
INSERT INTO "decisions" VALUES(4,4,450124,'','','','unzoned','',NULL,0,'','','','unknown','',1,5,0.0,0,0);
INSERT INTO "decisions" VALUES(5,4,450124,'','','','unzoned','',NULL,0,'','','','unknown','',1,0,NULL,5,5);
CREATE TABLE granules (
	granule_key INTEGER NOT NULL, 
	file_id INTEGER NOT NULL, 
	platform TEXT NOT NULL, 
	product_family TEXT NOT NULL, 
	product_version TEXT NOT NULL, 
	product_rank INTEGER NOT NULL, 
	started_s INTEGER NOT NULL, 
	ended_s INTEGER NOT NULL, 
	cropland_version TEXT NOT NULL, 
	PRIMARY KEY (granule_key), 
	FOREIGN KEY(file_id) REFERENCES source_files (file_id)
);
INSERT INTO "granules" VALUES(1,3,'S-NPP','VIIRS_I','firewatch-viirs-375m-1+00c08c44-no-M13-view_geometry-quality_flags-land_water_mask',2,1604686500,1604686500,'');
INSERT INTO "granules" VALUES(2,4,'S-NPP','VIIRS_I','firewatch-viirs-375m-1+0b82f5b0-no-M13-view_geometry-quality_flags-land_water_mask',4,1604686500,1604686500,'');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','5');
CREATE TABLE permit_revocations (
	import_id INTEGER NOT NULL, 
	permit_id TEXT NOT NULL, 
	revoked_from INTEGER NOT NULL, 
	PRIMARY KEY (import_id, permit_id), 
	FOREIGN KEY(import_id) REFERENCES register_imports (import_id), 
	FOREIGN KEY(permit_id) REFERENCES permits (permit_id)
);
CREATE TABLE permits (
	permit_id TEXT NOT NULL, 
	import_id INTEGER NOT NULL, 
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
	geometry_wkb BLOB NOT NULL, 
	PRIMARY KEY (permit_id), 
	FOREIGN KEY(import_id) REFERENCES register_imports (import_id)
);
CREATE TABLE points (
	point_key INTEGER NOT NULL, 
	product_key INTEGER NOT NULL, 
	acquired_s INTEGER NOT NULL, 
	lon FLOAT NOT NULL, 
	lat FLOAT NOT NULL, 
	scan_km FLOAT, 
	track_km FLOAT, 
	bt_mir_k FLOAT, 
	bt_tir_k FLOAT, 
	frp_mw FLOAT, 
	confidence TEXT NOT NULL, 
	confidence_raw TEXT NOT NULL, 
	day_night TEXT NOT NULL, 
	provider_type TEXT NOT NULL, 
	PRIMARY KEY (point_key), 
	FOREIGN KEY(product_key) REFERENCES products (product_key)
);
INSERT INTO "points" VALUES(1,1,1604556720,108.32,22.82,0.4,0.4,335.0,295.0,5.0,'nominal','n','D','');
INSERT INTO "points" VALUES(2,1,1572934320,110.29,25.27,0.4,0.4,335.0,295.0,5.0,'nominal','n','D','');
INSERT INTO "points" VALUES(3,2,1604556720,108.3204,22.82,0.4,0.4,335.0,295.0,5.0,'nominal','n','D','');
INSERT INTO "points" VALUES(4,3,1604686500,108.362,23.678,0.407,0.445,340.0,289.0,5.43,'high','high','N','');
INSERT INTO "points" VALUES(5,4,1604686500,108.362,23.678,0.407,0.445,340.0,289.0,5.43,'high','high','N','');
CREATE TABLE points_current (
	local_day INTEGER NOT NULL, 
	point_key INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	product_key INTEGER NOT NULL, 
	acquired_s INTEGER NOT NULL, 
	heat_cell INTEGER NOT NULL, 
	county_adcode INTEGER NOT NULL, 
	event_key INTEGER NOT NULL, 
	overpass_key INTEGER NOT NULL, 
	unscreened BOOLEAN NOT NULL, 
	day_night TEXT NOT NULL, 
	confidence TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	status TEXT NOT NULL, 
	ruling TEXT NOT NULL, 
	marks TEXT NOT NULL, 
	PRIMARY KEY (local_day, point_key)
)
 WITHOUT ROWID

;
INSERT INTO "points_current" VALUES(18205,2,1,1,1572934320,126405515,450304,2,2,1,'D','nominal','unknown','suspected','unzoned','');
INSERT INTO "points_current" VALUES(18571,3,2,2,1604556720,114105416,450102,3,3,1,'D','nominal','unknown','suspected','ban_violation','');
INSERT INTO "points_current" VALUES(18573,5,4,4,1604686500,118405418,450124,5,5,1,'N','high','unknown','suspected','unzoned','');
CREATE TABLE products (
	product_key INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	product_family TEXT NOT NULL, 
	product_version TEXT NOT NULL, 
	product_rank INTEGER NOT NULL, 
	platform TEXT NOT NULL, 
	sensor TEXT NOT NULL, 
	PRIMARY KEY (product_key), 
	UNIQUE (source, product_family, product_version, platform, sensor)
);
INSERT INTO "products" VALUES(1,'satellite','VIIRS_I','2.0NRT',220,'S-NPP','VIIRS');
INSERT INTO "products" VALUES(2,'satellite','VIIRS_I','2',320,'S-NPP','VIIRS');
INSERT INTO "products" VALUES(3,'satellite','VIIRS_I','firewatch-viirs-375m-1+00c08c44-no-M13-view_geometry-quality_flags-land_water_mask',2,'S-NPP','VIIRS');
INSERT INTO "products" VALUES(4,'satellite','VIIRS_I','firewatch-viirs-375m-1+0b82f5b0-no-M13-view_geometry-quality_flags-land_water_mask',4,'S-NPP','VIIRS');
CREATE TABLE register_imports (
	import_id INTEGER NOT NULL, 
	imported_at INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	version TEXT NOT NULL, 
	source_file TEXT NOT NULL, 
	source_sha256 TEXT NOT NULL, 
	note TEXT NOT NULL, 
	PRIMARY KEY (import_id)
);
INSERT INTO "register_imports" VALUES(1,1598975999,'zones','b0cdc578c974','nn.gpkg','b0e7db607fe233bc8cb82021f8e377a3cff7d38e777bd018d894b456b3079602','');
INSERT INTO "register_imports" VALUES(2,1609603199,'air_quality','3de8ae253e3c','air.csv','8706d33cce1b6f07d2d28a79bbbd71d566ddb38be2ff4e6de9790be4392a0667','');
CREATE TABLE rejections (
	file_id INTEGER NOT NULL, 
	source_row INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	found TEXT NOT NULL, 
	expected TEXT NOT NULL, 
	remedy TEXT NOT NULL, 
	FOREIGN KEY(file_id) REFERENCES source_files (file_id)
);
CREATE TABLE requests (
	request_id INTEGER NOT NULL, 
	file_id INTEGER NOT NULL, 
	settings TEXT NOT NULL, 
	requested_at INTEGER NOT NULL, 
	PRIMARY KEY (request_id), 
	FOREIGN KEY(file_id) REFERENCES source_files (file_id)
);
INSERT INTO "requests" VALUES(1,3,'firewatch-viirs-375m-1+00c08c448ed3;firewatch-modis-1km-1+1f6980b8c988/0bc53ab584f0//S-NPP',1609516799);
INSERT INTO "requests" VALUES(2,4,'firewatch-viirs-375m-1+0b82f5b0e82a;firewatch-modis-1km-1+1f6980b8c988/0bc53ab584f0//S-NPP',1609603199);
CREATE TABLE runs (
	run_id INTEGER NOT NULL, 
	decided_at INTEGER NOT NULL, 
	"trigger" TEXT NOT NULL, 
	register_version TEXT NOT NULL, 
	permits_version TEXT NOT NULL, 
	areas_version TEXT NOT NULL, 
	cause_version TEXT NOT NULL, 
	parameters TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (run_id)
);
INSERT INTO "runs" VALUES(1,1606838399,'ingest 1','b0cdc578c974','empty/empty','0bc53ab584f0','high30+medium10+medium_night10/','{"events": {"gap_h": 12.0, "reach_km": 1.0, "reach_pixels": 0.5}, "matching": {"overpass_gap_min": 30, "own_ranks_above": 199.0, "reach_pixels": 1.0}, "precedence": {"ban": "1 ban_violation", "restricted": "2 restricted_unpermitted", "temporary_ban": "1 ban_violation"}}');
INSERT INTO "runs" VALUES(2,1609516799,'ingest 2','b0cdc578c974','empty/empty','0bc53ab584f0','high30+medium10+medium_night10/','{"events": {"gap_h": 12.0, "reach_km": 1.0, "reach_pixels": 0.5}, "matching": {"overpass_gap_min": 30, "own_ranks_above": 199.0, "reach_pixels": 1.0}, "precedence": {"ban": "1 ban_violation", "restricted": "2 restricted_unpermitted", "temporary_ban": "1 ban_violation"}}');
INSERT INTO "runs" VALUES(3,1609516799,'ingest 3','b0cdc578c974','empty/empty','0bc53ab584f0','high30+medium10+medium_night10/','{"events": {"gap_h": 12.0, "reach_km": 1.0, "reach_pixels": 0.5}, "matching": {"overpass_gap_min": 30, "own_ranks_above": 199.0, "reach_pixels": 1.0}, "precedence": {"ban": "1 ban_violation", "restricted": "2 restricted_unpermitted", "temporary_ban": "1 ban_violation"}}');
INSERT INTO "runs" VALUES(4,1609603199,'ingest 4','b0cdc578c974','empty/empty','0bc53ab584f0','high30+medium10+medium_night10/','{"events": {"gap_h": 12.0, "reach_km": 1.0, "reach_pixels": 0.5}, "matching": {"overpass_gap_min": 30, "own_ranks_above": 199.0, "reach_pixels": 1.0}, "precedence": {"ban": "1 ban_violation", "restricted": "2 restricted_unpermitted", "temporary_ban": "1 ban_violation"}}');
CREATE TABLE sightings (
	sighting_id INTEGER NOT NULL, 
	file_id INTEGER NOT NULL, 
	source_row INTEGER NOT NULL, 
	point_key INTEGER NOT NULL, 
	PRIMARY KEY (sighting_id), 
	FOREIGN KEY(file_id) REFERENCES source_files (file_id), 
	FOREIGN KEY(point_key) REFERENCES points (point_key)
);
INSERT INTO "sightings" VALUES(1,1,2,1);
INSERT INTO "sightings" VALUES(2,1,3,2);
INSERT INTO "sightings" VALUES(3,2,2,3);
INSERT INTO "sightings" VALUES(4,3,1,4);
INSERT INTO "sightings" VALUES(5,4,1,5);
CREATE TABLE source_files (
	file_id INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	name TEXT NOT NULL, 
	size_bytes INTEGER NOT NULL, 
	format_name TEXT NOT NULL, 
	simulated BOOLEAN NOT NULL, 
	ingested_at INTEGER NOT NULL, 
	rows INTEGER NOT NULL, 
	inside INTEGER NOT NULL, 
	outside INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	duplicate INTEGER NOT NULL, 
	superseded INTEGER NOT NULL, 
	new INTEGER NOT NULL, 
	PRIMARY KEY (file_id), 
	UNIQUE (sha256)
);
INSERT INTO "source_files" VALUES(1,'fddb772c3ca939ca3ca2efde472625a4eebdc265086f5099e62c5b3afe53de93','a.csv',279,'firms_viirs',0,1606838399,2,2,0,0,0,0,2);
INSERT INTO "source_files" VALUES(2,'86d59741e9499db2dc89613d40f06bc4455f54dcdebebee5eef1c8c9a197f30a','b.csv',196,'firms_viirs',0,1609516799,1,1,0,0,0,1,1);
INSERT INTO "source_files" VALUES(3,'8e4e53aa0c9151d33c4ae0230db127aad0798632e0ae9d609f56afcb347ed8fa','stack/scene_I04.tif',39984,'viirs_level1',0,1609516799,1,1,0,0,0,0,1);
INSERT INTO "source_files" VALUES(4,'108882219924bc79ce2f72af348a96e8f70e5ad9f35fc6d9adbb335740f388b9','stack/scene_I04.tif',39984,'viirs_level1',0,1609603199,1,1,0,0,0,1,1);
CREATE TABLE statuses (
	status_id INTEGER NOT NULL, 
	point_key INTEGER NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	role TEXT NOT NULL, 
	decided_at INTEGER NOT NULL, 
	PRIMARY KEY (status_id), 
	FOREIGN KEY(point_key) REFERENCES points (point_key)
);
CREATE TABLE straw_stock (
	import_id INTEGER NOT NULL, 
	county_adcode INTEGER NOT NULL, 
	township TEXT NOT NULL, 
	village TEXT NOT NULL, 
	crop TEXT NOT NULL, 
	use TEXT NOT NULL, 
	day INTEGER NOT NULL, 
	area_ha FLOAT, 
	tonnes FLOAT NOT NULL, 
	PRIMARY KEY (import_id, county_adcode, township, village, crop, use, day), 
	FOREIGN KEY(import_id) REFERENCES register_imports (import_id)
);
CREATE TABLE zone_retirements (
	import_id INTEGER NOT NULL, 
	zone_id TEXT NOT NULL, 
	retired_from INTEGER NOT NULL, 
	retired_by TEXT NOT NULL, 
	PRIMARY KEY (import_id, zone_id), 
	FOREIGN KEY(import_id) REFERENCES register_imports (import_id), 
	FOREIGN KEY(zone_id) REFERENCES zones (zone_id)
);
CREATE TABLE zones (
	zone_id TEXT NOT NULL, 
	import_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	authority TEXT NOT NULL, 
	notice TEXT NOT NULL, 
	crop TEXT NOT NULL, 
	valid_from INTEGER NOT NULL, 
	valid_to INTEGER NOT NULL, 
	months INTEGER NOT NULL, 
	hours_from_min INTEGER NOT NULL, 
	hours_to_min INTEGER NOT NULL, 
	illustrative BOOLEAN NOT NULL, 
	source_file TEXT NOT NULL, 
	source_sha256 TEXT NOT NULL, 
	geometry_wkb BLOB NOT NULL, 
	PRIMARY KEY (zone_id), 
	FOREIGN KEY(import_id) REFERENCES register_imports (import_id)
);
INSERT INTO "zones" VALUES('ban-903579ad7c',1,'ban','南宁禁烧区','','南府规〔2019〕3号','',17897,2932896,4095,0,1440,0,'nn.gpkg','b0e7db607fe233bc8cb82021f8e377a3cff7d38e777bd018d894b456b3079602',X'010300000001000000050000009A99999999195B403333333333B336409A99999999195B406666666666E63640CDCCCCCCCC0C5B406666666666E63640CDCCCCCCCC0C5B403333333333B336409A99999999195B403333333333B33640');
INSERT INTO "zones" VALUES('restricted-1ceba013af',1,'restricted','南宁限烧区','','南府规〔2019〕3号','',17897,2932896,4095,0,1440,0,'nn.gpkg','b0e7db607fe233bc8cb82021f8e377a3cff7d38e777bd018d894b456b3079602',X'010300000001000000050000000000000000405B4000000000008036400000000000405B4000000000008037400000000000005B4000000000008037400000000000005B4000000000008036400000000000405B400000000000803640');
CREATE INDEX ix_requests_file_id ON requests (file_id);
CREATE INDEX ix_rejections_file_id ON rejections (file_id);
CREATE UNIQUE INDEX points_identity ON points (acquired_s, lon, lat, product_key);
CREATE INDEX ix_granules_started_s ON granules (started_s);
CREATE INDEX ix_statuses_point_key ON statuses (point_key);
COMMIT;
