/**
 * The disclosures of a held SD-JWT, as the API shows them and as callers pick them: a text for each, joined with `~`.
 * A credential of a format without disclosures has none.
 */

import { ok, type Result, refuse } from '@countersign/core/result'
import type { ClaimPath } from '@countersign/credential/contract/format'
import { AS_ISSUED } from '@countersign/credential/contract/showable-claims'
import { readSdJwt } from '@countersign/credential/sd-jwt/read'
import type { Wallet } from '../wallet.ts'
import type { StoredCredential } from './credentials.ts'

export interface SplitDocument {
  /** What the issuer signed, without disclosures. */
  readonly document: string
  readonly disclosures?: string
}

export interface DisclosureUnknown {
  readonly code: 'disclosure_unknown'
  readonly credentialId: string
}

/** Takes `<JWT>~<disclosure>~…~` apart (RFC 9901 §4). */
export function splitDocument(content: string): SplitDocument {
  const [document = '', ...rest] = content.split('~')
  const disclosures = rest.filter((text) => text !== '').join('~')
  return disclosures === '' ? { document } : { document, disclosures }
}

/** Where the values of the given disclosures stand: what to disclose beside what the query asks for. */
export async function pathsOfDisclosures(
  { crypto }: Wallet,
  credential: StoredCredential,
  picked: readonly string[],
): Promise<Result<readonly ClaimPath[], DisclosureUnknown>> {
  if (picked.length === 0) return ok([])
  const read = await readSdJwt(credential.content, () => false, crypto, AS_ISSUED)
  const unknown = refuse({ code: 'disclosure_unknown', credentialId: credential.id } as const)
  if (!read.ok) return unknown
  const { disclosures, placements } = read.value
  const positions = picked.map((text) => disclosures.indexOf(text))
  if (positions.includes(-1)) return unknown
  return ok(placements.filter(({ index }) => positions.includes(index)).map(({ path }) => path))
}
