/**
 * How the type of a credential wants to look (SD-JWT VC §5), asked for when the credential is received, and once for a few
 * minutes. It goes before what the
 * issuer says, since it is the same for everybody who issues the type. Who writes a hash into the credential wants it checked:
 * metadata with other bytes are nobody's, and the card is a neutral one.
 */
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import type { HeldCredential } from '@countersign/credential/contract/format'
import type { TypeLook } from '@countersign/credential/display/credential-view'
import {
  type ResolvedType,
  resolveType,
  type TypeMetadataSource,
} from '@countersign/credential/type-metadata/resolve'
import { templateFor } from '@countersign/credential/type-metadata/template-for'
import { typeLookOf } from '@countersign/credential/type-metadata/type-look'
import { within } from '@countersign/event-loop/time-limit'
import type { KeptLook } from '../credentials/credentials.ts'
import type { TypeDrawings } from '../credentials/drawings.ts'
import { limitedLook } from '../credentials/issuer-display.ts'
import type { Wallet } from '../wallet.ts'

/** How long somebody waits in front of the wallet for it. */
const WAIT_MS = 1_500

export interface ReceivedLook {
  readonly look: KeptLook | undefined
  readonly drawings: TypeDrawings
}

const NO_DRAWINGS: TypeDrawings = { templates: [], claims: [] }

/** `issuers`: what the issuer's own metadata said. */
export async function lookFor(
  wallet: Wallet,
  { claims, type }: Pick<HeldCredential, 'claims' | 'type'>,
  issuers: KeptLook | undefined,
): Promise<ReceivedLook> {
  if (claims['vct'] !== type) return { look: issuers, drawings: NO_DRAWINGS }
  const { 'vct#integrity': integrity } = claims
  const asked = { vct: type, ...(typeof integrity === 'string' && { integrity }) }
  const resolved = await within(resolvedType(wallet, asked), WAIT_MS, undefined)
  if (resolved?.ok === true)
    return { look: combined(typeLookOf(resolved.value), issuers), drawings: drawingsOf(resolved.value) }
  const isForged = resolved?.error.code.startsWith('integrity_') === true
  const neutral = { displays: [], claims: [], receivedFrom: issuers?.receivedFrom }
  return { look: isForged ? neutral : issuers, drawings: NO_DRAWINGS }
}

async function resolvedType(
  wallet: Wallet,
  asked: Parameters<typeof resolveType>[0],
): ReturnType<typeof resolveType> {
  const { typeLooks } = wallet
  const { integrity, vct } = asked
  const known = typeLooks.find(vct, integrity, wallet.now())
  if (known !== undefined) return ok(known)
  const resolved = await resolveType(asked, sourceOf(wallet), wallet.crypto)
  if (resolved.ok) typeLooks.keep(vct, integrity, wallet.now(), resolved.value)
  return resolved
}

function drawingsOf({ claims, display }: ResolvedType): TypeDrawings {
  const templates = display.flatMap((one) => {
    const template = templateFor(one)
    return template === undefined ? [] : [{ locale: one.locale, template }]
  })
  return { templates, claims }
}

/** Of each part what the type says of it, else what the issuer says. */
function combined({ claims, displays }: TypeLook, issuers: KeptLook | undefined): KeptLook | undefined {
  const look = limitedLook({
    displays: displays.length > 0 ? displays : (issuers?.displays ?? []),
    claims: claims.length > 0 ? claims : (issuers?.claims ?? []),
  })
  return look === undefined ? issuers : { ...look, receivedFrom: issuers?.receivedFrom }
}

/** §6.3: at the address that the type is called by, or in the repository that this deployment asks. */
function sourceOf({ httpPolicy, outgoing, repositoryUrl }: Wallet): TypeMetadataSource {
  return async (vct) => {
    const isAddress = /^https:\/\//i.test(vct) || (httpPolicy === 'any' && /^http:\/\//i.test(vct))
    const inRepository = repositoryUrl && `${repositoryUrl}/api/type-metadata?vct=${encodeURIComponent(vct)}`
    const url = isAddress ? vct : inRepository
    return url === undefined ? unavailable('nobody_to_ask') : bytesAt(outgoing, url)
  }
}

async function bytesAt(
  outgoing: Wallet['outgoing'],
  url: string,
): Promise<Awaited<ReturnType<TypeMetadataSource>>> {
  const answer = await outgoing.get(url, 'application/json', FETCHED.typeMetadata)
  if (!answer.ok) return unavailable(answer.error.code)
  const { bytes, status } = answer.value
  return status === 200 ? ok(bytes) : unavailable(`status_${status}`)
}

function unavailable(
  reason: string,
): Result<never, { readonly code: 'type_metadata_unavailable'; readonly reason: string }> {
  return refuse({ code: 'type_metadata_unavailable', reason })
}
