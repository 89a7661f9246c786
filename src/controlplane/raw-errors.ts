import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemOf } from './problem.ts'

const statusByCode: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }
const detailByStatus: Readonly<Record<number, string>> = {
  400: 'this is not HTTP',
  408: 'the request did not come whole in time',
  431: 'the headers are too long'
}

/** Answers what could not be read as a request at all, and so never reaches a route or a hook. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = statusByCode[error.code ?? ''] ?? 400
  const body = JSON.stringify(problemOf(status, detailByStatus[status] as string))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy()
  )
}

/** Answers an address that the router cannot read: a broken escape, a segment that is too long. */
export function answerBadUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // It would wait behind another answer, and thousands with it.
  if (reply.raw.socket === null) {
    request.raw.socket.destroy()
    return
  }
  const status = error.statusCode ?? 400
  const detail = status === 414 ? 'a part of the address is too long' : 'the address cannot be read'
  reply.code(status).header('content-type', 'application/problem+json')
  reply.send(Buffer.from(JSON.stringify(problemOf(status, detail))))
}
