/** Offers for many at once: the input as a stream, the job that makes them, and what became of each row. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { IDEMPOTENCY_KEY } from '@countersign/api/idempotency'
import {
  BULK_OFFERS_CSV_EXAMPLE,
  BULK_OFFERS_EXAMPLE,
  type BulkJob,
  bulkHeaders,
  bulkJob,
  bulkOffersQuery,
  bulkParams,
  bulkQuery,
  bulkText,
} from '@countersign/api/issuer/bulk'
import { profileParams } from '@countersign/api/issuer/profiles'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { storeAnswers } from '@countersign/service/http/common-answers'
import { BODY_LIMITS, CONTENT_TYPES, isBodyOf } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { FastifyRequest } from 'fastify'
import type { Issuer } from '../issuer.ts'
import { BULK_ERRORS, BULK_WORDS, bulkUnknown } from './answers/wire-bulk.ts'
import { PROFILE_ERRORS } from './answers/wire-profiles.ts'
import { settingsOf } from './offer-settings.ts'

const tags = ['profiles']
const door = 'management' as const

const unknown = errorAnswer('There is no such job', bulkUnknown)

/** A start is mostly loading, and few make offers by the thousand. */
function calls() {
  return import('../bulk/bulk-calls.ts')
}

export function bulkRoutes(app: ServiceApp, issuer: Issuer): void {
  takingRoute(app, issuer)
  jobRoutes(app, issuer)
  offersRoute(app, issuer)
}

function takingRoute(app: ServiceApp, issuer: Issuer): void {
  app.post(
    '/openid4vc/profiles/:name/bulk',
    {
      schema: {
        summary: 'Offer credentials by a profile to many',
        description:
          'A row a holder, as JSON lines or as CSV with a line of names. All rows are judged before the first offer is made; the offers are made afterwards.',
        tags,
        params: profileParams,
        headers: bulkHeaders,
        querystring: bulkQuery,
      },
      bodyLimit: issuer.limits.bulk.maxBytes,
      config: {
        door,
        scope: 'offers:write',
        begins: true,
        accepts: ['jsonl', 'ndjson', 'csv'],
        shapes: bulkText,
        answers: {
          202: { description: 'All rows were judged and taken', schema: bulkJob },
          400: errorAnswer(
            'Rows are wrong; the message has the first hundred mistakes by their lines. Nothing is offered',
            BULK_ERRORS.bulk_mistaken({
              code: 'bulk_mistaken',
              count: 1,
              mistakes: [{ line: 17, message: 'is not UTF-8' }],
            }),
          ),
          404: errorAnswer(
            'There is no such profile',
            PROFILE_ERRORS.profile_unknown({ code: 'profile_unknown' }),
          ),
          409: errorAnswer(
            'There is no database that all instances share, there are too many jobs, or the call with this Idempotency-Key is still running',
            BULK_ERRORS.bulk_unavailable({ code: 'bulk_unavailable' }),
          ),
          422: errorAnswer(
            'The Idempotency-Key was used for another call',
            BULK_ERRORS.bulk_key_reused({ code: 'bulk_key_reused' }),
          ),
          ...storeAnswers(),
        },
      },
    },
    async (request, reply) => {
      const { headers, params, query } = request
      const { jobView, readCsv, readJsonLines, takeBulk } = await calls()
      const body = hashed(request)
      const taken = await takeBulk(
        issuer,
        {
          ...settingsOf(headers),
          profileName: params.name,
          skipsMistakes: query.onMistake === 'skip',
          keyed: keyedBy(request),
          rows: (type) =>
            isBodyOf(request.headers, 'csv') ? readCsv(body.pieces, type) : readJsonLines(body.pieces),
          bytesHash: body.hash,
        },
        BULK_WORDS,
      )
      if (!taken.ok) fail(wireError(BULK_ERRORS, taken.error))
      const { again, job } = taken.value
      if (again) void reply.header('idempotent-replayed', 'true')
      return reply.code(202).send(jobView(issuer.columns, job))
    },
  )
}

/** The pieces, and the hash of those that were read. */
function hashed({ body }: FastifyRequest): { pieces: AsyncIterable<Uint8Array>; hash: () => string } {
  const hash = createHash('sha256')
  async function* pieces(): AsyncGenerator<Uint8Array> {
    // A request without a body has no row.
    if (!(body instanceof Readable)) return
    for await (const piece of body) {
      hash.update(piece as Uint8Array)
      yield piece as Uint8Array
    }
  }
  return { pieces: pieces(), hash: () => hash.digest('base64url') }
}

const READ_HEADERS = ['content-type', 'sessionttl', 'statuscallbackuri', 'statuscallbackapikey'] as const

function keyedBy({ caller, headers, url }: FastifyRequest): { key: string; content: string } | undefined {
  const key = headers[IDEMPOTENCY_KEY]
  if (typeof key !== 'string') return undefined
  const [path = ''] = url.split('?', 1)
  return {
    key: JSON.stringify([caller?.id ?? '', path, key]),
    content: JSON.stringify([url, READ_HEADERS.map((name) => headers[name] ?? null)]),
  }
}

function jobRoutes(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/openid4vc/bulk/:id',
    {
      schema: { summary: 'How far a job is', tags, params: bulkParams },
      config: {
        door,
        scope: 'sessions:read',
        answers: {
          200: { description: 'As of now', schema: bulkJob },
          404: unknown,
          ...storeAnswers(),
        },
      },
    },
    async ({ params }): Promise<BulkJob> => {
      const { findJob, jobView, shelfOf } = await calls()
      const shelf = shelfOf(issuer)
      const job = shelf && (await findJob(shelf, params.id))
      return job === undefined ? fail(bulkUnknown) : jobView(issuer.columns, job)
    },
  )

  app.delete(
    '/openid4vc/bulk/:id',
    {
      schema: {
        summary: 'Cancel a job',
        description: 'Offers that were made stand. One that has ended stays as it is.',
        tags,
        params: bulkParams,
      },
      bodyLimit: BODY_LIMITS.message,
      config: {
        door,
        scope: 'offers:write',
        answers: {
          200: {
            description: 'It is cancelled as soon as whoever makes its offers hears of it',
            schema: bulkJob,
          },
          404: unknown,
          ...storeAnswers(),
        },
      },
    },
    async ({ params }): Promise<BulkJob> => {
      const { cancelJob, jobView, shelfOf } = await calls()
      const shelf = shelfOf(issuer)
      const job = shelf && (await cancelJob(shelf, params.id))
      return job === undefined ? fail(bulkUnknown) : jobView(issuer.columns, job)
    },
  )
}

function offersRoute(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/openid4vc/bulk/:id/offers',
    {
      schema: {
        summary: 'The offers of a job',
        description:
          'Those that are made, by their rows, while the others are made; with `after` those behind a row. As CSV for callers who accept text/csv.',
        tags,
        params: bulkParams,
        querystring: bulkOffersQuery,
      },
      config: {
        door,
        // They have the codes that whoever made the offers was told.
        scope: 'offers:write',
        answers: {
          200: {
            description: 'A line a row; one of which no offer could be made says why',
            contentType: CONTENT_TYPES.jsonl,
            example: BULK_OFFERS_EXAMPLE,
            otherForms: [{ contentType: CONTENT_TYPES.csv, example: BULK_OFFERS_CSV_EXAMPLE }],
          },
          404: unknown,
          ...storeAnswers(),
        },
      },
    },
    async ({ headers, params, query }, reply) => {
      const { findJob, offersAsText, shelfOf } = await calls()
      const shelf = shelfOf(issuer)
      if (shelf === undefined || (await findJob(shelf, params.id)) === undefined) return fail(bulkUnknown)
      const form = headers.accept?.includes(CONTENT_TYPES.csv) === true ? 'csv' : 'jsonl'
      return reply
        .type(`${CONTENT_TYPES[form]}; charset=utf-8`)
        .header('cache-control', 'no-store')
        .send(Readable.from(offersAsText(shelf, params.id, query.after, form), { objectMode: false }))
    },
  )
}
