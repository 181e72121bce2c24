/** Puts the repository together: the catalogue, published. It keeps nothing and signs nothing, so settings are all it needs. */
import type { ServiceParts } from '@countersign/service/compose/run-service'
import { type RepositoryOptions, repositoryRoutes } from './http/routes.ts'
import { siteRoutes } from './http/site-routes.ts'

export function repositoryService(settings: RepositoryOptions): ServiceParts {
  return {
    title: 'Countersign credential repository',
    description:
      'The catalogue of credential types: schemas, type metadata, examples. People find it at `/`.',
    ownHome: true,
    routes: (app) => {
      repositoryRoutes(app, settings)
      siteRoutes(app, settings)
    },
  }
}
