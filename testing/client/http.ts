/** One HTTP call as the tests see it: status, instance that served it, body as text and as JSON. */
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkAnswer } from './checked-answers.ts'

export interface Answer {
  readonly status: number
  /** Value of `x-instance`. */
  readonly instance: string
  readonly headers: Headers
  readonly text: string
  json(): Record<string, unknown>
}

export interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const elsewhere = new AsyncLocalStorage<ReadonlyMap<string, string>>()

/**
 * Calls of `run` go to another address than the one that they name, by their origins: through another balancer, with
 * links and proofs as they are.
 */
export function sentTo<T>(origins: ReadonlyMap<string, string>, run: () => T): T {
  return elsewhere.run(origins, run)
}

function destinationOf(url: string): string {
  const { origin } = new URL(url)
  return (elsewhere.getStore()?.get(origin) ?? origin) + url.slice(origin.length)
}

/**
 * Rejects when the connection is cut; every status is an answer, if the service describes it. A service that has too much to
 * do, as on a machine that has, is asked again when it says.
 */
export async function call(url: string, request: Call = {}): Promise<Answer> {
  for (;;) {
    const answer = await callOnce(url, request)
    const hasTooMuchToDo = answer.status === 503 && answer.text.includes('too much to do')
    if (!hasTooMuchToDo) return answer
    await sleep(Number(answer.headers.get('retry-after')) * 1_000)
  }
}

async function callOnce(url: string, { method = 'GET', headers = {}, body }: Call): Promise<Answer> {
  const response = await fetch(destinationOf(url), {
    method,
    headers: { ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(90_000),
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  const answer = {
    status: response.status,
    instance: response.headers.get('x-instance') ?? 'none',
    headers: response.headers,
    text,
    json: () => JSON.parse(text),
  }
  await checkAnswer(method, url, answer)
  return answer
}

export function postJson(
  url: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = JSON.stringify(value)
  return call(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}

export function postForm(
  url: string,
  form: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return call(url, { method: 'POST', headers: { ...type, ...headers }, body: form })
}

/** The answer when its status is the expected one; otherwise a failure that shows the body. */
export function expectStatus(answer: Answer, status: number): Answer {
  assert.equal(answer.status, status, `from ${answer.instance}: ${answer.text.slice(0, 500)}`)
  return answer
}
