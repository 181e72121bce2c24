/**
 * `transaction_data` of a request (OpenID4VP 1.0 §5.1, §8.4): what the holder is to authorise beside showing who he is. Read in
 * the same way at both ends, and all or nothing: what is not understood whole is not authorised.
 */
import { decodeTextBase64url, encodeTextBase64url } from '@countersign/core/base64url'
import { isJsonArray, type JsonObject, type JsonValue, parseJsonObject } from '@countersign/core/json'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { FormatRegistry } from '@countersign/credential/contract/registry'
import {
  acceptsHash,
  isHashList,
  TRANSACTION_HASHES,
} from '@countersign/credential/contract/transaction-hashes'
import type { RefusalAt } from '../dcql/bounded-json.ts'
import type { DcqlQuery } from '../dcql/query.ts'
import { findMemberFault, type MemberFault } from './find-member-fault.ts'
import type { TransactionType, TransactionTypes } from './transaction-type.ts'

export interface TransactionEntry {
  /** As it travels, which is what is hashed (appendix B.3.3.1). */
  readonly text: string
  readonly type: TransactionType
  /** Credential queries, one of which authorises it. */
  readonly credentialIds: readonly string[]
  /** What the type says that it has. */
  readonly members: JsonObject
}

/** `at`: the entry, and where in it. */
export type TransactionDataFault =
  | MemberFault
  | (RefusalAt<'entries_wrong' | 'entries_too_large'> & { readonly max: number })
  | RefusalAt<'entry_unreadable' | 'entry_repeated'>
  | (RefusalAt<'type_unknown'> & { readonly type: string })
  | RefusalAt<'credential_ids_wrong' | 'credential_unknown' | 'credential_unbound'>
  | (RefusalAt<'format_cannot_confirm'> & { readonly format: string })
  /** None of those that are asked for, or none that all entries for one credential have in common. */
  | RefusalAt<'hash_unsupported'>
  /** The query can be answered without any of the credentials that authorise it. */
  | RefusalAt<'avoidable'>

export interface TransactionRules {
  readonly types: TransactionTypes
  readonly formats: FormatRegistry
}

export const TRANSACTION_LIMITS = {
  entries: 10,
  /** Characters of all entries as they travel: a request object has room for them. */
  characters: 32_000,
} as const

const PLACE = 'transaction_data'

/** As it travels: written once, since another text of the same is another hash. */
export function writeTransactionEntry(entry: JsonObject): string {
  return encodeTextBase64url(JSON.stringify(entry))
}

export function readTransactionData(
  value: JsonValue,
  query: DcqlQuery,
  rules: TransactionRules,
): Result<readonly TransactionEntry[], TransactionDataFault> {
  const { characters, entries: max } = TRANSACTION_LIMITS
  const texts = textsIn(value)
  if (texts === undefined) return refuse({ code: 'entries_wrong', at: PLACE, max })
  if (texts.reduce((sum, text) => sum + text.length, 0) > characters)
    return refuse({ code: 'entries_too_large', at: PLACE, max: characters })
  const entries: TransactionEntry[] = []
  for (const [index, text] of texts.entries()) {
    const at = `${PLACE}[${index}]`
    if (texts.indexOf(text) !== index) return refuse({ code: 'entry_repeated', at })
    const entry = readEntry(text, at, query, rules)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  const fault = findHashFault(entries)
  return fault === undefined ? ok(entries) : refuse(fault)
}

function textsIn(value: JsonValue): readonly string[] | undefined {
  if (!isJsonArray(value) || value.length === 0 || value.length > TRANSACTION_LIMITS.entries) return undefined
  return value.every((entry) => typeof entry === 'string') ? value : undefined
}

function readEntry(
  text: string,
  at: string,
  query: DcqlQuery,
  rules: TransactionRules,
): Result<TransactionEntry, TransactionDataFault> {
  const entry = decodeEntry(text)
  if (entry === undefined) return refuse({ code: 'entry_unreadable', at })
  const { credential_ids: ids, transaction_data_hashes_alg: hashes, type: name, ...members } = entry
  if (typeof name !== 'string') return refuse({ code: 'member_missing', at: `${at}.type` })
  const type = rules.types.get(name)
  if (type === undefined) return refuse({ code: 'type_unknown', at: `${at}.type`, type: name.slice(0, 100) })
  if (!isTexts(ids)) return refuse({ code: 'credential_ids_wrong', at: `${at}.credential_ids` })
  const fault =
    findCredentialFault(ids, `${at}.credential_ids`, query, rules) ??
    findMemberFault(members, type.fields, at)
  if (fault !== undefined) return refuse(fault)
  if (!isHashList(hashes)) return refuse({ code: 'hash_unsupported', at })
  if (!isUnavoidable(ids, query)) return refuse({ code: 'avoidable', at: `${at}.credential_ids` })
  return ok({ text, type, credentialIds: ids, members })
}

function decodeEntry(text: string): JsonObject | undefined {
  const decoded = decodeTextBase64url(text)
  const parsed = decoded === undefined ? undefined : parseJsonObject(decoded, { exactNumbers: true })
  return parsed?.ok === true ? parsed.value : undefined
}

function isTexts(value: JsonValue | undefined): value is readonly string[] {
  if (!isJsonArray(value) || value.length === 0) return false
  return value.every((entry) => typeof entry === 'string') && new Set(value).size === value.length
}

function findCredentialFault(
  ids: readonly string[],
  at: string,
  { credentials }: DcqlQuery,
  { formats }: TransactionRules,
): TransactionDataFault | undefined {
  for (const id of ids) {
    const asked = credentials.find((credential) => credential.id === id)
    if (asked === undefined) return { code: 'credential_unknown', at }
    // Appendix B.3.3: there is no proof of the holder's that could say anything.
    if (!asked.requireHolderBinding) return { code: 'credential_unbound', at }
    if (formats.get(asked.format)?.confirmsTransactions !== true)
      return { code: 'format_cannot_confirm', at, format: asked.format.slice(0, 60) }
  }
  return undefined
}

/** However the query is answered, one of the credentials is there. */
function isUnavoidable(ids: readonly string[], { credentialSets }: DcqlQuery): boolean {
  if (credentialSets === undefined) return true
  return credentialSets.some(
    ({ options, required }) => required && options.every((option) => option.some((id) => ids.includes(id))),
  )
}

/** One proof has one algorithm for all that it confirms. */
function findHashFault(entries: readonly TransactionEntry[]): TransactionDataFault | undefined {
  const ids = new Set(entries.flatMap(({ credentialIds }) => credentialIds))
  for (const id of ids) {
    const named = entries.filter(({ credentialIds }) => credentialIds.includes(id)).map(hashesOf)
    const common = TRANSACTION_HASHES.some((hash) => named.every((names) => acceptsHash(names, hash)))
    if (!common) return { code: 'hash_unsupported', at: `${PLACE}, for ${id}` }
  }
  return undefined
}

function hashesOf({ text }: TransactionEntry): readonly string[] | undefined {
  const { transaction_data_hashes_alg: hashes } = openTransactionEntry(text)
  return isHashList(hashes) ? hashes : undefined
}

/** An entry that was read before. Throws for any other. */
export function openTransactionEntry(text: string): JsonObject {
  const entry = decodeEntry(text)
  if (entry === undefined) throw new Error('an entry of transaction data cannot be read that was taken')
  return entry
}

export function credentialIdsOf(text: string): readonly string[] {
  const { credential_ids: ids } = openTransactionEntry(text)
  if (!isTexts(ids)) throw new Error('an entry of transaction data was taken that names no credential')
  return ids
}

/** §5.1: of several one authorises it, and never two: the first that is presented. */
export function authorisingQuery(
  credentialIds: readonly string[],
  presented: ReadonlySet<string>,
): string | undefined {
  return credentialIds.find((id) => presented.has(id))
}
