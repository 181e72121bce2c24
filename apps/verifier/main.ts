/** Puts the verifier together. */

import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/jwt-vc/format'
import { formatRegistry } from '@countersign/credential/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { x509IssuerTrust } from '@countersign/credential/trust/issuer-trust'
import { nodeCrypto } from '@countersign/keys/node-crypto'
import { x509HashClientId } from '@countersign/protocol/openid4vp/client-id'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { configure, type ServiceStart } from '@countersign/service/configure'
import { StartRefused } from '@countersign/service/http/service'
import {
  openRuntime,
  openSigner,
  type RunningService,
  runService,
  trustAnchors,
} from '@countersign/service/runtime'
import { verifierShape } from './config.ts'
import { verifierRoutes } from './routes.ts'
import type { Verifier } from './verifier.ts'

const VERIFICATION_SCHEMA = 1

export async function startVerifier(start: ServiceStart): Promise<RunningService> {
  const config = await configure({ service: 'verifier', defaultPort: 7003, extra: verifierShape }, start)
  const runtime = await openRuntime(config)
  const requestSigner = await openSigner(runtime, {
    purpose: 'verifier-request',
    keyFile: config.requestSigningKeyFile,
    certificateFile: config.requestSigningCertFile,
  })
  const leaf = requestSigner.x5c?.[0]
  if (leaf === undefined)
    throw new StartRefused('requestSigningCertFile is needed: wallets know a verifier by its certificate')
  const anchors = trustAnchors(runtime, config.trustedIssuerCasFile).map((certificate) => ({ certificate }))
  const verifier: Verifier = {
    sessions: runtime.sessions<VerificationSession>('verification', VERIFICATION_SCHEMA),
    signals: runtime.engine.signals('verification'),
    formats: formatRegistry([sdJwtVc, jwtVcJson, vcJwt, vcSdJwt]),
    crypto: nodeCrypto,
    requestSigner,
    clientId: await x509HashClientId(leaf, nodeCrypto),
    trust: x509IssuerTrust({ anchors, crypto: nodeCrypto }),
    checkStatus: async () => ({ name: 'status', outcome: 'skipped', detail: 'no_status' }),
    baseUrl: config.baseUrl,
    limits: {
      sessionTtlSeconds: config.sessionTtlSeconds,
      resultRetentionSeconds: config.resultRetentionSeconds,
      skewSeconds: 60,
      bindingWindowSeconds: 300,
    },
    now: runtime.now,
  }
  return runService(runtime, {
    title: 'Countersign verifier',
    description: 'Ask wallets for credentials over OpenID4VP 1.0, and read the results.',
    routes: verifierRoutes(verifier),
  })
}
