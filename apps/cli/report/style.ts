/** How the page looks: light and dark, on paper and on a phone. Colours of policies are told apart by the colour-blind, and by dashes. */

const light = `
--page:#fbfaf7;--sheet:#fff;--ink:#1c1b19;--soft:#615e57;--hair:#e2dfd7;--zero:#98948a;--wash:#f3f1eb;--tie:#d5d1c7;
--c0:#7a766d;--c1:#1f6fd1;--c2:#d65a17;--c3:#12875f;--c4:#7a4fc4;--c5:#b8326b;--c6:#8a6d0b`;
const dark = `
--page:#161614;--sheet:#1e1e1b;--ink:#eceae4;--soft:#a5a198;--hair:#35342f;--zero:#77736a;--wash:#282722;--tie:#4a4840;
--c0:#a8a499;--c1:#68a6f5;--c2:#f0884a;--c3:#41bf8f;--c4:#b394f0;--c5:#ea7aa8;--c6:#d0b04a`;

/** The style sheet. */
export const style: string = `
:root{color-scheme:light dark;${light}}
@media(prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:40px 20px 80px}
header p{color:var(--soft);margin:4px 0;max-width:none}
h1{font-size:30px;line-height:1.2;margin:0 0 8px;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:21px;margin:52px 0 12px;letter-spacing:-.01em}
h3{font-size:16px;margin:22px 0 8px}
h4{font-size:14px;margin:0 0 6px}
p{margin:8px 0;max-width:72ch}
small{font-size:12.5px;color:var(--soft);font-weight:400}
.missing{color:var(--soft);font-style:italic}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:18px 0 0;font-size:14px}
a{color:var(--c1)}
.c0,.without{--c:var(--c0)}.c1,.with{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}
.c4{--c:var(--c4)}.c5{--c:var(--c5)}.c6{--c:var(--c6)}
.tiles{list-style:none;padding:0;margin:16px 0 20px;display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:14px}
.tiles li{background:var(--sheet);border:1px solid var(--hair);border-radius:10px;padding:14px 16px}
.tiles b{font-size:30px;line-height:1.15;letter-spacing:-.02em;margin-right:10px;white-space:nowrap}
.tiles small{white-space:nowrap}
.tiles span{display:block;font-size:14px;line-height:1.4;color:var(--soft);margin-top:4px}
.lead{font-size:19px;line-height:1.45;max-width:64ch;margin:18px 0 12px}
.findings{padding-left:20px;max-width:78ch}.findings li{margin:7px 0}
figure{margin:0;background:var(--sheet);border:1px solid var(--hair);border-radius:10px;padding:12px 10px 8px;min-width:0}
figcaption{font-size:14px;line-height:1.35;padding:0 4px 4px}figcaption span{color:var(--soft)}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:11px;fill:var(--soft)}
.middle text,text.label{text-anchor:middle}.end text,text.end{text-anchor:end}
.ticks line{stroke:var(--hair)}.ticks line.zero{stroke:var(--zero)}
path.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
path.faint{fill:none;stroke:var(--c);stroke-width:1;opacity:.3}
.c2 path.line,.c5 path.line{stroke-dasharray:7 4}.c3 path.line,.c6 path.line{stroke-dasharray:2 4}.c4 path.line{stroke-dasharray:9 3 2 3}
circle{fill:var(--c);stroke:var(--sheet);stroke-width:1}
.interval{stroke:var(--c);stroke-width:2}
.against{stroke:var(--zero);stroke-dasharray:2 2}
path.filled{fill:var(--c);opacity:.16}path.outline{fill:none;stroke:var(--c);stroke-width:1.6}
.without path.line,.without path.outline{stroke-dasharray:5 3}
line.mean{stroke:var(--c);stroke-dasharray:2 3}
path.dust{fill:none;stroke:var(--c);stroke-width:3.2;stroke-linecap:round;opacity:.38}
rect{fill:var(--c)}rect.tie{fill:var(--tie)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));gap:16px;margin:14px 0}
.beside{display:flex;flex-wrap:wrap;gap:16px 32px;align-items:flex-start;margin:14px 0}
.beside>div{flex:1 1 340px;min-width:0}.beside>figure{flex:0 1 440px}.beside p:first-child{margin-top:0}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;padding:0;margin:8px 0;font-size:14px}
.legend li{display:flex;align-items:center;gap:7px}.legend svg{width:26px;height:10px}
.key{display:inline-block;width:10px;height:10px;border-radius:3px;background:var(--c);margin-right:6px}
.scroll{overflow-x:auto;margin:10px 0}
table{border-collapse:collapse;font-size:14px;background:var(--sheet);min-width:100%}
th,td{padding:7px 12px;border-bottom:1px solid var(--hair);text-align:right;white-space:nowrap;vertical-align:middle}
th:first-child,th[scope=row]{text-align:left;font-weight:600}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom;white-space:normal;min-width:84px}
td.estimate,thead th.estimate{text-align:left}.estimate div{display:flex;align-items:center;gap:10px}
.estimate span{display:flex;flex-direction:column;line-height:1.25}
.glyph{flex:none;width:100px;height:18px}
details{margin:10px 0}summary{cursor:pointer;padding:4px 0}
.settings td{text-align:left;white-space:normal;overflow-wrap:anywhere;font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:13px}
.settings th{vertical-align:top;width:1%}.settings pre{margin:0;white-space:pre-wrap;font:inherit}
.claims{padding-left:22px}.claims h3{margin:18px 0 4px}.claims dl{margin:0;max-width:78ch}
dt{color:var(--soft);font-size:14px;margin-top:6px}dd{margin:0}
article{border-top:1px solid var(--hair);margin-top:20px}
.said{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;margin:0;max-width:none;font-size:15px;line-height:1.45}
.prompt{background:var(--wash);border-radius:10px;padding:10px 14px;margin:8px 0 12px}
.responses{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,196px),1fr));gap:12px}
.responses section{border-left:3px solid var(--c);background:var(--sheet);padding:8px 12px;border-radius:0 8px 8px 0;min-width:0}
footer{margin-top:56px;color:var(--soft);font-size:14px;border-top:1px solid var(--hair);padding-top:12px}
@media(max-width:560px){main{padding:22px 14px 50px}h1{font-size:25px}h2{margin-top:40px}.tiles b{font-size:26px}}
@media print{:root{${light};--page:#fff}nav{display:none}figure,article,.tiles li,tr{break-inside:avoid}h2,h3{break-after:avoid}
body{font-size:10.5pt}main{max-width:none;padding:0}.scroll{overflow:visible}table{font-size:11px}small{font-size:10px}
th,td{padding:4px 6px}thead th{min-width:0}.glyph{width:60px}.estimate div{gap:6px}}
`;
