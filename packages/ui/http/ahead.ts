/**
 * What a page shows first is asked for while its script is still on its way: a small script of its own (`early.ts` of an app) reads the
 * address and asks, and whoever asks for the same later takes that answer. The two are files of their own, so what they
 * share is a name in the page.
 */
export type Told = Pick<Response, 'ok' | 'status' | 'statusText' | 'headers' | 'text'> &
  Partial<Pick<Response, 'body'>>

interface Asked {
  readonly answer: Promise<Told>
  readonly end: AbortController
}

declare global {
  /** Null: the page has begun to ask by itself. */
  var countersignAhead: Map<string, Asked> | null | undefined
}

type Headers = Readonly<Record<string, string>>

/** After so many milliseconds since the page began an answer that nobody took may be out of date: it is asked for again. */
const FRESH_MS = 10_000

/** `language`: that the page will be shown in, for what others wrote in several. */
export function jsonHeaders(language?: string): Headers {
  return { accept: 'application/json', ...(language !== undefined && { 'accept-language': language }) }
}

export const STREAM_HEADERS: Headers = { accept: 'text/event-stream' }

/** Asks now. `then` is told what was answered before whoever takes the answer, and may ask for more. */
export function askAhead<T>(address: string, headers: Headers, then?: (body: T) => void): void {
  if (globalThis.countersignAhead === null) return
  const end = new AbortController()
  const answer = fetch(address, {
    headers,
    credentials: 'same-origin',
    redirect: 'error',
    signal: end.signal,
  }).then(async (response) => {
    if (headers === STREAM_HEADERS) return response
    // Now: a body that is read when it is wanted comes behind everything that the page does then.
    const { ok, status, statusText, headers: told } = response
    const text = await response.text()
    if (ok) then?.(JSON.parse(text))
    return { ok, status, statusText, headers: told, text: async () => text }
  })
  // Whoever takes it hears why there is none; it may be taken by nobody.
  answer.catch(() => {})
  globalThis.countersignAhead ??= new Map()
  globalThis.countersignAhead.set(keyOf(address, headers), { answer, end })
}

/** The answer to the same question, once; from now on it ends with the signal. */
export function askedAhead(
  address: string,
  headers: Headers,
  signal: AbortSignal,
): Promise<Told> | undefined {
  globalThis.countersignAhead ??= null
  const key = keyOf(address, headers)
  const asked = globalThis.countersignAhead?.get(key)
  if (asked === undefined) return undefined
  globalThis.countersignAhead?.delete(key)
  const end = () => asked.end.abort(signal.reason)
  if (signal.aborted || performance.now() > FRESH_MS) {
    end()
    return undefined
  }
  signal.addEventListener('abort', end, { once: true })
  return asked.answer
}

/** Resolves when everything was answered that was asked ahead and nobody has taken yet. */
export async function aheadThere(): Promise<void> {
  const left = [...(globalThis.countersignAhead?.values() ?? [])]
  await Promise.allSettled(left.map(({ answer }) => answer))
}

/** Files of parts that are loaded later begin to come now; they run when they are wanted. */
export function fetchAhead(files: readonly string[]): void {
  for (const href of files)
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }))
}

function keyOf(address: string, headers: Headers): string {
  return [address, headers['accept'], headers['accept-language']].join('\n')
}
