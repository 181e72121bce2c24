/**
 * What can be known of an issuer before a credential of it is there. Offers and metadata are not signed, so either a source of
 * trust knows issuers by their address, or the issuer shows a certificate beside its keys (SD-JWT VC §4, RFC 7517 §4.7) that
 * leads to an anchor and names the very address that it was fetched from. That says whose address it is; who signed a credential
 * is asked again when it is there. Nobody is asked but the issuer, which gets requests of this wallet anyway.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core/json'
import { FETCHED } from '@countersign/core/size-limits'
import type { IssuerKeyReference, TrustedKey } from '@countersign/credential/contract/trust-port'
import type { OfferedConfiguration } from '@countersign/protocol/openid4vci/metadata/read-metadata'
import { namesIssuer } from '@countersign/trust/issuer-name'
import { parseX5cEntry } from '@countersign/x509/certificate'
import type { ShownTrust } from '../credentials/shown.ts'
import { readJsonAnswer } from '../outgoing-client.ts'
import type { TrustedIssuers, Wallet } from '../wallet.ts'

type Question = Pick<IssuerKeyReference, 'format' | 'credentialType' | 'signerProfile'>

const UNKNOWN: ShownTrust = { trusted: false, reason: 'not_known_by_address' }

/** Every credential of the offer has to be one that the source believes this issuer. */
export async function issuerTrustBefore(
  wallet: Wallet,
  issuer: string,
  configurations: readonly OfferedConfiguration[],
): Promise<ShownTrust> {
  const { issuers } = wallet
  if (issuers === undefined) return { trusted: false, reason: 'no_trusted_issuers_configured' }
  const questions = configurations.flatMap((configuration) => questionOf(wallet, configuration))
  const judge = { issuers, issuer, questions, now: wallet.now() }
  const byAddress = await knownAs(judge, {})
  if (byAddress !== undefined) return shown(byAddress)
  const x5c = await shownChain(wallet, issuer)
  // Issuers of mdocs sign with certificates that name no address (ISO/IEC 18013-5 annex B).
  const ofAddress = questions.filter(({ signerProfile }) => signerProfile === 'jose')
  if (x5c === undefined || !names(x5c, issuer)) return UNKNOWN
  const byChain = await knownAs({ ...judge, questions: ofAddress }, { x5c })
  return byChain === undefined ? UNKNOWN : shown({ ...byChain, issuer })
}

function questionOf({ formats }: Wallet, { format: id, type }: OfferedConfiguration): readonly Question[] {
  const format = formats.get(id)
  if (format === undefined || type === undefined) return []
  return [{ format: format.id, credentialType: type, signerProfile: format.signerProfile }]
}

/** A certificate of somebody else, fetched from here, says nothing of this address. */
function names([leaf = '']: readonly string[], issuer: string): boolean {
  const certificate = parseX5cEntry(leaf)
  return certificate.ok && namesIssuer(certificate.value, issuer)
}

interface Judging {
  readonly issuers: TrustedIssuers
  readonly issuer: string
  readonly questions: readonly Question[]
  readonly now: number
}

/** The answer to the first question; undefined where one of them is answered with no. */
async function knownAs(
  { issuer, issuers, now, questions }: Judging,
  key: Pick<IssuerKeyReference, 'x5c'>,
): Promise<TrustedKey | undefined> {
  let first: TrustedKey | undefined
  for (const question of questions) {
    const found = await issuers.trust(
      { ...question, ...key, purpose: 'issuer', algorithm: 'ES256', issuer },
      now,
    )
    if (!found.ok) return undefined
    first ??= found.value
  }
  return first
}

/** The chain beside the first key that has one; whatever goes wrong, there is none. */
async function shownChain(wallet: Wallet, issuer: string): Promise<readonly string[] | undefined> {
  const { origin, pathname } = new URL(issuer)
  const url = `${origin}/.well-known/jwt-vc-issuer${pathname.replace(/\/$/, '')}`
  const answer = await wallet.outgoing.get(url, 'application/json', FETCHED.issuerKeys)
  if (!answer.ok || answer.value.status !== 200) return undefined
  const document = readJsonAnswer(answer.value, url, FETCHED.issuerKeys)
  if (!document.ok || document.value['issuer'] !== issuer) return undefined
  return keysIn(document.value)
    .map(chainOf)
    .find((chain) => chain !== undefined)
}

const MAX_KEYS = 20

function keysIn({ jwks }: JsonObject): readonly JsonValue[] {
  const keys = isJsonObject(jwks) ? jwks['keys'] : undefined
  return isJsonArray(keys) ? keys.slice(0, MAX_KEYS) : []
}

function chainOf(key: JsonValue): readonly string[] | undefined {
  const x5c = isJsonObject(key) ? key['x5c'] : undefined
  return isJsonArray(x5c) && x5c.length > 0 && x5c.every((entry) => typeof entry === 'string')
    ? x5c
    : undefined
}

function shown({ anchor, issuer, source }: TrustedKey): ShownTrust {
  return { trusted: true, name: issuer, anchor, source }
}
