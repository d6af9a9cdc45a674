"use strict";
// Draws what the data blocks of this page hold. Every text goes in as text, never as HTML.
// Counts come from the tables in the page; nothing is counted here.
var firewatch = (function () {
  // Leaflet's canvas has as many pixels; a stamp of the same scale is copied, not resampled.
  var STAMP_SCALE = L.Browser.retina ? 2 : 1;
  var stamps = new WeakMap();
  var settings, map, layers = {}, roles = {}, areas = {};

  function read(id) {
    return JSON.parse(document.getElementById(id).textContent);
  }

  function words(key) {
    return settings.words[key];
  }

  function element(tag, text, attributes) {
    var made = document.createElement(tag);
    if (text) { made.textContent = text; }
    Object.keys(attributes || {}).forEach(function (name) {
      made.setAttribute(name, attributes[name]);
    });
    return made;
  }

  // Points: canvas markers with a shape, smaller when the map is far out.
  var Marker = L.CircleMarker.extend({
    _project: function () {
      this._radius = this.options.size * sizeFactor();
      L.CircleMarker.prototype._project.call(this);
    },
    _updatePath: function () {
      this._renderer._drawShape(this);
    }
  });

  L.Canvas.include({
    _drawShape: function (layer) {
      if (!this._drawing || layer._empty()) { return; }
      var stamp = stampOf(layer.options.look, layer._radius), half = stamp.width / 2 / STAMP_SCALE;
      this._ctx.drawImage(
        stamp, Math.round(layer._point.x) - half, Math.round(layer._point.y) - half, half * 2, half * 2
      );
    }
  });

  // Drawn once a look and size: thousands of stamps are faster than thousands of outlines.
  function stampOf(look, radius) {
    var made = stamps.get(look) || {};
    stamps.set(look, made);
    return made[radius] || (made[radius] = drawStamp(look, radius));
  }

  function drawStamp(look, radius) {
    var canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    var corners = settings.style.shapes[look.shape], line = look.weight * radius / look.size;
    canvas.width = canvas.height = 2 * STAMP_SCALE * Math.ceil(radius * 1.4 + line);
    context.translate(canvas.width / 2, canvas.height / 2);
    context.scale(STAMP_SCALE, STAMP_SCALE);
    context.beginPath();
    if (!corners.length) { context.arc(0, 0, radius, 0, 2 * Math.PI); }
    corners.forEach(function (corner, index) {
      context[index ? "lineTo" : "moveTo"](corner[0] * radius, corner[1] * radius);
    });
    context.closePath();
    context.fillStyle = look.fillColor;
    context.fill();
    context.lineWidth = line;
    context.strokeStyle = look.color;
    context.stroke();
    return canvas;
  }

  function sizeFactor() {
    var view = settings.style.view;
    var share = (map.getZoom() - view.far_zoom) / (view.near_zoom - view.far_zoom);
    return view.far_size + (view.near_size - view.far_size) * Math.max(0, Math.min(1, share));
  }

  function dms(degrees, hemispheres) {
    // Rounds to a tenth of a second before splitting, so that 60″ never appears.
    var tenths = Math.round(Math.abs(degrees) * 36000);
    var seconds = (tenths % 600 / 10).toFixed(1).padStart(4, "0");
    var minutes = Math.floor(tenths / 600);
    var minute = String(minutes % 60).padStart(2, "0");
    return Math.floor(minutes / 60) + "°" + minute + "′" + seconds + "″" + hemispheres[degrees < 0 ? 1 : 0];
  }

  function table(rows) {
    var list = element("dl");
    rows.forEach(function (row) {
      list.appendChild(element("dt", words("popup." + row[0])));
      list.appendChild(element("dd")).appendChild(element("bdi", row[1] || words("popup.none")));
    });
    return list;
  }

  function label(kind, code) {
    return settings.words[kind + "." + code] || code;
  }

  function pointPopup(layer, row) {
    var data = layer.points, title = layer.title;
    function text(name) {
      return data[name].words[data[name].codes[row]];
    }
    var place = text("city") + " " + text("county");
    var lon = data.lon[row], lat = data.lat[row];
    var box = element("div", "", {"class": "fw-popup"});
    box.appendChild(element("h3", label(title, text(title))));
    box.appendChild(table([
      ["acquired_local", text("acquired_local")],
      ["place", place],
      ["ruling", label("ruling", text("ruling"))],
      ["reason", text("reason")],
      ["decimal", lon.toFixed(5) + ", " + lat.toFixed(5)],
      ["dms", dms(lon, "EW") + " " + dms(lat, "NS")],
      ["platform", label("platform", text("platform"))],
      ["source", label("source", text("source"))],
      ["confidence", label("confidence", text("confidence"))],
      ["frp", data.frp_mw[row] === null ? "" : data.frp_mw[row].toFixed(1) + " MW"],
      ["cause", label("cause", text("cause"))],
      ["status", label("status", text("status"))],
      ["event_id", text("event_id")],
      ["point_id", data.point_id[row]]
    ]));
    var name = words("popup.destination").replace("{place}", place);
    box.appendChild(element("a", words("popup.navigate"), {
      href: "https://uri.amap.com/navigation?to=" + data.gcj_lon[row].toFixed(5) + "," +
        data.gcj_lat[row].toFixed(5) + "," + encodeURIComponent(name) + "&mode=car",
      target: "_blank",
      rel: "noopener noreferrer"
    }));
    return box;
  }

  function zonePopup(zone) {
    var box = element("div", "", {"class": "fw-popup"});
    box.appendChild(element("h3", label("zone_kind", zone.kind)));
    box.appendChild(table([
      ["name", zone.name],
      ["notice", zone.notice],
      ["valid", zone.valid],
      ["zone_id", zone.zone_id]
    ]));
    return box;
  }

  function names(places, className) {
    return L.layerGroup(places.name.map(function (name, index) {
      return L.marker([places.lat[index], places.lon[index]], {
        interactive: false,
        keyboard: false,
        icon: L.divIcon({className: className, iconSize: [0, 0], html: element("span", name)})
      });
    }));
  }

  var draw = {
    counties: function (data) {
      var borders = L.geoJSON(data.polygons, {style: settings.style.county, interactive: false});
      return [borders, names(data.places, "fw-label fw-county")];
    },
    cities: function (data) {
      var borders = L.geoJSON(data.polygons, {
        style: settings.style.city,
        interactive: false,
        onEachFeature: function (feature, layer) { areas[feature.properties.adcode] = layer; }
      });
      return [borders, names(data.places, "fw-label fw-city")];
    },
    zones: function (data) {
      var zones = L.geoJSON(data.polygons, {style: data.style});
      zones.on("click", function (event) {
        open(zonePopup(event.layer.feature.properties), event.latlng);
      });
      return [zones];
    },
    points: function (data) {
      var options = {look: data.style, size: data.style.size, weight: data.style.weight};
      var markers = data.points.lon.map(function (lon, row) {
        var marker = new Marker([data.points.lat[row], lon], options);
        marker.row = row;
        return marker;
      });
      var group = L.featureGroup(markers);
      group.on("click", function (event) {
        open(pointPopup(data, event.layer.row), event.layer.getLatLng());
      });
      return [group];
    }
  };

  function open(content, at) {
    L.popup({maxWidth: 320, autoPanPadding: [12, 12]}).setLatLng(at).setContent(content).openOn(map);
  }

  // Areas lie below points whatever was switched on last.
  function stack() {
    ["cities", "zones", "counties"].forEach(function (role) {
      (roles[role] || []).forEach(function (key) {
        if (map.hasLayer(layers[key])) { layers[key].borders.bringToBack(); }
      });
    });
  }

  function show(key, wanted) {
    if (wanted) { map.addLayer(layers[key]); } else { map.removeLayer(layers[key]); }
    stack();
  }

  function add(key, role, shown) {
    var parts = draw[role](read("data-" + key));
    layers[key] = L.layerGroup(parts);
    layers[key].borders = parts[0];
    (roles[role] = roles[role] || []).push(key);
    if (shown) { show(key, true); }
  }

  // Not animated: Leaflet ignores a request that comes while an earlier zoom still moves.
  function zoomTo(bounds) {
    map.fitBounds(bounds, {padding: [8, 8], animate: false});
  }

  function listen() {
    document.querySelectorAll("input[data-layer]").forEach(function (box) {
      box.addEventListener("change", function () { show(box.dataset.layer, box.checked); });
    });
    document.querySelectorAll("button[data-city]").forEach(function (button) {
      button.addEventListener("click", function () {
        var area = areas[button.dataset.city];
        if (area) { zoomTo(area.getBounds()); }
      });
    });
    var toggle = document.getElementById("fw-open");
    toggle.addEventListener("click", function () {
      var now = document.body.classList.toggle("fw-opened");
      toggle.setAttribute("aria-expanded", String(now));
      map.invalidateSize();
    });
  }

  function start(id) {
    settings = read("firewatch-settings");
    var view = settings.style.view;
    map = L.map(id, {
      preferCanvas: true,
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0.25,
      minZoom: view.min_zoom,
      maxZoom: view.max_zoom
    }).setView(settings.centre, view.start_zoom);
    document.getElementById(id).setAttribute("aria-label", words("map.label"));
    L.control.zoom({
      position: "topright", zoomInTitle: words("map.zoom_in"), zoomOutTitle: words("map.zoom_out")
    }).addTo(map);
    L.control.scale({imperial: false, position: "bottomright"}).addTo(map);
    function near() {
      map.getContainer().classList.toggle("fw-near", map.getZoom() >= view.names_zoom);
    }
    map.on("zoomend", near);
    if (settings.bounds) { zoomTo(settings.bounds); }
    near();
    listen();
    return map;
  }

  return {start: start, add: add, layers: layers, dms: dms};
})();
