/** Who attests these wallets, for operators of issuers that are to believe it. */
import { fail, type WireErrors } from '@countersign/service/http/answers/wire-errors'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Wallet } from '../wallet.ts'
import { refusalAnswer } from './answers/route-answers.ts'

interface NoAnchor {
  readonly code: 'provider_anchor_unknown'
}

const NO_ANCHOR: WireErrors<NoAnchor> = {
  provider_anchor_unknown: () => ({
    status: 404,
    message: 'Nobody attests these wallets, or the authority above who does is not given out here',
  }),
}

const none = { code: 'provider_anchor_unknown' } as const
const EXAMPLE = '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n'
/** RFC 8555 §9.1. */
const PEM = 'application/pem-certificate-chain'

export function providerRoutes(app: ServiceApp, { provider }: Pick<Wallet, 'provider'>): void {
  app.get(
    '/wallet-api/provider/anchor',
    {
      schema: {
        summary: 'The authorities above who attests these wallets, as PEM',
        description: 'For `trustedWalletAttestersFile` and `trustedKeyAttestersFile` of an issuer.',
        tags: ['provider'],
      },
      config: {
        door: 'open',
        limited: false,
        answers: {
          200: { description: 'The certificates', contentType: PEM, example: EXAMPLE },
          404: refusalAnswer(NO_ANCHOR, none, 'No authority is known'),
        },
      },
    },
    async (_request, reply) => {
      if (provider?.anchorsPem === undefined) return fail(NO_ANCHOR.provider_anchor_unknown(none))
      return reply.header('cache-control', 'public, max-age=60').type(PEM).send(provider.anchorsPem)
    },
  )
}
