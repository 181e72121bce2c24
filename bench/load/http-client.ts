/**
 * The load generator's HTTP client: one request at a time over a connection that stays open, and just enough HTTP/1.1
 * to read answers with a content length, which is what the services send. It costs little, so that the side that is
 * measured has the processor.
 */
import { connect, type Socket } from 'node:net'

export interface WireRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface WireReply {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly retryAfterSeconds?: number | undefined
}

export interface HttpClient {
  send(request: WireRequest): Promise<WireReply>
  close(): void
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Connects to a port of the loopback interface. */
export function openClient(port: number): HttpClient {
  let connection = openConnection(port)
  return {
    send: (request) => {
      // A balancer closes what nobody used for minutes.
      if (connection.socket.destroyed) connection = openConnection(port)
      connection.socket.write(written(request, port))
      return connection.replies.next()
    },
    close: () => connection.socket.destroy(),
  }
}

function openConnection(port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  return { socket, replies: readReplies(socket) }
}

function written({ method, path, headers, body }: WireRequest, port: number): string {
  let head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`
  if (body === undefined) return method === 'POST' ? `${head}content-length: 0\r\n\r\n` : `${head}\r\n`
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

interface Waiting {
  resolve(reply: WireReply): void
  reject(error: Error): void
}

function readReplies(socket: Socket) {
  let received: Buffer = Buffer.alloc(0)
  let waiting: Waiting | undefined
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed in the middle')))
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const reply = completeReply(received)
    if (reply === undefined) return
    received = Buffer.alloc(0)
    waiting?.resolve(reply)
  })
  return {
    next: () =>
      new Promise<WireReply>((resolve, reject) => {
        waiting = { resolve, reject }
      }),
  }
}

function completeReply(received: Buffer): WireReply | undefined {
  const headEnd = received.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = received.toString('latin1', 0, headEnd)
  const bodyStart = headEnd + HEAD_END.length
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  if (received.length < bodyStart + length) return undefined
  return {
    status: Number(head.slice(9, 12)),
    contentType: /\r\ncontent-type: *([^\r]+)/i.exec(head)?.[1] ?? '',
    body: received.toString('utf8', bodyStart, bodyStart + length),
    retryAfterSeconds: secondsIn(/\r\nretry-after: *(\d+)/i.exec(head)?.[1]),
  }
}

function secondsIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}
