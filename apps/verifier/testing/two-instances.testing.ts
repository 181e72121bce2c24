/**
 * Two instances of a verifier on one store, over HTTP as wallets and relying parties meet them, and whoever else has a part in a
 * verification: issuers who are believed, with their chains and status lists, and holders.
 */
import { defined, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import type {
  ClaimPath,
  HolderBinding,
  IssueInput,
  RequestBinding,
} from '@countersign/credential/contract/format'
import { formatRegistry } from '@countersign/credential/contract/registry'
import type { Signer } from '@countersign/crypto/engine'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { joseJwe } from '@countersign/keys/engines/jwe'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { softwareSigner } from '@countersign/keys/signers/software-key'
import { clientOf, PROVABLE_PREFIX_NAMES } from '@countersign/protocol/openid4vp/request/client-id'
import type { AnswerParameters, Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import {
  type ResponseModeName,
  responseModeNamed,
} from '@countersign/protocol/openid4vp/response/response-modes'
import type { VerificationSession } from '@countersign/protocol/openid4vp/session'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { readStatusLists } from '@countersign/status-list/open-status-list'
import type { FetchedStatusList, StatusListRefusal } from '@countersign/status-list/status-list'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { issueAs, type Kind, named } from '@countersign/testing/forging/credential-kinds'
import { forgeJws } from '@countersign/testing/forging/jws'
import { type ListFacts, mechanismOf } from '@countersign/testing/forging/status-lists'
import { documentSignerUnder, iaca } from '@countersign/testing/people/authorities'
import { type Authority, newAuthority } from '@countersign/testing/people/authority'
import { newKey } from '@countersign/testing/people/keys'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust, statusListTrust } from '@countersign/trust/issuer-trust'
import { type Certificate, parseX5cEntry } from '@countersign/x509/certificate'
import type { Policy } from '../policies/policy.ts'
import { POLICIES } from '../policies/policy-list.ts'
import { statusChecker } from '../response/status-checker.ts'
import type { Verifier, VerifierClients } from '../verifier.ts'
import { chainBelow, type IntermediateChain } from './intermediate-chain.testing.ts'
import { type Asking, HOST, type Instance, type Sent, WAYS } from './response-ways.testing.ts'
import { serveVerifier } from './served.testing.ts'
import { started, testVerifier } from './verifier.testing.ts'

/** They stand in no certificate, address or name of a claim. */
export const GIVEN_NAME = 'Zebrastripe'
export const FAMILY_NAME = 'Quaggafoal'

export interface TwoInstances {
  readonly here: Instance
  readonly there: Instance
  /** Epoch seconds. */
  readonly now: number
  /** Of both; a test may turn it, and turns it back. */
  readonly clock: { now: number }
  /** Of issuers and status lists; believed. */
  readonly authority: Authority
  /** The same, for lists and issuers that are others'. */
  readonly neighbour: Authority
  /** A believed root with an authority between it and the issuer. */
  readonly chain: IntermediateChain
  /** Signs what is believed. */
  issuerOf(kind: Kind): Signer
  /** A signer in good order under an authority that nobody here has heard of. */
  strangerFor(kind: Kind): Signer
  /** Answers at its own address from now on; the address, with the name of the entry 0. */
  publish(kind: Kind, facts?: Partial<ListFacts>): Promise<string>
  close(): Promise<void>
}

const NOW = 1_780_000_000
const YEAR = 365 * 86_400

export async function twoInstances(policies: readonly Policy[] = POLICIES): Promise<TwoInstances> {
  const authority = newAuthority('Authority', NOW)
  const neighbour = newAuthority('Neighbour', NOW)
  const chain = await chainBelow('Root above', NOW)
  const documents = await documentIssuer('Documents')
  const keys = {
    issuerKey: authority.vouchFor({ name: 'Issuer', dnsNames: ['issuer.example'] }),
    documentKey: documents.signer,
  }
  const strangers = {
    issuerKey: newAuthority('Authority of a stranger', NOW).vouchFor({ dnsNames: ['stranger.example'] }),
    documentKey: (await documentIssuer('Documents of a stranger')).signer,
  }
  const anchors = [
    { certificate: certificateOf(authority.certificate), name: 'Authority' },
    { certificate: certificateOf(neighbour.certificate), name: 'Neighbour' },
    { certificate: chain.root, name: 'Root above' },
    { certificate: documents.root, name: 'Documents' },
  ]
  const chains = chainTrust({ list: { anchors, pins: [] }, crypto: nodeCrypto })
  const lists = publishedLists()
  const requestSigner = authority.vouchFor({ name: 'Verifier', dnsNames: [HOST] })
  const made = await testVerifier(ALL_FORMATS, {
    clock: { now: NOW },
    trust: issuerTrust(chains),
    policies,
    requestSigner,
    clients: await everyClient(requestSigner),
    checkStatus: statusChecker({
      formats: formatRegistry(ALL_FORMATS),
      listAnchors: () => [],
      lists: readStatusLists(lists.ask, {
        trust: statusListTrust(chains),
        crypto: nodeCrypto,
        compression: nodeCompression,
      }),
      now: () => NOW,
    }),
  })
  const instances = [await opened(made.verifier), await opened(made.another())] as const
  const [here, there] = instances
  const issuerOf = (kind: Kind) => kind.trustedKey(keys)
  return {
    here,
    there,
    now: NOW,
    clock: made.clock,
    authority,
    neighbour,
    chain,
    issuerOf,
    strangerFor: (kind) => kind.trustedKey(strangers),
    publish: (kind, facts = {}) => lists.publish(kind, { signer: issuerOf(kind), ...facts }),
    close: async () => {
      await Promise.all(instances.map(({ http }) => http.close()))
    },
  }
}

/** ISO/IEC 18013-5 annex B. */
async function documentIssuer(
  name: string,
): Promise<{ readonly root: Certificate; readonly signer: Signer }> {
  const root = await iaca(name, { notBefore: NOW - YEAR, notAfter: NOW + 5 * YEAR })
  const { jwk, made } = await documentSignerUnder(root, { notBefore: NOW - 86_400, notAfter: NOW + YEAR })
  return { root: root.made.parsed, signer: softwareSigner(jwk, { x5c: [made.certificate] }) }
}

function certificateOf(entry: string): Certificate {
  const parsed = parseX5cEntry(entry)
  if (!parsed.ok) throw new Error(parsed.error.code)
  return parsed.value
}

/** Whoever a verifier can show itself to be, with all that there is to show. */
async function everyClient(signer: Signer): Promise<VerifierClients> {
  const claims = {
    iss: 'https://attester.example',
    sub: HOST,
    exp: NOW + YEAR,
    cnf: { jwk: signer.publicJwk },
  }
  const means = {
    signer,
    host: HOST,
    crypto: nodeCrypto,
    registeredId: 'the-shop',
    attestation: await forgeJws({ typ: 'verifier-attestation+jwt', alg: 'ES256' }, claims, newKey()),
    now: () => NOW,
  }
  const clients = await Promise.all(
    PROVABLE_PREFIX_NAMES.map(async (name) => {
      const client = await clientOf(name, means)
      if (!client.ok) throw new Error(`${name}: ${client.error.code}`)
      return [name, client.value] as const
    }),
  )
  return new Map(clients)
}

async function opened(verifier: Verifier): Promise<Instance> {
  const service = await serveVerifier({ verifier }, { baseUrl: `https://${HOST}` })
  return { verifier, http: service.app }
}

function publishedLists() {
  const contents = new Map<string, FetchedStatusList>()
  let count = 0
  return {
    ask: (uri: string): Result<FetchedStatusList, StatusListRefusal> => {
      const found = contents.get(uri)
      return found === undefined ? refuse({ code: 'list_unreachable' }) : ok(found)
    },
    publish: async (kind: Kind, facts: Omit<ListFacts, 'uri'> & Partial<ListFacts>) => {
      count += 1
      const at = `https://issuer.example/status/${count}`
      const period = { issuedAt: NOW - 10, expiresAt: NOW + 3600 }
      const { content, type } = await mechanismOf(kind).write({ uri: at, ...period, ...facts })
      contents.set(at, { mediaType: type, body: Buffer.from(content), fetchedAt: NOW })
      return at
    },
  }
}

export interface Asked {
  readonly stage: TwoInstances
  readonly kind: Kind
  readonly mode: ResponseModeName
  readonly session: VerificationSession
  /** What the verifier signed. */
  readonly payload: JsonObject
  /** What a proof of the holder has to cover. */
  readonly binding: RequestBinding
  /** The parameters as they travel in this mode; and these as they are sent. */
  write(answer: JsonObject): Promise<Form>
  body(form: Form): Sent
}

/** A session begun at one instance, its request fetched at the other. */
export async function asked(
  stage: TwoInstances,
  kind: Kind,
  mode: ResponseModeName,
  asking: Asking = {},
): Promise<Asked> {
  const way = WAYS[mode]
  const dcqlQuery = { credentials: [kind.query] }
  const session = await started(stage.here.verifier, {
    dcqlQuery,
    responseMode: mode,
    clientIdPrefix: 'x509_hash',
    ...way.asking,
    ...asking,
  })
  const text = await way.fetch(stage.there, session)
  const decoded = decodeJws(text, { maxLength: 65_536 })
  if (!decoded.ok) throw new Error(`${decoded.error.code}: ${text}`)
  const { payload } = decoded.value
  const ports = { crypto: nodeCrypto, jwe: joseJwe }
  const entry = responseModeNamed(mode)
  const read = await entry.readRequest(payload, 'https_only', { ...ports, caller: way.caller })
  if (!read.ok) throw new Error(read.error.code)
  const { clientId: audience, nonce } = session
  return {
    stage,
    kind,
    mode,
    session,
    payload,
    binding: { audience, nonce, ...entry.bindingOf(read.value) },
    // Also what no wallet writes: a shape of any kind is written as it is.
    write: (answer) => Promise.resolve(entry.writeAnswer(answer as AnswerParameters, read.value, ports)),
    body: way.body,
  }
}

/** In good order but for what is given. */
export function issued(
  { kind, stage }: Pick<Asked, 'kind' | 'stage'>,
  more: Partial<IssueInput> = {},
  holder: Signer = newKey(),
): Promise<Held> {
  const { signer = stage.issuerOf(kind), ...rest } = more
  const times = { issuedAt: stage.now - 60, expiresAt: stage.now + 86_400 }
  return issueAs(named(kind, GIVEN_NAME, FAMILY_NAME), signer, { ...times, ...rest }, holder)
}

export interface Shown {
  readonly held?: Held
  readonly disclose?: readonly ClaimPath[] | undefined
  /** Of the proof. */
  readonly bound?: Partial<HolderBinding>
}

/** The holder's presentation for a request, in good order but for what is given. */
export async function shown(request: Asked, { bound, disclose, held }: Shown = {}): Promise<string> {
  const { binding, kind, stage } = request
  const { credential, holder } = held ?? (await issued(request))
  const input = {
    credential,
    disclose: disclose ?? kind.paths,
    binding: defined({ ...binding, signer: holder, issuedAt: stage.now, ...bound }) as HolderBinding,
  }
  const made = await kind.codec.present(input, nodeCrypto)
  if (!made.ok) throw new Error(`${kind.format}: ${JSON.stringify(made.error)}`)
  return made.value
}

/** One presentation for the one query. */
export function answerOf(request: Asked, presentation: JsonValue): JsonObject {
  return { ...stateOf(request), vp_token: { asked: [presentation] } }
}

/** Where the request has one. */
export function stateOf({ payload: { state } }: Pick<Asked, 'payload'>): JsonObject {
  return state === undefined ? {} : { state }
}
