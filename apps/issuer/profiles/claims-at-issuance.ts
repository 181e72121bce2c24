/**
 * Claims that nobody has brought yet: they are asked for when the wallet has shown its key, judged as those of an issue call are,
 * and kept nowhere. Whatever goes wrong passes, and the wallet may come again, but for a plain no. Who is asked may be asked twice.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { AUTHORIZATION_CODE } from '@countersign/protocol/oauth/grants/authorization-code'
import type { ProvenKey } from '@countersign/protocol/openid4vci/proof/proof-type'
import type {
  HeldBackClaims,
  IssuableCredential,
  IssuanceSession,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { orderFor } from '../offer/held-back.ts'
import { type PromiseRefusal, type PromisingPorts, promiseCredential } from '../offer/promise-credential.ts'
import type { DisclosureMap } from '../offer/selective-disclosure.ts'

/** Two codes, since they are for two people to repair: whoever runs what was asked, and whoever runs the network between. */
export type ClaimsRefusal =
  | { readonly code: 'claims_denied' }
  /** Nobody is known to whom it was to be issued. */
  | { readonly code: 'user_unknown' }
  /** The key's, and nothing about the claims. */
  | { readonly code: 'certificate_not_valid_now' }
  | { readonly code: 'claims_unanswered'; readonly reason: string }
  | { readonly code: 'claims_unfit'; readonly reason: string }

export type ClaimsPorts = PromisingPorts & Pick<Issuer, 'claimsWebhooks' | 'users'>

export interface ClaimsHolder {
  readonly session: IssuanceSession
  /** Of a batch the first: it is for one holder. */
  readonly proof: Pick<ProvenKey, 'thumbprint' | 'holderDid'>
}

export async function completeClaims(
  issuer: ClaimsPorts,
  promised: PromisedCredential,
  holder: ClaimsHolder,
): Promise<Result<IssuableCredential, ClaimsRefusal>> {
  const { awaited, claims, configurationId, heldBack } = promised
  if (claims !== undefined) return ok({ ...promised, claims })
  if (heldBack !== undefined) return forUser(issuer, promised, heldBack, holder)
  if (awaited === undefined) throw new Error(`nobody knows the claims of ${configurationId}`)
  const { claimsWebhooks } = issuer
  if (claimsWebhooks === undefined) return refuse({ code: 'claims_unanswered', reason: 'unavailable' })
  const answer = await claimsWebhooks.ask({
    url: awaited.url,
    header: awaited.header,
    id: `${holder.session.id}.${configurationId}`,
    body: questionOf(issuer, configurationId, holder),
  })
  if (answer.outcome === 'denied') return refuse({ code: 'claims_denied' })
  if (answer.outcome === 'failed') return refuse({ code: 'claims_unanswered', reason: answer.reason })
  const { issuer: issuerDid, issuerKey, status, x5c } = promised
  const made = await promiseCredential(issuer, {
    claims: answer.claims,
    configurationId,
    issuerDid,
    issuerKey,
    status,
    x5c,
    mapping: awaited.mapping,
    disclosureMap: awaited.selectiveDisclosure as DisclosureMap | undefined,
    usualLifetimeSeconds: awaited.lifetimeSeconds,
  })
  return made.ok ? made : refuse(refusalOf(made.error))
}

/** What was judged before the code was given, made of the same; it may be asked for again with a token that is refreshed. */
async function forUser(
  issuer: ClaimsPorts,
  promised: PromisedCredential,
  held: HeldBackClaims,
  { session }: ClaimsHolder,
): Promise<Result<IssuableCredential, ClaimsRefusal>> {
  const grant = 'grant' in session ? session.grant : undefined
  const id = grant?.grantType === AUTHORIZATION_CODE ? grant.authorizationId : undefined
  const user = id === undefined ? undefined : await issuer.users.get(id)
  if (user === undefined) return refuse({ code: 'user_unknown' })
  const { claims } = user.value
  const known = claims[promised.configurationId]
  if (known === undefined) return refuse({ code: 'user_unknown' })
  const made = await promiseCredential(issuer, orderFor(promised, held, known))
  return made.ok ? made : refuse(refusalOf(made.error))
}

function refusalOf(refusal: PromiseRefusal): ClaimsRefusal {
  const isEnded = refusal.code === 'issuer_key_unusable' && refusal.reason === 'certificate_not_valid_now'
  return isEnded ? { code: 'certificate_not_valid_now' } : { code: 'claims_unfit', reason: refusal.code }
}

function questionOf(
  { now }: Pick<Issuer, 'now'>,
  credentialConfigurationId: string,
  { proof, session }: ClaimsHolder,
): JsonObject {
  const { id, profile } = session
  return {
    type: 'credential_claims',
    session: id,
    credentialConfigurationId,
    ...(profile !== undefined && { profile: { name: profile.name, version: profile.version } }),
    holder: {
      keyThumbprint: proof.thumbprint,
      ...(proof.holderDid !== undefined && { did: proof.holderDid }),
    },
    at: Math.floor(now()),
  }
}
