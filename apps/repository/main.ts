/** Puts the repository together: the catalogue, published. It keeps nothing and signs nothing. */
import { configure, type ServiceStart } from '@countersign/service/compose/configure'
import type { RunningService } from '@countersign/service/compose/runtime'
import { createHttpService } from '@countersign/service/http/http-service'
import { gracefulStop } from '@countersign/service/operation/lifecycle'
import { prometheusMetrics } from '@countersign/service/operation/prometheus'
import { repositoryRoutes } from './http/routes.ts'

export async function startRepository(start: ServiceStart): Promise<RunningService> {
  const options = { service: 'repository', defaultPort: 7103, extra: {}, managementDoor: false }
  const config = await configure(options, start)
  const http = await createHttpService({
    title: 'Countersign credential repository',
    description: 'The catalogue of credential types: schemas, type metadata, examples.',
    version: '0.1.0',
    config,
    routes: (app) => repositoryRoutes(app, config),
    checks: [],
    metrics: prometheusMetrics('repository'),
  })
  const { port } = await http.listen()
  const stop = gracefulStop({ services: [http], drainSeconds: config.drainSeconds, close: [], log: http.log })
  return { name: 'repository', url: `http://localhost:${port}`, config, close: stop }
}
