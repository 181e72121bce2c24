/**
 * Whether a promised credential can be issued at all: reserved names, depth, size and number of disclosures are the
 * format's business, so the format is asked to issue it once, unsigned, for the largest holder there can be. What
 * passes here is not refused later, when a wallet has come with its code.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { Signer } from '@countersign/crypto/engine'
import type { PublicJwk } from '@countersign/crypto/jwk'
import type { IssuableCredential } from '@countersign/protocol/openid4vci/session/state'
import type { Issuer } from '../issuer.ts'
import { longestReferences } from '../status/references.ts'
import type { IssuableType } from '../types/issuable-types.ts'
import { insertSubject } from '../types/mapping-functions.ts'

export type UnissuableMistake = {
  readonly code: 'claims_unissuable'
  readonly configurationId: string
  /** The format's own word for it, e.g. `claim_reserved`. */
  readonly reason: string
  /** What of the data it is about. */
  readonly detail?: string | undefined
}

/** Longest DID URL that a key proof may name its key by. */
const LONGEST_SUBJECT = `did:jwk:${'d'.repeat(2040)}`
const LARGEST_HOLDER_KEY: PublicJwk = { kty: 'EC', crv: 'P-521', x: 'A'.repeat(88), y: 'A'.repeat(88) }
/** The longest signature there is: that of RSA with 4096 bits. */
const NO_SIGNATURE = new Uint8Array(512)

export type CheckingPorts = Pick<Issuer, 'formats' | 'crypto' | 'baseUrl' | 'now' | 'statusLists'>

/** `signer`: the one that will sign it; whether its key suits the format and the issuer's name is part of the trial. */
export async function checkIssuable(
  issuer: CheckingPorts,
  type: IssuableType,
  promised: IssuableCredential,
  signer: Signer,
): Promise<Result<undefined, UnissuableMistake>> {
  const format = issuer.formats.spoken(type.configuration.format)
  const now = issuer.now()
  const { configurationId, lifetimeSeconds, notBefore } = promised
  const lasting = lifetimeSeconds === undefined ? undefined : now + lifetimeSeconds
  const { keyId, algorithm, publicJwk, x5c } = signer
  const hasStatus = issuer.statusLists !== undefined && promised.status !== false
  const issued = await format.issue(
    {
      type: promised.type,
      claims: insertSubject(promised.claims, LONGEST_SUBJECT),
      selectivelyDisclosable: promised.selectivelyDisclosable,
      encodings: type.encodings,
      holderKey: LARGEST_HOLDER_KEY,
      holderDid: LONGEST_SUBJECT,
      signer: { keyId, algorithm, publicJwk, x5c, sign: () => NO_SIGNATURE },
      issuer: promised.issuer ?? issuer.baseUrl,
      issuedAt: now,
      notBefore,
      expiresAt: promised.expiresAt ?? lasting,
      statuses: hasStatus ? longestReferences(format, issuer.baseUrl) : [],
    },
    issuer.crypto,
  )
  if (issued.ok) return ok(undefined)
  const { code, detail } = issued.error
  return refuse({ code: 'claims_unissuable', configurationId, reason: code, detail: detail?.slice(0, 100) })
}
