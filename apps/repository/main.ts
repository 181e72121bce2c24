/** Starts the repository as its configuration says. Without sessions and keys it needs no runtime. */
import { catalogue } from '@countersign/catalogue/catalogue'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/run-service'
import { logConfiguration } from '@countersign/service/config/redacted'
import { createHttpService } from '@countersign/service/http/http-service'
import { gracefulStop } from '@countersign/service/operation/lifecycle'
import { prometheusMetrics } from '@countersign/service/operation/prometheus'
import { openTypes } from '@countersign/service/types/open-types'
import { repositoryService } from './build.ts'
import { repositoryShape } from './config.ts'

export async function startRepository(start: ServiceStart, formats = ALL_FORMATS): Promise<RunningService> {
  const options = { service: 'repository', extra: repositoryShape, managementDoor: false }
  const config = await configure(options, start)
  const types = await openTypes({ typesDir: config.typesDir, cwd: start.cwd, formats, types: catalogue })
  const http = await createHttpService({
    ...repositoryService({ baseUrl: config.baseUrl, formats, types }),
    config,
    secure: start.secure,
    checks: [],
    metrics: prometheusMetrics('repository'),
  })
  logConfiguration(http.log, config)
  const { port } = await http.listen()
  const stop = gracefulStop({ services: [http], drainSeconds: config.drainSeconds, close: [], log: http.log })
  return { name: 'repository', url: `http://localhost:${port}`, config, close: stop }
}
