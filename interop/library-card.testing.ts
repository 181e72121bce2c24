/** The credential that issuers made of other people's libraries give: it is ours, everything around it is not. */
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { parsePublicJwk } from '@countersign/crypto/jwk'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { newKey, now } from '@countersign/testing/people/keys'

export const LIBRARY_CARD = 'urn:test:library-card'

/** `holder`: the JWK that was proven. */
export async function libraryCard(issuer: string, holder: unknown): Promise<string> {
  const holderKey = parsePublicJwk(holder)
  if (!holderKey.ok) throw new Error('the proof has no key')
  const issued = await sdJwtVc.issue(
    {
      type: LIBRARY_CARD,
      claims: { reader: 'Ada' },
      selectivelyDisclosable: [['reader']],
      holderKey: holderKey.value,
      signer: newKey(),
      issuer,
      issuedAt: now(),
    },
    nodeCrypto,
  )
  if (!issued.ok) throw new Error(issued.error.code)
  return issued.value
}
