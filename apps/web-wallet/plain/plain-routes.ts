/** Method, path, function: the pages without a script. What writes them is loaded when somebody comes (docs/decisions/033). */
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { ENTRY, LOG_IN, OPEN } from './addresses.ts'
import type { PlainPages, PlainPagesOptions } from './show-pages.ts'

const EXCHANGE = `${OPEN}/:wallet/:exchange`

const PAGES = [
  ['GET', ENTRY, 'entry'],
  // A page of somebody else's may send a form (RFC 6749 §3.1); it is looked at as a link is.
  ['POST', ENTRY, 'entry'],
  ['POST', OPEN, 'open'],
  ['POST', LOG_IN, 'logIn'],
  ['GET', EXCHANGE, 'exchange'],
  ['POST', `${EXCHANGE}/use`, 'use'],
  ['POST', `${EXCHANGE}/reject`, 'reject'],
] as const satisfies readonly (readonly ['GET' | 'POST', string, keyof PlainPages])[]

export function plainRoutes(app: ServiceApp, options: PlainPagesOptions): void {
  let opened: Promise<PlainPages> | undefined
  const open = () => {
    opened ??= import('./show-pages.ts').then(({ openPlainPages }) => openPlainPages(options))
    return opened
  }
  for (const [method, url, page] of PAGES)
    app.route({
      method,
      url,
      schema: { hide: true },
      bodyLimit: BODY_LIMITS.message,
      config: { door: 'open', limited: false, accepts: ['form'] },
      handler: async (request, reply) => (await open())[page](request, reply),
    })
}
