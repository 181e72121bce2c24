/** Puts the verifier together. */

import { didResolver } from '@countersign/credential/identifiers/did-resolver'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/jwt-vc/format'
import { mdoc } from '@countersign/credential/mdoc/format'
import { formatRegistry } from '@countersign/credential/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { nodeCrypto } from '@countersign/keys/node-crypto'
import { x509HashClientId } from '@countersign/protocol/openid4vp/client-id'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { outgoingOptions } from '@countersign/service/config/outgoing'
import { trustSources } from '@countersign/service/config/trust'
import { configure, type ServiceStart } from '@countersign/service/configure'
import { didDocumentFetcher } from '@countersign/service/did-web'
import { StartRefused } from '@countersign/service/http/service'
import { openIssuerTrust } from '@countersign/service/issuer-trust'
import { createRemote } from '@countersign/service/remote'
import { openRuntime, openSigner, type RunningService, runService } from '@countersign/service/runtime'
import { openStatusLists } from '@countersign/service/status-lists'
import { verifierShape } from './config.ts'
import { verifierRoutes } from './routes.ts'
import { statusChecker } from './status-checker.ts'
import type { Verifier } from './verifier.ts'

const VERIFICATION_SCHEMA = 1

export async function startVerifier(start: ServiceStart): Promise<RunningService> {
  const config = await configure({ service: 'verifier', defaultPort: 7003, extra: verifierShape }, start)
  const runtime = await openRuntime(config)
  const requestSigner = await openSigner(runtime, {
    purpose: 'verifier-request',
    key: config.requestSigningKey,
    keyFile: config.requestSigningKeyFile,
    certificateFile: config.requestSigningCertFile,
  })
  const leaf = requestSigner.x5c?.[0]
  if (leaf === undefined)
    throw new StartRefused('requestSigningCertFile is needed: wallets know a verifier by its certificate')
  const outgoing = outgoingOptions(config)
  const remote = createRemote(outgoing)
  const resolveKey = didResolver({ fetchDocument: didDocumentFetcher(remote, outgoing), now: runtime.now })
  const trust = await openIssuerTrust(runtime, trustSources(config), { resolveKey, remote })
  const lists = openStatusLists(remote, { crypto: nodeCrypto, trust: trust.statusLists })
  const verifier: Verifier = {
    sessions: runtime.sessions<VerificationSession>('verification', VERIFICATION_SCHEMA),
    signals: runtime.engine.signals('verification'),
    formats: formatRegistry([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt]),
    crypto: nodeCrypto,
    requestSigner,
    clientId: await x509HashClientId(leaf, nodeCrypto),
    trust: trust.issuers,
    holderKeys: resolveKey,
    checkStatus: statusChecker({ lists, listAnchors: trust.listAnchors, now: runtime.now }),
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
    close: [() => remote.close()],
  })
}
