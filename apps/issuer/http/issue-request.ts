/** The bodies of the issue calls as the use case takes them. */
import type { IssueOrder } from '@countersign/api/issuer/offers'
import type { JsonObject } from '@countersign/core/json'
import type { CreateOffer } from '../offer/create-offer.ts'
import type { CredentialOrder } from '../offer/promise-credential.ts'
import type { DisclosureMap } from '../offer/selective-disclosure.ts'

/** Transaction code and value mode belong to the offer: the first entry that names them decides. */
export function parseOrder(entries: readonly IssueOrder[], ttlSeconds: number | undefined): CreateOffer {
  const withTxCode = entries.find((entry) => entry.txCode !== undefined || entry.txCodeValue !== undefined)
  return {
    credentials: entries.map(credentialOrder),
    byValue: entries.some((entry) => entry.valueMode === 'BY_VALUE'),
    ...(withTxCode && { txCode: txCodeOrder(withTxCode) }),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
  }
}

function credentialOrder(entry: IssueOrder): CredentialOrder {
  const { issuerKey, issuerDid, mapping, mdocValidityDays, selectiveDisclosure, status, x5Chain } = entry
  return {
    configurationId: entry.credentialConfigurationId,
    claims: (entry.credentialData ?? entry.mdocData ?? {}) as JsonObject,
    ...(issuerKey !== undefined && { issuerKey: issuerKey as JsonObject }),
    ...(issuerDid !== undefined && { issuerDid }),
    ...(mapping !== undefined && { mapping: mapping as JsonObject }),
    ...(selectiveDisclosure !== undefined && { disclosureMap: selectiveDisclosure as DisclosureMap }),
    ...(x5Chain !== undefined && { x5c: x5Chain }),
    ...(status !== undefined && { status }),
    ...(mdocValidityDays !== undefined && { lifetimeSeconds: mdocValidityDays * 86_400 }),
  }
}

function txCodeOrder({ txCode, txCodeValue }: IssueOrder): NonNullable<CreateOffer['txCode']> {
  const inputMode = txCode?.input_mode ?? (/^\d+$/.test(txCodeValue ?? '0') ? 'numeric' : 'text')
  return {
    inputMode,
    length: txCodeValue?.length ?? txCode?.length ?? 6,
    ...(txCode?.description !== undefined && { description: txCode.description }),
    ...(txCodeValue !== undefined && { value: txCodeValue }),
  }
}
