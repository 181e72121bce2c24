/**
 * Status over HTTP: the lists for everybody, and their management. The lists are the same for all who ask and carry
 * how long they may be kept, so caches may stand before them.
 */
import { promisify } from 'node:util'
import { gzip as gzipWithCallback } from 'node:zlib'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { fail, wireError } from '@countersign/service/http/wire-errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { IssuerDatabase, ListKind } from '../database/schema.ts'
import type { Issuer, OwnStatusLists } from '../issuer.ts'
import { type CredentialStatus, changeStatus, credentialStatuses } from '../status/change-status.ts'
import { statusPurposes } from '../status/list-addresses.ts'
import type { ListForm, PublishedList } from '../status/published-lists.ts'
import { credentialAt, viewOfCredential, viewsOfSession } from './issued-credential-view.ts'
import { acceptsGzip, matchesTag, preferredType } from './negotiation.ts'
import {
  credentialUnknown,
  listUnknown,
  noDatabase,
  noHistory,
  notAcceptable,
  STATUS_ERRORS,
} from './wire.ts'

const gzip = promisify(gzipWithCallback)

const listId = z.string().regex(/^[A-Za-z0-9_-]{22}$/)
const listUri = z.string().min(1).max(2048)
/** Read strictly: what is no number must not become index 0, where somebody's credential is. */
const writtenIndex = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/)
  .transform(Number)
const index = z.union([z.int().min(0), writtenIndex])
const status = z.enum(credentialStatuses)
const byId = z.object({ id: z.string().min(1).max(200) })
const byPlace = z.object({ statusListUri: listUri, statusListIndex: index })
const queriedPlace = z.strictObject({ statusListUri: listUri, statusListIndex: writtenIndex })

/** Token Status List §8.4: the status at an earlier time. */
const listQuery = z.object({ time: z.string().max(40).optional() })

const TOKEN_FORMS: Readonly<Record<string, ListForm>> = {
  'application/statuslist+jwt': 'statuslist+jwt',
  'application/statuslist+cwt': 'statuslist+cwt',
}

export function statusListRoutes(app: ServiceApp, statusLists: OwnStatusLists): void {
  const config = { door: 'wallet' as const, errors: 'management' as const }
  const tags = ['status']

  app.get(
    '/status/token/:listId',
    {
      schema: {
        summary: 'A Token Status List, as a JWT or a CWT',
        tags,
        params: z.object({ listId }),
        querystring: listQuery,
      },
      config,
    },
    async (request, reply) => {
      const type = preferredType(request.headers.accept, Object.keys(TOKEN_FORMS))
      const form = type === undefined ? undefined : TOKEN_FORMS[type]
      if (type === undefined || form === undefined) return fail(notAcceptable(Object.keys(TOKEN_FORMS)))
      return sendList(statusLists, { kind: 'token', ...request.params, form, type }, request, reply)
    },
  )

  app.get(
    '/status/bitstring/:listId/:purpose',
    {
      schema: {
        summary: 'A Bitstring Status List credential',
        tags,
        params: z.object({ listId, purpose: z.enum(statusPurposes) }),
        querystring: listQuery,
      },
      config,
    },
    async (request, reply) => {
      const { listId: id, purpose: form } = request.params
      const wanted = { kind: 'bitstring', listId: id, form, type: 'application/vc+jwt' } as const
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
  { published, ttlSeconds }: OwnStatusLists,
  { kind, listId: id, form, type }: WantedList,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  // §12.7: whoever could ask for the past could learn when somebody's status changed.
  if (request.query instanceof Object && 'time' in request.query) fail(noHistory)
  const list = await published.read(kind, id, form)
  if (list === undefined) return fail(listUnknown)
  const tag = `W/"${form}-${list.revision}"`
  reply.headers({
    'cache-control': `public, max-age=${ttlSeconds}`,
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

export function credentialRoutes(app: ServiceApp, issuer: Issuer): void {
  const config = { door: 'management' as const }
  const tags = ['management']
  const database = () => issuer.database ?? fail(noDatabase)

  app.get(
    '/openid4vc/credentials/:id',
    { schema: { summary: 'An issued credential and its status', tags, params: byId }, config },
    async (request) => viewOf(database(), request.params.id),
  )

  app.get(
    '/openid4vc/credentials',
    {
      schema: {
        summary: 'The credentials of an issuance, or the one at a place of a status list',
        tags,
        querystring: z.union([z.strictObject({ sessionId: z.string().min(1).max(200) }), queriedPlace]),
      },
      config,
    },
    async ({ query }) => {
      if ('sessionId' in query) return viewsOfSession(database(), query.sessionId)
      const id = await credentialAt(database(), query.statusListUri, query.statusListIndex)
      return id === undefined ? [] : [await viewOf(database(), id)]
    },
  )

  // Scripts of the field use either method for it, and it says what is wanted, not what to do.
  for (const method of ['POST', 'PUT'] as const) {
    app.route({
      method,
      url: '/openid4vc/credentials/:id/status',
      schema: {
        summary: 'Revoke, suspend or reinstate a credential',
        tags,
        params: byId,
        body: z.object({ status }),
      },
      config,
      handler: async (request) => change(issuer, database(), request.params.id, request.body.status),
    })

    app.route({
      method,
      url: '/openid4vc/credentials/status',
      schema: {
        summary: 'The same for a credential named by its place in a status list',
        tags,
        body: byPlace.extend({ status }),
      },
      config,
      handler: async ({ body }) => {
        const id = await credentialAt(database(), body.statusListUri, body.statusListIndex)
        return id === undefined ? fail(credentialUnknown) : change(issuer, database(), id, body.status)
      },
    })
  }
}

async function change(issuer: Issuer, database: IssuerDatabase, id: string, wanted: CredentialStatus) {
  const changed = await changeStatus(database, id, wanted, issuer.now())
  if (!changed.ok) return fail(wireError(STATUS_ERRORS, changed.error))
  issuer.statusLists?.published.changed(changed.value.listId)
  return viewOf(database, id)
}

async function viewOf(database: IssuerDatabase, id: string) {
  return (await viewOfCredential(database, id)) ?? fail(credentialUnknown)
}
