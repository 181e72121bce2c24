/** The status lists of the issuer of the tests: one entry, which says what the test wants. */

import type { FormatId } from '@countersign/credential/contract/format-id'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { newStatusBits, setStatus } from '@countersign/status-list/bits'
import { writeBitstringCredential } from '@countersign/status-list/bitstring-status-list'
import { packTokenStatusList, writeTokenStatusListJwt } from '@countersign/status-list/token-status-list'
import type { Answer } from '@countersign/testing/client/faulty-server'

/** What the lists say now. */
export interface ListedStatus {
  now: 'valid' | 'revoked' | 'suspended' | 'application_specific'
  /** Signed by somebody else. */
  signer?: Signer
}

const INDEX = 4711
const SIZE = 131_072
const VALUES = { valid: 0, revoked: 1, suspended: 2, application_specific: 3 } as const

export function statusReferences(url: string, format: FormatId): readonly StatusReference[] {
  if (format === 'dc+sd-jwt' || format === 'mso_mdoc')
    return [{ mechanism: 'token_status_list', uri: `${url}/lists/token`, index: INDEX }]
  const purposes = ['revocation', 'suspension'] as const
  return purposes.slice(0, format === 'jwt_vc_json' ? 1 : 2).map((purpose) => ({
    mechanism: 'bitstring_status_list',
    uri: `${url}/lists/${purpose}`,
    index: INDEX,
    purpose,
    size: 1,
  }))
}

export async function statusListAnswer(
  { options, url }: { readonly options: { readonly status?: ListedStatus }; readonly url: string },
  path: string,
  own: Signer,
): Promise<Answer> {
  const { status = { now: 'valid' as const } } = options
  const signer = status.signer ?? own
  const issuedAt = Math.floor(Date.now() / 1000)
  const facts = { uri: url + path, issuer: url, issuedAt, expiresAt: issuedAt + 3600, ttlSeconds: 1 }
  if (path === '/lists/token') {
    const bits = newStatusBits(SIZE, 2, 'least_significant_first')
    setStatus(bits, INDEX, VALUES[status.now])
    const body = await writeTokenStatusListJwt(
      await packTokenStatusList(bits, nodeCompression),
      facts,
      signer,
    )
    return { status: 200, body, headers: { 'content-type': 'application/statuslist+jwt' } }
  }
  const purpose = path === '/lists/revocation' ? 'revocation' : 'suspension'
  const bits = newStatusBits(SIZE, 1, 'most_significant_first')
  setStatus(bits, INDEX, status.now === (purpose === 'revocation' ? 'revoked' : 'suspended') ? 1 : 0)
  const written = await writeBitstringCredential(
    bits,
    { ...facts, purposes: [purpose] },
    signer,
    nodeCompression,
  )
  if (!written.ok) throw new Error(written.error.code)
  return { status: 200, body: written.value, headers: { 'content-type': 'application/vc+jwt' } }
}
