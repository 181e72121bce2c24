/**
 * The metadata of a type with everything that it extends (draft-ietf-oauth-sd-jwt-vc §5.4): the chain is followed to its
 * end, every document must name the type it was asked for and have the promised bytes, and an extension may add and
 * tighten but never relax. Where documents come from is the caller's: a function that fetches.
 */
import { decodeUtf8 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import type { Awaitable, CryptoEngine } from '@countersign/crypto/engine'
import { checkIntegrity, type IntegrityRefusal } from './integrity.ts'
import {
  type ClaimMetadata,
  MAX_TYPE_METADATA_BYTES,
  parseTypeMetadata,
  type TypeMetadata,
  type TypeMetadataRefusal,
} from './type-metadata.ts'

/** The document of a type as bytes, or why there is none. Follows no redirect to where it would not fetch itself. */
export type TypeMetadataSource = (
  vct: string,
) => Awaitable<Result<Uint8Array, { readonly code: 'type_metadata_unavailable'; readonly reason: string }>>

/** A type with all that it inherits; the most particular first. */
export interface ResolvedType {
  readonly vct: string
  /** The type and those that it extends, in that order. */
  readonly types: readonly string[]
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly display: TypeMetadata['display']
  readonly claims: readonly ClaimMetadata[]
}

/** `vct`: the type in the chain that it speaks of. */
export type ResolveRefusal = { readonly vct: string } & (
  | { readonly code: 'type_metadata_unavailable'; readonly reason: string }
  | { readonly code: 'type_metadata_too_large' }
  | TypeMetadataRefusal
  | IntegrityRefusal
  | { readonly code: 'type_differs'; readonly found: string }
  | { readonly code: 'extends_circular' }
  | { readonly code: 'extends_too_deep' }
  /** `path` as JSON: the claim whose rule an extension relaxes. */
  | { readonly code: 'extension_relaxes'; readonly path: string }
)

/** §7.4: nobody extends this often. */
const MAX_CHAIN = 8

/** `integrity`: `vct#integrity` of the credential, where it has one. */
export async function resolveType(
  input: { readonly vct: string; readonly integrity?: string },
  source: TypeMetadataSource,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Result<ResolvedType, ResolveRefusal>> {
  const chain: TypeMetadata[] = []
  let next: { vct: string; integrity?: string | undefined } | undefined = input
  while (next !== undefined) {
    const { vct } = next
    if (chain.some((document) => document.vct === vct)) return refuse({ code: 'extends_circular', vct })
    if (chain.length === MAX_CHAIN) return refuse({ code: 'extends_too_deep', vct })
    const read = await readDocument(vct, next.integrity, source, crypto)
    if (!read.ok) return read
    chain.push(read.value)
    next = parentOf(read.value)
  }
  return combine(chain)
}

function parentOf({ extends: parent, extendsIntegrity: integrity }: TypeMetadata) {
  return parent === undefined ? undefined : { vct: parent, integrity }
}

async function readDocument(
  vct: string,
  integrity: string | undefined,
  source: TypeMetadataSource,
  crypto: Pick<CryptoEngine, 'digest'>,
): Promise<Result<TypeMetadata, ResolveRefusal>> {
  const fetched = await source(vct)
  if (!fetched.ok) return refuse({ ...fetched.error, vct })
  const bytes = fetched.value
  if (bytes.length > MAX_TYPE_METADATA_BYTES) return refuse({ code: 'type_metadata_too_large', vct })
  const whole = integrity === undefined ? ok(undefined) : await checkIntegrity(bytes, integrity, crypto)
  if (!whole.ok) return refuse({ ...whole.error, vct })
  const text = decodeUtf8(bytes)
  if (text === undefined) return refuse({ code: 'type_metadata_malformed', at: 'utf8', vct })
  const parsed = parseTypeMetadata(text)
  if (!parsed.ok) return refuse({ ...parsed.error, vct })
  // §5.3: a document speaks for the type that it names and for no other.
  if (parsed.value.vct !== vct) return refuse({ code: 'type_differs', found: parsed.value.vct, vct })
  return parsed
}

function combine(chain: readonly TypeMetadata[]): Result<ResolvedType, ResolveRefusal> {
  const [own] = chain
  if (own === undefined) throw new Error('a chain has its own type at least')
  let claims: readonly ClaimMetadata[] = []
  for (const { claims: added, vct } of chain.toReversed()) {
    const extended = extendClaims(claims, added)
    if (!extended.ok) return refuse({ code: 'extension_relaxes', path: extended.error, vct })
    claims = extended.value
  }
  const name = chain.find((document) => document.name !== undefined)?.name
  const description = chain.find((document) => document.description !== undefined)?.description
  return ok({
    vct: own.vct,
    types: chain.map((document) => document.vct),
    name,
    description,
    // §5.5: the display of the most particular type that has one.
    display: chain.find((document) => document.display.length > 0)?.display ?? [],
    claims,
  })
}

/** §5.6.5: what is said of a claim again replaces what was said, but its rules stay at least as strict. */
function extendClaims(
  inherited: readonly ClaimMetadata[],
  added: readonly ClaimMetadata[],
): Result<readonly ClaimMetadata[], string> {
  const byPath = new Map(inherited.map((claim) => [JSON.stringify(claim.path), claim]))
  for (const claim of added) {
    const path = JSON.stringify(claim.path)
    const before = byPath.get(path)
    if (before !== undefined && relaxes(before, claim)) return refuse(path)
    byPath.set(
      path,
      before === undefined || claim.display.length > 0 ? claim : { ...claim, display: before.display },
    )
  }
  return ok([...byPath.values()])
}

function relaxes(before: ClaimMetadata, after: ClaimMetadata): boolean {
  if (before.mandatory && !after.mandatory) return true
  return before.sd !== 'allowed' && after.sd !== before.sd
}
