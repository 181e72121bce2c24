/**
 * The status lists, for everybody. They are the same for all who ask and carry how long they may be kept, so caches may
 * stand before them. No route here needs the session store, and none asks whether the instance is ready: balancers send
 * requests for lists to whoever lives.
 */
import { promisify } from 'node:util'
import { gzip as gzipWithCallback } from 'node:zlib'
import {
  BITSTRING_LIST_EXAMPLE,
  BITSTRING_LIST_TYPE,
  bitstringListParams,
  listQuery,
  TOKEN_LIST_EXAMPLE,
  TOKEN_LIST_TYPES,
  tokenListParams,
} from '@countersign/api/issuer/status-lists'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, storeUnavailable } from '@countersign/service/http/answers/wire-errors'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ListKind } from '../database/schema.ts'
import type { OwnStatusLists } from '../issuer.ts'
import type { ListForm, PublishedList } from '../status/published-lists.ts'
import { listUnknown, noHistory, notAcceptable } from './answers/wire.ts'
import { acceptsGzip, matchesTag, preferredType } from './negotiation.ts'

const gzip = promisify(gzipWithCallback)

const TOKEN_FORMS: Readonly<Record<(typeof TOKEN_LIST_TYPES)[number], ListForm>> = {
  'application/statuslist+jwt': 'statuslist+jwt',
  'application/statuslist+cwt': 'statuslist+cwt',
}

export interface ServedLists extends Pick<OwnStatusLists, 'published' | 'ttlSeconds'> {
  /** Epoch seconds. */
  readonly now: () => number
}

const settings = { door: 'wallet', errors: 'management', limited: false } as const
const tags = ['status']

const commonAnswers = {
  304: { description: 'The caller has this list already (If-None-Match)' },
  400: errorAnswer('No list can have such an id', {
    status: 400,
    message: 'params/listId: Invalid string: must match pattern /^[A-Za-z0-9_-]{22}$/',
  }),
  404: errorAnswer('There is no such list', listUnknown),
  503: errorAnswer('The database is away, and this instance has not seen the list before', storeUnavailable),
  501: errorAnswer('The statuses of an earlier time were asked for', noHistory),
}

export function statusListRoutes(app: ServiceApp, statusLists: ServedLists): void {
  tokenListRoute(app, statusLists)
  bitstringListRoute(app, statusLists)
}

function tokenListRoute(app: ServiceApp, statusLists: ServedLists): void {
  const [jwt, cwt] = TOKEN_LIST_TYPES
  app.get(
    '/status/token/:listId',
    {
      schema: {
        summary: 'A Token Status List, as a JWT or a CWT',
        tags,
        params: tokenListParams,
        querystring: listQuery,
      },
      config: {
        ...settings,
        answers: {
          200: {
            description: 'The list, signed, with how long it may be kept',
            contentType: jwt,
            example: TOKEN_LIST_EXAMPLE,
            otherForms: [{ contentType: cwt }],
          },
          ...commonAnswers,
          406: errorAnswer('The caller accepts neither form', notAcceptable(TOKEN_LIST_TYPES)),
        },
      },
    },
    async (request, reply) => {
      const type = preferredType(request.headers.accept, TOKEN_LIST_TYPES)
      if (type === undefined) return fail(notAcceptable(TOKEN_LIST_TYPES))
      const wanted = { kind: 'token', listId: request.params.listId, form: TOKEN_FORMS[type], type } as const
      return sendList(statusLists, wanted, request, reply)
    },
  )
}

function bitstringListRoute(app: ServiceApp, statusLists: ServedLists): void {
  app.get(
    '/status/bitstring/:listId/:purpose',
    {
      schema: {
        summary: 'A Bitstring Status List credential',
        tags,
        params: bitstringListParams,
        querystring: listQuery,
      },
      config: {
        ...settings,
        answers: {
          200: {
            description: 'The list, signed as a credential, with how long it may be kept',
            contentType: BITSTRING_LIST_TYPE,
            example: BITSTRING_LIST_EXAMPLE,
          },
          ...commonAnswers,
        },
      },
    },
    async (request, reply) => {
      const { listId, purpose: form } = request.params
      const wanted = { kind: 'bitstring', listId, form, type: BITSTRING_LIST_TYPE } as const
      return sendList(statusLists, wanted, request, reply)
    },
  )
}

interface WantedList {
  readonly kind: ListKind
  readonly listId: string
  readonly form: ListForm
  readonly type: string
}

async function sendList(
  { published, ttlSeconds, now }: ServedLists,
  { kind, listId, form, type }: WantedList,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  // §12.7: whoever could ask for the past could learn when somebody's status changed.
  if (request.query instanceof Object && 'time' in request.query) fail(noHistory)
  const list = await published.read(kind, listId, form)
  if (list === undefined) return fail(listUnknown)
  const tag = `W/"${form}-${list.revision}"`
  reply.headers({
    // A list that cannot be renewed for the moment is kept by nobody beyond its end.
    'cache-control': `public, max-age=${Math.max(0, Math.min(ttlSeconds, Math.floor(list.expiresAt - now())))}`,
    etag: tag,
    vary: 'Accept, Accept-Encoding',
  })
  if (matchesTag(request.headers['if-none-match'], tag)) return reply.code(304).send()
  reply.type(type)
  // A CWT is compressed all through; the text forms carry base64.
  const zipped = form !== 'statuslist+cwt' && acceptsGzip(headerText(request, 'accept-encoding'))
  if (!zipped) return reply.send(Buffer.from(list.body))
  return reply.header('content-encoding', 'gzip').send(await zippedBody(list))
}

const zippedBodies = new WeakMap<PublishedList, Promise<Buffer>>()

/** A list is the same object until it is signed anew; zipping costs more than all else here, so once. */
function zippedBody(list: PublishedList): Promise<Buffer> {
  const zipped = zippedBodies.get(list) ?? gzip(list.body)
  zippedBodies.set(list, zipped)
  return zipped
}

function headerText({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
