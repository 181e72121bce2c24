/**
 * Every answer that the tests get from a service is held against the document of that service: its status must be described
 * at the operation, and its body must match the schema. The document is fetched once from each address that answers.
 */
import { type ApiDocument, answerFaults, type Operation, operationsOf } from './described-api.ts'

/** An answer that the API document does not describe. Not one that was cut: sending it again does not help. */
export class UndescribedAnswer extends Error {
  override readonly name = 'UndescribedAnswer'
}

export interface CheckedAnswer {
  readonly status: number
  /** Whose it is; a balancer that answers by itself names nobody. */
  readonly instance: string
  readonly headers: Headers
  readonly text: string
}

interface Matched {
  readonly operation: Operation
  readonly pattern: RegExp
}

/** Said by the router and by HTTP itself, whatever the operation: method not allowed, too slow, too long. */
const OF_HTTP = [405, 408, 414, 431]

const documents = new Map<string, Promise<readonly Matched[]>>()

/** Throws `UndescribedAnswer` with the operation and what does not match. */
export async function checkAnswer(method: string, url: string, answer: CheckedAnswer): Promise<void> {
  if (answer.instance === 'none' || OF_HTTP.includes(answer.status)) return
  const { origin, pathname } = new URL(url)
  const operation = operationAt(await documentOf(origin), method, pathname)
  if (operation === undefined) return
  const contentType = answer.headers.get('content-type') ?? undefined
  const { status } = answer
  const text = method === 'HEAD' ? '' : answer.text
  const faults = method === 'HEAD' ? [] : answerFaults(operation, { status, contentType, text })
  if (faults.length > 0) throw new UndescribedAnswer(`${faults.join('; ')}: ${text.slice(0, 500)}`)
}

/** Addresses that no operation has are answered by the router: nothing describes them. */
function operationAt(matched: readonly Matched[], method: string, pathname: string): Operation | undefined {
  const found = matched.filter(
    ({ operation, pattern }) =>
      operation.method === (method === 'HEAD' ? 'GET' : method) && pattern.test(pathname),
  )
  return found.toSorted((a, b) => parametersIn(a) - parametersIn(b))[0]?.operation
}

function parametersIn({ operation }: Matched): number {
  return operation.path.split('{').length
}

/** One that could not be fetched is asked for again: the instance may just have been killed. */
function documentOf(origin: string): Promise<readonly Matched[]> {
  const known = documents.get(origin)
  if (known !== undefined) return known
  const fetched = fetchDocument(origin)
  documents.set(origin, fetched)
  fetched.then(
    (matched) => matched.length === 0 && documents.delete(origin),
    () => documents.delete(origin),
  )
  return fetched.catch(() => [])
}

async function fetchDocument(origin: string): Promise<readonly Matched[]> {
  const answer = await fetch(`${origin}/api.json`, { signal: AbortSignal.timeout(90_000) })
  const document: unknown = await answer.json()
  if (answer.status !== 200) return []
  return operationsOf(document as ApiDocument).map((operation) => ({
    operation,
    pattern: patternOf(operation.path),
  }))
}

function patternOf(path: string): RegExp {
  const literal = (text: string) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(
    `^${path
      .split(/\{[^}]+\}/)
      .map(literal)
      .join('[^/]+')}$`,
  )
}
