import type { ExperimentRequest } from '../../contract/experiment.ts'

/** What a shell has to run for the same experiment again, on the server at `url`. */
export function repeatCommand(request: ExperimentRequest, seed: number, url: string): string {
  const body = JSON.stringify({ ...request, seed }).replaceAll("'", "'\\''")
  return `curl -X POST ${url}/api/v1/experiments -H 'content-type: application/json' -d '${body}'`
}
