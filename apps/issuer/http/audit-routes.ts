/** The log of management calls as an operator reads it. */
import { type AuditPageView, auditPage, auditQuery } from '@countersign/api/issuer/audit'
import { LIST_DEFAULT } from '@countersign/api/session-list'
import { encodeBase64url } from '@countersign/core/base64url'
import { defined } from '@countersign/core/json'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail } from '@countersign/service/http/answers/wire-errors'
import type { AuditLog } from '@countersign/service/http/audited-calls'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { listPlaceUnknown } from '@countersign/service/sessions/list-route'
import type { AuditPorts } from '../audit/audit-log.ts'
import type { Issuer } from '../issuer.ts'
import { noAudit } from './answers/wire.ts'

export function auditRoutes(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/audit',
    {
      schema: {
        summary: 'List management calls that change something, newest first',
        tags: ['operation'],
        querystring: auditQuery,
      },
      config: {
        door: 'management',
        scope: 'audit:read',
        answers: {
          200: { description: 'A page, newest first', schema: auditPage },
          400: errorAnswer('A parameter is unknown, or is not what it may be', listPlaceUnknown),
          404: errorAnswer('This issuer keeps no such log', noAudit),
        },
      },
    },
    async ({ query }): Promise<AuditPageView> => {
      const ports = auditPorts(issuer)
      if (ports === undefined) return fail(noAudit)
      // A start is mostly loading, and nobody lists while one starts.
      const [{ parsePlace, writePlace }, { readAudit }] = await Promise.all([
        import('@countersign/service/sessions/list-place'),
        import('../audit/audit-log.ts'),
      ])
      const place = query.before === undefined ? undefined : parsePlace(query.before)
      if (query.before !== undefined && place === undefined) fail(listPlaceUnknown)
      const limit = query.limit ?? LIST_DEFAULT
      const after = place && { at: place.createdAt, id: place.id }
      // One more than is shown tells whether there is more.
      const found = await readAudit(ports, { after, limit: limit + 1 })
      const shown = found.slice(0, limit)
      const last = found.length > shown.length ? shown.at(-1) : undefined
      return {
        calls: shown.map(({ id: _id, ...call }) => defined<AuditPageView['calls'][number]>(call)),
        ...(last !== undefined && { next: writePlace({ createdAt: last.at, id: last.id }) }),
      }
    },
  )
}

/** Undefined where calls are not written down. */
export function auditLogOf(issuer: Issuer): AuditLog | undefined {
  const ports = auditPorts(issuer)
  if (ports === undefined) return undefined
  let opened: Promise<AuditLog> | undefined
  return {
    begin: async (call) => {
      opened ??= import('../audit/audit-log.ts').then(({ openAuditLog }) => openAuditLog(ports))
      return (await opened).begin(call)
    },
  }
}

function auditPorts({ columns, crypto, database, limits, now }: Issuer): AuditPorts | undefined {
  const { auditSeconds: keptSeconds } = limits
  if (database === undefined || keptSeconds === 0) return undefined
  return { columns, database, keptSeconds, now, newId: () => encodeBase64url(crypto.randomBytes(16)) }
}
