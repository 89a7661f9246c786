/** Blue and orange are told apart by every kind of colour vision, and + and − say it again. */
export const flameGraphStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de;
  --more: #b35900; --less: #0b5cad; --more-box: #f28e2b; --less-box: #5b9bd5; --same-box: #d9dce0; --box-ink: #14171a; --hit: #ffe14d }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e9ec; --faint: #9aa4ae; --line: #353c44;
  --more: #ffa657; --less: #79b8ff; --more-box: #b5590f; --less-box: #3a72b0; --same-box: #4b535c; --box-ink: #fff; --hit: #a68a00 } }
body { margin: 0 auto; max-width: 1400px; padding: 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem }
.sum { font-size: 1.1rem; margin: .25rem 0 } .warning { color: var(--more); margin: .25rem 0 }
dl { display: flex; flex-wrap: wrap; gap: 0 2rem; margin: .5rem 0; color: var(--faint) }
dt { display: inline; font-weight: 600; color: var(--ink) } dd { display: inline; margin: 0 0 0 .6rem } dd + dd::before { content: '· ' }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; margin-top: .75rem }
fieldset { border: 1px solid var(--line); border-radius: 4px; padding: .1rem .6rem } legend { color: var(--faint); padding: 0 .25rem }
input[type=search], button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: 4px; padding: .15rem .5rem }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0 }
.swatch { display: inline-block; width: 1.1em; height: 1.1em; margin-right: .4em; vertical-align: -.15em; border: 1px solid var(--line) }
.swatch.more { background: var(--more-box) } .swatch.less { background: var(--less-box) } .swatch.same { background: var(--same-box) }
#details { min-height: 1.5em; margin: .5rem 0; color: var(--faint); font-variant-numeric: tabular-nums }
#graph { border: 1px solid var(--line); overflow: hidden }
#graph .d3-flame-graph rect { stroke: var(--paper); fill-opacity: 1 }
#graph .d3-flame-graph-label { color: var(--box-ink); font: 12px/1.5 system-ui, sans-serif }
#graph g:focus rect, #graph g:hover rect { stroke: var(--ink); stroke-width: 2 } #graph g:focus { outline: none }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .15rem .5rem; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child, th:nth-child(2):is(#rows *, #categories *), td:nth-child(2):is(#rows *, #categories *) { text-align: left; white-space: normal; overflow-wrap: anywhere }
td.more { color: var(--more) } td.less { color: var(--less) } .tag { border: 1px solid currentColor; border-radius: 3px; padding: 0 .3em; font-size: .8em; color: var(--faint) }
:focus-visible { outline: 2px solid var(--less); outline-offset: 1px }
main { overflow-x: auto }
`
