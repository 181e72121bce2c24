/**
 * What an issuance promises - claims, and keys of callers - lies in an entry of its own where somebody is told of the session's
 * events: the session lives longer then than anybody can come for a credential, and the promises do not (docs/decisions/065). An
 * instance of the release before finds none in such a session, and fails, so that the wallet comes again and meets another one.
 */
import type { IssuanceSession, PromisedCredential } from '@countersign/protocol/openid4vci/session/state'
import type { SessionStore, Versioned } from '@countersign/stores/ports'

export interface StoredPromises {
  readonly promised: readonly PromisedCredential[]
}

/** What stays in the session of its promises: all that a step changes of them, so that it is written with the step. */
interface Remaining {
  readonly remaining?: readonly Pick<PromisedCredential, 'configurationId' | 'deferral'>[]
}

/** `keptAfterSeconds`: how long a session of such promises is of use after the end of its offer. */
export function withPromisesApart(
  sessions: SessionStore<IssuanceSession>,
  promises: SessionStore<StoredPromises>,
  keptAfterSeconds: (promises: StoredPromises) => number,
): SessionStore<IssuanceSession> {
  /** Between two readings a step may have ended what is promised, and taken it away: then what was read first is old. */
  const read = async (id: string, before?: number): Promise<Versioned<IssuanceSession> | undefined> => {
    const found = await sessions.get(id)
    if (found === undefined || !isWithoutPromises(found.value)) return found
    const promised = (await promises.get(id))?.value.promised
    if (promised === undefined && found.version !== before) return read(id, found.version)
    return { ...found, value: completed(found.value, promised ?? []) }
  }
  return {
    get: (id) => read(id),
    create: async (id, session, ttlSeconds) => {
      if (!liesApart(session)) return sessions.create(id, session, ttlSeconds)
      const { promised } = session
      const endsInSeconds = session.expiresAt - session.createdAt + keptAfterSeconds({ promised })
      if (!(await promises.create(id, { promised }, endsInSeconds))) return false
      return sessions.create(id, withoutPromises(session), ttlSeconds)
    },
    compareAndSet: async (id, version, session) => {
      const apart = liesApart(session)
      const won = await sessions.compareAndSet(id, version, apart ? withoutPromises(session) : session)
      if (won && !apart && session.callback !== undefined) await promises.remove(id)
      return won
    },
    remove: async (id) => {
      await promises.remove(id)
      await sessions.remove(id)
    },
  }
}

type Promising = Extract<IssuanceSession, { readonly promised: unknown }>

function liesApart(session: IssuanceSession): session is Promising {
  return session.callback !== undefined && 'promised' in session
}

function withoutPromises({ promised, ...session }: Promising): IssuanceSession {
  const remaining = (promised ?? []).map(({ configurationId, deferral }) => ({ configurationId, deferral }))
  // What is kept is no session that anybody steps: `get` completes it.
  const kept = { ...(session as IssuanceSession), remaining }
  return kept
}

/** A release before kept none of it: there all that was promised remains as it was. */
function completed(kept: Promising & Remaining, promised: readonly PromisedCredential[]): IssuanceSession {
  const { remaining, ...session } = kept
  const left = remaining?.flatMap(({ configurationId, deferral }) =>
    promised
      .filter((one) => one.configurationId === configurationId)
      .map((one) => (one.deferral === deferral ? one : { ...one, deferral })),
  )
  return { ...session, promised: left ?? promised }
}

function isWithoutPromises(session: IssuanceSession): session is Promising {
  const isPromising =
    session.state === 'offered' ||
    session.state === 'token_issued' ||
    (session.state === 'completed' &&
      session.grant.refresh !== undefined &&
      session.grant.revokedAt === undefined)
  return isPromising && !('promised' in session)
}
