/**
 * The `@context` of a W3C credential, as far as it can be read without asking anybody (VCDM 2.0 §4.3, B.1): the base
 * context is known, embedded definitions are read, and nothing is ever fetched. Says under which names a type goes;
 * terms of contexts behind a URL stay as they are written.
 */

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRefusal } from '../contract/format.ts'
import { isUrl } from './urls.ts'

export type ModelVersion = '1.1' | '2.0'

export const BASE_CONTEXTS: Readonly<Record<ModelVersion, string>> = {
  '1.1': 'https://www.w3.org/2018/credentials/v1',
  '2.0': 'https://www.w3.org/ns/credentials/v2',
}

export interface Context {
  readonly version: ModelVersion
  /**
   * Names that a type goes under: as written, and every IRI that the known contexts turn it into. A term that no known
   * context defines stays as it is written, as OpenID4VP appendix B.1.1 wants it.
   */
  namesOf(type: string): readonly string[]
  /** False where every context is known and none defines the term. */
  mayDefine(type: string): boolean
}

export function readContext(value: JsonValue | undefined): Result<Context, FormatRefusal> {
  if (value === undefined) return refuse({ code: 'context_missing' })
  const items: readonly JsonValue[] = isJsonArray(value) ? value : [value]
  if (items.length > MAX_CONTEXTS) return refuse({ code: 'context_malformed' })
  const [base, ...further] = items
  const version = VERSIONS.find((known) => BASE_CONTEXTS[known] === base)
  if (version === undefined) return refuse({ code: 'context_base_missing' })
  const scope: Scope = { base: BASE_TERMS[version], defined: new Map(), guarded: new Map(), foreign: false }
  for (const item of further) {
    const fault = isJsonObject(item) ? readEmbedded(item, scope) : readReference(item, scope)
    if (fault !== undefined) return refuse(fault)
  }
  return ok({
    version,
    namesOf: (type) => namesOf(type, scope),
    mayDefine: (type) => scope.foreign || isUrl(type) || iriOf(type, scope) !== undefined,
  })
}

const VERSIONS: readonly ModelVersion[] = ['2.0', '1.1']
const MAX_CONTEXTS = 32
const MAX_TERMS = 1000

const CREDENTIALS = 'https://www.w3.org/2018/credentials#'
const STATUS = 'https://www.w3.org/ns/credentials/status#'
const JWT = 'https://www.iana.org/assignments/jwt#'
const JOSE = 'https://www.iana.org/assignments/jose#'

/** Terms at the top of the base contexts, which are protected: nobody may give them another meaning (§5.2, B.1). */
const BASE_TERMS: Readonly<Record<ModelVersion, ReadonlyMap<string, string>>> = {
  '1.1': new Map([
    ['id', '@id'],
    ['type', '@type'],
    ['VerifiableCredential', `${CREDENTIALS}VerifiableCredential`],
    ['VerifiablePresentation', `${CREDENTIALS}VerifiablePresentation`],
    ['proof', 'https://w3id.org/security#proof'],
  ]),
  '2.0': new Map([
    ['id', '@id'],
    ['type', '@type'],
    ['description', 'https://schema.org/description'],
    ['digestMultibase', 'https://w3id.org/security#digestMultibase'],
    ['digestSRI', `${CREDENTIALS}digestSRI`],
    ['mediaType', 'https://schema.org/encodingFormat'],
    ['name', 'https://schema.org/name'],
    ['VerifiableCredential', `${CREDENTIALS}VerifiableCredential`],
    ['EnvelopedVerifiableCredential', `${CREDENTIALS}EnvelopedVerifiableCredential`],
    ['VerifiablePresentation', `${CREDENTIALS}VerifiablePresentation`],
    ['EnvelopedVerifiablePresentation', `${CREDENTIALS}EnvelopedVerifiablePresentation`],
    ['JsonSchemaCredential', `${CREDENTIALS}JsonSchemaCredential`],
    ['JsonSchema', `${CREDENTIALS}JsonSchema`],
    ['BitstringStatusListCredential', `${STATUS}BitstringStatusListCredential`],
    ['BitstringStatusList', `${STATUS}BitstringStatusList`],
    ['BitstringStatusListEntry', `${STATUS}BitstringStatusListEntry`],
    ['DataIntegrityProof', 'https://w3id.org/security#DataIntegrityProof'],
    ...['...', '_sd', '_sd_alg', 'aud', 'cnf', 'exp', 'iat', 'nbf'].map(
      (name) => [name, JWT + name] as const,
    ),
    ...['iss', 'jku', 'kid', 'sub', 'x5u'].map((name) => [name, JOSE + name] as const),
  ]),
}

interface Scope {
  readonly base: ReadonlyMap<string, string>
  /** Terms of embedded contexts; null: expressly without a meaning. */
  readonly defined: Map<string, string | null>
  /** Definitions that a later context may only repeat. */
  readonly guarded: Map<string, string>
  vocabulary?: string | null
  /** There are contexts that we do not know. */
  foreign: boolean
}

function readReference(item: JsonValue, scope: Scope): FormatRefusal | undefined {
  if (!isUrl(item)) return { code: 'context_malformed' }
  // The base context of the other version would redefine what it shares with this one.
  if (VERSIONS.some((version) => BASE_CONTEXTS[version] === item && BASE_TERMS[version] !== scope.base)) {
    return { code: 'context_redefines_term', detail: item }
  }
  scope.foreign = true
  return undefined
}

function readEmbedded(context: JsonObject, scope: Scope): FormatRefusal | undefined {
  const entries = Object.entries(context)
  if (entries.length > MAX_TERMS) return { code: 'context_malformed' }
  for (const [term, definition] of entries) {
    if (term.startsWith('@')) continue
    const iri = readDefinition(definition)
    if (iri === undefined) return { code: 'context_malformed', detail: term }
    if (isRedefined(term, iri, definition, scope)) return { code: 'context_redefines_term', detail: term }
    scope.defined.set(term, iri === '' ? null : iri)
    if (isGuarded(context, definition)) scope.guarded.set(term, JSON.stringify(definition))
  }
  return readKeywords(context, scope)
}

function readKeywords(context: JsonObject, scope: Scope): FormatRefusal | undefined {
  const { '@vocab': vocabulary, '@import': imported } = context
  if (vocabulary !== undefined && vocabulary !== null && typeof vocabulary !== 'string') {
    return { code: 'context_malformed', detail: '@vocab' }
  }
  if (vocabulary !== undefined) scope.vocabulary = vocabulary
  if (imported !== undefined) scope.foreign = true
  return undefined
}

/** The IRI of a term definition (JSON-LD 1.1 §9.15); empty for none, undefined for a definition that is none. */
function readDefinition(definition: JsonValue): string | undefined {
  const id = isJsonObject(definition) ? (definition['@id'] ?? '') : definition
  if (id === null) return ''
  if (typeof id !== 'string' || /\s/.test(id)) return undefined
  return !id.includes(':') || isUrl(id) ? id : undefined
}

function isRedefined(term: string, iri: string, definition: JsonValue, scope: Scope): boolean {
  const meaning = scope.base.get(term)
  if (meaning !== undefined) return meaning !== iri
  const guarded = scope.guarded.get(term)
  return guarded !== undefined && guarded !== JSON.stringify(definition)
}

function isGuarded(context: JsonObject, definition: JsonValue): boolean {
  const own = isJsonObject(definition) ? definition['@protected'] : undefined
  return own === undefined ? context['@protected'] === true : own === true
}

function namesOf(type: string, scope: Scope): readonly string[] {
  const iri = iriOf(type, scope)
  return iri === undefined || iri === type ? [type] : [type, iri]
}

function iriOf(type: string, { base, defined, vocabulary }: Scope): string | undefined {
  const known = base.get(type) ?? defined.get(type)
  if (known === null) return undefined
  if (known !== undefined) return known
  return typeof vocabulary === 'string' ? vocabulary + type : undefined
}
