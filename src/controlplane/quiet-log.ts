import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/** One line a request, for those who debug: at other levels, a scrape every second would be most of the log. */
export class QuietLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { method, url } = request
    const answer = { method, url, status: reply.statusCode, milliseconds: reply.elapsedTime }
    if (error == null) request.log.debug(answer, 'answered')
    else request.log.debug({ ...answer, err: error }, 'not answered')
  }
}
