import 'uplot/dist/uPlot.min.css'
import './style.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { follow } from './live/lab.ts'

render(<App />, document.getElementById('app') as HTMLElement)
follow()
