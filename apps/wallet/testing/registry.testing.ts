/** The public part of a wallet for tests: it serves the documents of the did:web names of its host, and nothing else. */

import { type FaultyServer, startFaultyServer } from '@countersign/testing/client/faulty-server'
import { hostedDocument } from '../dids/dids.ts'
import type { Wallet } from '../wallet.ts'

/** The wallet that comes back has the server as its address. */
export async function startRegistry(
  instance: (more: Partial<Wallet>) => Wallet,
): Promise<FaultyServer & { readonly wallet: Wallet }> {
  const server = await startFaultyServer(async ({ path }) => {
    const name = /^\/wallet-api\/registry\/([^/]+)\/did\.json$/.exec(path)?.[1] ?? ''
    const document = await hostedDocument(wallet, name)
    return document.ok ? { status: 200, body: document.value } : { status: 404, body: '{}' }
  })
  const wallet = instance({ baseUrl: server.url })
  return { ...server, wallet }
}
