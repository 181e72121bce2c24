/**
 * Reading bodies: JSON, forms and plain text, each only where the route asks for it, within limits of size and
 * depth. That a form is not read where JSON is meant also keeps plain HTML forms of other sites out.
 */

import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { parse } from 'node:querystring'
import { isJsonObject, type JsonRefusal, parseJson, presentMembers } from '@countersign/core/json'
import { RECEIVED } from '@countersign/core/size-limits'
import type { FastifyInstance } from 'fastify'
import { bodyTooLarge, fail, type WireError } from './answers/wire-errors.ts'
import { hasBody } from './server/admitting-server.ts'

/** `json`: an object or array; `form`: an object of strings; `text` and `jwt`: a string; those that are streamed: a `Readable`. */
export type BodyKind = 'json' | 'form' | 'text' | 'jwt' | StreamedKind

/** Read as they come, and never held as a whole. */
const STREAMED = ['jsonl', 'ndjson', 'csv'] as const
type StreamedKind = (typeof STREAMED)[number]

/** The media type of each kind of body. */
export const CONTENT_TYPES: Readonly<Record<BodyKind, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain',
  jwt: 'application/jwt',
  jsonl: 'application/jsonl',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
}

/**
 * How large bodies may be, in bytes: one of two rows of the table, `exchange` for those that may have credentials in them.
 * What is larger than `message` is read only from callers who are known by then: by a credential, a login or a session.
 */
export const BODY_LIMITS = { message: RECEIVED.message, exchange: RECEIVED.exchange } as const

/** How large a body may be in bytes, the HTTP server has said before. */
const JSON_LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER, maxDepth: 64, maxValues: 10_000 }
const MAX_FORM_PARAMETERS = 200

/** Installs the readers; must run before routes are added. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(CONTENT_TYPES.json, { parseAs: 'string' }, (request, body, done) => {
    // Protocol messages have members that nobody reads, and of those nothing is asked.
    const { door, idempotent } = request.routeOptions.config
    const text = body.toString()
    if (idempotent === true) request.bodyHash = hash('sha256', text, 'base64url')
    done(null, readJson(text, door !== 'wallet'))
  })
  app.addContentTypeParser(CONTENT_TYPES.form, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, parseForm(Buffer.isBuffer(body) ? body : Buffer.from(body)))
  })
  const asText = [CONTENT_TYPES.text, CONTENT_TYPES.jwt]
  app.addContentTypeParser(asText, { parseAs: 'string' }, (_request, body, done) => {
    done(null, body)
  })
  const asStream = STREAMED.map((kind) => CONTENT_TYPES[kind])
  app.addContentTypeParser(asStream, (_request, payload, done) => {
    done(null, payload)
  })
}

/** Whether a route of these kinds reads its body as it comes. */
export function isStreamed(accepts: readonly BodyKind[]): boolean {
  return accepts.some((kind) => STREAMED.some((streamed) => streamed === kind))
}

/** Strict (RFC 8725 §2.4): a member that stands twice would be one thing here and another to who reads the log. */
function readJson(text: string, exactNumbers: boolean): unknown {
  const parsed = parseJson(text, { ...JSON_LIMITS, exactNumbers })
  if (!parsed.ok) return fail(unreadableJson(parsed.error))
  const { value } = parsed
  // Of the body itself alone: what lies deeper may be data, in which null is a value.
  return isJsonObject(value) ? presentMembers(value) : value
}

function unreadableJson(refusal: JsonRefusal): WireError {
  return { status: 400, message: jsonMessage(refusal), refusal: refusal.code }
}

function jsonMessage(refusal: JsonRefusal): string {
  switch (refusal.code) {
    case 'json_invalid':
      return 'The body is not valid JSON'
    case 'json_too_large':
      return `The JSON has too many values, limit ${JSON_LIMITS.maxValues}`
    case 'json_too_deep':
      return 'The JSON is nested too deeply'
    case 'json_not_object':
      return 'The body must be a JSON object'
    case 'json_duplicate_member':
      return 'The JSON has a member twice'
    case 'json_number_unsafe':
      return `The number at ${refusal.at} is beyond 9007199254740991, so JSON does not carry it: write it as text`
  }
}

export const jsonInvalid = unreadableJson({ code: 'json_invalid' })
export const jsonNotObject = unreadableJson({ code: 'json_not_object' })

/** Refuses a body of another kind than the route reads; a request without a body is the schema's concern. */
export function requireContentType(headers: IncomingHttpHeaders, accepts: readonly BodyKind[]): void {
  if (headers['content-type'] === undefined && !hasBody(headers)) return
  if (accepts.some((kind) => isBodyOf(headers, kind))) return
  fail(wrongContentType(accepts))
}

/** For a route that reads several kinds. */
export function isBodyOf({ 'content-type': contentType = '' }: IncomingHttpHeaders, kind: BodyKind): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === CONTENT_TYPES[kind]
}

/** Refuses a body by the length that it announces; one that announces none is cut at the limit as it is read. */
export function requireBodyLength(contentLength: string | undefined, limit: number): void {
  if (contentLength !== undefined && Number(contentLength) > limit) fail(bodyTooLarge(limit))
}

export function wrongContentType(accepts: readonly BodyKind[]): WireError {
  const wanted = accepts.map((kind) => CONTENT_TYPES[kind])
  return {
    status: 415,
    refusal: 'content_type_wrong',
    message: `The content type must be ${wanted.join(' or ')}`,
    headers: { accept: wanted.join(', ') },
  }
}

/**
 * RFC 6749 §3.2: a parameter must not be included more than once, and one without a value is left out. Inherits nothing, so
 * no name is special. `body` is changed.
 */
export function parseForm(body: Buffer): Record<string, string> {
  const text = withSpaces(body).toString()
  if (hasMoreThan(MAX_FORM_PARAMETERS, text)) fail(formTooLong)
  const form: Record<string, string> = Object.create(null)
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1))
    if (name in form) fail(parameterRepeated(name))
    form[name] = value
  }
  return withoutEmpty(form)
}

/**
 * The query of an address, by the same rule (RFC 6749 §3.1). One that is repeated becomes a list, which no route takes.
 */
export function parseQuery(text: string): Record<string, unknown> {
  return withoutEmpty(parse(text, '&', '=', { maxKeys: MAX_FORM_PARAMETERS }))
}

function withoutEmpty<T>(parameters: Record<string, T>): Record<string, T> {
  for (const name of Object.keys(parameters)) if (parameters[name] === '') delete parameters[name]
  return parameters
}

/**
 * As `URLSearchParams` decodes, which takes two milliseconds for each megabyte of a value without escapes: what has none for a
 * while stays as it is.
 */
function decoded(text: string): string {
  const parts: string[] = []
  for (let start = 0; start < text.length; ) {
    const first = text.indexOf('%', start)
    if (first === -1) return parts.length === 0 ? text : parts.join('') + text.slice(start)
    let end = first
    do end += STRETCH
    while (text.slice(end, end + STRETCH).includes('%'))
    // An escape that began before the stretch without one ends in it.
    end += 2
    parts.push(text.slice(start, first), unescaped(text.slice(first, end)))
    start = end
  }
  return parts.join('')
}

const STRETCH = 4096

function unescaped(text: string): string {
  return new URLSearchParams(`=${text}`).get('') ?? ''
}

/** `+` for a space, in place: `URLSearchParams` takes 45 ms for a megabyte of them, a replaced text even more, and this two. */
function withSpaces(form: Buffer): Buffer {
  for (let at = form.indexOf(PLUS); at !== -1 && at < form.length; at += 1)
    if (form[at] === PLUS) form[at] = SPACE
  return form
}

const PLUS = 0x2b
const SPACE = 0x20

/** Counted before anything is decoded, empty parameters too. */
function hasMoreThan(parameters: number, form: string): boolean {
  let at = -1
  for (let count = 1; count <= parameters; count += 1) {
    at = form.indexOf('&', at + 1)
    if (at === -1) return false
  }
  return true
}

const formTooLong: WireError = {
  status: 400,
  message: `The form has too many parameters, limit ${MAX_FORM_PARAMETERS}`,
  refusal: 'form_too_long',
}

export function parameterRepeated(name: string): WireError {
  const message = `The parameter ${name.slice(0, 60)} is repeated`
  return { status: 400, message, refusal: 'parameter_repeated' }
}
