/** What charts take from D3: numbers and paths, nothing that needs a browser. Its types are a package of their own. */
// @ts-types="@types/d3-scale"
export { type ScaleLinear, scaleLinear } from "d3-scale";
// @ts-types="@types/d3-shape"
export { area, curveStepAfter, line } from "d3-shape";
