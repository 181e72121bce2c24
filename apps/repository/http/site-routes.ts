/** Method, path, function: the pages for people. What writes them is loaded when somebody looks (docs/decisions/033). */
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { Site, SiteOptions } from './show-site.ts'

const PAGES = [
  ['/', 'list'],
  ['/types/:name', 'type'],
  ['/types/:name/card.svg', 'card'],
  ['/style.css', 'style'],
  ['/icon.svg', 'icon'],
] as const satisfies readonly (readonly [string, keyof Site])[]

export function siteRoutes(app: ServiceApp, options: Omit<SiteOptions, 'apiPage'>): void {
  let opened: Promise<Site> | undefined
  const open = () => {
    opened ??= import('./show-site.ts').then(({ openSite }) =>
      openSite({ ...options, apiPage: app.hasRoute({ method: 'GET', url: '/swagger' }) }),
    )
    return opened
  }
  for (const [url, page] of PAGES)
    app.get(
      url,
      { schema: { hide: true }, config: { door: 'open', limited: false } },
      async (request, reply) => (await open())[page](request, reply),
    )
}
