/** The credentials of a wallet: as they are stored, as people see them, and whether they still count. */
import type { ServiceApp } from '@countersign/service/http/http-service'
import {
  deleteCredential,
  findCredential,
  listCredentials,
  restoreCredential,
} from '../credentials/credentials.ts'
import { heldCredentialStatus } from '../credentials/held-credential-status.ts'
import { viewCredential } from '../credentials/view-credential.ts'
import type { Wallet } from '../wallet.ts'
import { walletOf } from './authenticate-caller.ts'
import { deleteQuery, listQuery, credentialParams as params, viewQuery, walletParams } from './messages.ts'
import { credentialView, statusView, valueOr } from './wire.ts'

const config = { door: 'open' as const }
const withoutBody = { ...config, accepts: ['json' as const, 'text' as const, 'form' as const] }
const base = '/wallet-api/wallet/:wallet/credentials'
const tags = ['credentials']

export function credentialRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    base,
    { schema: { summary: 'The credentials', tags, params: walletParams, querystring: listQuery }, config },
    async (request) => {
      const { showDeleted, descending } = request.query
      const listed = await listCredentials(wallet, walletOf(request), { showDeleted })
      return (descending ? listed.toReversed() : listed).map(credentialView)
    },
  )

  app.get(
    `${base}/:credential`,
    { schema: { summary: 'A credential', tags, params }, config },
    async (request) =>
      credentialView(valueOr(await findCredential(wallet, walletOf(request), request.params.credential))),
  )

  app.get(
    `${base}/:credential/view`,
    {
      schema: {
        summary: 'A credential as people see it',
        description: 'Title, colours and labels as its issuer had them when it was received; in any format.',
        tags,
        params,
        querystring: viewQuery,
      },
      config,
    },
    async (request) => {
      const { locale } = request.query
      return valueOr(await viewCredential(wallet, walletOf(request), request.params.credential, locale))
    },
  )

  app.get(
    `${base}/:credential/status`,
    {
      schema: {
        summary: 'Whether a credential still counts',
        description: 'An entry for each status list that it names; `result` is null where nobody can say.',
        tags,
        params,
      },
      config,
    },
    async (request) =>
      valueOr(await heldCredentialStatus(wallet, walletOf(request), request.params.credential)).map(
        statusView,
      ),
  )

  app.delete(
    `${base}/:credential`,
    {
      schema: { summary: 'Delete a credential', tags, params, querystring: deleteQuery },
      config: withoutBody,
    },
    async (request, reply) => {
      const { permanent } = request.query
      valueOr(await deleteCredential(wallet, walletOf(request), request.params.credential, { permanent }))
      return reply.code(202).send()
    },
  )

  app.post(
    `${base}/:credential/restore`,
    { schema: { summary: 'Take a deletion back', tags, params }, config: withoutBody },
    async (request) =>
      credentialView(valueOr(await restoreCredential(wallet, walletOf(request), request.params.credential))),
  )
}
