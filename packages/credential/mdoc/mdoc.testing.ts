/** A document, its holder and a forger for the tests of mdocs: the forger writes whatever it is told, rules or no rules. */
import { encodeBase64, encodeBase64url } from '@countersign/core/base64url'
import { ok, refuse } from '@countersign/core/result'
import { encodeCbor } from '@countersign/crypto/cbor/encode'
import { type CborInput, type CborKey, mapOf, TAG, tagged } from '@countersign/crypto/cbor/value'
import { writeCoseKey } from '@countersign/crypto/cose/key'
import { signCoseSign1 } from '@countersign/crypto/cose/sign1'
import type { Signer } from '@countersign/crypto/engine'
import { makeSigner, nodeEngine } from '@countersign/testing/engines/node-engine'
import type { IssueInput, RequestBinding, VerifyInput } from '../contract/format.ts'
import type { IssuerTrust } from '../contract/trust-port.ts'
import { signDevice } from './device-signed/device-auth.ts'
import { sessionTranscriptOf } from './device-signed/session-transcript.ts'
import { verifyMdoc } from './verify.ts'

export const NOW = 1_780_000_000
export const DOC_TYPE = 'org.iso.18013.5.1.mDL'
export const NAMESPACE = 'org.iso.18013.5.1'
export const LOCAL_NAMESPACE = 'org.iso.18013.5.1.DE'

export const CERTIFICATE = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x07)
const X5C = [encodeBase64(CERTIFICATE)]
export const issuer: Signer = { ...makeSigner('P-256', 'issuer-key'), x5c: X5C }
export const holder: Signer = makeSigner('P-256', 'holder-key')

export const BINDING: RequestBinding = {
  audience: 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk',
  nonce: 'n-0S6_WzA2Mj',
  responseUri: 'https://verifier.example/response/1',
}

export const trustIssuer: IssuerTrust = (reference) =>
  reference.x5c?.length === 1 && reference.x5c[0] === X5C[0]
    ? ok({ key: issuer.publicJwk, anchor: 'Example IACA' })
    : refuse({ code: 'no_key_reference' })

export function issueInput(changes: Partial<IssueInput> = {}): IssueInput {
  return {
    type: DOC_TYPE,
    claims: {
      [NAMESPACE]: {
        family_name: 'Mustermann',
        given_name: 'Erika',
        birth_date: '1984-01-17',
        portrait: '_9j_4AAQ',
        age_over_18: true,
        height: 169,
        driving_privileges: [{ vehicle_category_code: 'B', issue_date: '2013-04-25' }],
      },
      [LOCAL_NAMESPACE]: { given_name: 'E.', registered_at: '2024-05-01T10:00:00Z', score: 0.5, note: null },
    },
    encodings: [
      { path: [NAMESPACE, 'birth_date'], as: 'full-date' },
      { path: [NAMESPACE, 'portrait'], as: 'bytes' },
      { path: [NAMESPACE, 'driving_privileges', null, 'issue_date'], as: 'full-date' },
      { path: [LOCAL_NAMESPACE, 'registered_at'], as: 'date-time' },
    ],
    selectivelyDisclosable: [],
    holderKey: holder.publicJwk,
    signer: issuer,
    issuedAt: NOW - 100,
    expiresAt: NOW + 1000,
    statuses: [{ mechanism: 'token_status_list', uri: 'https://issuer.example/status/1', index: 7 }],
    ...changes,
  }
}

export function verifyInput(presentation: string, changes: Partial<VerifyInput> = {}): VerifyInput {
  return {
    presentation,
    binding: BINDING,
    now: NOW,
    skewSeconds: 10,
    bindingWindowSeconds: 300,
    trust: trustIssuer,
    ...changes,
  }
}

/** Members written instead of the right ones; undefined: left out. */
type Changes = Readonly<Record<string, CborInput>>

export interface ForgedItem {
  readonly namespace?: string
  readonly members?: Changes
  /** Written instead of the whole `IssuerSignedItemBytes`. */
  readonly written?: CborInput
  /** Under this id in the MSO; `digestID` of the item when absent. */
  readonly digestId?: CborKey
  readonly digest?: CborInput
}

export interface Forgery {
  readonly items?: readonly ForgedItem[]
  readonly mso?: Changes
  readonly validity?: Changes
  readonly deviceKeyInfo?: Changes
  /** Payload of `issuerAuth`, instead of the MSO. */
  readonly payload?: Uint8Array
  readonly unprotectedHeader?: ReadonlyMap<CborKey, CborInput>
  readonly protectedHeader?: ReadonlyMap<CborKey, CborInput>
  readonly issuerSigner?: Signer
  readonly issuerSigned?: Changes
  readonly deviceNameSpaces?: CborInput
  /** Of which document type the device signs. */
  readonly deviceDocType?: string
  readonly deviceSigner?: Signer
  readonly deviceAuth?: CborInput
  readonly deviceSigned?: Changes
  readonly document?: Changes
  readonly response?: Changes
  readonly documents?: (document: CborInput) => CborInput
  readonly transcript?: CborInput
}

/** A presentation that is in order except for what the forgery says. */
export async function forge(forgery: Forgery = {}): Promise<string> {
  const deviceNameSpaces = forgery.deviceNameSpaces ?? embedded(new Map())
  const statement = { docType: forgery.deviceDocType ?? DOC_TYPE, deviceNameSpaces }
  const transcript = forgery.transcript ?? (await transcriptOf(BINDING))
  const deviceSignature = await signDevice(statement, transcript, forgery.deviceSigner ?? holder)
  const document = members(
    {
      docType: DOC_TYPE,
      issuerSigned: await forgeIssuerSigned(forgery),
      deviceSigned: members(
        {
          nameSpaces: deviceNameSpaces,
          deviceAuth: forgery.deviceAuth ?? mapOf({ deviceSignature }),
        },
        forgery.deviceSigned,
      ),
    },
    forgery.document,
  )
  const documents = forgery.documents?.(document) ?? [document]
  return encodeBase64url(encodeCbor(members({ version: '1.0', documents, status: 0 }, forgery.response)))
}

/** The same as a credential. */
export async function forgeCredential(forgery: Forgery = {}): Promise<string> {
  return encodeBase64url(encodeCbor(await forgeIssuerSigned(forgery)))
}

async function forgeIssuerSigned(forgery: Forgery): Promise<CborInput> {
  const items = (forgery.items ?? [{}]).map(writeItem)
  const nameSpaces = group(items.map(({ namespace, written }) => [namespace, written]))
  const payload = forgery.payload ?? encodeCbor(embedded(await forgeMso(forgery, items)))
  const issuerAuth = await signCoseSign1(
    {
      protectedHeader: forgery.protectedHeader ?? new Map(),
      unprotectedHeader: forgery.unprotectedHeader ?? new Map([[33, CERTIFICATE]]),
      payload,
    },
    forgery.issuerSigner ?? issuer,
  )
  return members({ nameSpaces, issuerAuth }, forgery.issuerSigned)
}

async function forgeMso(forgery: Forgery, items: readonly WrittenItem[]): Promise<CborInput> {
  const digests: [string, [CborKey, CborInput]][] = []
  for (const { namespace, id, written, digest } of items) {
    digests.push([namespace, [id, digest ?? (await nodeEngine.digest('sha-256', encodeCbor(written)))]])
  }
  const time = (text: string) => tagged(TAG.dateTime, text)
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '')
  return members(
    {
      version: '1.0',
      digestAlgorithm: 'SHA-256',
      valueDigests: new Map(
        Array.from(group(digests), ([namespace, entries]) => [namespace, new Map(entries)] as const),
      ),
      deviceKeyInfo: members({ deviceKey: writeCoseKey(holder.publicJwk) }, forgery.deviceKeyInfo),
      docType: DOC_TYPE,
      validityInfo: members(
        { signed: time(iso(NOW - 100)), validFrom: time(iso(NOW - 100)), validUntil: time(iso(NOW + 1000)) },
        forgery.validity,
      ),
    },
    forgery.mso,
  )
}

interface WrittenItem {
  readonly namespace: string
  readonly written: CborInput
  readonly id: CborKey
  readonly digest?: CborInput
}

function writeItem({
  namespace = NAMESPACE,
  digest,
  digestId,
  members: changes,
  written,
}: ForgedItem): WrittenItem {
  const item = members(
    {
      digestID: 0,
      random: new Uint8Array(16).fill(7),
      elementIdentifier: 'given_name',
      elementValue: 'Erika',
    },
    changes,
  )
  const { digestID: id = 0 } = { ...changes }
  return {
    namespace,
    written: written ?? embedded(item),
    id: digestId ?? (typeof id === 'number' ? id : 0),
    digest,
  }
}

export function embedded(value: CborInput): CborInput {
  return tagged(TAG.embedded, encodeCbor(value))
}

export async function transcriptOf(binding: RequestBinding): Promise<CborInput> {
  const transcript = await sessionTranscriptOf(binding, nodeEngine)
  if (!transcript.ok) throw new Error(transcript.error.code)
  return transcript.value
}

export async function verified(forgery: Forgery = {}, changes: Partial<VerifyInput> = {}) {
  return verifyMdoc(verifyInput(await forge(forgery), changes), nodeEngine)
}

/** Names and reasons of the checks that did not pass. */
export async function faults(forgery: Forgery = {}, changes: Partial<VerifyInput> = {}) {
  const { checks } = await verified(forgery, changes)
  return checks.filter(({ outcome }) => outcome !== 'passed').map(({ name, detail }) => `${name}: ${detail}`)
}

function members(right: Changes, changes: Changes = {}): CborInput {
  const entries = Object.entries({ ...right, ...changes })
  return new Map(entries.filter(([name, value]) => value !== undefined || !Object.hasOwn(changes, name)))
}

function group<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const [name, value] of entries) groups.set(name, [...(groups.get(name) ?? []), value])
  return groups
}
