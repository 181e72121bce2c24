import { gunzipSync, inflateSync } from 'node:zlib'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { getStatus } from '@countersign/status-list/bits'
import { readBitstringCredential } from '@countersign/status-list/bitstring-status-list'
import type { SignedStatusList } from '@countersign/status-list/signed-list'
import { readTokenStatusListJwt } from '@countersign/status-list/token-status-list'
import { describe, expect, it } from 'vitest'
import type { ListKind } from '../database/schema.ts'
import { openListContent } from './list-content.ts'
import type { ListForm } from './published-lists.ts'

const SIZE = 131_072
const NOW = 1_800_000_000

function content(kind: ListKind) {
  const signer = softwareSigner(generateSoftwareKey('ES256'))
  const list = { id: 'A'.repeat(22), kind, base_url: 'https://issuer.example', size: SIZE }
  return openListContent(list, {
    compression: nodeCompression,
    signer,
    ttlSeconds: 300,
    lifetimeSeconds: 600,
  })
}

function statusesOf({ packed }: SignedStatusList) {
  switch (packed.mechanism) {
    case 'token_status_list': {
      const bytes = inflateSync(packed.deflated)
      return { bytes, size: packed.size, order: 'least_significant_first' } as const
    }
    case 'bitstring_status_list':
      return { bytes: gunzipSync(packed.gzipped), size: 1, order: 'most_significant_first' } as const
    case 'identifier_list':
      throw new Error('another mechanism')
  }
}

function read(form: ListForm, body: Uint8Array) {
  const list =
    form === 'statuslist+jwt'
      ? readTokenStatusListJwt(body, nodeCrypto)
      : readBitstringCredential(body, nodeCrypto)
  if (!list.ok) throw new Error(JSON.stringify(list.error))
  return statusesOf(list.value)
}

describe('the statuses of a list', () => {
  it.each([
    ['token', 'statuslist+jwt', [0, 1, 2]],
    ['bitstring', 'revocation', [0, 1, 0]],
    ['bitstring', 'suspension', [0, 0, 1]],
  ] as const)('of kind %s, published as %s, are %j', async (kind, form, expected) => {
    const list = content(kind)
    list.set(SIZE - 1, 'valid')
    list.set(0, 'suspended')
    list.set(0, 'revoked')
    list.set(77, 'suspended')
    const statuses = read(form, await list.sign(form, NOW))
    expect([SIZE - 1, 0, 77].map((index) => getStatus(statuses, index))).toEqual(expected)
    expect(statuses.bytes.reduce((set, byte) => set + (byte === 0 ? 0 : 1), 0)).toBeLessThanOrEqual(2)
  })

  it.each([
    ['token', 'statuslist+jwt'],
    ['bitstring', 'revocation'],
  ] as const)('of kind %s that are set while %s is signed come with the next one', async (kind, form) => {
    const list = content(kind)
    const signing = list.sign(form, NOW)
    list.set(5, 'revoked')
    expect(getStatus(read(form, await signing), 5)).toBe(0)
    expect(getStatus(read(form, await list.sign(form, NOW)), 5)).toBe(1)
  })

  it('have no form of another kind', async () => {
    await expect(content('token').sign('revocation', NOW)).rejects.toThrow()
    await expect(content('bitstring').sign('statuslist+jwt', NOW)).rejects.toThrow()
  })
})
