/** The repository for its tests, with the catalogue and nothing beside it. */
import { catalogue } from '@countersign/catalogue/catalogue'
import { ALL_FORMATS } from '@countersign/credential/all-formats'
import { createHttpService, type HttpService } from '@countersign/service/http/http-service'
import { repositoryService } from '../build.ts'

export function openRepository(baseUrl: string, features: readonly string[] = []): Promise<HttpService> {
  return createHttpService({
    ...repositoryService({ baseUrl, formats: ALL_FORMATS, types: catalogue }),
    config: {
      service: 'repository',
      mode: 'development',
      webHost: '127.0.0.1',
      webPort: 0,
      baseUrl,
      instance: 'repository-1',
      trustedProxies: [],
      logLevel: 'silent',
      features,
    },
    checks: [],
  })
}
