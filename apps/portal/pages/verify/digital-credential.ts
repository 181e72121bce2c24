/** The Digital Credentials API of the browser (https://www.w3.org/TR/digital-credentials/), as far as a page of ours uses it. */
import type { BrowserAnsweredBody } from '@countersign/api/portal/verifications'
import type { DigitalRequests } from '@countersign/api/verifier/start'
import { ok, type Result, refuse } from '@countersign/core/result'

export type NotAsked =
  /** Somebody said no, or there was nobody to ask: a browser does not tell which. */
  | { readonly code: 'nothing_shared' }
  /** The browser's name for what is in the way. */
  | { readonly code: 'browser_failed'; readonly name: string }

/** Whether this browser has it. */
export function asksWallets(): boolean {
  return 'DigitalCredential' in globalThis
}

/** Call it right after a press: browsers ask for no wallet without one. */
export async function askWallet(digital: DigitalRequests): Promise<Result<BrowserAnsweredBody, NotAsked>> {
  // Types of the platform do not know the member yet.
  const options: CredentialRequestOptions & { readonly digital: DigitalRequests } = {
    digital,
    mediation: 'required',
  }
  try {
    const answer = answerIn(await navigator.credentials.get(options))
    return answer === undefined ? refuse({ code: 'browser_failed', name: 'DataError' }) : ok(answer)
  } catch (error) {
    return refuse(notAsked(error))
  }
}

export function notAsked(error: unknown): NotAsked {
  const name = error instanceof Error ? error.name : 'Error'
  const isNo = name === 'NotAllowedError' || name === 'AbortError'
  return isNo ? { code: 'nothing_shared' } : { code: 'browser_failed', name }
}

/** Undefined for what has not the two members. Some browsers give the data as text. */
export function answerIn(credential: unknown): BrowserAnsweredBody | undefined {
  if (typeof credential !== 'object' || credential === null) return undefined
  if (!('protocol' in credential && 'data' in credential)) return undefined
  const { data, protocol } = credential
  const read = typeof data === 'string' ? parsed(data) : data
  if (typeof protocol !== 'string' || typeof read !== 'object' || read === null) return undefined
  return { protocol, data: { ...read } }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
