/** What `countersign account` does, on the wallet's own database: with the wallet's configuration, without its HTTP service. */
import { nodeCrypto } from '@countersign/keys/engines/node'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { openRuntime } from '@countersign/service/compose/runtime'
import { openSealedColumns } from '@countersign/stores/sql/sealed-columns'
import { makeResetLink, RESET_SECONDS } from './access/reset-link.ts'
import { pagesAddress, walletShape } from './config.ts'
import { openWalletDatabase } from './open-wallet-database.ts'

export { RESET_SECONDS }

/** Undefined: there is no such account. Throws `StartRefused` as the wallet's start would. */
export async function resetLink(start: ServiceStart, name: string): Promise<string | undefined> {
  const config = await configure({ service: 'wallet', extra: walletShape, managementDoor: false }, start)
  const runtime = await openRuntime(config, walletShape, { clock: start.clock })
  try {
    const database = await openWalletDatabase(runtime, config)
    const { sealing } = runtime.deployment
    const columns = openSealedColumns({ sealer: sealing.sealer('wallet'), mac: sealing.mac('wallet') })
    const made = await makeResetLink({ columns, crypto: nodeCrypto, database, now: runtime.now }, name)
    return made.ok ? `${pagesAddress(config)}/reset#${made.value}` : undefined
  } finally {
    await runtime.close()
  }
}
