/** Blue and orange are told apart by every kind of colour vision; words and shapes say it again. */
export const reportStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; --band: #e7ebef;
  --better: #0b5cad; --worse: #b35900; --arm0: #0b5cad; --arm1: #b35900; --arm2: #00795c; --arm3: #8a3c8a; --arm4: #6b6100; --arm5: #444 }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e9ec; --faint: #9aa4ae; --line: #353c44; --band: #2a3037;
  --better: #79b8ff; --worse: #ffa657; --arm0: #79b8ff; --arm1: #ffa657; --arm2: #4fd1ad; --arm3: #e0a3e0; --arm4: #d8cb4f; --arm5: #c8ccd0 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1000px; padding: 1rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .5rem } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
.verdict { font-size: 1.15rem; margin: .25rem 0 } .note { color: var(--faint); margin: .25rem 0 } .warning { color: var(--worse); font-weight: 600 }
.intervals { display: grid; grid-template-columns: minmax(9rem, 1.3fr) 3fr minmax(11rem, 1.6fr); gap: .35rem 1rem; align-items: center }
.intervals > .row { display: contents } .intervals .effect { font-variant-numeric: tabular-nums }
.improved { color: var(--better) } .regressed { color: var(--worse) } .word { font-weight: 600; white-space: nowrap }
svg.bar { display: block; width: 100%; height: 20px; overflow: visible } svg.labels { display: block; width: 100%; height: 16px; overflow: visible }
.axis svg.bar { height: 5px } text { fill: var(--faint); font: 11px system-ui, sans-serif }
line { vector-effect: non-scaling-stroke } .zero { stroke: var(--faint); stroke-width: 1 } .band { fill: var(--band) }
.interval { stroke: currentColor; stroke-width: 5 } .estimate { stroke: currentColor; stroke-width: 3 }
.grid { stroke: var(--line); stroke-width: 1 }
.series { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: .5rem 1rem }
figure { margin: 0 } figcaption { color: var(--faint); font-size: .875rem } figure svg { width: 100%; height: auto; display: block }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .25rem 0; padding: 0 } .sample { width: .9em; height: .9em; vertical-align: -.05em }
.arm0 { fill: var(--arm0); stroke: var(--arm0) } .arm1 { fill: var(--arm1); stroke: var(--arm1) } .arm2 { fill: var(--arm2); stroke: var(--arm2) }
.arm3 { fill: var(--arm3); stroke: var(--arm3) } .arm4 { fill: var(--arm4); stroke: var(--arm4) } .arm5 { fill: var(--arm5); stroke: var(--arm5) }
.hollow { fill: none }
details { margin: .75rem 0 } summary { cursor: pointer; font-weight: 600; padding: .25rem 0 }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .875rem }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap } th:first-child, td:first-child { text-align: left }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0 } dt { color: var(--faint) } dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
pre { background: var(--band); padding: .6rem .8rem; border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 }
iframe { width: 100%; height: 75vh; border: 1px solid var(--line) }
:focus-visible { outline: 2px solid var(--better); outline-offset: 2px }
@media (max-width: 640px) { .intervals { grid-template-columns: 1fr; gap: .1rem } .intervals > .row { display: block; margin-bottom: .75rem } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .4rem } }
@media print { details > * { display: block } }
`
