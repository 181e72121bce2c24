/**
 * One call of an API, for a caller at the terminal: JSON or text in and out, with the instance that answered. What
 * goes wrong ends in a sentence that says what to do.
 */

export interface Call {
  /** For sentences: `issuer`. */
  readonly service: string
  readonly base: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** An object goes as JSON, a string as plain text. */
  readonly body?: string | Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  /** `x-instance`; the service's name when the header is missing. */
  readonly instance: string
  readonly text: string
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown
}

/** Ends the demo; the message is for the terminal. */
export class DemoStopped extends Error {
  override readonly name = 'DemoStopped'
}

const TIMEOUT_MS = 20_000
const MAX_ANSWER_CHARACTERS = 1_000_000

/** Answers with any status; throws `DemoStopped` when nobody answers. */
export async function call(request: Call): Promise<Answer> {
  const response = await send(request)
  const text = (await response.text()).slice(0, MAX_ANSWER_CHARACTERS)
  const instance = response.headers.get('x-instance') ?? request.service
  return { status: response.status, instance, text, json: parsed(text) }
}

/** As `call`, but throws `DemoStopped` with the service's own words unless the status is 2xx. */
export async function callWell(request: Call): Promise<Answer> {
  const answer = await call(request)
  if (answer.status >= 200 && answer.status < 300) return answer
  const where = `${request.method} ${request.base}${request.path}`
  throw new DemoStopped(
    `${answer.instance} answers ${answer.status} to ${where}: ${messageOf(answer)}${hint(request, answer)}`,
  )
}

/** A member of a JSON answer; undefined when it is no text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = path.reduce<unknown>(memberOf, value)
  return typeof found === 'string' ? found : undefined
}

export function memberOf(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

async function send({ service, base, method, path, body, headers = {} }: Call): Promise<Response> {
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  try {
    return await fetch(`${base}${path}`, {
      method,
      headers: {
        accept: 'application/json, text/plain',
        ...(body !== undefined && { 'content-type': type }),
        ...headers,
      },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    const problem = late ? `does not answer within ${TIMEOUT_MS / 1000} s` : 'is not running'
    throw new DemoStopped(
      `the ${service} ${problem} at ${base}: start it with "npm start", or say --${service} URL`,
    )
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function messageOf({ json, text }: Answer): string {
  return (
    textAt(json, 'message') ??
    textAt(json, 'errorMessage') ??
    textAt(json, 'error_description') ??
    textAt(json, 'error') ??
    text.slice(0, 300)
  )
}

function hint({ path, service }: Call, { status }: Answer): string {
  if (status === 401 && path.endsWith('/auth/login')) {
    return ' (the pre-registered account is there in development mode only)'
  }
  if (status === 401 && service !== 'wallet') return ' (set COUNTERSIGN_MANAGEMENT_API_KEY)'
  if (status === 404 && service === 'verifier') {
    return ' (with several instances: do they share their sessions?)'
  }
  if (status === 502 || status === 503) return ` (the balancer has no ${service} that is ready)`
  return ''
}
