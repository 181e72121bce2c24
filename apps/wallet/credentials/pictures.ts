/**
 * What is drawn on a card: its logo here, the whole of it in `drawings.ts`. A picture is fetched once, by this service and when the card is received, and kept with it: nobody learns when a holder
 * looks at a card, and a page loads pictures from its own origin alone. What is fetched is somebody else's: it is judged before it
 * is kept, and one that cannot be had is no reason for anything.
 */
import { decodeBase64, encodeBase64, encodeUtf8 } from '@countersign/core/base64url'
import { ok, type Result, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import { bestFor, type ViewImage } from '@countersign/credential/display/credential-view'
import type { Picture, PictureType } from '@countersign/credential/display/picture'
import { within } from '@countersign/event-loop/time-limit'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { StoredCredential } from './credentials.ts'
import type { Locales } from './shown.ts'

/** How long somebody waits in front of the wallet for pictures. One that comes later is there the next time. */
export const WAIT_MS = 1_500
/** Of one credential: one a language. */
const MAX_LOGOS = 5

/** Those that are not kept yet. Whatever goes wrong, the card has no logo. */
export async function keepLogos(
  wallet: Wallet,
  owned: OwnedWallet,
  credentials: readonly StoredCredential[],
): Promise<void> {
  const quietly = keepMissing(wallet, owned, credentials).catch(() => undefined)
  await within(quietly, WAIT_MS, undefined)
}

async function keepMissing(
  wallet: Wallet,
  owned: OwnedWallet,
  credentials: readonly StoredCredential[],
): Promise<void> {
  const logos = credentials.flatMap((credential) => logosOf(credential).map((uri) => ({ credential, uri })))
  if (logos.length === 0) return
  const kept = await keptPictures(wallet, owned)
  const keeping = logos.map(async ({ credential, uri }) => {
    const id = await pictureId(wallet, credential.id, uri)
    const picture = kept.has(id) ? undefined : await fetchPicture(wallet, uri)
    if (picture !== undefined) await keepPicture(wallet, owned, { id, credentialId: credential.id, picture })
  })
  await Promise.allSettled(keeping)
}

/** Ids of all pictures of a wallet. */
export async function keptPictures({ database }: Wallet, owned: OwnedWallet): Promise<ReadonlySet<string>> {
  const rows = await database.db
    .selectFrom('pictures')
    .select('id')
    .where('wallet_id', '=', owned.id)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Where the logo is in this wallet, as a path; undefined where none is kept. */
export async function logoOf(
  wallet: Wallet,
  owned: OwnedWallet,
  { id: credentialId, look }: Pick<StoredCredential, 'id' | 'look'>,
  kept: ReadonlySet<string>,
  locales: Locales,
): Promise<ViewImage | undefined> {
  const logo = look && bestFor(look.displays, locales)?.logo
  if (logo === undefined) return undefined
  const id = await pictureId(wallet, credentialId, logo.uri)
  return kept.has(id) ? { uri: pathOf(owned, credentialId, id), altText: logo.altText } : undefined
}

/** Where a picture is in this service. */
export function pathOf(owned: OwnedWallet, credentialId: string, id: string): string {
  return `/wallet-api/wallet/${owned.id}/credentials/${encodeURIComponent(credentialId)}/pictures/${id}`
}

export interface PictureUnknown {
  readonly code: 'picture_unknown'
}

export async function findPicture(
  { columns, database }: Wallet,
  owned: OwnedWallet,
  credentialId: string,
  id: string,
): Promise<Result<Picture, PictureUnknown>> {
  const row = await database.db
    .selectFrom('pictures')
    .selectAll()
    .where('id', '=', id)
    .where('wallet_id', '=', owned.id)
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
  if (row === undefined) return refuse({ code: 'picture_unknown' })
  const { type, data } = JSON.parse(columns.open(['pictures', id, 'content'], row.content_sealed)) as Kept
  return ok({ type, bytes: decodeBase64(data) ?? new Uint8Array() })
}

interface Kept {
  readonly type: PictureType
  /** Base64. */
  readonly data: string
}

function logosOf({ look }: StoredCredential): readonly string[] {
  const uris = look?.displays.flatMap(({ logo }) => (logo === undefined ? [] : [logo.uri])) ?? []
  return [...new Set(uris)].slice(0, MAX_LOGOS)
}

async function fetchPicture(wallet: Wallet, uri: string): Promise<Picture | undefined> {
  const bytes = await pictureBytes(wallet, uri)
  if (bytes === undefined) return undefined
  // With a parser for XML, which no start waits for.
  const { readPicture } = await import('@countersign/credential/display/picture')
  return readPicture(bytes)
}

/** Nobody's word is taken for what they are. Undefined where they cannot be had, or are too many. */
export async function pictureBytes(wallet: Wallet, uri: string): Promise<Uint8Array | undefined> {
  const bytes = uri.startsWith('data:') ? dataIn(uri) : await bytesAt(wallet, uri)
  return bytes !== undefined && bytes.length <= FETCHED.logo ? bytes : undefined
}

async function bytesAt({ outgoing }: Wallet, uri: string): Promise<Uint8Array | undefined> {
  const answer = await outgoing.get(uri, 'image/*', FETCHED.logo)
  return answer.ok && answer.value.status === 200 ? answer.value.bytes : undefined
}

/** RFC 2397. */
function dataIn(uri: string): Uint8Array | undefined {
  const [, base64, data = ''] = /^data:[^,;]*(?:;(?!base64,)[^,;]*)*(;base64)?,(.*)$/is.exec(uri) ?? []
  if (base64 !== undefined) return decodeBase64(data)
  try {
    return encodeUtf8(decodeURIComponent(data))
  } catch {
    return undefined
  }
}

export async function keepPicture(
  { columns, database, now }: Wallet,
  owned: OwnedWallet,
  {
    credentialId,
    id,
    picture,
  }: { readonly id: string; readonly credentialId: string; readonly picture: Picture },
): Promise<void> {
  const content: Kept = { type: picture.type, data: encodeBase64(picture.bytes) }
  await database.db
    .insertInto('pictures')
    .values({
      id,
      wallet_id: owned.id,
      credential_id: credentialId,
      content_sealed: columns.seal(['pictures', id, 'content'], JSON.stringify(content)),
      created_at: now(),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** The same picture on another card is another one. `what`: how it is known, an address for one. */
export function pictureId({ columns }: Wallet, credentialId: string, ...what: string[]): Promise<string> {
  return columns.hash('picture', JSON.stringify([credentialId, ...what]))
}
