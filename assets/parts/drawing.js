// A chart as bars or lines. A part of the page's own bundle, fetched when the first chart is shown: it is heavy.
//
// `points` has one object per category: what stands along the axis under `label`, its whole name under `name`, and a
// number under the `key` of each of `series` ({key, name, ink}). `kind` is "bar", "stacked" or "line". The same numbers
// stand in a table beside it, so that nothing here needs to be reached by keyboard.

import { createElement as h, useState } from "react";
import { Bar, BarChart, CartesianGrid, LabelList, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

const HEIGHT = 240;
const ROOM_FOR_TOTAL = 40;

const rounded = (value) =>
  Math.abs(value) >= 10000
    ? new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 }).format(value)
    : new Intl.NumberFormat(undefined, { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 1 }).format(value);

const exact = (value) => new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 }).format(value);

/** The sum of a bar; nothing for a gap, which is not the same as zero. */
function total(point, series) {
  const values = series.map((each) => point[each.key]).filter((value) => typeof value === "number");
  return values.length ? values.reduce((sum, value) => sum + value, 0) : null;
}

export function Drawing({ points, series, kind }) {
  const [width, setWidth] = useState(0);
  const Chart = kind === "line" ? LineChart : BarChart;
  const isOnePile = kind === "stacked" || (kind === "bar" && series.length === 1);
  const withTotals = isOnePile && width / Math.max(points.length, 1) >= ROOM_FOR_TOTAL;
  const rows = points.map((point) => ({ ...point, total: total(point, series) }));
  const labels = new Map(points.map((point) => [point.name, point.label]));
  return h(
    ResponsiveContainer,
    { width: "100%", height: HEIGHT, onResize: (wide) => setWidth(wide - 52) },
    h(
      Chart,
      { data: rows, barCategoryGap: "28%", accessibilityLayer: false, margin: { top: 20, right: 0, bottom: 0, left: 0 } },
      h(CartesianGrid, { vertical: false, stroke: "var(--line)" }),
      h(XAxis, { dataKey: "name", tickFormatter: (name) => labels.get(name) ?? name, axisLine: false, tickLine: false, interval: "preserveStartEnd", minTickGap: 8 }),
      h(YAxis, { width: 52, axisLine: false, tickLine: false, tickFormatter: rounded }),
      h(Tooltip, { isAnimationActive: false, cursor: { fill: "var(--sel)", stroke: "none" }, formatter: exact }),
      series.map((each, place) => (kind === "line" ? line(each) : bar(each, kind, withTotals && place === series.length - 1))),
    ),
  );
}

const line = ({ key, name, ink }) =>
  h(Line, { key, dataKey: key, name, stroke: ink, strokeWidth: 2, dot: false, isAnimationActive: false });

const bar = ({ key, name, ink }, kind, isTop) =>
  h(
    Bar,
    {
      key,
      dataKey: key,
      name,
      fill: ink,
      stackId: kind === "stacked" ? "all" : key,
      stroke: "var(--bg-main)",
      strokeWidth: 1,
      maxBarSize: 36,
      isAnimationActive: false,
    },
    isTop && h(LabelList, { dataKey: "total", position: "top", formatter: (value) => (typeof value === "number" ? rounded(value) : ""), className: "total" }),
  );
