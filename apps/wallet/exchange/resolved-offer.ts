/** A credential offer as an exchange keeps it, and what came of it. */
import type { OfferedConfiguration } from '@countersign/protocol/openid4vci/metadata/read-metadata'
import type { CredentialOffer } from '@countersign/protocol/openid4vci/offer'
import type { ShownTrust } from '../credentials/shown.ts'
import type { Issuer } from '../receive/fetch-offer.ts'
import type { Exchange } from './exchange-record.ts'

/** As it was shown. Of the metadata only what the offer is about. */
export interface ResolvedOffer {
  readonly offer: CredentialOffer
  /** Where it lies; absent for one that came whole. */
  readonly uri?: string | undefined
  readonly issuer: Omit<Issuer['metadata'], 'configurations'>
  readonly configurations: readonly OfferedConfiguration[]
  readonly authorizationServer: Issuer['authorizationServer']
  readonly trust: ShownTrust
}

export interface OfferDone {
  /** Epoch seconds. */
  readonly at: number
  /** Absent: nothing was taken. */
  readonly issuanceId?: string | undefined
}

export type OfferExchange = Exchange<ResolvedOffer, OfferDone>

export function issuerOf({ authorizationServer, configurations, issuer }: ResolvedOffer): Issuer {
  const byId = new Map(configurations.map((configuration) => [configuration.id, configuration]))
  return { metadata: { ...issuer, configurations: byId }, authorizationServer }
}
