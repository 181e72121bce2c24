/** Whom the issuer believes of how wallets keep their keys, of the files that an operator names. */
import { isJsonArray, isJsonObject, parseJsonObject } from '@countersign/core/json'
import { type PublicJwk, parsePublicJwk } from '@countersign/crypto/jwk'
import { nodeCrypto } from '@countersign/keys/engines/node'
import type { AttesterKeys } from '@countersign/protocol/openid4vci/proof/key-attestation'
import { textOfFile } from '@countersign/service/compose/configured-file'
import type { Runtime } from '@countersign/service/compose/runtime'
import { trustAnchors } from '@countersign/service/compose/trust-anchors'
import { StartRefused } from '@countersign/service/operation/start-refused'
import type { IssuerDefaults } from '../config.ts'
import { keyAttesters } from './key-attesters.ts'

type Settings = Pick<IssuerDefaults, 'keyAttesterCasFile' | 'keyAttesterKeysFile' | 'requiredKeyAttestations'>

export function openKeyAttesters(
  { log }: Pick<Runtime, 'log'>,
  { keyAttesterCasFile: casFile, keyAttesterKeysFile: keysFile, requiredKeyAttestations }: Settings,
): AttesterKeys | undefined {
  if (casFile === undefined && keysFile === undefined) {
    if (requiredKeyAttestations.length === 0) return undefined
    throw new StartRefused('requiredKeyAttestations needs keyAttesterCasFile or keyAttesterKeysFile')
  }
  // Not the authority of development, which vouches for every service alike.
  const anchors = trustAnchors({ log, developmentAnchors: () => [] }, casFile)
  return keyAttesters(anchors(), keysFile === undefined ? [] : keysOfFile(keysFile), nodeCrypto)
}

function keysOfFile(file: string): readonly PublicJwk[] {
  const set = parseJsonObject(textOfFile(file))
  const entries = set.ok && isJsonArray(set.value['keys'] ?? null) ? set.value['keys'] : undefined
  if (entries === undefined || !isJsonArray(entries) || entries.length === 0)
    throw new StartRefused(`${file} is no JWK Set with a key`)
  const ids = new Set<unknown>()
  return entries.map((entry, index) => {
    const key = parsePublicJwk(entry)
    if (!key.ok) throw new StartRefused(`${file}: key ${index + 1} cannot be used (${key.error.code})`)
    const kid = isJsonObject(entry) ? entry['kid'] : undefined
    if (kid === undefined || ids.has(kid))
      throw new StartRefused(`${file}: key ${index + 1} needs a kid of its own`)
    ids.add(kid)
    return key.value
  })
}
