/** What `countersign operator` does, on the portal's own database: with the portal's configuration, without its HTTP service. */
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import { openRuntime } from '@countersign/service/compose/runtime'
import { portalShape } from './config.ts'
import { openOperators } from './open-operators.ts'
import type { Operators } from './portal.ts'

export { NAME_EXPECTED } from './operators/names.ts'
export { LINK_SECONDS, makeLink } from './operators/one-time-link.ts'
export { listOperators, removeOperator } from './operators/operators.ts'

/** Opens, works, closes. Throws `StartRefused` as the portal's start would. */
export async function withOperators<T>(
  start: ServiceStart,
  work: (operators: Operators) => Promise<T>,
): Promise<T> {
  const config = await configure({ service: 'portal', extra: portalShape, managementDoor: false }, start)
  const runtime = await openRuntime(config, portalShape, { clock: start.clock })
  try {
    const { operators } = await openOperators(runtime, config)
    return await work(operators)
  } finally {
    await runtime.close()
  }
}
