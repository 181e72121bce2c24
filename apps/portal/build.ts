/** Puts the portal together from ports and settings. `main.ts` opens the ports from a configuration; tests hand in theirs. */
import type { ServiceParts } from '@countersign/service/compose/run-service'
import type { BuiltPages } from '@countersign/service/http/pages/built-pages'
import { pageRoutes } from '@countersign/service/http/pages/page-routes'
import { type PortalParts, portalRoutes } from './http/routes.ts'
import { PAGE_ROUTES } from './page-routes.ts'

export interface PortalOptions extends PortalParts {
  readonly pages: BuiltPages
}

export function portalService({ pages, ...parts }: PortalOptions): ServiceParts {
  const { baseUrl } = parts
  return {
    title: 'Countersign portal',
    description: "The operator's door: log-in, and the calls of the portal's pages.",
    ownHome: true,
    routes: (app) => {
      portalRoutes(parts)(app)
      pageRoutes(app, { pages, routes: PAGE_ROUTES, baseUrl })
    },
  }
}
