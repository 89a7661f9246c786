import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/**
 * One line a request, for those who debug: at other levels, a scrape every second would be most of the log. Its route and not
 * its address, in which a client may have put anything, a token by mistake included.
 */
export class QuietLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { method, routeOptions } = request
    const answer = {
      method,
      route: routeOptions.url ?? null,
      status: reply.statusCode,
      milliseconds: reply.elapsedTime
    }
    if (error == null) request.log.debug(answer, 'answered')
    else request.log.debug({ ...answer, err: error }, 'not answered')
  }
}
