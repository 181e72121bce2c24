/**
 * HTTP as an attacker speaks it: any method, a header twice, bodies that never end well, bytes that are no request at
 * all. Measures how long the answer took.
 */
import { type ClientRequest, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { checkAnswer } from '@countersign/testing/client/checked-answers'
import type { Answer } from '@countersign/testing/client/http'

export interface TimedAnswer extends Answer {
  /** From the first byte sent to the last byte of the answer. */
  readonly durationMs: number
}

export interface Sending {
  readonly method?: string
  /** A list sends the field once for each value. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  /** Sends the body without saying how long it is. */
  readonly chunked?: boolean
}

const PATIENCE_MS = 90_000
const PIECE = 65_536
const MAX_PAUSE_MS = 64

/**
 * A refusal may close the connection under a large body, and then the answer can be lost with it: such a request is
 * sent again, more slowly each time.
 */
export async function send(url: string, sending: Sending = {}): Promise<TimedAnswer> {
  for (let pauseMs = 1; ; pauseMs *= 4) {
    try {
      const answer = await sendOnce(url, sending, pauseMs)
      await checkAnswer(sending.method ?? 'GET', url, answer)
      return answer
    } catch (error) {
      const overtaken = (sending.body?.length ?? 0) > PIECE && /EPIPE|ECONNRESET/.test(String(error))
      if (!overtaken || pauseMs > MAX_PAUSE_MS) throw error
    }
  }
}

function sendOnce(
  url: string,
  { method = 'GET', headers = {}, body = '', chunked = false }: Sending,
  pauseMs: number,
): Promise<TimedAnswer> {
  const startedAt = performance.now()
  const { hostname, port, pathname, search } = new URL(url)
  const announced = !chunked && method !== 'GET' && method !== 'HEAD'
  const length = announced ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      agent: false,
      host: hostname,
      port,
      method,
      path: target(url) ?? pathname + search,
      headers: { ...length, ...copied(headers) },
      timeout: PATIENCE_MS,
    })
    let answered = false
    request.on('response', (response) => {
      answered = true
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const durationMs = performance.now() - startedAt
        resolve(answerOf(response.statusCode ?? 0, headersOf(response.rawHeaders), text, durationMs))
        request.destroy()
      })
    })
    request.on('timeout', () => request.destroy(new Error(`${method} ${url}: no answer`)))
    request.on('error', (error) => answered || reject(error))
    void writePieces(request, Buffer.from(body), pauseMs, () => answered)
  })
}

/** Stops as soon as an answer comes. */
async function writePieces(
  request: ClientRequest,
  body: Buffer,
  pauseMs: number,
  isOver: () => boolean,
): Promise<void> {
  for (let at = 0; at + PIECE < body.length; at += PIECE) {
    if (isOver() || request.destroyed) return
    request.write(body.subarray(at, at + PIECE))
    await delay(pauseMs)
  }
  if (!isOver()) request.end(body.subarray(Math.floor(Math.max(0, body.length - 1) / PIECE) * PIECE))
}

/** The path as written: a parser would resolve `..` and `//` before the service sees them. */
function target(url: string): string | undefined {
  return /^https?:\/\/[^/]+(\/[^#]*)$/.exec(url)?.[1]
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
    socket.on('close', () =>
      resolve(readRaw(Buffer.concat(chunks).toString('utf8'), performance.now() - startedAt)),
    )
    socket.write(text)
  })
}

function readRaw(text: string, durationMs: number): TimedAnswer {
  const [head = '', ...body] = text.split('\r\n\r\n')
  const [statusLine = '', ...fields] = head.split('\r\n')
  const raw = fields.flatMap((field) => [
    field.slice(0, field.indexOf(':')),
    field.slice(field.indexOf(':') + 1),
  ])
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
