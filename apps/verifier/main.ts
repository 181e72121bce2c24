/** Puts the verifier together. */

import { formatRegistry } from '@countersign/credential/contract/registry'
import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt, vcSdJwt } from '@countersign/credential/w3c-vc/format'
import { didResolver } from '@countersign/did/did-resolver'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { clientIdOf } from '@countersign/protocol/openid4vp/request/client-id'
import { openIssuerTrust } from '@countersign/service/compose/believed-issuers'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { observedRemote } from '@countersign/service/compose/observed'
import {
  openRuntime,
  openSigner,
  type RunningService,
  runService,
} from '@countersign/service/compose/runtime'
import { outgoingOptions } from '@countersign/service/config/outgoing'
import { trustSources } from '@countersign/service/config/trust'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { didDocumentFetcher } from '@countersign/service/outgoing/did-documents'
import { createRemote } from '@countersign/service/outgoing/guarded-client'
import { openStatusLists } from '@countersign/service/outgoing/kept-status-lists'
import { verifierShape } from './config.ts'
import { verifierRoutes } from './http/routes.ts'
import { POLICIES } from './policies/policy-list.ts'
import { statusChecker } from './response/status-checker.ts'
import { type StoredVerification, VERIFICATION_SCHEMA, verificationStore } from './verification-store.ts'
import type { Verifier } from './verifier.ts'

export async function startVerifier(start: ServiceStart): Promise<RunningService> {
  const config = await configure({ service: 'verifier', defaultPort: 7003, extra: verifierShape }, start)
  const runtime = await openRuntime(config)
  const requestSigner = await openSigner(runtime, {
    purpose: 'verifier-request',
    key: config.requestSigningKey,
    keyFile: config.requestSigningKeyFile,
    certificateFile: config.requestSigningCertFile,
  })
  const clientId = await clientIdOf(config.clientIdPrefix, requestSigner, nodeCrypto)
  if (!clientId.ok)
    throw new StartRefused('requestSigningCertFile is needed: wallets know a verifier by its certificate')
  const outgoing = outgoingOptions(config)
  const remote = observedRemote(createRemote(outgoing), runtime.metrics)
  const resolveKey = didResolver({ fetchDocument: didDocumentFetcher(remote, outgoing), now: runtime.now })
  const trust = await openIssuerTrust(runtime, trustSources(config), { resolveKey, remote })
  const lists = openStatusLists(remote, {
    crypto: nodeCrypto,
    compression: nodeCompression,
    trust: trust.statusLists,
  })
  const { sessions, ...ports } = runtime.sessionPorts<StoredVerification>('verification', VERIFICATION_SCHEMA)
  const verifier: Verifier = {
    ...ports,
    sessions: verificationStore(sessions),
    formats: formatRegistry([sdJwtVc, mdoc, jwtVcJson, vcJwt, vcSdJwt]),
    crypto: nodeCrypto,
    requestSigner,
    clientId: clientId.value,
    policies: POLICIES,
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
