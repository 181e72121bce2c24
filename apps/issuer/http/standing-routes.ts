/** Offers without a session: whoever has the address may put it into a QR code, and nothing is kept of who looks. */

import { credentialOffer } from '@countersign/api/issuer/openid4vci'
import {
  STANDING_OFFER_URL_EXAMPLE,
  standingOfferParams,
  standingOfferQuery,
} from '@countersign/api/issuer/standing-offers'
import { offerUrlByReference, offerUrlByValue } from '@countersign/protocol/openid4vci/offer'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, type WireError } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Issuer } from '../issuer.ts'

const notOpen: WireError = {
  status: 404,
  message: 'Nothing is offered to everybody under this name',
  refusal: 'standing_offer_unknown',
}

export function standingRoutes(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/openid4vc/offers/:name',
    {
      schema: {
        summary: 'An offer for everybody, by a profile or what it issues',
        description:
          'The offer itself, as wallets fetch it; for callers who accept text/plain the link to it, by reference or by value.',
        tags: ['wallet'],
        params: standingOfferParams,
        querystring: standingOfferQuery,
      },
      config: {
        door: 'open',
        limited: true,
        answers: {
          200: {
            description: 'The offer, or the link for a QR code',
            schema: credentialOffer,
            otherForms: [{ contentType: 'text/plain', example: STANDING_OFFER_URL_EXAMPLE }],
          },
          404: errorAnswer('No profile is open to wallets under this name, or more than one is', notOpen),
          ...storeAnswers(),
        },
      },
    },
    async ({ headers, params, query }, reply) => {
      const { standingOffer } = await import('../standing/standing-offers.ts')
      const offer = await standingOffer(issuer, params.name)
      if (offer === undefined) return fail(notOpen)
      void reply.header('cache-control', 'no-store')
      if (headers.accept?.includes('text/plain') !== true) return offer
      void reply.type('text/plain; charset=utf-8')
      const address = `${issuer.baseUrl}/openid4vc/offers/${encodeURIComponent(params.name)}`
      return query.valueMode === 'BY_VALUE' ? offerUrlByValue(offer) : offerUrlByReference(address)
    },
  )
}
