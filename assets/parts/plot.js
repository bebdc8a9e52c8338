// A chart over time, or of classes, drawn by hand in SVG: a dashboard redraws many of them often, so they must be light.
//
// `points` has one object per step: its moment under `at` (ISO; or its words under `name`), and a number or null under
// the `key` of each of `series` ({key, name, ink}). `kind` is "area" (piled up), "line", "bars" or "spark" (no axes).
// A null is a gap, not a zero. The same numbers stand in a table beside it, so only the legend is for the keyboard.

import { createElement as h, useEffect, useRef, useState } from "react";

const LEFT = 44, RIGHT = 8, TOP = 8, BOTTOM = 24;
const DAY_S = 86400;

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 });
const hour = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat([], { day: "numeric", month: "short" });
const moment = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const short = (value) => (Math.abs(value) >= 10000 ? compact.format(value) : number.format(value));

/** Round numbers from 0 to at least `most`, three to five of them. */
function ticks(most, counted) {
  if (!(most > 0)) return [0, 1];
  // Of what is counted there are no halves.
  const rough = counted ? Math.max(most / 3, 1) : most / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * size).find((n) => n >= rough);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, n) => n * step);
}

/** Each series as [lower, upper] per point: one upon the other when piled, else from the ground. */
function bands(points, series, piled) {
  const ground = points.map(() => 0);
  return series.map(({ key }) =>
    points.map((point, place) => {
      const value = point[key];
      if (typeof value !== "number") return null;
      const low = piled ? ground[place] : 0;
      if (piled) ground[place] += value;
      return [low, low + value];
    }),
  );
}

/** The stretches of a band without its gaps. */
function stretches(band) {
  const found = [];
  band.forEach((pair, place) => {
    if (pair === null) return;
    if (place > 0 && band[place - 1] !== null && found.length) found[found.length - 1].push([place, pair]);
    else found.push([[place, pair]]);
  });
  return found;
}

const path = (dots) => dots.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function useWidth() {
  const box = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return undefined;
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  return [box, width];
}

export function Plot({ points = [], series = [], kind = "line", unit = "", height = 168, limit = null, limitName = "" }) {
  const [box, width] = useWidth();
  const [hidden, setHidden] = useState([]);
  const [near, setNear] = useState(null);
  const shown = series.filter(({ key }) => !hidden.includes(key));
  if (kind === "spark") return h("div", { ref: box, className: "spark", "aria-hidden": "true" }, width > 0 && spark(points, series, width, height));
  const toggle = (key) => setHidden(hidden.includes(key) ? hidden.filter((each) => each !== key) : [...hidden, key]);
  return h(
    "div",
    { className: "plot-box" },
    series.length > 1 &&
      h(
        "div",
        { className: "plot-legend" },
        series.map(({ key, name, ink }) =>
          h("button", { key, type: "button", "aria-pressed": String(!hidden.includes(key)), onClick: () => toggle(key), style: { "--ink": ink } }, name),
        ),
      ),
    h(
      "div",
      { ref: box, className: "plot-area", "aria-hidden": "true", style: { height }, onPointerLeave: () => setNear(null) },
      width > 0 && drawing({ points, shown, kind, counted: !unit, width, height, limit, limitName, near, setNear }),
      near !== null && points[near] && tip({ point: points[near], place: near, count: points.length, series: shown, unit, width, kind }),
    ),
  );
}

function spark(points, series, width, height) {
  const key = series[0]?.key ?? "value";
  const band = bands(points, [{ key }], false)[0];
  const most = Math.max(...band.filter(Boolean).map(([, high]) => high), 1e-9);
  const x = (place) => (points.length > 1 ? (place / (points.length - 1)) * width : width / 2);
  const y = (value) => height - 2 - (value / most) * (height - 6);
  return h(
    "svg",
    { width, height },
    stretches(band).map((stretch, n) => {
      const line = stretch.map(([place, [, high]]) => [x(place), y(high)]);
      const area = `${path(line)}L${line[line.length - 1][0].toFixed(1)} ${height}L${line[0][0].toFixed(1)} ${height}Z`;
      return h("g", { key: n }, h("path", { d: area, className: "spark-area" }), h("path", { d: path(line), className: "spark-line" }));
    }),
  );
}

function drawing({ points, shown, kind, counted, width, height, limit, limitName, near, setNear }) {
  const drawn = bands(points, shown, kind === "area");
  const most = Math.max(...drawn.flat().filter(Boolean).map(([, high]) => high), limit ?? 0, 0);
  const marks = ticks(most, counted);
  const top = marks[marks.length - 1];
  const wide = width - LEFT - RIGHT, tall = height - TOP - BOTTOM;
  const slot = wide / Math.max(points.length, 1);
  const x = (place) => (kind === "bars" ? LEFT + slot * (place + 0.5) : LEFT + (points.length > 1 ? (place / (points.length - 1)) * wide : wide / 2));
  const y = (value) => TOP + tall - (value / top) * tall;
  const find = (event) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    const place = kind === "bars" ? Math.floor(at / slot) : Math.round((at / wide) * (points.length - 1));
    setNear(place >= 0 && place < points.length ? place : null);
  };
  return h(
    "svg",
    { width, height, onPointerMove: find },
    marks.map((mark) => h("g", { key: mark }, h("line", { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark), className: "plot-line" }), h("text", { x: LEFT - 8, y: y(mark) + 4, textAnchor: "end" }, short(mark)))),
    names(points, kind, wide).map(([place, words]) => h("text", { key: place, x: x(place), y: height - 6, textAnchor: "middle" }, words)),
    [...drawn.keys()].map((n) => mark(kind, drawn[n], shown[n], { x, y, slot, n, of: shown.length })),
    limit !== null && h("g", null, h("line", { x1: LEFT, x2: width - RIGHT, y1: y(limit), y2: y(limit), className: "plot-limit" }), h("text", { x: width - RIGHT, y: y(limit) - 4, textAnchor: "end" }, limitName)),
    near !== null && kind !== "bars" && h("line", { x1: x(near), x2: x(near), y1: TOP, y2: TOP + tall, className: "plot-cross" }),
  );
}

function mark(kind, band, { key, ink }, { x, y, slot, n, of }) {
  if (kind === "bars") {
    const wide = Math.min((slot * 0.72) / of, 48);
    return h("g", { key }, band.map((pair, place) => pair && pair[1] > 0 && h("rect", { key: place, x: x(place) - (wide * of) / 2 + n * wide, y: y(pair[1]), width: wide, height: Math.max(y(0) - y(pair[1]), 1), fill: ink })));
  }
  return h(
    "g",
    { key },
    stretches(band).map((stretch, place) => {
      const line = stretch.map(([at, [, high]]) => [x(at), y(high)]);
      const ground = stretch.map(([at, [low]]) => [x(at), y(low)]).reverse();
      if (kind === "line") return h("path", { key: place, d: path(line), fill: "none", stroke: ink, strokeWidth: 1.5, strokeLinejoin: "round" });
      if (stretch.length === 1) return h("line", { key: place, x1: line[0][0], x2: line[0][0], y1: line[0][1], y2: ground[0][1], stroke: ink, strokeWidth: 3 });
      return h("path", { key: place, d: `${path(line)}${path(ground).replace("M", "L")}Z`, fill: ink, className: "plot-pile" });
    }),
  );
}

/** What stands along the axis: as many words as have room. */
function names(points, kind, wide) {
  if (!points.length) return [];
  const every = Math.max(1, Math.ceil(points.length / Math.max(2, Math.floor(wide / (kind === "bars" ? 64 : 96)))));
  const spans = points[0].at ? (new Date(points[points.length - 1].at) - new Date(points[0].at)) / 1000 : 0;
  const words = (point) => (point.at ? (spans > 2 * DAY_S ? day : hour).format(new Date(point.at)) : point.name);
  const first = kind === "bars" ? 0 : Math.floor(every / 2);
  return points.map((point, place) => [place, words(point)]).filter(([place]) => place % every === first);
}

function tip({ point, place, count, series, unit, width, kind }) {
  const at = LEFT + (kind === "bars" ? (place + 0.5) / count : place / Math.max(count - 1, 1)) * (width - LEFT - RIGHT);
  const side = at > width / 2 ? { right: width - at + 12 } : { left: at + 12 };
  const value = (key) => (typeof point[key] === "number" ? `${number.format(point[key])}${unit ? ` ${unit}` : ""}` : "–");
  return h(
    "div",
    { className: "plot-tip", style: side },
    h("div", { className: "meta" }, point.at ? moment.format(new Date(point.at)) : point.name),
    [...series].reverse().map(({ key, name, ink }) => h("div", { key, className: "plot-tip-row", style: { "--ink": ink } }, h("span", null, name), h("b", null, value(key)))),
  );
}
