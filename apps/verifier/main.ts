/** Opens what the verifier stands on, as its configuration says, and starts it. */
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { type FormatRegistry, formatRegistry } from '@countersign/credential/contract/registry'
import { coreHpke } from '@countersign/keys/engines/hpke'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import {
  type ClientIdUnproven,
  clientOf,
  PROVABLE_PREFIX_NAMES,
  type ProvablePrefixName,
  type VerifierClient,
} from '@countersign/protocol/openid4vp/request/client-id'
import { type OpenTrust, openIssuerTrust } from '@countersign/service/compose/believed-issuers'
import { configuredCallbacks } from '@countersign/service/compose/callbacks'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { textOfFile } from '@countersign/service/compose/configured-file'
import { managementTokenJudges } from '@countersign/service/compose/management-tokens'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { openOutgoing } from '@countersign/service/compose/outgoing'
import { openedOn, type RunningService, runService } from '@countersign/service/compose/run-service'
import { openRuntime, type Runtime } from '@countersign/service/compose/runtime'
import { openServiceSigner } from '@countersign/service/compose/service-signers'
import type { Config } from '@countersign/service/config/load'
import { trustSettings } from '@countersign/service/config/trust'
import { StartRefused } from '@countersign/service/operation/start-refused'
import { openStatusLists } from '@countersign/service/outgoing/kept-status-lists'
import { buildVerifier, type VerifierPorts, verifierService } from './build.ts'
import { verifierShape } from './config.ts'
import type { OwnDid, OwnDidRefusal } from './own-did.ts'
import { policiesAsking } from './policies/policy-list.ts'
import { statusChecker } from './response/status-checker.ts'

type VerifierConfig = Config<typeof verifierShape>

export async function startVerifier(start: ServiceStart, formats = ALL_FORMATS): Promise<RunningService> {
  const config = await configure({ service: 'verifier', extra: verifierShape }, start)
  const runtime = await openRuntime(config, verifierShape, start)
  const { checks, judges, ...ports } = await openedOn(runtime, () =>
    openPorts(runtime, config, formatRegistry(formats)),
  )
  const service = verifierService(buildVerifier({ ...ports, formats }, config))
  return runService(runtime, { ...service, judges }, checks)
}

type OpenedPorts = Omit<VerifierPorts, 'formats'> &
  Pick<OpenTrust, 'checks'> & { readonly judges: Awaited<ReturnType<typeof managementTokenJudges>> }

async function openPorts(
  runtime: Runtime,
  config: VerifierConfig,
  formats: FormatRegistry,
): Promise<OpenedPorts> {
  const { deployment, stores, now } = runtime
  const identity = await openClientIdentity(runtime, config)
  const outgoing = openOutgoing(runtime, config)
  const { remote, resolveKey } = outgoing
  const trust = await openIssuerTrust(runtime, trustSettings(config), { formats, resolveKey, remote })
  const lists = openStatusLists(remote, {
    crypto: nodeCrypto,
    compression: nodeCompression,
    trust: trust.statusLists,
    losses: trust.losses,
  })
  return {
    checks: trust.checks,
    judges: await managementTokenJudges(runtime, outgoing, config),
    stores,
    sealing: deployment.sealing,
    crypto: nodeCrypto,
    hpke: coreHpke,
    jwe: joseJwe,
    ...identity,
    policies: policiesAsking(remote),
    callbacks: configuredCallbacks(runtime, outgoing, config),
    trust: trust.issuers,
    trustLists: trust.lists,
    holderKeys: resolveKey,
    checkStatus: statusChecker({ formats, lists, listAnchors: trust.listAnchors, now }),
    now,
  }
}

const UNPROVEN: Readonly<Record<ClientIdUnproven['code'], (host: string, reason: string) => string>> = {
  certificate_missing: () => 'requestSigningCertFile is needed: wallets know a verifier by its certificate',
  certificate_without_host: (host) =>
    `the certificate in requestSigningCertFile does not name ${host}, the host of baseUrl, as a DNS name: clientIdPrefix x509_san_dns needs that`,
  registration_missing: () => 'registeredClientId is needed: clientIdPrefix pre-registered goes by it',
  attestation_missing: () =>
    'verifierAttestationFile is needed: clientIdPrefix verifier_attestation goes by it',
  attestation_unusable: (_, reason) => `verifierAttestationFile is of no use: ${reason}`,
}

/** Wallets know a verifier by what it can show, for the key that signs its requests: a certificate, an attestation, a DID. */
async function openClientIdentity(
  runtime: Runtime,
  config: VerifierConfig,
): Promise<Pick<VerifierPorts, 'requestSigner' | 'clients' | 'didDocument'>> {
  const requestSigner = await openServiceSigner(runtime, {
    purpose: 'verifier-request',
    setting: 'requestSigning',
    key: config.requestSigningKey,
    keyFile: config.requestSigningKeyFile,
    certificateFile: config.requestSigningCertFile,
  })
  const { registeredClientId: registeredId, verifierAttestationFile: file } = config
  const host = new URL(config.baseUrl).hostname
  const attestation = file && textOfFile(file).trim()
  const did = await openOwnDid(config, requestSigner)
  const means = {
    signer: requestSigner,
    did,
    host,
    crypto: nodeCrypto,
    registeredId,
    attestation,
    now: runtime.now,
  }
  const clients = new Map<ProvablePrefixName, VerifierClient>()
  for (const name of PROVABLE_PREFIX_NAMES) {
    const client = await clientOf(name, means)
    if (client.ok) clients.set(name, client.value)
    // What was configured is wanted; what was not is not missed.
    else if (name === config.clientIdPrefix || client.error.code === 'attestation_unusable')
      throw new StartRefused(unproven(client.error, host))
  }
  return { requestSigner, clients, didDocument: did?.document }
}

async function openOwnDid(
  { baseUrl, verifierDid }: VerifierConfig,
  signer: VerifierPorts['requestSigner'],
): Promise<OwnDid | undefined> {
  if (verifierDid === undefined) return undefined
  // Loaded where somebody has one.
  const { ownDid } = await import('./own-did.ts')
  const own = await ownDid(verifierDid, baseUrl, signer, nodeCrypto)
  if (!own.ok) throw new StartRefused(didSentence(own.error, baseUrl))
  return own.value
}

function didSentence(refusal: OwnDidRefusal, baseUrl: string): string {
  if (refusal.code === 'did_malformed') return 'verifierDid is no did:web that leads anywhere'
  const { here } = refusal
  return here === undefined
    ? `verifierDid cannot lead to ${baseUrl}: a did:web names a domain and a plain path`
    : `verifierDid does not lead to ${baseUrl}, where its document is served: that is ${here}`
}

function unproven(error: ClientIdUnproven, host: string): string {
  return UNPROVEN[error.code](host, 'reason' in error ? error.reason : '')
}
