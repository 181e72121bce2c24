/**
 * Results that lie in an entry of their own, sealed like the session, and end with the retention: those of sessions that live longer
 * because somebody is told of them, and those with the presentations themselves. The session then has states, codes and events alone
 * (docs/decisions/065). The entry is written before the commit that leads to it, under the hash of the answer: of two answers at once
 * each has its own, and the one that is committed is found.
 */
import type {
  DisclosedCredential,
  PresentedCredential,
  VerificationSession,
} from '@countersign/protocol/openid4vp/session'
import type { SessionStore, Versioned } from '@countersign/stores/ports'

/** What was presented, with its claims and, where they are kept, the presentations. */
export interface StoredResult {
  readonly credentials: readonly (PresentedCredential | DisclosedCredential)[]
}

export interface ApartOptions {
  /** How long a result can be read after the end of the time, in seconds. */
  readonly resultRetentionSeconds: number
  /** Epoch seconds. */
  readonly now: () => number
}

export function withResultsApart(
  sessions: SessionStore<VerificationSession>,
  results: SessionStore<StoredResult>,
  { now, resultRetentionSeconds }: ApartOptions,
): SessionStore<VerificationSession> {
  const endsInSeconds = ({ expiresAt }: VerificationSession) => expiresAt + resultRetentionSeconds - now()
  /** Between two readings a step may have put another result in the place of the one that is looked for: then what was read is old. */
  const read = async (id: string, before?: number): Promise<Versioned<VerificationSession> | undefined> => {
    const found = await sessions.get(id)
    const place = found && placeOf(found.value)
    if (found === undefined || place === undefined) return found
    const credentials = (await results.get(place))?.value.credentials
    if (credentials === undefined && found.version !== before) return read(id, found.version)
    return { ...found, value: withCredentials(found.value, credentials ?? []) }
  }
  return {
    get: (id) => read(id),
    create: (id, session, ttlSeconds) => sessions.create(id, session, ttlSeconds),
    compareAndSet: async (id, version, session) => {
      const place = placeOf(session)
      if (place === undefined) return sessions.compareAndSet(id, version, session)
      const credentials = credentialsOf(session)
      const ttlSeconds = endsInSeconds(session)
      // Whoever notes that an event was told comes with what is left of it.
      if (credentials.length > 0 && ttlSeconds > 0) await results.create(place, { credentials }, ttlSeconds)
      const won = await sessions.compareAndSet(id, version, withCredentials(session, []))
      if (won) await forgetClaims(results, session, place)
      else await forgetLost(sessions, results, session, place)
      return won
    },
    remove: async (id) => {
      const session = (await sessions.get(id))?.value
      const { answer } = session ?? {}
      if (session !== undefined && liesApart(session) && answer !== undefined) {
        await results.remove(disclosed(id, answer.hash))
        await results.remove(judgedBadly(id, answer.hash))
      }
      // Last, so that one who dies before it can say it again.
      await sessions.remove(id)
    },
  }
}

/** Where the result of a session lies, if it lies apart: it follows from the session, so nothing has to be kept of it. */
function placeOf(session: VerificationSession): string | undefined {
  const { answer, id } = session
  if (!liesApart(session) || answer === undefined || !('credentials' in session)) return undefined
  const isBad = session.state === 'answered' ? session.checks.some(hasFailed) : session.state !== 'verified'
  return isBad ? judgedBadly(id, answer.hash) : disclosed(id, answer.hash)
}

function liesApart({ callback, keepPresentations }: VerificationSession): boolean {
  return callback !== undefined || keepPresentations === true
}

/** With claims. */
function disclosed(id: string, answerHash: string): string {
  return `${id}.${answerHash}`
}

/** Without claims. */
function judgedBadly(id: string, answerHash: string): string {
  return `${id}.${answerHash}.n`
}

function hasFailed({ outcome }: { readonly outcome: string }): boolean {
  return outcome === 'failed'
}

function credentialsOf(session: VerificationSession): StoredResult['credentials'] {
  return 'credentials' in session ? session.credentials : []
}

function withCredentials(
  session: VerificationSession,
  credentials: StoredResult['credentials'],
): VerificationSession {
  // The place says whether they have claims, and it belongs to the state.
  return 'credentials' in session ? ({ ...session, credentials } as VerificationSession) : session
}

/** What was judged badly has no claims, and neither has the store from then on. */
async function forgetClaims(
  results: SessionStore<StoredResult>,
  { answer, id }: VerificationSession,
  place: string,
): Promise<void> {
  if (answer !== undefined && place !== disclosed(id, answer.hash))
    await results.remove(disclosed(id, answer.hash))
}

/**
 * Of an answer that came second, or of a session that is gone. As long as the session has no answer, another instance may be about
 * to commit the very same one.
 */
async function forgetLost(
  sessions: SessionStore<VerificationSession>,
  results: SessionStore<StoredResult>,
  { answer, id }: VerificationSession,
  place: string,
): Promise<void> {
  const kept = (await sessions.get(id))?.value
  const mayBeCommitted =
    kept !== undefined && (kept.answer === undefined || kept.answer.hash === answer?.hash)
  if (!mayBeCommitted) await results.remove(place)
}
