import { createHash } from 'node:crypto'
import { escapeHtml } from '../../profiling/html.ts'
import { reportStyle } from './report-style.ts'

export interface ReportPage {
  readonly html: string
  readonly contentSecurityPolicy: string
}

/** Nothing but the page's own style. */
export function strictPolicy(): string {
  const hash = createHash('sha256').update(reportStyle).digest('base64')
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
}

/** What stands around the content, which is markup already. */
export function wholePage(title: string, contentSecurityPolicy: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="content-security-policy" content="${contentSecurityPolicy}">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}
