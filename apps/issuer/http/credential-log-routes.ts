/** The log of issued credentials as an operator lists it: by type, status and time, newest first. */
import { type CredentialLog, credentialLog, credentialLogQuery } from '@countersign/api/issuer/credential-log'
import { LIST_DEFAULT } from '@countersign/api/session-list'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { ListPlace } from '@countersign/service/sessions/list-place'
import { listPlaceUnknown } from '@countersign/service/sessions/list-route'
import type { z } from 'zod'
import { issuedNewestFirst, type LogOrder } from '../database/issued-credentials.ts'
import type { Issuer } from '../issuer.ts'
import { STATUS_VALUES } from '../status/change-status.ts'
import { noDatabase } from './answers/wire.ts'
import { viewsOf } from './issued-credential-view.ts'

export function credentialLogRoutes(app: ServiceApp, { database }: Pick<Issuer, 'database'>): void {
  app.get(
    '/openid4vc/credentials/log',
    {
      schema: {
        summary: 'List issued credentials, newest first',
        tags: ['management'],
        querystring: credentialLogQuery,
      },
      config: {
        door: 'management',
        scope: 'credentials:read',
        answers: {
          200: { description: 'A page, newest first', schema: credentialLog },
          400: errorAnswer('A parameter is unknown, or is not what it may be', listPlaceUnknown),
          404: errorAnswer('This issuer keeps no log', noDatabase),
        },
      },
    },
    async ({ query }): Promise<CredentialLog> => {
      if (database === undefined) return fail(noDatabase)
      // A start is mostly loading, and nobody lists while one starts.
      const [{ parsePlace, writePlace }, { bringIndexUpToDate }] = await Promise.all([
        import('@countersign/service/sessions/list-place'),
        import('../status/indexed-status.ts'),
      ])
      const place = query.before === undefined ? undefined : parsePlace(query.before)
      if (query.before !== undefined && place === undefined) fail(listPlaceUnknown)
      const order = orderOf(query, place)
      await bringIndexUpToDate(database)
      // One more than is shown tells whether there is more.
      const rows = await issuedNewestFirst(database, { ...order, limit: order.limit + 1 })
      const shown = rows.slice(0, order.limit)
      const last = rows.length > shown.length ? shown.at(-1) : undefined
      return {
        credentials: await viewsOf(database, shown),
        ...(last !== undefined && { next: writePlace({ createdAt: last.issued_at, id: last.id }) }),
      }
    },
  )
}

function orderOf(query: z.output<typeof credentialLogQuery>, place: ListPlace | undefined): LogOrder {
  const { credentialConfigurationId, issuedBefore, issuedFrom, limit = LIST_DEFAULT, status } = query
  return {
    configurationId: credentialConfigurationId,
    indexedStatuses: status === undefined ? Object.values(STATUS_VALUES) : [STATUS_VALUES[status]],
    issuedFrom,
    issuedBefore,
    after: place && { issued_at: place.createdAt, id: place.id },
    limit,
  }
}
