/**
 * Claims that nobody has brought yet: they are asked for when the wallet has shown its key, judged as those of an issue call are,
 * and kept nowhere. Whatever goes wrong passes, and the wallet may come again, but for a plain no. Who is asked may be asked twice.
 */
import type { JsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ProvenKey } from '@countersign/protocol/openid4vci/proof/proof-type'
import type {
  IssuableCredential,
  IssuanceSession,
  PromisedCredential,
} from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { type PromiseRefusal, type PromisingPorts, promiseCredential } from '../offer/promise-credential.ts'
import type { DisclosureMap } from '../offer/selective-disclosure.ts'

/** Two codes, since they are for two people to repair: whoever runs what was asked, and whoever runs the network between. */
export type ClaimsRefusal =
  | { readonly code: 'claims_denied' }
  /** The key's, and nothing about the claims. */
  | { readonly code: 'certificate_not_valid_now' }
  | { readonly code: 'claims_unanswered'; readonly reason: string }
  | { readonly code: 'claims_unfit'; readonly reason: string }

export type ClaimsPorts = PromisingPorts & Pick<Issuer, 'claimsWebhooks'>

export interface ClaimsHolder {
  readonly session: Pick<IssuanceSession, 'id' | 'profile'>
  /** Of a batch the first: it is for one holder. */
  readonly proof: Pick<ProvenKey, 'thumbprint' | 'holderDid'>
}

export async function completeClaims(
  issuer: ClaimsPorts,
  promised: PromisedCredential,
  holder: ClaimsHolder,
): Promise<Result<IssuableCredential, ClaimsRefusal>> {
  const { awaited, claims, configurationId } = promised
  if (claims !== undefined) return ok({ ...promised, claims })
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
