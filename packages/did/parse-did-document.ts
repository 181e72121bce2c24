/**
 * A DID document that somebody served, read for its keys (DID Core 1.0 §5.2, §5.3; Controlled Identifiers §2.2). The
 * document is about the DID that was asked for or it is nothing; of its methods those count whose key can be read in one
 * way, and the others keep their reason. Services, contexts and everything else are not looked at.
 */
import { encodeBase64url } from '@countersign/core/base64url'
import { readXmlDateTime } from '@countersign/core/date-time'
import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  presentMembers,
} from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { decodeBase58btc } from './base58btc.ts'
import {
  DID_RELATIONSHIPS,
  type DidDocument,
  type DidRefusal,
  type DidRelationship,
  type VerificationMethod,
} from './did-document.ts'
import { readMultibaseKey } from './did-key.ts'

export type ParsedDidDocument = DidDocument & {
  /** Methods that are there but whose key cannot be used: their ids, and why. */
  readonly unusable: ReadonlyMap<string, string>
}

const MAX_BYTES = FETCHED.didDocument
const MAX_DEPTH = 12
const MAX_METHODS = 64
const MAX_ID_LENGTH = 2048

/** `did` is the one that was asked for; `now` in epoch seconds, for methods that expire. */
export function parseDidDocument(
  text: string,
  did: string,
  now: number,
): Result<ParsedDidDocument, DidRefusal> {
  const json = parseJsonObject(text, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH })
  if (!json.ok) return malformed(json.error.code)
  if (json.value.id !== did) return refuse({ code: 'did_document_of_another' })
  const entries = readEntries(presentMembers(json.value), did)
  if (typeof entries === 'string') return malformed(entries)
  return ok(describe(json.value, did, entries, now))
}

interface Entries {
  /** Every method of the document, embedded ones included, by its absolute id. */
  readonly methods: ReadonlyMap<string, JsonObject>
  readonly relationships: Readonly<Partial<Record<DidRelationship, readonly string[]>>>
}

/** A text says what is malformed. */
function readEntries(json: JsonObject, did: string): Entries | string {
  const methods = new Map<string, JsonObject>()
  const relationships: Partial<Record<DidRelationship, readonly string[]>> = {}
  const listed = readList(json.verificationMethod)
  if (listed === undefined || !listed.every(isJsonObject)) return 'verificationMethod'
  for (const method of listed) {
    const fault = addMethod(methods, method, did)
    if (fault !== undefined) return fault
  }
  for (const relationship of DID_RELATIONSHIPS) {
    const named = readRelationship(json[relationship], methods, did)
    if (typeof named === 'string') return named
    if (named.length > 0) relationships[relationship] = named
  }
  return methods.size > MAX_METHODS ? 'methods_too_many' : { methods, relationships }
}

/** Absent is empty; undefined for what is no list and for an endless one. */
function readList(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  if (value === undefined) return []
  return isJsonArray(value) && value.length <= MAX_METHODS ? value : undefined
}

/** The fault, if any. One id for two methods would leave open which key is meant. */
function addMethod(methods: Map<string, JsonObject>, method: JsonObject, did: string): string | undefined {
  const id = absoluteId(method.id, did)
  if (id === undefined) return 'method_id'
  if (methods.has(id)) return 'method_id_repeated'
  methods.set(id, method)
  return undefined
}

/** DID Core §5.3: a relationship names methods, or holds one that is for it alone. */
function readRelationship(
  value: JsonValue | undefined,
  methods: Map<string, JsonObject>,
  did: string,
): readonly string[] | string {
  const entries = readList(value)
  if (entries === undefined) return 'relationship'
  const ids: string[] = []
  for (const entry of entries) {
    if (isJsonObject(entry)) {
      const fault = addMethod(methods, entry, did)
      if (fault !== undefined) return fault
    }
    const id = absoluteId(isJsonObject(entry) ? entry.id : entry, did)
    if (id === undefined) return 'relationship'
    ids.push(id)
  }
  return ids
}

/** DID Core §3.2.2: a URL that starts with its fragment is relative to the document. */
function absoluteId(value: JsonValue | undefined, did: string): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_ID_LENGTH) return undefined
  if (value.startsWith('#')) return did + value
  return /^did:[a-z0-9]{1,32}:[^\s#]+#[^\s#]+$/.test(value) ? value : undefined
}

function describe(json: JsonObject, did: string, entries: Entries, now: number): ParsedDidDocument {
  const usable: VerificationMethod[] = []
  const unusable = new Map<string, string>()
  for (const [id, method] of entries.methods) {
    const read = readMethod(id, method, did, now)
    if (read.ok) usable.push(read.value)
    else unusable.set(id, read.error.reason)
  }
  const context = readList(json['@context']) ?? []
  return {
    '@context': context.filter((entry) => typeof entry === 'string'),
    id: did,
    verificationMethod: usable,
    ...entries.relationships,
    unusable,
  }
}

type KeyResult = Result<PublicJwk, { readonly reason: string }>

function readMethod(
  id: string,
  entry: JsonObject,
  did: string,
  now: number,
): Result<VerificationMethod, { readonly reason: string }> {
  const method = presentMembers(entry)
  // A key of somebody else's document, or in somebody else's hands, speaks for somebody else.
  if (!id.startsWith(`${did}#`)) return refuse({ reason: 'method_of_another' })
  if (method.controller !== did) return refuse({ reason: 'controller_differs' })
  if (method.revoked !== undefined) return refuse({ reason: 'method_revoked' })
  if (method.expires !== undefined && !(now < endOf(method.expires))) {
    return refuse({ reason: 'method_expired' })
  }
  const { type } = method
  if (typeof type !== 'string') return refuse({ reason: 'method_type_unsupported' })
  const kind = Object.hasOwn(METHOD_TYPES, type) ? METHOD_TYPES[type] : undefined
  if (kind === undefined) return refuse({ reason: 'method_type_unsupported' })
  const key = readMaterial(method)
  if (!key.ok) return key
  return kind.isKey(key.value)
    ? ok({ id, type, controller: did, publicKeyJwk: key.value })
    : refuse({ reason: 'method_type_differs' })
}

/** Controlled Identifiers §2.2: a dateTimeStamp. What is none has ended: not a number, which no time is before. */
function endOf(value: JsonValue): number {
  return readXmlDateTime(value, 'required') ?? Number.NaN
}

interface MethodType {
  readonly isKey: (key: PublicJwk) => boolean
}

const ANY_KEY: MethodType = { isKey: () => true }
const ED25519: MethodType = { isKey: (key) => key.kty === 'OKP' }

const METHOD_TYPES: Readonly<Record<string, MethodType>> = {
  JsonWebKey: ANY_KEY,
  JsonWebKey2020: ANY_KEY,
  Multikey: ANY_KEY,
  Ed25519VerificationKey2018: ED25519,
  Ed25519VerificationKey2020: ED25519,
  EcdsaSecp256k1VerificationKey2019: { isKey: (key) => key.kty === 'EC' && key.crv === 'secp256k1' },
  P256Key2021: { isKey: (key) => key.kty === 'EC' && key.crv === 'P-256' },
}

/** DID Core §5.2.1: a method has its key in one form; with two, readers could differ. */
function readMaterial(method: JsonObject): KeyResult {
  const { publicKeyJwk, publicKeyMultibase, publicKeyBase58 } = method
  const forms = [publicKeyJwk, publicKeyMultibase, publicKeyBase58].filter((form) => form !== undefined)
  if (forms.length !== 1) return refuse({ reason: forms.length === 0 ? 'key_missing' : 'key_ambiguous' })
  if (publicKeyJwk !== undefined) {
    const jwk = parsePublicJwk(publicKeyJwk)
    return jwk.ok ? jwk : refuse({ reason: jwk.error.code })
  }
  if (typeof publicKeyMultibase === 'string') return readMultibaseKey(publicKeyMultibase)
  return typeof publicKeyBase58 === 'string'
    ? readBase58Ed25519(publicKeyBase58)
    : refuse({ reason: 'key_malformed' })
}

/** The form of 2018 has the bare key; what curve it is on only its type says, and of those one is read. */
function readBase58Ed25519(text: string): KeyResult {
  const bytes = text.length > 64 ? undefined : decodeBase58btc(text)
  if (bytes?.length !== 32) return refuse({ reason: 'key_malformed' })
  const jwk = parsePublicJwk({ kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(bytes) })
  return jwk.ok ? jwk : refuse({ reason: jwk.error.code })
}

function malformed(reason: string): Result<never, DidRefusal> {
  return refuse({ code: 'did_document_malformed', reason })
}
