/**
 * Presents a held credential (RFC 9901 §7.2): the disclosures that the asked claims need, no more, and a key-binding
 * JWT over exactly the text that is sent (§4.3). A path that names nothing in the credential is refused instead of
 * ignored, because the verifier would not get what was agreed to.
 */
import { type ConcretePath, onSameBranch, resolveClaimPath } from '../claim-path.ts'
import type { CryptoEngine } from '../crypto.ts'
import type { FormatRefusal, JsonObject, PresentInput } from '../format.ts'
import { sameKey } from '../jwk.ts'
import { signJws } from '../jws.ts'
import { ok, type Result, refuse } from '../result.ts'
import { readSdJwtVc, type SdJwtVc } from './read.ts'
import { KEY_BINDING_TYP, MAX_DEPTH, MAX_DISCLOSURES } from './reserved.ts'

export async function presentSdJwtVc(
  input: PresentInput,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const read = await readSdJwtVc(input.credential, crypto)
  if (!read.ok) return read
  if (read.value.keyBinding !== undefined) return refuse({ code: 'kb_jwt_unexpected' })
  const wanted = resolvePaths(read.value.claims, input.disclose)
  if (!wanted.ok) return wanted
  const text = `${[read.value.issuerJwt, ...select(read.value, wanted.value)].join('~')}~`
  return input.binding === undefined ? ok(text) : bind(text, read.value, input.binding, crypto)
}

function resolvePaths(
  claims: JsonObject,
  paths: PresentInput['disclose'],
): Result<readonly ConcretePath[], FormatRefusal> {
  if (paths.length > MAX_DISCLOSURES) return refuse({ code: 'too_many_paths' })
  const places: ConcretePath[] = []
  for (const path of paths) {
    const detail = JSON.stringify(path)
    if (path.length === 0 || path.length > MAX_DEPTH) return refuse({ code: 'path_malformed', detail })
    const found = resolveClaimPath(claims, path)
    if (found.length === 0) return refuse({ code: 'path_not_found', detail })
    places.push(...found)
  }
  return ok(places)
}

/** In the order of the credential: disclosures above a wanted claim lead to it, those below belong to it. */
function select(credential: SdJwtVc, wanted: readonly ConcretePath[]): readonly string[] {
  const chosen = new Set<number>()
  for (const { index, path } of credential.placements) {
    if (wanted.some((place) => onSameBranch(place, path))) chosen.add(index)
  }
  return credential.disclosures.filter((_text, index) => chosen.has(index))
}

async function bind(
  text: string,
  credential: SdJwtVc,
  binding: NonNullable<PresentInput['binding']>,
  crypto: CryptoEngine,
): Promise<Result<string, FormatRefusal>> {
  const { signer, audience, nonce, issuedAt } = binding
  if (credential.holderKey === undefined) return refuse({ code: 'credential_not_bound' })
  if (!sameKey(credential.holderKey, signer.publicJwk)) return refuse({ code: 'holder_key_wrong' })
  const sdHash = await crypto.digestBase64url(credential.hashAlgorithm, text)
  const payload = { iat: issuedAt, aud: audience, nonce, sd_hash: sdHash }
  return ok(text + (await signJws({ typ: KEY_BINDING_TYP }, payload, signer)))
}
