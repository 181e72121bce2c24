/**
 * API keys: made, found good, listed and deleted. A key is `csk_<id>_<secret>`: it is found by its id, and is 256 random bits beside
 * it. An id that nobody has costs the same comparison as a secret that is wrong.
 */
import { timingSafeEqual } from 'node:crypto'
import type { ApiKeyBody } from '@countersign/api/api-keys'
import { encodeBase64url } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { ManagementCaller } from '../http/access.ts'
import type { JudgedCaller } from '../http/callers/caller-judge.ts'
import {
  type ApiKeyRow,
  type ApiKeyShelf,
  countKeys,
  findKey,
  hashOfKey,
  insertKey,
  MOST_KEYS,
  noteUse,
  readScopes,
  writeScopes,
} from './stored-keys.ts'

export type MakingRefusal =
  /** Nobody gives what he does not have. */
  | { readonly code: 'scopes_beyond_own'; readonly scopes: readonly string[] }
  | { readonly code: 'keys_too_many'; readonly most: number }

export interface MadeKey {
  readonly key: string
  readonly row: ApiKeyRow
}

const ID_BYTES = 10
const SECRET_BYTES = 32
const FORM = /^csk_([0-9a-f]{20})_[A-Za-z0-9_-]{43}$/

export async function makeKey(
  shelf: ApiKeyShelf,
  { expiresInSeconds, name, scopes }: ApiKeyBody,
  maker: ManagementCaller | undefined,
): Promise<Result<MadeKey, MakingRefusal>> {
  const beyond = scopes.filter((scope) => !(maker?.scopes === 'every' || maker?.scopes.has(scope)))
  if (beyond.length > 0) return refuse({ code: 'scopes_beyond_own', scopes: beyond })
  if ((await countKeys(shelf)) >= MOST_KEYS) return refuse({ code: 'keys_too_many', most: MOST_KEYS })
  const now = Math.floor(shelf.now())
  const id = Buffer.from(shelf.randomBytes(ID_BYTES)).toString('hex')
  const key = `csk_${id}_${encodeBase64url(shelf.randomBytes(SECRET_BYTES))}`
  const rights = {
    scopes: writeScopes(scopes),
    expires_at: expiresInSeconds === undefined ? null : now + expiresInSeconds,
  }
  const row = {
    id,
    name,
    ...rights,
    hash: await hashOfKey(shelf, key, rights),
    created_at: now,
    created_by: maker?.name ?? null,
    last_used_at: null,
  }
  await insertKey(shelf, row)
  return ok({ key, row })
}

/** In place of the hash of a key that is not there. */
const NOBODYS_HASH = encodeBase64url(new Uint8Array(32))

/** Undefined for a key that is not, or not any more. `onFault` hears where its use could not be written down. */
export async function judgeKey(
  shelf: ApiKeyShelf,
  key: string,
  onFault: (error: unknown) => void,
): Promise<JudgedCaller | undefined> {
  const [, id = ''] = FORM.exec(key) ?? []
  const row = await findKey(shelf, id)
  const hash = await hashOfKey(shelf, key, row ?? { scopes: '[]', expires_at: null })
  if (!isSame(hash, row?.hash ?? NOBODYS_HASH) || row === undefined) return undefined
  const endsInSeconds = row.expires_at === null ? undefined : row.expires_at - shelf.now()
  if (endsInSeconds !== undefined && endsInSeconds <= 0) return undefined
  // Nobody waits for it.
  noteUse(shelf, row).catch(onFault)
  return {
    caller: { id: `api-key ${id}`, name: `${row.name} (csk_${id})`, scopes: new Set(readScopes(row.scopes)) },
    endsInSeconds,
  }
}

function isSame(hash: string, kept: string): boolean {
  const [one, other] = [Buffer.from(hash), Buffer.from(kept)]
  return one.length === other.length && timingSafeEqual(one, other)
}
