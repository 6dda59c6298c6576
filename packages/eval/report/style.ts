/** How the page looks: light and dark, on paper and on a phone, in the colours of the demo's report. */

const light = `
--page:#fbfaf7;--sheet:#fff;--ink:#1c1b19;--soft:#615e57;--hair:#e2dfd7;--zero:#98948a;--wash:#f3f1eb;--tie:#d5d1c7;
--c0:#7a766d;--c1:#1f6fd1;--c2:#d65a17;--c3:#12875f;--c4:#7a4fc4;--c5:#b8326b;--c6:#8a6d0b`;
const dark = `
--page:#161614;--sheet:#1e1e1b;--ink:#eceae4;--soft:#a5a198;--hair:#35342f;--zero:#77736a;--wash:#282722;--tie:#4a4840;
--c0:#a8a499;--c1:#68a6f5;--c2:#f0884a;--c3:#41bf8f;--c4:#b394f0;--c5:#ea7aa8;--c6:#d0b04a`;

/** Classes that have a colour of their own: `c0` to `c6`. */
export const colours = 7;

/** How reports look, as a style sheet: light and dark, on paper and on a phone. */
export const style: string = `
:root{color-scheme:light dark;${light}}
@media(prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%;overflow-wrap:anywhere}
main{max-width:1120px;margin:0 auto;padding:40px 20px 80px}
header p{color:var(--soft);margin:4px 0;max-width:none}
h1{font-size:30px;line-height:1.2;margin:0 0 8px;letter-spacing:-.015em}
h2{font-size:21px;margin:52px 0 12px;letter-spacing:-.01em}
h3{font-size:16px;margin:22px 0 8px}
h4{font-size:14px;margin:0 0 6px}
p{margin:8px 0;max-width:72ch}
small{font-size:12.5px;color:var(--soft);font-weight:400}
.missing{color:var(--soft);font-style:italic}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:18px 0 0;font-size:14px}
a{color:var(--c1)}
:focus-visible{outline:2px solid var(--c1);outline-offset:2px}
.c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}.c5{--c:var(--c5)}.c6{--c:var(--c6)}.other{--c:var(--ink)}
.notes{padding-left:20px;max-width:78ch}.notes li{margin:7px 0}
.bars{list-style:none;margin:14px 0;padding:4px 16px 10px;background:var(--sheet);border:1px solid var(--hair);border-radius:10px}
.bars li{margin:14px 0}
.bars p{margin:0;max-width:none;font-size:14px;line-height:1.4;display:flex;flex-wrap:wrap;gap:0 18px}
svg{display:block;width:100%;height:34px;margin:4px 0 0;overflow:visible}
rect{fill:var(--c);stroke:var(--sheet)}rect.tie{fill:var(--tie);stroke:var(--zero)}
.half{stroke:var(--zero);stroke-dasharray:2 2}.interval{stroke:var(--ink);stroke-width:2}circle{fill:var(--ink)}
.key{display:inline-block;width:10px;height:10px;border-radius:3px;background:var(--c);margin-right:6px}.key.tie{background:var(--tie)}
.scroll{overflow-x:auto;margin:10px 0}
table{border-collapse:collapse;font-size:14px;background:var(--sheet);min-width:100%}
th,td{padding:7px 12px;border-bottom:1px solid var(--hair);text-align:right;white-space:nowrap;vertical-align:middle}
th:first-child{text-align:left;position:sticky;left:0;background:var(--sheet)}th[scope=row]{font-weight:600;white-space:normal;min-width:170px}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom;white-space:normal;overflow-wrap:break-word;min-width:84px}
article{border-top:1px solid var(--hair);margin-top:20px}
.said{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate;margin:0;max-width:none;font-size:15px;line-height:1.45}
.prompt{background:var(--wash);border-radius:10px;padding:10px 14px;margin:8px 0 12px}
.responses{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));gap:12px}
.responses section{border-left:3px solid var(--c);background:var(--sheet);padding:8px 12px;border-radius:0 8px 8px 0;min-width:0}
.verdicts{padding-left:20px;font-size:15px}.verdicts li{margin:6px 0}.verdicts .said{font-size:14px;color:var(--soft);margin:4px 0}
details{margin:4px 0}summary{cursor:pointer}
footer{margin-top:56px;color:var(--soft);font-size:14px;border-top:1px solid var(--hair);padding-top:12px}
@media(max-width:560px){main{padding:22px 14px 50px}h1{font-size:25px}h2{margin-top:40px}}
@media print{:root{${light};--page:#fff}nav{display:none}article,.bars li,tr{break-inside:avoid}h2,h3{break-after:avoid}
body{font-size:10.5pt}main{max-width:none;padding:0}.scroll{overflow:visible}table{font-size:9px}th:first-child{position:static}th,td{padding:4px;white-space:normal}thead th,th[scope=row]{min-width:0}}
`;
