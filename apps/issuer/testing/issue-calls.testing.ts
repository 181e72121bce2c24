/** The issuer's HTTP API from the issue call to the credential, in every format, with a clock that the test turns. */

import { decodeBase64url } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { formatRegistry } from '@countersign/credential/contract/registry'
import { decodeCbor } from '@countersign/crypto/cbor/decode'
import { type CborValue, isBytes, isCborArray, isCborMap, isCborTag } from '@countersign/crypto/cbor/value'
import { decodeJws } from '@countersign/crypto/jose/jws'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { createHttpService, type HttpServiceOptions } from '@countersign/service/http/http-service'
import { newKey } from '@countersign/testing/people/keys'
import { issuerService } from '../build.ts'
import type { Issuer } from '../issuer.ts'
import { issuableTypes } from '../types/issuable-types.ts'
import { proofOfKey, type TestIssuer } from './issuer.testing.ts'

/** With every format, as in development: its signers carry certificates. */
export function withEverything({ issuer, clock }: TestIssuer): TestIssuer {
  const { now } = clock
  const key = generateSoftwareKey('ES256')
  const ca = createDevelopmentCa({ name: 'Test CA', now })
  const wish = { subject: 'Document signer', dnsNames: [], uris: [], days: 90 }
  const certificate = issueCertificate({ ca, publicJwk: softwareSigner(key).publicJwk, now, ...wish })
  const signer = softwareSigner(key, { x5c: [certificate] })
  const formats = formatRegistry(ALL_FORMATS)
  return { issuer: { ...issuer, formats, types: issuableTypes(ALL_FORMATS), signerFor: () => signer }, clock }
}

export interface CalledIssuer {
  /** An issue call: the offer's URL, or what was answered. */
  offer(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<CallAnswer>
  /** What a wallet gets for the offer: a credential for each configuration, or the error of the first that gets none. */
  receive(offerUrl: string): Promise<readonly string[] | { readonly error: string }>
  close(): Promise<void>
}

export interface CallAnswer {
  readonly status: number
  readonly text: string
}

export async function callIssuer(test: TestIssuer): Promise<CalledIssuer> {
  const service = await serve(test.issuer)
  const { app } = service
  const send = async (url: string, payload?: string | object, headers: Record<string, string> = {}) => {
    const method = payload === undefined ? 'GET' : 'POST'
    const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
    return { status: answer.statusCode, text: answer.body }
  }
  return {
    offer: async (path, body, headers = {}) => send(path, body as object, { ...headers }),
    close: () => service.close(),
    async receive(offerUrl) {
      const uri = new URL(new URL(offerUrl).searchParams.get('credential_offer_uri') ?? '')
      const offer = JSON.parse((await send(uri.pathname + uri.search)).text) as Offer
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const [[grantType, grant] = ['', {}]] = Object.entries(offer.grants)
      const code = new URLSearchParams({ grant_type: grantType, ...grant })
      const token = JSON.parse((await send('/token', code.toString(), form)).text) as TokenAnswer
      const credentials: string[] = []
      for (const configurationId of offer.credential_configuration_ids) {
        const proof = await proofOfKey(test, newKey())
        const body = { credential_configuration_id: configurationId, proofs: { jwt: [proof] } }
        const headers = { authorization: `Bearer ${token.access_token}` }
        const answer = JSON.parse((await send('/credential', body, headers)).text) as CredentialAnswer
        if (answer.error !== undefined) return { error: answer.error }
        credentials.push(...(answer.credentials ?? []).map(({ credential }) => credential))
      }
      return credentials
    },
  }
}

interface Offer {
  readonly credential_configuration_ids: readonly string[]
  readonly grants: Readonly<Record<string, Record<string, string>>>
}

interface TokenAnswer {
  readonly access_token: string
}

interface CredentialAnswer {
  readonly error?: string
  readonly credentials?: readonly { readonly credential: string }[]
}

/** An HTTP service of tests, in development mode and without a log. */
export function servedConfig({ baseUrl }: Issuer, features: HttpServiceOptions['config']['features'] = []) {
  return {
    service: 'issuer',
    mode: 'development',
    webHost: '127.0.0.1',
    webPort: 0,
    baseUrl,
    instance: 'issuer-1',
    trustedProxies: [],
    logLevel: 'silent',
    features,
  } as const satisfies HttpServiceOptions['config']
}

function serve(issuer: Issuer) {
  return createHttpService({
    ...issuerService(issuer, { displayName: 'Test' }),
    config: servedConfig(issuer),
    checks: [],
  })
}

/** What a JWT or an SD-JWT says in the open. */
export function payloadOf(credential: string): JsonObject {
  const decoded = decodeJws(credential.split('~')[0] ?? '')
  if (!decoded.ok) throw new Error(`not a credential: ${credential.slice(0, 60)}`)
  return decoded.value.payload
}

/** What an mdoc says in plain values: its MSO, and its elements with a tag written before what it is about. */
export function mdocOf(credential: string): { readonly mso: JsonObject; readonly elements: JsonObject } {
  const signed = plain(decoded(decodeBase64url(credential) ?? new Uint8Array())) as {
    issuerAuth: [unknown, unknown, { bytes: Uint8Array }]
    nameSpaces: Record<string, { elementIdentifier: string; elementValue: string }[]>
  }
  const mso = plain(decoded(signed.issuerAuth[2].bytes)) as JsonObject
  const items = Object.values(signed.nameSpaces).flat()
  return {
    mso,
    elements: Object.fromEntries(items.map((item) => [item.elementIdentifier, item.elementValue])),
  }
}

function decoded(bytes: Uint8Array): CborValue {
  const value = decodeCbor(bytes)
  if (!value.ok) throw new Error(value.error.code)
  return value.value
}

const EMBEDDED = 24

function plain(value: CborValue): unknown {
  if (isBytes(value)) return { bytes: value }
  if (isCborArray(value)) return value.items.map(plain)
  if (isCborMap(value))
    return Object.fromEntries([...value.entries].map(([name, inner]) => [String(name), plain(inner)]))
  if (!isCborTag(value)) return value
  if (value.tag === EMBEDDED && isBytes(value.content)) return plain(decoded(value.content))
  return `${value.tag}(${typeof value.content === 'string' ? value.content : '…'})`
}
