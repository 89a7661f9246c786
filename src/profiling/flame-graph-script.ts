/** What the page does in the browser. Plain JavaScript of the browser, which is why it is a text here. */
export const flameGraphScript = String.raw`'use strict'
const { tree, unit, quantity } = JSON.parse(document.getElementById('data').textContent)
const details = document.getElementById('details')
const holder = document.getElementById('graph')
const search = document.getElementById('search')
const intro = details.textContent
const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })
const dark = matchMedia('(prefers-color-scheme: dark)')
let shape = document.querySelector('input[name=shape]:checked').value
let chart

// The library moves some things for a quarter of a second whatever it is told.
const transition = d3.selection.prototype.transition
d3.selection.prototype.transition = function (name) { return transition.call(this, name).duration(0) }

// The library asks for value and delta; the width of a box is one of the two profiles, its colour always the difference.
const shaped = node => ({
  name: node.name,
  value: node[shape],
  delta: node.after - node.before,
  before: node.before,
  after: node.after,
  children: node.children.filter(child => child[shape] > 0).map(shaped)
})

// Full colour where a function has doubled or halved, or more; none where it costs the same.
const strength = ({ before, after }) => {
  if (before <= 0 || after <= 0) return before === after ? 0 : after > before ? 1 : -1
  return Math.max(-1, Math.min(1, Math.log2(after / before)))
}

const variable = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const mix = (from, to, part) => 'color-mix(in srgb, ' + to + ' ' + Math.round(part * 100) + '%, ' + from + ')'
const colour = node => {
  if (node.highlight) return variable('--hit')
  const how = strength(node.data)
  return mix(variable('--same-box'), variable(how > 0 ? '--more-box' : '--less-box'), Math.abs(how))
}

const signed = value => (value > 0 ? '+' : '') + number.format(value)
const inWords = ({ name, before, after }) => {
  const change = before === 0 ? 'new, ' : after === 0 ? 'vanished, ' : ''
  const what = after === before ? 'the same' : change + 'takes ' + (after > before ? 'more ' : 'less ') + quantity + ' after'
  return name + ': ' + number.format(before) + ' before, ' + number.format(after) + ' after, ' + signed(after - before) + ' ' + unit + ', ' + what
}

const draw = () => {
  const term = search.value
  holder.replaceChildren()
  if (!(tree[shape] > 0)) return
  chart = flamegraph.default()
    .width(holder.clientWidth)
    .cellHeight(20)
    .minFrameSize(1)
    .transitionDuration(0)
    .title('')
    .sort((a, b) => (a.data.name < b.data.name ? -1 : 1))
    .selfValue(false)
    .computeDelta(false)
    .setColorMapper(node => colour(node))
    .setLabelHandler(node => inWords(node.data))
    .onHover(node => { details.textContent = inWords(node.data) })
    .onClick(() => setTimeout(makeReachable, 50))
    .setDetailsHandler(text => { if (text !== null) details.textContent = text })
  d3.select(holder).datum(shaped(tree)).call(chart)
  makeReachable()
  if (term !== '') find(term)
}

// Every box can be reached with Tab and opened with Enter, and says in words what its colour says.
const makeReachable = () => {
  for (const box of holder.querySelectorAll('g.frame, svg g g')) {
    const node = d3.select(box).datum()
    if (!node || !node.data) continue
    box.setAttribute('tabindex', '0')
    box.setAttribute('role', 'button')
    box.setAttribute('aria-label', inWords(node.data))
    box.onfocus = () => { details.textContent = inWords(node.data) }
    box.onkeydown = event => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      chart.zoomTo(node)
      setTimeout(makeReachable, 50)
    }
  }
}

const find = term => {
  chart.search(term.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&'))
  const rows = [...document.querySelectorAll('#rows tbody tr')]
  const lower = term.toLowerCase()
  let hits = 0
  for (const row of rows) {
    row.hidden = !row.textContent.toLowerCase().includes(lower)
    if (!row.hidden) hits++
  }
  details.textContent = hits + ' of ' + rows.length + ' functions match “' + term + '”'
}

for (const radio of document.getElementsByName('shape')) {
  radio.addEventListener('change', () => { shape = radio.value; draw() })
}
search.addEventListener('input', () => {
  if (search.value !== '') return find(search.value)
  chart.clear()
  for (const row of document.querySelectorAll('#rows tbody tr')) row.hidden = false
  details.textContent = intro
})
document.getElementById('reset').addEventListener('click', () => { chart.resetZoom(); setTimeout(makeReachable, 50) })
addEventListener('keydown', event => {
  if (event.key === 'Escape') { search.value = ''; search.dispatchEvent(new Event('input')); chart.resetZoom() }
})
dark.addEventListener('change', draw)
let resizing
addEventListener('resize', () => { clearTimeout(resizing); resizing = setTimeout(draw, 150) })
draw()
`
