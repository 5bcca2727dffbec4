// Loaded only where a page has a chart. Draws [data-chart=ID] from the JSON block with that id;
// the same numbers stand in the table below it.
import { BarChart, BoxplotChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, BoxplotChart, LineChart, ScatterChart, GridComponent, LegendComponent,
  MarkLineComponent, TooltipComponent, CanvasRenderer]);

const COLOURS = ["#1b62bf", "#c57500", "#23824c", "#7a5ea8", "#52606f", "#0c8599"];
const RED = "#c8161d";

const option = {
  bars: (data, font, width) => axes(data, font, width, true),
  columns: (data, font, width) => axes(data, font, width, false),
  lines: (data, font, width) => axes(data, font, width, false, "line"),
  funnel(data, font) {
    // Bars in the middle: a drawn funnel tapers even where nothing was lost.
    const most = Math.max(1, ...data.rows.map((row) => row[1]));
    const bar = { type: "bar", stack: "all", barWidth: "82%", silent: true };
    return {
      grid: { left: 8, right: font * 5, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", show: false, max: most },
      yAxis: { type: "category", inverse: true, data: data.rows.map((row) => row[0]), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { fontSize: font, color: "#1c2733", interval: 0 } },
      series: [
        { ...bar, itemStyle: { color: "transparent" }, data: data.rows.map((row) => (most - row[1]) / 2) },
        {
          ...bar,
          label: { show: true, position: "right", formatter: (p) => `${p.value}${data.unit}`, fontSize: font, color: "#1c2733" },
          data: data.rows.map((row, i) => ({ value: row[1], itemStyle: { color: shade(i, data.rows.length), borderRadius: 3 } })),
        },
      ],
    };
  },
  // Rows: category, lowest, lower quarter, median, upper quarter, highest.
  spread(data, font, width) {
    return {
      ...spreadFrame(data, font, width),
      series: [{ type: "boxplot", data: data.rows.map((row) => row.slice(1)), itemStyle: { color: "#dbe8f8", borderColor: COLOURS[0] } }],
    };
  },
};

function shade(i, count) {
  const part = count > 1 ? i / (count - 1) : 0;
  const mix = (a, b) => Math.round(a + (b - a) * part);
  return `rgb(${mix(27, 12)}, ${mix(98, 52)}, ${mix(191, 112)})`;
}

// Tooltips are drawn on the canvas: as HTML they would carry inline styles, which our CSP forbids.
const tooltip = (font, trigger = "axis") => ({
  trigger, renderMode: "richText", confine: true, textStyle: { fontSize: font }, axisPointer: { type: "shadow" },
});

function frame(data, font, width, isLying) {
  const names = data.rows.map((row) => row[0]);
  const category = {
    type: "category", data: names, inverse: isLying, axisTick: { show: false },
    axisLabel: { fontSize: font, color: "#1c2733", interval: 0, width: isLying ? font * 10 : (width - font * 5) / data.rows.length, overflow: "break" },
  };
  const value = { type: "value", axisLabel: { fontSize: font, color: "#52606f" }, splitLine: { lineStyle: { color: "#e3eaf2" } }, name: isLying ? "" : data.unit };
  const hasLegend = data.columns.length > 2;
  return {
    color: COLOURS,
    tooltip: tooltip(font),
    legend: hasLegend ? { top: 0, textStyle: { fontSize: font } } : undefined,
    grid: { left: 8, right: isLying ? font * 4 : 16, top: hasLegend ? font * 3 : font * 2, bottom: 4, containLabel: true },
    xAxis: isLying ? value : category,
    yAxis: isLying ? category : value,
  };
}

// From where the marks begin: quarters near the top would all look alike from zero.
function spreadFrame(data, font, width) {
  const parts = frame({ ...data, columns: [] }, font, width, false);
  return { ...parts, yAxis: { ...parts.yAxis, scale: true } };
}

function axes(data, font, width, isLying, type = "bar") {
  const series = data.columns.slice(1).map((name, i) => ({
    name, type, barMaxWidth: 28, symbolSize: 8,
    label: { show: data.columns.length < 4, position: isLying ? "right" : "top", fontSize: font, color: "#1c2733" },
    data: data.rows.map((row) => row[i + 1]),
  }));
  if (Array.isArray(data.target)) {
    series.push({
      name: "要求", type: "scatter", symbol: "rect", symbolSize: isLying ? [4, 26] : [34, 4], color: RED, z: 5,
      data: data.target.map((value, i) => (value === null ? null : isLying ? [value, i] : [i, value])).filter(Boolean),
    });
  } else if (data.target && series.length) {
    const place = isLying ? { xAxis: data.target.value } : { yAxis: data.target.value };
    series[0].markLine = {
      symbol: "none", silent: true, lineStyle: { color: RED, width: 2, type: "solid" },
      label: { formatter: `${data.target.label} ${data.target.value}`, color: RED, fontSize: font, position: isLying ? "end" : "insideEndTop" },
      data: [place],
    };
  }
  const parts = frame(data, font, width, isLying);
  // A mark of what is required would stand on the number at the bar's end.
  if (isLying && Array.isArray(data.target)) {
    series[0].label.show = false;
    parts.yAxis.axisLabel.formatter = (name, i) => `${name}  ${data.rows[i][1]}`;
  }
  return { ...parts, series };
}

function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "1";
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  let chart;
  function paint() {
    const font = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.85);
    if (data.kind === "bars" || data.kind === "funnel") {
      place.style.height = `${Math.max(3, data.rows.length) * font * 2.9 + font * 5}px`;
    }
    chart = chart || init(place, null, { renderer: "canvas" });
    chart.resize();
    chart.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, ...option[data.kind](data, font, place.clientWidth) }, true);
  }
  paint();
  window.addEventListener("resize", paint);
}

window.jiayuanCharts = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
