/**
 * HTTP as an attacker speaks it: any method, a header twice, bodies that never end well, bytes that are no request at
 * all. Measures how long the answer took.
 */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { Answer } from '../client/http.ts'

export interface TimedAnswer extends Answer {
  /** From the first byte sent to the last byte of the answer. */
  readonly durationMs: number
}

export interface Sending {
  readonly method?: string
  /** A list sends the field once for each value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

const PATIENCE_MS = 10_000
const PIECE = 65_536

/** Sends the body in pieces and stops as soon as an answer comes: a refusal may close the connection under it. */
export function send(url: string, { method = 'GET', headers = {}, body = '' }: Sending = {}): Promise<TimedAnswer> {
  const startedAt = performance.now()
  const { hostname, port, pathname, search } = new URL(url)
  const length = method === 'GET' || method === 'HEAD' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const sending = httpRequest({
      agent: false,
      host: hostname,
      port,
      method,
      path: pathname + search,
      headers: { ...length, ...copied(headers) },
      timeout: PATIENCE_MS,
    })
    let answered = false
    sending.on('response', (response) => {
      answered = true
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const durationMs = performance.now() - startedAt
        resolve(answerOf(response.statusCode ?? 0, headersOf(response.rawHeaders), text, durationMs))
        sending.destroy()
      })
    })
    sending.on('timeout', () => sending.destroy(new Error(`${method} ${url}: no answer`)))
    sending.on('error', (error) => answered || reject(error))
    writePieces(sending, Buffer.from(body), () => answered)
  })
}

function writePieces(sending: ReturnType<typeof httpRequest>, body: Buffer, isOver: () => boolean, at = 0): void {
  if (isOver() || sending.destroyed) return
  const end = at + PIECE
  if (end >= body.length) return void sending.end(body.subarray(at))
  sending.write(body.subarray(at, end), () => setImmediate(() => writePieces(sending, body, isOver, end)))
}

export function sendForm(
  url: string,
  form: Readonly<Record<string, string>> | readonly (readonly [string, string])[] | string,
  headers: Sending['headers'] = {},
): Promise<TimedAnswer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(entriesOf(form)).toString()
  return send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  })
}

/** `value` as JSON, or the text as it is. */
export function sendJson(
  url: string,
  value: unknown,
  headers: Sending['headers'] = {},
): Promise<TimedAnswer> {
  const body = value instanceof RawText ? value.text : JSON.stringify(value)
  return send(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

/** JSON that no serializer would write. */
export class RawText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Writes the text to the socket as it is and reads what comes until the server closes. */
export function sendRaw(url: string, text: string): Promise<TimedAnswer> {
  const startedAt = performance.now()
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    const chunks: Buffer[] = []
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')))
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('close', () => resolve(readRaw(Buffer.concat(chunks).toString('utf8'), performance.now() - startedAt)))
    socket.write(text)
  })
}

function readRaw(text: string, durationMs: number): TimedAnswer {
  const [head = '', ...body] = text.split('\r\n\r\n')
  const [statusLine = '', ...fields] = head.split('\r\n')
  const raw = fields.flatMap((field) => [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1)])
  const status = Number(statusLine.split(' ')[1] ?? 0)
  return answerOf(status, headersOf(raw), body.join('\r\n\r\n'), durationMs)
}

function answerOf(status: number, headers: Headers, text: string, durationMs: number): TimedAnswer {
  const instance = headers.get('x-instance') ?? 'none'
  return { status, headers, instance, text, durationMs, json: () => JSON.parse(text) }
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '')
  return headers
}

function copied(headers: NonNullable<Sending['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

function entriesOf(form: Readonly<Record<string, string>> | readonly (readonly [string, string])[]) {
  return (Array.isArray(form) ? form : Object.entries(form)) as [string, string][]
}
