/** Issued credentials and their status, for the operator. */
import {
  credentialParams,
  credentialsQuery,
  issuedCredential,
  issuedCredentials,
  ONE_WAY_TO_NAME,
  statusChange,
  statusChangeByPlace,
} from '@countersign/api/issuer/credentials'
import { errorAnswer } from '@countersign/service/http/answers/described-answers'
import { fail, wireError } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import type { IssuerDatabase } from '../database/schema.ts'
import type { Issuer } from '../issuer.ts'
import { type CredentialStatus, changeStatus } from '../status/change-status.ts'
import { credentialUnknown, noDatabase, STATUS_ERRORS } from './answers/wire.ts'
import { credentialAt, viewOfCredential, viewsOfSession } from './issued-credential-view.ts'

const tags = ['management']
const door = 'management' as const

const unknown = errorAnswer('No such credential was issued, or this issuer keeps no log', credentialUnknown)

export function credentialRoutes(app: ServiceApp, issuer: Issuer): void {
  readingRoutes(app, issuer)
  changingRoutes(app, issuer)
}

function databaseOf({ database }: Issuer): IssuerDatabase {
  return database ?? fail(noDatabase)
}

function readingRoutes(app: ServiceApp, issuer: Issuer): void {
  app.get(
    '/openid4vc/credentials/:id',
    {
      schema: { summary: 'An issued credential and its status', tags, params: credentialParams },
      config: {
        door,
        scope: 'credentials:read',
        answers: {
          200: { description: 'What the log says, and its status now', schema: issuedCredential },
          404: unknown,
        },
      },
    },
    async (request) => viewOf(databaseOf(issuer), request.params.id),
  )

  app.get(
    '/openid4vc/credentials',
    {
      schema: {
        summary: 'The credentials of an issuance, or the one at a place of a status list',
        tags,
        querystring: credentialsQuery,
      },
      config: {
        door,
        scope: 'credentials:read',
        answers: {
          200: { description: 'Those that were issued; none is no error', schema: issuedCredentials },
          400: errorAnswer('Neither an issuance nor a place in a list is named', {
            status: 400,
            message: `querystring: ${ONE_WAY_TO_NAME}`,
          }),
          404: errorAnswer('This issuer keeps no log', noDatabase),
        },
      },
    },
    async ({ query }) => {
      const database = databaseOf(issuer)
      const { sessionId, statusListIndex, statusListUri } = query
      if (sessionId !== undefined) return viewsOfSession(database, sessionId)
      const id = await credentialAt(database, statusListUri ?? '', Number(statusListIndex))
      return id === undefined ? [] : [await viewOf(database, id)]
    },
  )
}

const changed = { description: 'The credential with its status now', schema: issuedCredential }
const final = errorAnswer(
  'It has no status, none of this kind, or is revoked, which is final',
  STATUS_ERRORS.revoked_for_good({ code: 'revoked_for_good' }),
)
const wrongStatus = errorAnswer('Another word than valid, revoked and suspended', {
  status: 400,
  message: 'body/status: Invalid option: expected one of "valid"|"revoked"|"suspended"',
})

/** Scripts of the field use either method for it, and it says what is wanted, not what to do. */
function changingRoutes(app: ServiceApp, issuer: Issuer): void {
  for (const method of ['POST', 'PUT'] as const) {
    app.route({
      method,
      url: '/openid4vc/credentials/:id/status',
      schema: {
        summary: 'Revoke, suspend or reinstate a credential',
        description:
          'With all of its copies: what the same issuance gave for the same configuration, in a batch or by refreshing. While it is not valid nothing more of it is given.',
        tags,
        params: credentialParams,
        body: statusChange,
      },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        scope: 'status:write',
        idempotent: true,
        answers: { 200: changed, 400: wrongStatus, 404: unknown, 409: final },
      },
      handler: async (request) => change(issuer, databaseOf(issuer), request.params.id, request.body.status),
    })

    app.route({
      method,
      url: '/openid4vc/credentials/status',
      schema: {
        summary: 'The same for a credential named by its place in a status list',
        description:
          'The place is the one in the credential itself, or in what /openid4vc/credentials/{id} says.',
        tags,
        body: statusChangeByPlace,
      },
      bodyLimit: BODY_LIMITS.exchange,
      config: {
        door,
        scope: 'status:write',
        idempotent: true,
        answers: { 200: changed, 400: wrongStatus, 404: unknown, 409: final },
      },
      handler: async ({ body }) => {
        const database = databaseOf(issuer)
        const id = await credentialAt(database, body.statusListUri, Number(body.statusListIndex))
        return id === undefined ? fail(credentialUnknown) : change(issuer, database, id, body.status)
      },
    })
  }
}

async function change(issuer: Issuer, database: IssuerDatabase, id: string, wanted: CredentialStatus) {
  const changed = await changeStatus(database, id, wanted, issuer.now())
  if (!changed.ok) return fail(wireError(STATUS_ERRORS, changed.error))
  for (const listId of changed.value.listIds) issuer.statusLists?.published.changed(listId)
  return viewOf(database, id)
}

async function viewOf(database: IssuerDatabase, id: string) {
  return (await viewOfCredential(database, id)) ?? fail(credentialUnknown)
}
