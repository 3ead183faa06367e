// The style sheet of all pages: light and dark, from 320 px to paper. Colours of text keep a contrast of 4.5 : 1 with what is below
// them, those of shapes 3 : 1.

/** As it stands in the page; the page's policy has its hash. */
export const styles = `
:root{color-scheme:light dark;--paper:#fbfaf8;--card:#fff;--ink:#1c2024;--soft:#565d66;--line:#dedbd4;--edge:#8b8f96;--tint:#f1efea;--link:#0b5cad;--focus:#0b5cad;--mark:#fff3c4;--good:#12784a;--bad:#b3261e;
--accepted:#1f8a57;--unchanged:#3f7fb8;--skipped:#64799a;--excluded:#868c94;--invalid:#c9372c;--blocked:#b26a00;--rejected:#96307a;--failed:#7c1d17;--in_doubt:#6c4fc0;--pending:#868c94}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1c2024;--ink:#e9e7e2;--soft:#a9b0b9;--line:#353b42;--edge:#7d858f;--tint:#252a30;--link:#8cc1ff;--focus:#8cc1ff;--mark:#4a3f12;--good:#5fd09a;--bad:#ff8d83;
--accepted:#3fae78;--unchanged:#5d9fdb;--skipped:#8197b8;--excluded:#7d858f;--invalid:#ef6a5f;--blocked:#dd9a33;--rejected:#d070b5;--failed:#c9544c;--in_doubt:#a58cf0;--pending:#7d858f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:74rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:clamp(1.6rem,1.1rem + 2.2vw,2.5rem);line-height:1.15;letter-spacing:-.02em;font-weight:680;margin:.35rem 0 .6rem;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3;letter-spacing:-.01em;margin:0 0 .8rem}
h3{font-size:1rem;margin:1.4rem 0 .5rem}
p{margin:0 0 .7rem;max-width:68ch}
a{color:var(--link)}
code,kbd,.place{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
code,bdi,td,th,dd{overflow-wrap:anywhere}
bdi,code{unicode-bidi:isolate}
section,.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.25rem 1.4rem 1.35rem;margin:0 0 1.1rem}
.soft{color:var(--soft)}
.small{font-size:.875rem;max-width:none}
.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
[hidden]{display:none!important}

header{margin:0 0 1.4rem}
.over{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center;color:var(--soft);font-size:.9rem}
.over>*:last-child{margin-left:auto}
.badge{border:1px solid currentColor;border-radius:99px;padding:.05rem .65rem;font-size:.8rem;font-weight:600}
.badge.good{color:var(--good)}
.badge.bad{color:var(--bad)}
.next{display:block;border:1px solid var(--line);border-left:4px solid var(--accepted);border-radius:10px;background:var(--card);padding:.75rem 1rem;margin:1rem 0 0;max-width:none}
.next.bad{border-left-color:var(--invalid)}
.next b{margin-right:.35rem}
.command{background:var(--tint);border-radius:6px;padding:.12rem .4rem}

.bar{display:block;width:100%;height:22px;border-radius:7px;margin:0 0 .9rem}
.bar rect,.chart .area{shape-rendering:crispEdges}
.swatch{display:inline-block;width:.72rem;height:.72rem;border-radius:3px;margin-right:.5rem;vertical-align:-.03rem}
.accepted{fill:var(--accepted)}.swatch.accepted{background:var(--accepted)}
.unchanged{fill:var(--unchanged)}.swatch.unchanged{background:var(--unchanged)}
.skipped{fill:var(--skipped)}.swatch.skipped{background:var(--skipped)}
.excluded{fill:var(--excluded)}.swatch.excluded{background:var(--excluded)}
.invalid{fill:var(--invalid)}.swatch.invalid{background:var(--invalid)}
.blocked{fill:var(--blocked)}.swatch.blocked{background:var(--blocked)}
.rejected{fill:var(--rejected)}.swatch.rejected{background:var(--rejected)}
.failed{fill:var(--failed)}.swatch.failed{background:var(--failed)}
.in_doubt{fill:var(--in_doubt)}.swatch.in_doubt{background:var(--in_doubt)}
.pending{fill:var(--pending)}.swatch.pending{background:var(--pending)}
.swatch{forced-color-adjust:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.bar,.chart{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.legend{display:flex;flex-wrap:wrap;gap:.55rem 1.6rem;list-style:none;margin:0 0 1rem;padding:0}
.legend b{font-size:1.3rem;font-weight:650;letter-spacing:-.01em;display:block;line-height:1.2}
.legend li{min-width:6.2rem}

.frame{overflow-x:auto;margin:0 0 .6rem}
.frame th,.frame td{overflow-wrap:break-word}
.frame:focus-visible{outline-offset:0}
table{border-collapse:collapse;width:100%;font-size:.925rem}
th,td{text-align:left;vertical-align:top;padding:.42rem .8rem .42rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{font-size:.8rem;color:var(--soft);font-weight:600;vertical-align:bottom;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
tbody tr:last-child>*{border-bottom:0}
.frame table:not(.rows){width:auto;min-width:min(100%,34rem)}
.frame table:not(.rows) .end{padding-left:1.4rem}
#outcomes tbody tr:last-child>*{font-weight:650}
.end{text-align:right;white-space:nowrap}
.wide{min-width:14rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(13rem,45%),1fr));gap:.8rem 1.6rem;margin:0 0 .8rem}
.facts dt{color:var(--soft);font-size:.82rem}
.facts dd{margin:0}
details{margin:.6rem 0 0}
summary{cursor:pointer;color:var(--link);width:fit-content}
details[open]>summary{margin-bottom:.6rem}
.notes{margin:0 0 .8rem;padding-left:1.15rem}
.notes li{margin:0 0 .4rem;max-width:80ch}

.reasons{list-style:none;margin:0;padding:0}
.reasons>li{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.1rem 1.1rem;padding:.75rem 0;border-top:1px solid var(--line)}
.reasons>li:first-child{border-top:0;padding-top:.2rem}
.reasons .amount{font-weight:650;text-align:right}
.reasons .amount .n{font-size:1.15rem}
.reasons .amount small{display:block;font-weight:400;color:var(--soft)}
.reasons p{margin:0;max-width:none}
.reasons .cell{color:var(--soft);font-size:.9rem;margin-top:.15rem}
.reasons .do{font-size:.9rem;margin-top:.25rem}
.reasons .what{font-weight:600}
button,input,select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:.38rem .75rem;min-height:2.4rem}
button{cursor:pointer}
button:hover{background:var(--tint)}
button[aria-pressed=true]{background:var(--ink);border-color:var(--ink);color:var(--card)}
.amount button{width:100%;text-align:right;font-weight:650;padding:.15rem .6rem .3rem;line-height:1.25;border-color:var(--line)}
.amount button:hover{border-color:var(--edge)}
.amount button small{color:inherit}
.tools{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;margin:0 0 .8rem}
.tools label{display:grid;gap:.2rem;font-size:.8rem;color:var(--soft)}
.tools label>*{font-size:.95rem;color:var(--ink)}
.tools .find{flex:1 1 15rem}
.tools input{width:100%}
.tools select{max-width:16rem}
.shown{margin:0 0 .6rem}

.rows{table-layout:fixed}
.rows td{overflow-wrap:anywhere}
.rows .c0{width:20%}.rows .c1{width:10%}.rows .c2{width:14%}.rows .c3{width:14%}.rows .c4{width:13%}
.rows thead button{border:0;background:none;min-height:0;padding:.2rem 0;font-weight:600;color:inherit;text-align:left}
.rows thead button:hover{color:var(--ink);text-decoration:underline}
.rows thead [aria-sort] button::after{content:" ↑"}
.rows thead [aria-sort=descending] button::after{content:" ↓"}
.rows thead [aria-sort=none] button::after{content:""}
.live{overflow:auto;max-height:min(36rem,75vh);border:1px solid var(--line);border-radius:10px;padding:0 .8rem;position:relative}
.live thead th{position:sticky;top:0;background:var(--card);z-index:1}
.live tbody tr{height:3.5rem}
.live tbody tr:last-child>*{border-bottom:1px solid var(--line)}
.live tbody tr>*{padding-top:.35rem;padding-bottom:.35rem}
.live tbody .clip{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2;overflow:hidden;max-height:2.8rem;line-height:1.4rem}
.open{border:0;background:none;padding:0;min-height:0;color:var(--link);text-align:left;text-decoration:underline;text-underline-offset:2px;overflow-wrap:anywhere}
.open:hover{background:none}
.nothing{padding:1.5rem 0;color:var(--soft)}
dialog{border:1px solid var(--line);border-radius:14px;background:var(--card);color:var(--ink);padding:1.3rem 1.4rem;width:min(44rem,calc(100vw - 2rem));max-height:85vh;overflow:auto}
dialog::backdrop{background:rgb(0 0 0/.45)}
dialog .facts{grid-template-columns:1fr}
dialog h2{overflow-wrap:anywhere}

.chart{display:block;width:100%;height:auto;margin:0 0 .4rem}
.chart text{fill:var(--soft);font-size:12px;font-family:inherit}
.chart .axis{stroke:var(--line);stroke-width:1}
.chart .requests{fill:var(--unchanged);opacity:.55}
.chart .done{fill:none;stroke:var(--accepted);stroke-width:2}
.chart .throttled{fill:var(--invalid)}
.chart .pause{fill:var(--blocked);opacity:.35}
.chart .outage{fill:var(--failed);opacity:.4}
.swatch.pause{background:var(--blocked);opacity:.6}.swatch.outage{background:var(--failed);opacity:.6}.swatch.requests{background:var(--unchanged);opacity:.7}.swatch.done{background:var(--accepted)}.swatch.throttled{background:var(--invalid)}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:0 0 .8rem;padding:0;font-size:.875rem;color:var(--soft)}

@media (max-width:44rem){
main{padding:1.2rem .8rem 3rem}
section,.card{padding:1rem;border-radius:12px}
.over>*:last-child{margin-left:0}
.legend{display:grid;grid-template-columns:1fr 1fr}
.reasons>li{grid-template-columns:minmax(0,1fr)}
.reasons .amount{text-align:left}
.reasons .amount small{display:inline}
.amount button{width:auto}
.tools select{max-width:none;width:100%}
.tools label{flex:1 1 100%}
.rows,.rows tbody,.rows tr,.rows td,.rows tbody th{display:block}
.rows thead{display:none}
.rows tbody tr{padding:.6rem 0;border-bottom:1px solid var(--line)}
.rows tbody tr>*{border:0;padding:.05rem 0}
.rows tbody td:empty{display:none}
.rows td[data-label]::before{content:attr(data-label) " ";color:var(--soft);font-size:.8rem}
.live{max-height:70vh;padding:0 .6rem}
.live tbody tr{display:flex;flex-wrap:wrap;align-content:flex-start;gap:0 .9rem;height:8rem;overflow:hidden;padding:.45rem 0}
.live tbody tr>*,.live tbody tr:last-child>*{padding:0;border:0;min-width:0;max-width:100%}
.live tbody th{flex:1 1 60%}
.live tbody td:nth-child(3),.live tbody td:last-child{flex:1 1 100%}
.live tbody .clip{display:inline-block;white-space:nowrap;text-overflow:ellipsis;max-width:100%;max-height:1.4rem;vertical-align:bottom}
.live tbody td[data-label]{display:flex;gap:.3rem;align-items:baseline}
.live tbody td[data-label] .clip{flex:0 1 auto;min-width:0}
.live tbody td:last-child .clip{display:-webkit-box;white-space:normal;-webkit-line-clamp:2;line-clamp:2;max-height:2.8rem}
.over button{display:none}
}
@media print{
@page{margin:14mm}
:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--tint:#f1efea;--link:#000}
body{font-size:10pt}
main{max-width:none;padding:0}
section,.card{border:0;border-top:1px solid var(--line);border-radius:0;padding:.8rem 0;margin:0}
h2,h3,.reasons>li,tr,.legend{break-inside:avoid}
h2,h3{break-after:avoid}
.frame,.live{overflow:visible;height:auto}
.tools,dialog,.over button,.rows .swatch{display:none}
.amount button{border:0;padding:0;min-height:0}
.live{border:0;padding:0}
.live tbody tr{height:auto}
.live tbody .clip{display:inline;max-height:none;-webkit-line-clamp:none;line-clamp:none}
.live thead th{position:static}
.open{color:inherit;text-decoration:none}
.rows{font-size:8.5pt}
.rows td,.rows tbody th{line-height:1.35;padding-right:.5rem}
}
@media (forced-colors:active){.badge,.next{border-color:CanvasText}button[aria-pressed=true]{outline:3px solid Highlight}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;
