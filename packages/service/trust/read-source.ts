/**
 * One source of trust as it is now: the bytes that an operator named, read and judged. Says what it holds, how much of it can be
 * used, and until when; knows nothing of what it held before but the number of that issue.
 */
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { anchorsOfFile, pinsOfFile, type TrustFile } from '@countersign/trust/certificate-files'
import { type ChainRefusal, chainTrust } from '@countersign/trust/chain-trust'
import type { ListExpectation } from '@countersign/trust/lists/list-freshness'
import { readListOfTrustedEntities } from '@countersign/trust/lists/list-of-trusted-entities'
import { EU_SERVICE_RULES, publicAttestationRules } from '@countersign/trust/lists/service-rules'
import { readVical, vicalSignerTrust } from '@countersign/trust/lists/vical'
import type { TrustList, TrustScope } from '@countersign/trust/trust-anchor'
import { reasonOf } from '@countersign/trust/unusable-certificate'
import { kindOf, type TrustSource, type TrustSourceKind } from '../config/trust.ts'
import type { Remote, RemoteRefusal } from '../outgoing/guarded-client.ts'

/** A source whose contents can change: all but names of issuers. */
export interface ReadableSource {
  readonly source: TrustSource
  readonly kind: Exclude<TrustSourceKind, 'issuer'>
  /** File or URL, for the operator alone. */
  readonly place: string
}

export interface SourceContents {
  readonly list: TrustList
  /** Entries that can be used, and why others cannot, with how many there are of each. */
  readonly usable: number
  readonly unusable: ReadonlyMap<string, number>
  /** Epoch seconds; absent for files of certificates, and for lists that do not say. */
  readonly issuedAt?: number | undefined
  readonly nextUpdate?: number | undefined
  readonly issue?: number | undefined
  /** Whom the signature of a list leads to. */
  readonly signedBy?: string | undefined
}

/** The issue that was used before. */
export type Before = Pick<ListExpectation, 'lastIssue' | 'lastIssuedAt'>

/** A code for everybody, and what an operator needs beside it. */
export interface SourceRefusal {
  readonly code: string
  readonly place: string
  readonly detail?: string | undefined
}

export function readableSources(sources: readonly TrustSource[]): readonly (ReadableSource | undefined)[] {
  return sources.map((source) => {
    const kind = kindOf(source)
    return kind === 'issuer' ? undefined : { source, kind, place: source[kind] ?? '' }
  })
}

export function isFetched({ kind }: ReadableSource): boolean {
  return kind === 'vicalUrl' || kind === 'listUrl'
}

/** What a source is read from. */
export interface SourceBytes {
  readonly bytes: Uint8Array
  /** Whose signature counts; empty where nobody signs. */
  readonly signerBytes: Uint8Array
  /** The same for the same bytes. */
  readonly fingerprint: string
}

export async function fetchSource(
  readable: ReadableSource,
  remote: Pick<Remote, 'request'>,
): Promise<Result<SourceBytes, SourceRefusal>> {
  const { place, source } = readable
  const signer = source.signerFile === undefined ? ok(new Uint8Array()) : await fileBytes(source.signerFile)
  if (!signer.ok) return signer
  const bytes = isFetched(readable) ? await urlBytes(place, remote) : await fileBytes(place)
  if (!bytes.ok) return bytes
  const fingerprint = `${hash('sha256', bytes.value)} ${hash('sha256', signer.value)}`
  return ok({ bytes: bytes.value, signerBytes: signer.value, fingerprint })
}

async function fileBytes(place: string): Promise<Result<Uint8Array, SourceRefusal>> {
  try {
    return ok(await readFile(place))
  } catch {
    return refuse({ code: 'file_unreadable', place })
  }
}

async function urlBytes(
  url: string,
  remote: Pick<Remote, 'request'>,
): Promise<Result<Uint8Array, SourceRefusal>> {
  const answer = await remote.request({
    purpose: 'trust_list',
    method: 'GET',
    url,
    headers: { accept: '*/*' },
    maxBytes: FETCHED.trustList,
  })
  if (!answer.ok) return refuse({ code: answer.error.code, place: url, detail: detailOfRemote(answer.error) })
  const { bytes, status } = answer.value
  return status === 200 ? ok(bytes) : refuse({ code: `status_${status}`, place: url })
}

function detailOfRemote(error: RemoteRefusal): string | undefined {
  if (error.code === 'response_too_large') return `limit ${error.maxBytes} bytes`
  return 'reason' in error ? error.reason : undefined
}

export async function readSource(
  readable: ReadableSource,
  fetched: SourceBytes,
  before: Before,
  now: number,
): Promise<Result<SourceContents, SourceRefusal>> {
  const { kind, place, source } = readable
  const expectation = { ...before, now, crypto: nodeCrypto }
  switch (kind) {
    case 'anchorsFile':
      return certificatesOf(anchorsOfFile(fetched.bytes, scopeOf(source, place)), place)
    case 'pinsFile':
      return certificatesOf(pinsOfFile(fetched.bytes, scopeOf(source, place)), place)
    case 'vicalFile':
    case 'vicalUrl':
      return vicalOf(source, fetched, place, expectation)
    case 'listFile':
    case 'listUrl':
      return entitiesOf(source, fetched, place, expectation)
  }
}

function scopeOf(source: TrustSource, place: string): TrustScope {
  const { bindIssuer, bindJurisdiction, documentSignerUsages, formats, name, purposes, types } = source
  return { source: place, name, types, formats, purposes, bindIssuer, bindJurisdiction, documentSignerUsages }
}

function certificatesOf(
  read: Result<TrustFile, ReadRefusal>,
  place: string,
): Result<SourceContents, SourceRefusal> {
  if (!read.ok) return refused(place, read.error)
  const { list, skipped, usable } = read.value
  const reasons = skipped.map((one) => ({ reason: reasonOf(one, `certificate ${one.index + 1}`) }))
  return ok({ list, usable, unusable: counted(reasons) })
}

type Expectation = ListExpectation & { readonly crypto: typeof nodeCrypto }

async function vicalOf(
  { bindJurisdiction, documentSignerUsages, signerFile = '' }: TrustSource,
  { bytes, signerBytes }: SourceBytes,
  place: string,
  expectation: Expectation,
): Promise<Result<SourceContents, SourceRefusal>> {
  const signers = signersOf(signerBytes, signerFile)
  if (!signers.ok) return signers
  const options = { bindJurisdiction, documentSignerUsages, ...expectation }
  const read = await readVical(bytes, { ...options, signers: vicalSignerTrust(signers.value, nodeCrypto) })
  return read.ok ? ok(contentsOf(read.value)) : refused(place, read.error)
}

async function entitiesOf(
  { bindIssuer, bindJurisdiction, documentSignerUsages, listType, signerFile = '', types = [] }: TrustSource,
  { bytes, signerBytes }: SourceBytes,
  place: string,
  expectation: Expectation,
): Promise<Result<SourceContents, SourceRefusal>> {
  const list = signersOf(signerBytes, signerFile)
  if (!list.ok) return list
  const read = await readListOfTrustedEntities(Buffer.from(bytes).toString('utf8'), {
    ...expectation,
    signers: chainTrust({ list: list.value, crypto: nodeCrypto }),
    rules: [...EU_SERVICE_RULES, ...publicAttestationRules(types)],
    listType,
    bindIssuer,
    bindJurisdiction,
    documentSignerUsages,
  })
  return read.ok ? ok(contentsOf(read.value)) : refused(place, read.error)
}

function signersOf(bytes: Uint8Array, place: string): Result<TrustList, SourceRefusal> {
  const read = pinsOfFile(bytes, { source: place, purposes: ['trust_list'] })
  return read.ok ? ok(read.value.list) : refused(place, read.error)
}

interface ReadList extends Omit<SourceContents, 'usable' | 'unusable'> {
  readonly skipped: readonly Skipped[]
}

function contentsOf({ list, issue, issuedAt, nextUpdate, signedBy, skipped }: ReadList): SourceContents {
  const usable = list.anchors.length + list.pins.length
  return { list, usable, unusable: counted(skipped), issue, issuedAt, nextUpdate, signedBy }
}

interface Skipped {
  readonly reason: string
  readonly member?: string | undefined
}

function counted(skipped: readonly Skipped[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { reason, member } of skipped) {
    const why = member === undefined ? reason : `${reason} (${member})`
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  return counts
}

/** What readers of certificates and lists refuse, with the facts that help to mend it. */
interface ReadRefusal {
  readonly code: string
  readonly index?: number
  readonly subject?: string | undefined
  readonly key?: string | undefined
  readonly extension?: string | undefined
  readonly reason?: string
  readonly version?: string
  readonly listType?: string
  readonly cause?: ChainRefusal
}

function refused(place: string, error: ReadRefusal): Result<never, SourceRefusal> {
  return refuse({ code: error.code, place, detail: detailOf(error) })
}

function detailOf({ cause, listType, reason, version, ...certificate }: ReadRefusal): string | undefined {
  if (cause !== undefined)
    return cause.code === 'untrusted' ? `${cause.reason}, signed by ${cause.leaf.subject.text}` : cause.code
  const { extension, index, key, subject } = certificate
  if (index === undefined) return reason ?? version ?? listType
  const facts = [`certificate ${index + 1}`, subject, key, extension && `extension ${extension}`]
  return facts.filter((fact) => fact !== undefined).join(', ')
}

/** For the operator. */
export function sentenceOf({ code, detail, place }: SourceRefusal): string {
  if (code === 'file_unreadable') return `${place} cannot be read: is it there, and may this user read it?`
  return `${place} cannot be used: ${code}${detail === undefined ? '' : ` (${detail})`}`
}
