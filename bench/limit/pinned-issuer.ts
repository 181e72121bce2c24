/** Trust in one issuer alone. */
import type { IssuerTrust } from '@countersign/credential/contract/trust-port'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { parseX5cEntry } from '@countersign/x509/certificate'

/** Its certificate is known: a chain that was validated before costs the same look into a map. */
export function pinned(issuer: Signer): IssuerTrust {
  const leaf = parseX5cEntry(issuer.x5c?.[0] ?? '')
  if (!leaf.ok) throw new Error('the own certificate cannot be read')
  return issuerTrust(
    chainTrust({ list: { anchors: [], pins: [{ certificate: leaf.value }] }, crypto: nodeCrypto }),
  )
}
