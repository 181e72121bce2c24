/**
 * One instance that does nothing but allocate status indices, several at once, and writes down each that it got. It
 * is started by `allocation.test.ts` and ends when it is killed.
 *
 *   node allocating-process.ts DATABASE-URL SECRET LIST-SIZE BLOCK-SIZE FILE
 */
import { openSync, writeSync } from 'node:fs'
import { encodeBase64url } from '@countersign/core/base64url'
import type { IssuerTables } from '@countersign/issuer/database/schema'
import { openIndexAllocator } from '@countersign/issuer/status/allocate-index'
import { keyedIndexOrder, permutationName } from '@countersign/issuer/status/index-order'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { openDatabase } from '@countersign/stores/sql/open-database'

const AT_ONCE = 32

const [url = '', secret = '', listSize = '', blockSize = '', file = ''] = process.argv.slice(2)
const sealing = openSealing(new TextEncoder().encode(secret))
const database = await openDatabase<IssuerTables>(url, { maxConnections: 2 })
const indices = openIndexAllocator({
  database,
  indexAt: keyedIndexOrder(sealing.mac('status-index')),
  permutation: permutationName(sealing.fingerprint),
  baseUrl: 'https://issuer.example',
  listSize: Number(listSize),
  blockSize: Number(blockSize),
  newId: () => encodeBase64url(nodeCrypto.randomBytes(16)),
  now: () => Math.floor(Date.now() / 1000),
})
const output = openSync(file, 'a')

for (;;) {
  const places = await Promise.all(Array.from({ length: AT_ONCE }, () => indices.next('token')))
  writeSync(output, places.map(({ list, index }) => `${list.id} ${index}\n`).join(''))
}
