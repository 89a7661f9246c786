import { type ClientRequest, get, type IncomingMessage } from 'node:http'

export interface ReceivedEvent {
  readonly id: string | null
  readonly type: string
  readonly data: unknown
}

/** A reader of Server-Sent Events, who notes all he gets. */
export class EventStream {
  readonly response: IncomingMessage
  readonly events: ReceivedEvent[] = []
  readonly #request: ClientRequest
  ended = false
  #rest = ''

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (text: string) => this.#read(text))
    response.on('end', () => {
      this.ended = true
    })
    response.on('error', () => {})
  }

  static open(url: string, headers: Record<string, string> = {}, localAddress?: string): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers, localAddress, agent: false }, response =>
        resolve(new EventStream(request, response))
      )
      request.on('error', reject)
    })
  }

  of(type: string): ReceivedEvent[] {
    return this.events.filter(event => event.type === type)
  }

  close(): void {
    this.#request.destroy()
  }

  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map(line => line.split(/: (.*)/s, 2) as [string, string]))
      const data = fields.get('data')
      if (data === undefined) continue
      this.events.push({ id: fields.get('id') ?? null, type: fields.get('event') ?? '', data: JSON.parse(data) })
    }
  }
}
