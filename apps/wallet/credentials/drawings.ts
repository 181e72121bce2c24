/**
 * The drawing of a card, where its type has one (draft-ietf-oauth-sd-jwt-vc §5.5.1.2): a stranger's template, with the claims in the
 * places that it has for them. Written when the card is received and kept with it as a picture is, once for each language; whoever
 * looks at the card asks nobody. A template with other bytes than the type promised is nobody's, and the card goes without.
 */
import { decodeUtf8, encodeBase64, encodeUtf8 } from '@countersign/core/base64url'
import type { JsonObject } from '@countersign/core/json'
import { bestFor, type ViewImage } from '@countersign/credential/display/credential-view'
import { checkIntegrity } from '@countersign/credential/type-metadata/integrity'
import type { ClaimMetadata, SvgTemplateReference } from '@countersign/credential/type-metadata/type-metadata'
import { within } from '@countersign/event-loop/time-limit'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { StoredCredential } from './credentials.ts'
import { findPicture, keepPicture, pathOf, pictureBytes, pictureId, WAIT_MS } from './pictures.ts'
import type { Locales } from './shown.ts'

/** How a type draws its cards. */
export interface TypeDrawings {
  /** One a language at most. */
  readonly templates: readonly DrawnIn[]
  readonly claims: readonly ClaimMetadata[]
}

export interface DrawnIn {
  readonly locale: string
  readonly template: SvgTemplateReference
}

export interface ToDraw {
  readonly credentialId: string
  readonly values: JsonObject
  readonly drawings: TypeDrawings
}

/** Of one card. */
const MAX_DRAWINGS = 5

/** Whatever goes wrong, the card has no drawing. */
export async function keepDrawings(wallet: Wallet, owned: OwnedWallet, toDraw: ToDraw): Promise<void> {
  const { templates } = toDraw.drawings
  const drawing = templates.slice(0, MAX_DRAWINGS).map((one) => keepDrawing(wallet, owned, toDraw, one))
  await within(Promise.allSettled(drawing), WAIT_MS, undefined)
}

async function keepDrawing(
  wallet: Wallet,
  owned: OwnedWallet,
  { credentialId, drawings: { claims }, values }: ToDraw,
  { locale, template }: DrawnIn,
): Promise<void> {
  const text = await templateText(wallet, template)
  if (text === undefined) return
  // With a parser for XML, which no start waits for.
  const { renderSvgTemplate } = await import('@countersign/credential/type-metadata/svg-template')
  const drawn = renderSvgTemplate(text, claims, values, [locale])
  if (!drawn.ok) return
  const id = await drawingId(wallet, credentialId, locale)
  const picture = { type: 'image/svg+xml', bytes: encodeUtf8(drawn.value) } as const
  await keepPicture(wallet, owned, { id, credentialId, picture })
}

async function templateText(
  wallet: Wallet,
  { integrity, uri }: SvgTemplateReference,
): Promise<string | undefined> {
  const bytes = await pictureBytes(wallet, uri)
  if (bytes === undefined) return undefined
  const isAsPromised = integrity === undefined || (await checkIntegrity(bytes, integrity, wallet.crypto)).ok
  return isAsPromised ? decodeUtf8(bytes) : undefined
}

/** Up to so many bytes it comes with the card: a picture that is asked for is seen a round trip later. */
const MAX_INLINE = 8_192

/**
 * In the language that the look is told in, as image data; a large one as the path where it is in this wallet. Undefined where there
 * is none.
 */
export async function drawingOf(
  wallet: Wallet,
  owned: OwnedWallet,
  { id: credentialId, look }: Pick<StoredCredential, 'id' | 'look'>,
  kept: ReadonlySet<string>,
  locales: Locales,
): Promise<ViewImage | undefined> {
  const locale = look && bestFor(look.displays, locales)?.locale
  if (locale === undefined) return undefined
  const id = await drawingId(wallet, credentialId, locale)
  const found = kept.has(id) ? await findPicture(wallet, owned, credentialId, id) : undefined
  if (found === undefined || !found.ok) return undefined
  const { bytes, type } = found.value
  const isSmall = bytes.length <= MAX_INLINE
  return { uri: isSmall ? `data:${type};base64,${encodeBase64(bytes)}` : pathOf(owned, credentialId, id) }
}

function drawingId(wallet: Wallet, credentialId: string, locale: string): Promise<string> {
  return pictureId(wallet, credentialId, 'drawing', locale)
}
