/** Puts the issuer together. */
import type { Signer } from '@countersign/credential/crypto'
import { formatRegistry } from '@countersign/credential/registry'
import { ok, refuse } from '@countersign/credential/result'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { nodeCrypto } from '@countersign/keys/node-crypto'
import type { IssuanceSession } from '@countersign/protocol/openid4vci/session'
import { configure, type ServiceStart } from '@countersign/service/configure'
import {
  openRuntime,
  openSigner,
  type RunningService,
  type Runtime,
  runService,
} from '@countersign/service/runtime'
import { issuerShape } from './config.ts'
import { catalogueTypes } from './issuable-types.ts'
import type { CallerKeys, CredentialAnswer, Issuer } from './issuer.ts'
import { issuerRoutes } from './routes.ts'

const ISSUANCE_SCHEMA = 1
const ANSWER_SCHEMA = 1

export async function startIssuer(start: ServiceStart): Promise<RunningService> {
  const config = await configure({ service: 'issuer', defaultPort: 7002, extra: issuerShape }, start)
  const runtime = await openRuntime(config)
  const signer = await openSigner(runtime, {
    purpose: 'credential-issuer',
    keyFile: config.signingKeyFile,
    certificateFile: config.signingCertFile,
  })
  const { sealing } = runtime.deployment
  const issuer: Issuer = {
    sessions: runtime.sessions<IssuanceSession>('issuance', ISSUANCE_SCHEMA),
    answers: runtime.sessions<CredentialAnswer>('credential-answer', ANSWER_SCHEMA),
    proofs: runtime.engine.once('dpop'),
    signals: runtime.engine.signals('issuance'),
    formats: formatRegistry([sdJwtVc]),
    crypto: nodeCrypto,
    signer,
    openCallerKey: callerKeys(runtime),
    macs: { grant: sealing.mac('grant'), nonce: sealing.mac('c-nonce'), txCode: sealing.mac('tx-code') },
    baseUrl: config.baseUrl,
    types: catalogueTypes(),
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

/**
 * Keys that callers bring. In development one that comes without certificates gets one from the development CA, so
 * that what it signs is believed within the deployment.
 */
function callerKeys(runtime: Runtime): CallerKeys {
  const { deployment, config } = runtime
  return {
    async signer(key, x5c) {
      const options = { configuredKey: key, dnsNames: [], baseUrl: config.baseUrl }
      const opened = await deployment.signer(
        'caller-issuer',
        x5c ? { ...options, configuredCertificates: x5c } : options,
      )
      if (opened.ok) return ok<Signer>(opened.value)
      return refuse({ code: 'cause' in opened.error ? opened.error.cause.code : opened.error.code })
    },
  }
}
