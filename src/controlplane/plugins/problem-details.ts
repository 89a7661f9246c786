import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { UnavailableError } from '../lab.ts'
import { HttpProblem, invalidInput, type Problem, problemOf } from '../problem.ts'
import { inputErrors } from '../validation-errors.ts'

/** Makes every error an answer of application/problem+json. What an unforeseen error says goes to the log only. */
export const problemDetails = fp(
  (app: FastifyInstance, _options: object, done: () => void) => {
    app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(reply, httpProblemOf(error, request)))
    app.setNotFoundHandler((request, reply) =>
      sendProblem(reply, new HttpProblem(404, `there is nothing at ${pathOf(request)}`))
    )
    done()
  },
  { name: 'problem-details', fastify: '5.x' }
)

function httpProblemOf(error: FastifyError, request: FastifyRequest): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof UnavailableError) return new HttpProblem(503, error.message, { headers: { 'retry-after': '1' } })
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalidInput(inputErrors(error.validation, error.validationContext === 'body'))
  }
  const known = knownErrors[error.code]
  if (known !== undefined) return known(error)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new HttpProblem(error.statusCode, error.message)
  }
  request.log.error({ err: error }, 'request failed')
  return new HttpProblem(500, `the server failed; its log has the reason, under request ${request.id}`)
}

/** Errors of the framework whose own words name its classes, or lack what a client needs to know. */
const knownErrors: Readonly<Record<string, (error: FastifyError) => HttpProblem>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: () => invalidInput([{ pointer: '', detail: 'is not valid JSON' }]),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new HttpProblem(415, 'a body must be application/json', { headers: { accept: 'application/json' } }),
  FST_ERR_HANDLER_TIMEOUT: () => new HttpProblem(503, 'the workers did not answer in time')
}

function sendProblem(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const body: Problem = problemOf(problem.status, problem.message, problem.errors)
  // As bytes, because to text Fastify would add a charset, which JSON types do not have.
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(body)))
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string
}
