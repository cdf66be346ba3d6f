// The parts of ECharts that the figures use. Nothing else is in the page.

import { CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import {
  GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent, TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([
  CustomChart, HeatmapChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent,
  TitleComponent, TooltipComponent, VisualMapContinuousComponent, CanvasRenderer, SVGRenderer,
]);

/// What ECharts is told; its own types are wider than any figure needs.
export type Option = Record<string, unknown>;
export type Chart = EChartsType;

/// SVG stays sharp and prints; beyond some thousand marks only canvas is fluid, and marks are drawn smaller and in bulk.
export const kManyMarks = 3000;

export function open_chart(element: HTMLElement, canvas: boolean): Chart {
  return init(element, null, { renderer: canvas ? "canvas" : "svg" });
}

export function chart_svg(option: Option, width: number, height: number): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({ ...option, animation: false });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
