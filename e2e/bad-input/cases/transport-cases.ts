/** What no endpoint takes: wrong methods, content types, sizes, JSON that is none, and requests that are no HTTP. */
import { API_SERVICE_NAMES, type ApiServiceName } from '../../api-services.ts'
import { type BadInput, chapter, type Refusal } from '../case.ts'
import { admission, type BodyKind, type Endpoint, endpoints, urlOf } from '../endpoints.ts'
import { anyRequest } from '../stages.ts'
import { send, sendRaw } from '../wire.ts'

const contentTypes: Readonly<Record<BodyKind, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain',
  jwt: 'application/jwt',
  jsonl: 'application/jsonl',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
}
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const STREAMED: readonly BodyKind[] = ['jsonl', 'ndjson', 'csv']
const FIVE_MEGABYTES = 5_000_000

type Case = BadInput<undefined>

/** Refusals that have nothing to do with what an endpoint is for. */
function general({ oauth }: Endpoint, status: number, message: RegExp): Refusal {
  const error = status === 400 ? oauth : 'invalid_request'
  return { status, message, ...(oauth !== undefined && error !== undefined && { error }) }
}

function wrongMethods(endpoint: Endpoint): readonly Case[] {
  const known = Object.keys(endpoint.methods)
  const allow = new RegExp(known.map((method) => `(?=.*\\b${method}\\b)`).join(''))
  return METHODS.filter((method) => !known.includes(method)).map((method) => ({
    name: `${method} ${endpoint.path}`,
    ...general(endpoint, 405, new RegExp(`method ${method} is not allowed`)),
    headers: { allow },
    send: (_, world) => send(urlOf(endpoint, world), { method, headers: { 'content-type': 'text/html' } }),
  }))
}

interface BodyTaking {
  readonly endpoint: Endpoint
  readonly method: string
  readonly kinds: readonly BodyKind[]
}

const bodyTaking: readonly BodyTaking[] = endpoints.flatMap((endpoint) =>
  Object.entries(endpoint.methods)
    .filter(([, kinds]) => kinds.length > 0)
    .map(([method, kinds]) => ({ endpoint, method, kinds })),
)

/** Two methods of one address differ in nothing but their name, so the rest is tried on the first of them. */
const firstOfEach = bodyTaking.filter(
  ({ endpoint }, at) => bodyTaking.findIndex((other) => other.endpoint === endpoint) === at,
)

function sent(
  { endpoint, method }: BodyTaking,
  name: string,
  refusal: Refusal,
  type: string | undefined,
  body: string,
): Case {
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
  return {
    name: `${name} to ${method} ${endpoint.path}`,
    ...refusal,
    send: (_, world) =>
      send(urlOf(endpoint, world), {
        method,
        headers: { ...admission(endpoint, world), ...headers },
        body,
      }),
  }
}

function wrongTypes(taking: BodyTaking): readonly Case[] {
  const refusal = general(taking.endpoint, 415, /content type/)
  const others = (['json', 'form', 'text'] as const).filter((kind) => !taking.kinds.includes(kind))
  const types = [
    ...others.map((kind) => contentTypes[kind]),
    'application/xml',
    'multipart/form-data; boundary=x',
    'x',
  ]
  return [
    ...types.map((type) => sent(taking, type, refusal, type, '{}')),
    sent(taking, 'a body of no type', refusal, undefined, '{}'),
    sent(taking, '5 MB of another type', refusal, 'application/xml', 'x'.repeat(FIVE_MEGABYTES)),
  ]
}

function tooLarge(taking: BodyTaking): readonly Case[] {
  const refusal = general(taking.endpoint, 413, /too large, limit \d+ bytes/)
  return taking.kinds.flatMap((kind) => {
    const body = kind === 'json' ? `{"a":"${'x'.repeat(FIVE_MEGABYTES)}"}` : `a=${'x'.repeat(FIVE_MEGABYTES)}`
    const announced = sent(taking, `5 MB of ${kind}`, refusal, contentTypes[kind], body)
    const chunked = {
      name: `5 MB of ${kind} in chunks to ${taking.method} ${taking.endpoint.path}`,
      ...refusal,
      send: (_: undefined, world: Parameters<Case['send']>[1]) =>
        send(urlOf(taking.endpoint, world), {
          method: taking.method,
          headers: { ...admission(taking.endpoint, world), 'content-type': contentTypes[kind] },
          body,
          chunked: true,
        }),
    }
    // What is read as it comes is read when its address was judged, and there is nobody of that name.
    return STREAMED.includes(kind) ? [announced] : [announced, chunked]
  })
}

function brokenJson(taking: BodyTaking): readonly Case[] {
  const refusal = general(taking.endpoint, 400, /JSON|nested/)
  const bad = (name: string, body: string) => sent(taking, name, refusal, contentTypes.json, body)
  return [
    bad('no JSON', ''),
    bad('broken JSON', '{"a":'),
    bad('JSON with a comment', '{} // x'),
    bad('JSON with a byte order mark', '\ufeff{}'),
    bad('JSON with two values', '{}{}'),
    bad('JSON that repeats a member', '{"a":1,"a":2}'),
    bad('JSON that repeats a member in other letters', '{"a":1,"\\u0061":2}'),
    bad('JSON with __proto__', '{"a":{"__proto__":{"b":1}}}'),
    bad('JSON nested 400 deep', `${'['.repeat(400)}${']'.repeat(400)}`),
    bad('JSON that opens 900 times', '['.repeat(900)),
  ]
}

function badForms(taking: BodyTaking): readonly Case[] {
  const refusal = general(taking.endpoint, 400, /repeated|too many/)
  const bad = (name: string, body: string) => sent(taking, name, refusal, contentTypes.form, body)
  const many = Array.from({ length: 201 }, (_, at) => at.toString(36)).join('&')
  return [
    bad('a parameter twice', 'a=1&a=1'),
    bad('__proto__ twice', '__proto__=1&__proto__=1'),
    bad('201 parameters', many),
  ]
}

const unknownPaths = [
  '/nothing',
  '/openid4vc',
  '/openid4vc/session',
  '/__proto__',
  '/.git/config',
  '/%2e%2e/%2e%2e/etc/passwd',
  '//evil.example/%2f..',
  `/${'a'.repeat(5000)}`,
]

/** Below an address where only what is there may be read. */
const CLIMBING = '/swagger/static/..%2f..%2f..%2fpackage.json'

function unknown(service: ApiServiceName): readonly Case[] {
  const at = (method: string, path: string, status: number, message: RegExp): Case => ({
    name: `${method} ${path.slice(0, 50)}`,
    status,
    message,
    send: (_, world) => send(world[service].url + path, { method }),
  })
  const methods = ['GET', 'POST', 'DELETE']
  return [
    ...unknownPaths.flatMap((path) =>
      methods.map((method) => at(method, path, 404, /nothing at this address/)),
    ),
    at('GET', CLIMBING, 404, /nothing at this address/),
    at('POST', CLIMBING, 405, /POST is not allowed/),
    at('DELETE', CLIMBING, 405, /DELETE is not allowed/),
  ]
}

/** A request line and header fields that only a socket can send. */
function raw(name: string, status: number, message: RegExp, text: string): (service: ApiServiceName) => Case {
  return (service) => ({ name, status, message, send: (_, world) => sendRaw(world[service].url, text) })
}

const host = 'Host: 127.0.0.1\r\n'
const unreadable = /could not be read/

const noHttp = [
  raw('what is no HTTP', 400, unreadable, 'hello\r\n\r\n'),
  raw('an unknown method', 400, unreadable, `BREW / HTTP/1.1\r\n${host}\r\n`),
  raw('TRACE', 404, /nothing at this address/, `TRACE /livez HTTP/1.1\r\n${host}Connection: close\r\n\r\n`),
  raw(
    'a header of 100 kB',
    431,
    unreadable,
    `GET /livez HTTP/1.1\r\n${host}X: ${'x'.repeat(100_000)}\r\n\r\n`,
  ),
  raw('a header with NUL', 400, unreadable, `GET /livez HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`),
  raw('a folded header', 400, unreadable, `GET /livez HTTP/1.1\r\n${host}X : a\r\n\r\n`),
  raw(
    'two lengths',
    400,
    unreadable,
    `POST /livez HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
  ),
  raw('a length that is none', 400, unreadable, `POST /livez HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`),
  raw(
    'length and chunks at once',
    400,
    unreadable,
    `POST /livez HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  raw('an escape that is none', 400, unreadable, `GET /%zz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`),
  raw(
    'a request id that would split the answer',
    404,
    /nothing/,
    `GET /x HTTP/1.1\r\n${host}X-Request-Id: a b;c\r\nConnection: close\r\n\r\n`,
  ),
]

export const transportChapters = API_SERVICE_NAMES.flatMap((service) => {
  const stage = anyRequest((world) => `${world[service].url}/readyz`)
  const own = endpoints.filter((endpoint) => endpoint.service === service)
  const taking = bodyTaking.filter(({ endpoint }) => endpoint.service === service)
  const first = firstOfEach.filter(({ endpoint }) => endpoint.service === service)
  const ofKind = (kind: BodyKind) => taking.filter(({ kinds }) => kinds.includes(kind))
  return [
    chapter(`${service}, wrong methods`, stage, own.flatMap(wrongMethods)),
    chapter(`${service}, wrong content types`, stage, taking.flatMap(wrongTypes)),
    chapter(`${service}, bodies of 5 MB`, stage, first.flatMap(tooLarge)),
    chapter(`${service}, JSON that is none`, stage, ofKind('json').flatMap(brokenJson)),
    chapter(`${service}, forms`, stage, ofKind('form').flatMap(badForms)),
    chapter(`${service}, unknown addresses`, stage, unknown(service)),
    chapter(
      `${service}, what is no request`,
      stage,
      noHttp.map((make) => make(service)),
    ),
  ].filter(({ cases }) => cases.length > 0)
})
