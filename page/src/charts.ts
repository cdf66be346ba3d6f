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

export function open_chart(element: HTMLElement, items: number): Chart {
  // SVG stays sharp and prints; beyond some thousand marks only canvas is fluid.
  return init(element, null, { renderer: items > 3000 ? "canvas" : "svg" });
}

export function chart_svg(option: Option, width: number, height: number): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({ ...option, animation: false });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
