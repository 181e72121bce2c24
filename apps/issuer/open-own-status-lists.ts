/** Puts the status lists together: in which order indices are handed out, how long lists are good. */
import { encodeBase64url } from '@countersign/core/base64url'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import type { Runtime } from '@countersign/service/compose/runtime'
import type { Config } from '@countersign/service/config/load'
import type { issuerShape } from './config.ts'
import type { IssuerDatabase } from './database/schema.ts'
import type { OwnStatusLists } from './issuer.ts'
import { openIndexAllocator } from './status/allocate-index.ts'
import { keyedIndexOrder, permutationName } from './status/index-order.ts'
import { openListContent } from './status/list-content.ts'
import { openPublishedLists } from './status/published-lists.ts'

/** Where nothing is configured. */
const TTL_SECONDS = { development: 5, production: 300 } as const

export async function openOwnStatusLists(
  runtime: Runtime,
  config: Config<typeof issuerShape>,
  database: IssuerDatabase,
  signer: Signer,
): Promise<OwnStatusLists> {
  const { now, monotonicMs, deployment } = runtime
  const { sealing } = deployment
  const { mode, statusListLifetimeSeconds: lifetimeSeconds } = config
  const ttlSeconds = config.statusListTtlSeconds ?? TTL_SECONDS[mode]
  const signing = { signer, compression: nodeCompression }
  return {
    ttlSeconds,
    indices: openIndexAllocator({
      database,
      indexAt: keyedIndexOrder(sealing.mac('status-index')),
      permutation: permutationName(sealing.fingerprint),
      baseUrl: config.baseUrl,
      listSize: config.statusListSize,
      blockSize: config.statusListBlockSize,
      newId: () => encodeBase64url(nodeCrypto.randomBytes(16)),
      now,
    }),
    published: openPublishedLists({
      database,
      openContent: (list) => openListContent(list, { ...signing, ttlSeconds, lifetimeSeconds }),
      lifetimeSeconds,
      now,
      monotonicMs,
    }),
  }
}
