/**
 * Verification sessions as they are kept. Schema 1 has the response URI of `direct_post` and the hash of the answer beside
 * the other members; both stay as they are, in both directions, so that instances of the release before and of this one
 * share sessions during a rolling upgrade. What that release does not know is there only where it is needed: attempts, the
 * reply to an answer that does not follow from the state, a response mode of its own. It takes a session that is `answered`
 * for an open one, and judges the wallet's next try as it always did. It would also show the result of a session in which the
 * browser has to come back first, keep claims as long as somebody is told of a session, pass over that presentations are to be kept,
 * and take an answer without looking at what its holder was to authorise: of those sessions it is kept from knowing how the answer
 * travels, and it fails. Results are packed since before anything was published (docs/decisions/035); plain ones are read as they were
 * written.
 */
import { decodeBase64url, encodeBase64url } from '@countersign/core/base64url'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { AnswerMode } from '@countersign/protocol/openid4vp/response/response-modes'
import type {
  AnsweredSession,
  Attempt,
  EvidenceReference,
  VerificationSession,
  WalletReply,
} from '@countersign/protocol/openid4vp/session'
import type { SessionStore } from '@countersign/stores/ports'
import { type Packed, pack, unpack } from './packed-result.ts'

export const VERIFICATION_SCHEMA = 1

type Otherwise = 'answerMode' | 'attempts' | 'answer' | 'missing'
type Plain<Session> = Session extends unknown ? Omit<Session, Otherwise> : never

type Judged = Extract<VerificationSession, { readonly state: 'verified' | 'rejected' | 'undetermined' }>
type InPacked = 'id' | 'createdAt' | 'expiresAt' | 'events' | 'checks' | 'credentials' | 'policies'

type PackedResult = Omit<Plain<Judged>, InPacked> & {
  readonly packed: Packed
  /** Absent: none. */
  readonly policies?: Judged['policies']
}

export type StoredVerification = (Plain<VerificationSession> | PackedResult) & {
  /**
   * Exactly one of the four members is there; the third where the return of the browser is required, and the last where there is more
   * that an instance of the release before must not pass over.
   */
  readonly responseUri?: string
  readonly answerMode?: AnswerMode
  readonly sameDeviceAnswerMode?: AnswerMode
  readonly guardedAnswerMode?: AnswerMode
  /** Absent: none. */
  readonly attempts?: readonly Attempt[]
  /** Hash of the answer, where there is one. */
  readonly answerHash?: string
  /** Absent: as the state says. */
  readonly answerReply?: WalletReply
  readonly missing?: readonly StoredEvidence[]
}

/** JSON has no bytes. */
type StoredEvidence =
  | Extract<EvidenceReference, { readonly kind: 'policy' | 'return' }>
  | (Omit<Extract<EvidenceReference, { readonly kind: 'status' }>, 'statuses'> & {
      readonly statuses: readonly StoredStatus[]
    })
type StoredStatus =
  | Exclude<StatusReference, { readonly mechanism: 'identifier_list' }>
  | { readonly mechanism: 'identifier_list'; readonly uri: string; readonly identifier: string }

export function verificationStore(raw: SessionStore<StoredVerification>): SessionStore<VerificationSession> {
  return {
    create: (id, session, ttlSeconds) => raw.create(id, toStored(session), ttlSeconds),
    compareAndSet: (id, version, session) => raw.compareAndSet(id, version, toStored(session)),
    get: async (id) => {
      const found = await raw.get(id)
      return found && { version: found.version, value: fromStored(found.value, id) }
    },
    remove: (id) => raw.remove(id),
  }
}

export function toStored(session: VerificationSession): StoredVerification {
  const { answer, answerMode: _mode, attempts, ...rest } = session
  return {
    ...plainOrPacked(rest),
    ...modeToStored(session),
    ...(attempts.length > 0 && { attempts }),
    ...(answer !== undefined && { answerHash: answer.hash }),
    ...(answer !== undefined && answer.reply !== usualReply(session.state) && { answerReply: answer.reply }),
  }
}

type StoredMode = Pick<
  StoredVerification,
  'responseUri' | 'answerMode' | 'sameDeviceAnswerMode' | 'guardedAnswerMode'
>

function modeToStored(session: VerificationSession): StoredMode {
  const { answerMode, callback, keepPresentations, sameDevice, transactionData } = session
  const isGuarded = callback !== undefined || keepPresentations === true || transactionData !== undefined
  if (isGuarded) return { guardedAnswerMode: answerMode }
  if (sameDevice === 'required') return { sameDeviceAnswerMode: answerMode }
  return answerMode.mode === 'direct_post' ? { responseUri: answerMode.responseUri } : { answerMode }
}

type Rest<Session> = Session extends unknown ? Omit<Session, 'answer' | 'answerMode' | 'attempts'> : never

function plainOrPacked(
  rest: Rest<VerificationSession>,
): (Plain<VerificationSession> | PackedResult) & Pick<StoredVerification, 'missing'> {
  switch (rest.state) {
    case 'answered':
      return { ...rest, missing: rest.missing.map(evidenceToStored) }
    case 'verified':
    case 'rejected':
    case 'undetermined': {
      // The store knows the id.
      const { checks: _c, credentials: _p, events: _e, id: _id, policies, ...times } = rest
      const { createdAt: _from, expiresAt: _until, ...members } = times
      return { ...members, ...(policies.length > 0 && { policies }), packed: pack(rest) }
    }
    case 'created':
    case 'requested':
    case 'declined':
    case 'expired':
      return rest
  }
}

function plainOf(stored: StoredVerification, id: string): Exclude<StoredVerification, PackedResult> {
  if (!('packed' in stored)) return stored
  const { packed, policies = [], ...rest } = stored
  const unpacked = { ...rest, id, policies, ...unpack(packed, rest.dcqlQuery) }
  // Claims are there where they were when it was packed.
  return unpacked as Exclude<StoredVerification, PackedResult>
}

export function fromStored(stored: StoredVerification, id: string): VerificationSession {
  const { answerHash, answerReply, attempts = [], missing, ...kept } = plainOf(stored, id)
  const { answerMode, guardedAnswerMode, responseUri, sameDeviceAnswerMode, ...rest } = kept
  const mode = guardedAnswerMode ?? sameDeviceAnswerMode ?? answerMode ?? directPost(responseUri)
  const answer =
    answerHash === undefined
      ? {}
      : { answer: { hash: answerHash, reply: answerReply ?? usualReply(rest.state) } }
  const session = { ...rest, ...answer, answerMode: mode, attempts }
  if (session.state !== 'answered') return session
  return { ...session, missing: (missing ?? []).map(evidenceFromStored) } satisfies AnsweredSession
}

function directPost(responseUri: string | undefined): AnswerMode {
  if (responseUri === undefined) throw new Error('a verification was kept without its response mode')
  return { mode: 'direct_post', responseUri }
}

/** What the release before told the sender of the answer that led to a state. */
function usualReply(state: VerificationSession['state']): WalletReply {
  if (state === 'rejected') return 'refused'
  return state === 'declined' ? 'noted' : 'taken'
}

function evidenceToStored(reference: EvidenceReference): StoredEvidence {
  if (reference.kind !== 'status') return reference
  return { ...reference, statuses: reference.statuses.map(statusToStored) }
}

function statusToStored(status: StatusReference): StoredStatus {
  if (status.mechanism !== 'identifier_list') return status
  return { ...status, identifier: encodeBase64url(status.identifier) }
}

function evidenceFromStored(stored: StoredEvidence): EvidenceReference {
  if (stored.kind !== 'status') return stored
  return { ...stored, statuses: stored.statuses.map(statusFromStored) }
}

function statusFromStored(stored: StoredStatus): StatusReference {
  if (stored.mechanism !== 'identifier_list') return stored
  return { ...stored, identifier: decodeBase64url(stored.identifier) ?? new Uint8Array() }
}
