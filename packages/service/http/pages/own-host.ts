/** Pages name their files from the root of their host: below a path of somebody else's they would ask in vain. */
import { StartRefused } from '../../operation/start-refused.ts'
import { basePathOf } from '../base-path.ts'

/** Throws `StartRefused` for a public address with a path. */
export function refuseBasePath(baseUrl: string): void {
  if (basePathOf(baseUrl) === '') return
  throw new StartRefused('baseUrl has a path, and pages need a host or a port of their own')
}
