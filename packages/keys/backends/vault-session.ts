/**
 * Requests to Vault's HTTP API with a token that is fetched and renewed on the way. Every request ends within the time
 * limit, a login and one repetition included; what is asked for here (public keys, signatures) is safe to ask twice.
 * A token of our own login is used for nine tenths of its lease; one that is refused is fetched once more, by one
 * request for all that wait. Redirects are not followed: the token would go along.
 */

import { defined } from '@countersign/core/json'
import { withTimeSignal } from '@countersign/event-loop/time-limit'
import { SignerUnavailable, type UnavailableReason, within } from '../signers/signer-unavailable.ts'
import { type BackendContext, readSecret } from './backend.ts'
import type { VaultReference } from './vault-reference.ts'

export interface VaultAnswer {
  readonly status: number
  /** The JSON object of the body; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>
}

/** Throws `SignerUnavailable` when nothing answers; a status is for the caller to judge. */
export type VaultSession = (method: 'GET' | 'POST', path: string, body?: object) => Promise<VaultAnswer>

export function vaultSession(reference: VaultReference, context: BackendContext): VaultSession {
  const tokens = tokenSource(reference, context)
  return (method, path, body) =>
    withTimeSignal(context.timeoutMs, (signal) => {
      const attempt = async (): Promise<Attempt> => {
        const token = await tokens.get()
        const answer = await exchange(reference, context, { method, path, token, signal, body })
        const isWorthRepeating = answer.status === 403 ? tokens.drop(token) : reasonOf(answer) === 'failing'
        return { answer, isWorthRepeating }
      }
      return within(signal, 'vault', twice(attempt, signal))
    })
}

interface Attempt {
  readonly answer: VaultAnswer
  readonly isWorthRepeating: boolean
}

/** The reason that a status other than success stands for. */
export function reasonOf({ status }: VaultAnswer): UnavailableReason {
  if (status === 403) return 'denied'
  if (status === 429) return 'rate_limited'
  if (status >= 300 && status < 400) return 'redirected'
  // 412: this node has not caught up; 472, 473: a standby; 503: sealed.
  if (status >= 500 || status === 412 || status === 472 || status === 473) return 'failing'
  return status < 300 ? 'answer_malformed' : 'refused'
}

async function twice(attempt: () => Promise<Attempt>, signal: AbortSignal): Promise<VaultAnswer> {
  try {
    const { answer, isWorthRepeating } = await attempt()
    return isWorthRepeating && !signal.aborted ? (await attempt()).answer : answer
  } catch (error) {
    const isPassing = error instanceof SignerUnavailable && error.reason === 'unreachable'
    if (isPassing && !signal.aborted) return (await attempt()).answer
    throw error
  }
}

interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly token?: string | undefined
  readonly body?: object | undefined
  readonly signal: AbortSignal
}

async function exchange(
  { apiUrl, namespace }: VaultReference,
  { fetch }: BackendContext,
  { method, path, token, body, signal }: Exchange,
): Promise<VaultAnswer> {
  try {
    const response = await fetch(`${apiUrl}/${path}`, {
      method,
      headers: defined({
        accept: 'application/json',
        'x-vault-token': token,
        'x-vault-namespace': namespace,
        'content-type': body && 'application/json',
      }),
      body: body ? JSON.stringify(body) : null,
      redirect: 'manual',
      signal,
    })
    return { status: response.status, body: await jsonObject(response) }
  } catch (error) {
    if (error instanceof SignerUnavailable) throw error
    throw new SignerUnavailable('vault', signal.aborted ? 'timeout' : 'unreachable')
  }
}

/** A key with a thousand versions of RSA is still read. */
const MAX_ANSWER_BYTES = 2_000_000

async function jsonObject(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) throw new SignerUnavailable('vault', 'answer_malformed')
    chunks.push(chunk)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks, size).toString('utf8'))
    return recordOf(value) ?? {}
  } catch {
    return {}
  }
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined
}

interface Token {
  readonly text: string
  /** Epoch seconds; absent: no end that we know of. */
  readonly freshUntil?: number
}

interface TokenSource {
  get(): Promise<string>
  /** The token was refused. True: the next `get` gives another one, or has it fetched. */
  drop(token: string): boolean
}

/**
 * What is refused right after a login is refused for another reason, and a login that was refused will be again, or
 * lock its user out: nothing is sent again for so long.
 */
const LOGIN_PAUSE_SECONDS = 5

function tokenSource(reference: VaultReference, context: BackendContext): TokenSource {
  let kept: Token | undefined
  let triedAt = Number.NEGATIVE_INFINITY
  let refusal: SignerUnavailable | undefined
  let pending: Promise<Token> | undefined
  const isPausing = () => context.now() - triedAt < LOGIN_PAUSE_SECONDS
  const isUsable = (token: Token) => token.freshUntil === undefined || context.now() < token.freshUntil
  const fetchToken = async () => {
    refusal = undefined
    try {
      kept = await login(reference, context)
      return kept
    } catch (error) {
      if (error instanceof SignerUnavailable && error.reason === 'login_refused') refusal = error
      throw error
    } finally {
      triedAt = context.now()
      pending = undefined
    }
  }
  return {
    async get() {
      if (kept && isUsable(kept)) return kept.text
      if (refusal && isPausing()) throw new SignerUnavailable('vault', refusal.reason)
      pending ??= fetchToken()
      return (await pending).text
    },
    drop(token) {
      if (kept?.text === token && !isPausing()) kept = undefined
      return kept?.text !== token
    },
  }
}

async function login(reference: VaultReference, context: BackendContext): Promise<Token> {
  const { login: way } = reference
  const secret = (source: Parameters<typeof readSecret>[1]) => readSecret('vault', source, context)
  switch (way.method) {
    case 'token':
      return { text: requireSecret(await secret(way.token)) }
    case 'approle':
      return fetchToken(reference, context, `auth/${way.mount}/login`, {
        role_id: way.roleId,
        secret_id: requireSecret(await secret(way.secretId)),
      })
    case 'userpass':
      return fetchToken(reference, context, `auth/${way.mount}/login/${encodeURIComponent(way.username)}`, {
        password: requireSecret(await secret(way.password)),
      })
  }
}

/** It becomes a header: a line break in it would be a second one. */
function requireSecret(text: string | undefined): string {
  if (text === undefined || !/^[\x20-\x7e]+$/.test(text))
    throw new SignerUnavailable('vault', 'secret_unreadable')
  return text
}

async function fetchToken(
  reference: VaultReference,
  context: BackendContext,
  path: string,
  body: object,
): Promise<Token> {
  const answer = await withTimeSignal(context.timeoutMs, (signal) =>
    exchange(reference, context, { method: 'POST', path, body, signal }),
  )
  if (answer.status !== 200) {
    // Wrong secrets are a 400 for one method and a 403 for another.
    const reason = reasonOf(answer)
    throw new SignerUnavailable(
      'vault',
      reason === 'refused' || reason === 'denied' ? 'login_refused' : reason,
    )
  }
  const { client_token: text, lease_duration: lease } = recordOf(answer.body.auth) ?? {}
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) {
    throw new SignerUnavailable('vault', 'answer_malformed')
  }
  const ends = typeof lease === 'number' && lease > 0
  return ends ? { text, freshUntil: context.now() + lease * 0.9 } : { text }
}
