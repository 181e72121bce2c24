/**
 * Trust in issuers and in whoever signs status lists and attestations, by certificates (SD-JWT VC §2.5, HAIP 1.0
 * §6.1.1, ISO/IEC 18013-5 §9.3). The issuer is the leaf's subject; a name in `iss` proves nothing by itself and is
 * compared with the leaf only where the deployment asks for it.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { IssuerTrust, TrustedKey, TrustRefusal } from '@countersign/credential/contract/trust-port'
import type { StatusListTrust } from '@countersign/status-list/status-list'
import type { Certificate } from '@countersign/x509/certificate'
import type { ChainRefusal, ChainTrust, TrustedChain } from './chain-trust.ts'
import { detailsOf } from './untrusted-details.ts'

export interface IssuerNameRule {
  /** Demands that `iss`, where present, is a URI of the leaf or its host a DNS name of the leaf. Off when absent. */
  readonly issuerInCertificate?: boolean | undefined
}

export function issuerTrust(chains: ChainTrust, { issuerInCertificate }: IssuerNameRule = {}): IssuerTrust {
  return async ({ x5c, format, signerProfile, credentialType: type, issuer, signedAt }, now) => {
    const trusted = await chains(x5c, { purpose: 'issuer', format, signerProfile, type, signedAt }, now)
    if (
      trusted.ok &&
      issuerInCertificate &&
      issuer !== undefined &&
      !namesIssuer(trusted.value.leaf, issuer)
    ) {
      const { leaf } = trusted.value
      const details = detailsOf(leaf)
      return refuse({ code: 'untrusted', reason: 'issuer_not_in_certificate', key: leaf.publicKey, details })
    }
    return toKey(trusted)
  }
}

/** A signer of lists may be anybody whom the deployment trusts with lists; that of the credential need not be the same. */
export function statusListTrust(chains: ChainTrust): StatusListTrust {
  return async ({ x5c }, now) => toKey(await chains(x5c, { purpose: 'status_list' }, now))
}

function toKey(judged: Result<TrustedChain, ChainRefusal>): Result<TrustedKey, TrustRefusal> {
  if (judged.ok) {
    const { leaf, anchor, source } = judged.value
    return ok({ key: leaf.publicKey, anchor, source })
  }
  const { error } = judged
  if (error.code !== 'untrusted') return refuse(error)
  const { reason, leaf, details } = error
  return refuse({ code: 'untrusted', reason, key: leaf.publicKey, details })
}

/** DNS names are compared exactly: a wildcard certificate is made for web servers, not for naming an issuer. */
function namesIssuer(leaf: Certificate, issuer: string): boolean {
  if (leaf.uris.includes(issuer)) return true
  const host = /^https:\/\/([^/?#:@]+)(?::\d+)?(?:[/?#]|$)/.exec(issuer)?.[1]?.toLowerCase()
  return host !== undefined && leaf.dnsNames.some((name) => name.toLowerCase() === host)
}
