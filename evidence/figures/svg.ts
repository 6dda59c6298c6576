/** Drawings that stand alone: pages show them as images, light and dark. */
import { type Content, markup, textOf, trusted } from "@tare/eval/report";
import { box } from "../../apps/cli/report/charts/frame.ts";

const [width, height] = [box.right + 12, box.bottom + 36];
const top = 24;

const light = "--ink:#1c1b19;--soft:#615e57;--hair:#e2dfd7;--zero:#98948a;--sheet:#fff;" +
  "--c0:#7a766d;--c1:#1f6fd1;--c2:#d65a17;--c3:#12875f;--c4:#7a4fc4";
const dark = "--ink:#eceae4;--soft:#a5a198;--hair:#35342f;--zero:#77736a;--sheet:#1e1e1b;" +
  "--c0:#a8a499;--c1:#68a6f5;--c2:#f0884a;--c3:#41bf8f;--c4:#b394f0";
const style = `svg{${light}}@media(prefers-color-scheme:dark){svg{${dark}}}
rect.sheet{fill:var(--sheet)}text{font:11px system-ui,sans-serif;fill:var(--soft)}
text.title{font-size:13px;font-weight:600;fill:var(--ink)}
.middle text,text.label{text-anchor:middle}.end text{text-anchor:end}
.ticks line{stroke:var(--hair)}.ticks line.zero{stroke:var(--zero)}
.c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}
path.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
.c2 path.line{stroke-dasharray:7 4}.c3 path.line{stroke-dasharray:2 4}.c4 path.line{stroke-dasharray:9 3 2 3}
circle{fill:var(--c);stroke:var(--sheet);stroke-width:1}circle.faint{opacity:.35;stroke:none}
.interval{stroke:var(--c);stroke-width:2}`;

/** A panel: a heading, and a drawing in the place that charts of the report have. */
export interface Panel {
  readonly title: string;
  readonly drawing: Content;
}

/** Names of styles, in a line below the panels. */
export type Legend = readonly (readonly [name: string, style: string])[];

/** Puts panels side by side, two in a row, under a description for those who do not see them. */
export function svgOf(title: string, description: string, panels: readonly Panel[], legend: Legend = []): string {
  const columns = Math.min(2, panels.length);
  const w = columns * width;
  const below = Math.ceil(panels.length / columns) * (height + top);
  let [x, y] = [box.left, below + 14];
  const entries = legend.map(([name, style]) => {
    const wide = 44 + 6 * name.length;
    if (x + wide > w) [x, y] = [box.left, y + 18];
    x += wide;
    return markup`<g class="${style}" transform="translate(${x - wide} ${y})"><path class="line" d="M0 0h24"/>
<circle cx="12" cy="0" r="3"/><text x="30" y="4">${name}</text></g>
`;
  });
  const h = legend.length > 0 ? y + 14 : below;
  const drawn = panels.map(({ title, drawing }, i) =>
    markup`<g transform="translate(${(i % columns) * width} ${Math.floor(i / columns) * (height + top) + top})">
<text class="title" x="${box.left}" y="-8">${title}</text>${drawing}</g>
`
  );
  return textOf(
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img">
<title>${title}</title><desc>${description}</desc><style>${trusted(style)}</style>
<rect class="sheet" width="${w}" height="${h}"/>
${drawn}${entries}</svg>
`,
  );
}
