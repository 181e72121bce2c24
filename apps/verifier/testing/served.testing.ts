/** The verifier's HTTP API for tests, in development mode and without a log. */
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { verifierRoutes } from '../http/routes.ts'
import type { TestVerifier } from './verifier.testing.ts'

export interface ServedWish {
  /** Where it says that it is. */
  readonly baseUrl?: string
  /** None when absent. */
  readonly features?: readonly ['openapi']
  /** Before the first route. */
  readonly before?: (app: ServiceApp) => void
}

export function serveVerifier(
  { verifier }: Pick<TestVerifier, 'verifier'>,
  wish: ServedWish = {},
): Promise<HttpService> {
  const { baseUrl = 'http://localhost:7003', before, features = [] } = wish
  return createHttpService({
    title: 'Verifier',
    description: '',
    config: {
      service: 'verifier',
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 0,
      baseUrl,
      instance: 'verifier-1',
      trustedProxies: [],
      logLevel: 'silent',
      features: [...features],
    },
    routes: (app) => {
      before?.(app)
      return verifierRoutes(verifier)(app)
    },
    checks: [],
  })
}
