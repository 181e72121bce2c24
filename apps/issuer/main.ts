/** Puts the issuer together. */
import { formatRegistry } from '@countersign/credential/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { nodeCrypto } from '@countersign/keys/node-crypto'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session'
import { configure, type ServiceStart } from '@countersign/service/configure'
import { openRuntime, type RunningService, runService } from '@countersign/service/runtime'
import { issuerShape } from './config.ts'
import { catalogueTypes } from './issuable-types.ts'
import type { CredentialAnswer, Issuer } from './issuer.ts'
import { callerKeys, openIssuerSigners, signerFor } from './issuer-signers.ts'
import { issuerRoutes } from './routes.ts'

const ISSUANCE_SCHEMA = 1
const ANSWER_SCHEMA = 1

export async function startIssuer(start: ServiceStart): Promise<RunningService> {
  const config = await configure({ service: 'issuer', defaultPort: 7002, extra: issuerShape }, start)
  const runtime = await openRuntime(config)
  const signers = await openIssuerSigners(runtime, config)
  const formats = formatRegistry([sdJwtVc])
  const { sealing } = runtime.deployment
  const issuer: Issuer = {
    sessions: runtime.sessions<IssuanceSession>('issuance', ISSUANCE_SCHEMA),
    answers: runtime.sessions<CredentialAnswer>('credential-answer', ANSWER_SCHEMA),
    proofs: runtime.engine.once('dpop'),
    signals: runtime.engine.signals('issuance'),
    formats,
    crypto: nodeCrypto,
    signerFor: (format) => signerFor(signers, format),
    openCallerKey: callerKeys(runtime),
    macs: { grant: sealing.mac('grant'), nonce: sealing.mac('c-nonce'), txCode: sealing.mac('tx-code') },
    baseUrl: config.baseUrl,
    types: catalogueTypes(formats.ids),
    limits: {
      offerTtlSeconds: config.offerTtlSeconds,
      resultRetentionSeconds: config.resultRetentionSeconds,
      bearerTtlSeconds: config.bearerTtlSeconds,
      boundTtlSeconds: config.boundTtlSeconds,
      nonceTtlSeconds: config.nonceTtlSeconds,
      proofMaxAgeSeconds: 300,
      skewSeconds: 60,
    },
    now: runtime.now,
  }
  return runService(runtime, {
    title: 'Countersign issuer',
    description: 'Offer and issue credentials over OpenID4VCI 1.0.',
    routes: issuerRoutes(issuer, { display: { name: config.displayName, locale: 'en' } }),
  })
}
