/** The bodies of the issue calls as the use case takes them. */
import type { IssueOrder } from '@countersign/api/issuer/offers'
import type { JsonObject } from '@countersign/core/json'
import type { CreateOffer } from '../offer/create-offer.ts'
import type { CredentialOrder } from '../offer/promise-credential.ts'
import type { DisclosureMap } from '../offer/selective-disclosure.ts'
import { txCodeOrder } from '../offer/tx-code-order.ts'
import { authenticationBy } from '../offer/user-terms.ts'

/** Transaction code and value mode belong to the offer: the first entry that names them decides. */
export function parseOrder(
  entries: readonly IssueOrder[],
  { callback, ttlSeconds }: Pick<CreateOffer, 'callback' | 'ttlSeconds'>,
): CreateOffer {
  const withTxCode = entries.find((entry) => entry.txCode !== undefined || entry.txCodeValue !== undefined)
  return {
    credentials: entries.map(credentialOrder),
    byValue: entries.some((entry) => entry.valueMode === 'BY_VALUE'),
    txCode: withTxCode && txCodeOrder(withTxCode),
    authentication: authenticationOf(entries),
    maxRedemptions: entries.find(({ maxRedemptions }) => maxRedemptions !== undefined)?.maxRedemptions,
    ttlSeconds,
    callback,
  }
}

/** The first entry that names a method decides for the offer, as with what else belongs to it. */
function authenticationOf(entries: readonly IssueOrder[]): CreateOffer['authentication'] {
  const named = entries.find(({ authenticationMethod }) => authenticationMethod !== undefined)
  const asking = entries.find(({ vpRequest }) => vpRequest !== undefined)
  return authenticationBy(named?.authenticationMethod, asking?.vpRequest)
}

function credentialOrder(entry: IssueOrder): CredentialOrder {
  const { mdocValidityDays: days } = entry
  return {
    configurationId: entry.credentialConfigurationId,
    claims: (entry.credentialData ?? entry.mdocData ?? {}) as JsonObject,
    issuerKey: entry.issuerKey as JsonObject | undefined,
    issuerDid: entry.issuerDid,
    mapping: entry.mapping as JsonObject | undefined,
    disclosureMap: entry.selectiveDisclosure as DisclosureMap | undefined,
    x5c: entry.x5Chain,
    status: entry.status,
    userClaims: entry.userClaims,
    deferred: entry.issuanceType === 'DEFERRED',
    lifetimeSeconds: days === undefined ? undefined : days * 86_400,
  }
}
