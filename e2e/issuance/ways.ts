/**
 * Every way in which a credential is issued: by which grant, to whom, bound to what, for which proof, in which format (OpenID4VCI 1.0 §4-§9,
 * appendices A and F). Tests take them all, or a few that have every two of those choices together.
 */
import { CLIENT_METHODS, type ClientMethod } from '@countersign/protocol/oauth/client-authentication/methods'
import { type FormatCase, formatCases } from '@countersign/testing/client/formats'
import { pairsOfChoices } from '../walks/pairwise.ts'

export const GRANTS = [
  'pre-authorized',
  'with a transaction code',
  'authorization code, pushed',
  'authorization code, by link',
  'refreshed',
  'deferred',
] as const
export type Grant = (typeof GRANTS)[number]

export const SENDERS = ['bearer', 'DPoP'] as const
export type SenderKind = (typeof SENDERS)[number]

/** What shows the holder's key, and how the key is named in it. */
export const PROOFS = ['jwt by jwk', 'jwt by DID', 'jwt of an attested key', 'attestation'] as const
export type Proof = (typeof PROOFS)[number]

export interface Way {
  readonly grant: Grant
  readonly client: ClientMethod
  readonly sender: SenderKind
  readonly proof: Proof
  readonly one: FormatCase
}

const COMBINATIONS: readonly Way[] = GRANTS.flatMap((grant) =>
  CLIENT_METHODS.flatMap((client) =>
    SENDERS.flatMap((sender) =>
      PROOFS.flatMap((proof) => formatCases.map((one) => ({ grant, client, sender, proof, one }))),
    ),
  ),
)

/** Of a way that leads to no credential. */
export interface NoWay extends Way {
  /** The last step, and its answer. */
  readonly ends: { readonly step: 'push' | 'token'; readonly status: number }
}

/**
 * A client that proves who it is pushes its requests: a browser shows nobody who a client is. And a token that anybody can use who has it
 * comes without one to refresh it.
 */
function endOf({ client, grant, sender }: Way): NoWay['ends'] | undefined {
  if (grant === 'authorization code, by link' && client === 'private_key_jwt')
    return { step: 'push', status: 401 }
  return grant === 'refreshed' && sender === 'bearer' ? { step: 'token', status: 200 } : undefined
}

export const WAYS: readonly Way[] = COMBINATIONS.filter((way) => endOf(way) === undefined)

export const NO_WAYS: readonly NoWay[] = COMBINATIONS.flatMap((way) => {
  const ends = endOf(way)
  return ends === undefined ? [] : [{ ...way, ends }]
})

function choicesOf({ client, grant, one, proof, sender }: Way): readonly string[] {
  return [grant, client, sender, proof, one.format]
}

export function nameOf(way: Way): string {
  return choicesOf(way).join('; ')
}

export function pairsOf(way: Way): readonly string[] {
  return pairsOfChoices(choicesOf(way))
}
