/**
 * Where a service shows its API: `/` → `/swagger`, and `/api.json`. It remembers the routes as they are added; what
 * describes them is loaded and made when somebody first looks, because few do and every start would pay for it.
 */
import type { OutgoingHttpHeaders } from 'node:http'
import { defined } from '@countersign/core/json'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { ApiDescription } from './openapi.ts'

const ADDRESSES = { document: '/api.json', page: '/swagger' }

/** Describes every route that is added from here on, unless its schema says `hide`. `ownHome`: `/` is a page of the service. */
export function showApi(app: FastifyInstance, api: ApiDescription & { readonly ownHome?: boolean }): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD' && !isHidden(route)) routes.push(route)
  })
  const described = once(async () => (await import('./openapi.ts')).describeApi(routes, api, ADDRESSES))
  const show = async (request: FastifyRequest, reply: FastifyReply) => {
    const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers
    const page = await described()
    const answer = await page.inject({
      method: 'GET',
      url: request.url,
      headers: defined({ 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince }),
    })
    if (answer.statusCode >= 500) throw new Error(`the API page could not be made: ${answer.body}`)
    if (answer.statusCode >= 400) return reply.callNotFound()
    return reply.code(answer.statusCode).headers(ownHeaders(answer.headers)).send(answer.rawPayload)
  }
  const open = { schema: { hide: true }, config: { door: 'open', limited: false } } as const
  if (api.ownHome !== true)
    app.get('/', open, async ({ originalUrl }, reply) => reply.redirect(beside(originalUrl, ADDRESSES.page)))
  for (const address of [ADDRESSES.document, ADDRESSES.page, `${ADDRESSES.page}/*`])
    app.get(address, open, show)
}

/** RFC 9110 §10.2.2: a relative Location counts from where the browser is, which may be below a path of a proxy. */
function beside(target: string, address: string): string {
  const here = target.split('?', 1)[0]?.split('/').at(-1) ?? ''
  return here === '' ? `.${address}` : `./${here}${address}`
}

function isHidden({ schema }: RouteOptions): boolean {
  return schema !== undefined && 'hide' in schema && schema.hide === true
}

const OF_A_CONNECTION = ['connection', 'keep-alive', 'date', 'transfer-encoding']

/** What made the page says of it; what belongs to a connection, ours says. */
function ownHeaders(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_A_CONNECTION.includes(name)))
}

/** One that failed is tried again with the next call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
