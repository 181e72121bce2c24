/**
 * Trust in issuers and in whoever signs status lists and attestations, by certificates (SD-JWT VC §2.5, HAIP 1.0
 * §6.1.1, ISO/IEC 18013-5 §9.3). The issuer is who the certificate says, its subject; a name in `iss` proves nothing by
 * itself, and counts where the source of trust has it compared with the certificate (`bindIssuer`).
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { IssuerTrust, TrustedKey, TrustRefusal } from '@countersign/credential/contract/trust-port'
import type { StatusListTrust } from '@countersign/status-list/status-list'
import { jurisdictionOf } from '@countersign/x509/signer-jurisdiction'
import type { ChainRefusal, ChainTrust, TrustedChain } from './chain-trust.ts'

export function issuerTrust(chains: ChainTrust): IssuerTrust {
  return async ({ x5c, format, signerProfile, credentialType: type, issuer, signedAt }, now) =>
    toKey(await chains(x5c, { purpose: 'issuer', format, signerProfile, type, issuer, signedAt }, now))
}

/** A signer of lists may be anybody whom the deployment trusts with lists; that of the credential need not be the same. */
export function statusListTrust(chains: ChainTrust): StatusListTrust {
  return async ({ x5c, issuer }, now) => {
    const trusted = await chains(x5c, { purpose: 'status_list', issuer }, now)
    return toKey(trusted)
  }
}

function toKey(judged: Result<TrustedChain, ChainRefusal>): Result<TrustedKey, TrustRefusal> {
  if (judged.ok) {
    const { leaf, anchor, bindJurisdiction, issuer, source, trustedUntil } = judged.value
    const jurisdiction = { ...jurisdictionOf(leaf), bindsAllTypes: bindJurisdiction }
    return ok({ key: leaf.publicKey, anchor, source, issuer, jurisdiction, trustedUntil })
  }
  const { error } = judged
  if (error.code !== 'untrusted') return refuse(error)
  const { reason, leaf, details } = error
  return refuse({ code: 'untrusted', reason, key: leaf.publicKey, details })
}
