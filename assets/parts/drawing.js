// A chart as bars or lines. A part of the page's own bundle, fetched when the first chart is shown: it is heavy.
//
// `points` has one object per category: its name under `label`, and a number under the `key` of each of `series`
// ({key, name, ink}). `kind` is "bar", "stacked" or "line". The same numbers stand in a table beside it, so that
// nothing here needs to be reached by keyboard.

import { createElement as h } from "react";
import { Bar, BarChart, CartesianGrid, LabelList, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

const MOST_LABELS = 16;
const HEIGHT = 240;

const short = (value) =>
  new Intl.NumberFormat(undefined, { notation: Math.abs(value) >= 10000 ? "compact" : "standard", maximumFractionDigits: 1 }).format(value);

const total = (point, series) => series.reduce((sum, each) => sum + (point[each.key] ?? 0), 0);

export function Drawing({ points, series, kind }) {
  const Chart = kind === "line" ? LineChart : BarChart;
  const withTotals = kind === "stacked" && points.length <= MOST_LABELS;
  const rows = withTotals ? points.map((point) => ({ ...point, total: total(point, series) })) : points;
  return h(
    ResponsiveContainer,
    { width: "100%", height: HEIGHT },
    h(
      Chart,
      { data: rows, barCategoryGap: "28%", accessibilityLayer: false, margin: { top: 20, right: 0, bottom: 0, left: 0 } },
      h(CartesianGrid, { vertical: false, stroke: "var(--line)" }),
      h(XAxis, { dataKey: "label", axisLine: false, tickLine: false, interval: "preserveStartEnd" }),
      h(YAxis, { width: 52, axisLine: false, tickLine: false, tickFormatter: short }),
      h(Tooltip, { isAnimationActive: false, cursor: { fill: "var(--sel)", stroke: "none" }, formatter: short }),
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
    isTop && h(LabelList, { dataKey: "total", position: "top", formatter: short, className: "total" }),
  );
