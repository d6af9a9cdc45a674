// Coordinates: spellings, GCJ-02, areas on the sphere.
export const EARTH_KM = 6371.0088;

export function dms(degrees, hemispheres) {
  // Rounds to a tenth of a second before splitting, so that 60″ never appears.
  const tenths = Math.round(Math.abs(degrees) * 36000);
  const seconds = (tenths % 600 / 10).toFixed(1).padStart(4, "0");
  const minutes = Math.floor(tenths / 600), minute = String(minutes % 60).padStart(2, "0");
  return Math.floor(minutes / 60) + "°" + minute + "′" + seconds + "″" + hemispheres[degrees < 0 ? 1 : 0];
}

// GCJ-02 of a WGS-84 position; the same polynomial as firewatch.core.geo.
export function gcj(lon, lat) {
  const a = 6378245, e2 = 0.00669342162296594323, u = lon - 105, v = lat - 35, pi = Math.PI;
  const sin = Math.sin, root = Math.sqrt(Math.abs(u));
  const waves = (20 * sin(6 * u * pi) + 20 * sin(2 * u * pi)) * 2 / 3;
  const north = -100 + 2 * u + 3 * v + 0.2 * v * v + 0.1 * u * v + 0.2 * root + waves
    + (20 * sin(v * pi) + 40 * sin(v / 3 * pi) + 160 * sin(v / 12 * pi) + 320 * sin(v * pi / 30)) * 2 / 3;
  const east = 300 + u + 2 * v + 0.1 * u * u + 0.1 * u * v + 0.1 * root + waves
    + (20 * sin(u * pi) + 40 * sin(u / 3 * pi) + 150 * sin(u / 12 * pi) + 300 * sin(u / 30 * pi)) * 2 / 3;
  const phi = lat * pi / 180, w2 = 1 - e2 * sin(phi) * sin(phi), degree = 180 / pi;
  return [
    lon + east / (a / Math.sqrt(w2) * Math.cos(phi)) * degree,
    lat + north / (a * (1 - e2) / (w2 * Math.sqrt(w2))) * degree
  ];
}

export function fromGcj(lon, lat) {
  let x = lon, y = lat;
  for (let round = 0; round < 6; round += 1) {
    const shifted = gcj(x, y);
    x += lon - shifted[0];
    y += lat - shifted[1];
  }
  return [x, y];
}

// Two numbers or two sexagesimal angles in any usual spelling; [lon, lat] or null.
export function coordinates(text) {
  const angle = /([NSEW])?\s*(-?\d+(?:\.\d+)?)\s*(?:[°度d:]\s*(?:(\d+(?:\.\d+)?)\s*(?:['′’分:m]\s*(?:(\d+(?:\.\d+)?)\s*(?:["″”秒s]|'')?\s*)?)?)?)?\s*([NSEW])?/gi;
  const plain = text.replace(/[，、;；]/g, ",").replace(/北纬|纬度|lat(?:itude)?[=:：]?/gi, " N ")
    .replace(/东经|经度|lon(?:gitude)?[=:：]?|lng[=:：]?/gi, " E ");
  const found = [];
  for (let match = angle.exec(plain); match && found.length < 3; match = angle.exec(plain)) {
    const size = Math.abs(match[2]) + (match[3] || 0) / 60 + (match[4] || 0) / 3600;
    const side = (match[1] || match[5] || "").toUpperCase();
    const negative = match[2][0] === "-" || side === "S" || side === "W";
    found.push({value: negative ? -size : size, side: side});
  }
  if (found.length !== 2) { return null; }
  const isLat = (one) => one.side === "N" || one.side === "S";
  const isLon = (one) => one.side === "E" || one.side === "W";
  // Without letters the one that can be no latitude is the longitude; as written otherwise.
  const turned = isLat(found[0]) || isLon(found[1])
    || (!found[0].side && !found[1].side && Math.abs(found[1].value) > 90);
  const lon = found[turned ? 1 : 0].value, lat = found[turned ? 0 : 1].value;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 85 ? [lon, lat] : null;
}

// Area of a small polygon on the sphere (Chamberlain and Duquette 2007, eq. 14).
export function areaKm2(corners) {
  const radian = Math.PI / 180;
  const sum = corners.reduce((total, at, index) => {
    const next = corners[(index + 1) % corners.length];
    return total + (next.lng - at.lng) * radian * (2 + Math.sin(at.lat * radian) + Math.sin(next.lat * radian));
  }, 0);
  return Math.abs(sum) * EARTH_KM * EARTH_KM / 2;
}
