/** What a wallet holds: keys, DIDs, credentials. */
import type { ServiceApp } from '@countersign/service/http/service'
import type { FastifyReply } from 'fastify'
import { walletOf } from './bearer.ts'
import { deleteCredential, findCredential, listCredentials, restoreCredential } from './credentials.ts'
import { createDid, deleteDid, findDid, listDids, setDefaultDid } from './dids.ts'
import { deleteKey, generateKey, listKeys, loadPublicKey } from './keys.ts'
import {
  createDidQuery,
  credentialParams,
  deleteQuery,
  didMethodParams,
  didParams,
  didQuery,
  keyBody,
  keyParams,
  listQuery,
  walletParams,
} from './messages.ts'
import type { Wallet } from './wallet.ts'
import { credentialView, didView, keyView, valueOr } from './wire.ts'

const config = { door: 'open' as const }
const withoutBody = { ...config, accepts: ['json' as const, 'text' as const, 'form' as const] }
const base = '/wallet-api/wallet/:wallet'

export function walletRoutes(app: ServiceApp, wallet: Wallet): void {
  keyRoutes(app, wallet)
  didRoutes(app, wallet)
  credentialRoutes(app, wallet)
}

function keyRoutes(app: ServiceApp, wallet: Wallet): void {
  const tags = ['keys']

  app.get(
    `${base}/keys`,
    { schema: { summary: 'The keys', tags, params: walletParams }, config },
    async (request) => (await listKeys(wallet, walletOf(request))).map(keyView),
  )

  app.post(
    `${base}/keys/generate`,
    { schema: { summary: 'Make a key', tags, params: walletParams, body: keyBody }, config },
    async (request, reply) => {
      const { keyType, name } = request.body
      const wish = { keyType, ...(name !== undefined && { name }) }
      const made = valueOr(await generateKey(wallet, walletOf(request), wish))
      return sendText(reply.code(201), made.id)
    },
  )

  app.get(
    `${base}/keys/:key/load`,
    { schema: { summary: 'The public key as JWK', tags, params: keyParams }, config },
    async (request) => valueOr(await loadPublicKey(wallet, walletOf(request), request.params.key)),
  )

  app.delete(
    `${base}/keys/:key`,
    { schema: { summary: 'Delete a key that nothing needs', tags, params: keyParams }, config: withoutBody },
    async (request, reply) => {
      valueOr(await deleteKey(wallet, walletOf(request), request.params.key))
      return reply.code(202).send()
    },
  )
}

function didRoutes(app: ServiceApp, wallet: Wallet): void {
  const tags = ['DIDs']

  app.get(
    `${base}/dids`,
    { schema: { summary: 'The DIDs', tags, params: walletParams }, config },
    async (request) => (await listDids(wallet, walletOf(request))).map(didView),
  )

  app.post(
    `${base}/dids/create/:method`,
    {
      schema: {
        summary: 'Make a did:jwk or did:key',
        tags,
        params: didMethodParams,
        querystring: createDidQuery,
      },
      config: withoutBody,
    },
    async (request, reply) => {
      const { keyId, alias } = request.query
      const { method } = request.params
      const wish = { method, alias, ...(keyId !== undefined && { keyId }) }
      const made = valueOr(await createDid(wallet, walletOf(request), wish))
      return sendText(reply, made.did)
    },
  )

  app.post(
    `${base}/dids/default`,
    {
      schema: {
        summary: 'Make a DID the default',
        tags,
        params: walletParams,
        querystring: didQuery,
      },
      config: withoutBody,
    },
    async (request, reply) => {
      valueOr(await setDefaultDid(wallet, walletOf(request), request.query.did))
      return reply.code(202).send()
    },
  )

  app.get(
    `${base}/dids/:did`,
    { schema: { summary: 'The document of a DID', tags, params: didParams }, config },
    async (request, reply) => {
      const { document } = valueOr(await findDid(wallet, walletOf(request), request.params.did))
      return reply.type('application/json; charset=utf-8').send(document)
    },
  )

  app.delete(
    `${base}/dids/:did`,
    { schema: { summary: 'Delete a DID; its key stays', tags, params: didParams }, config: withoutBody },
    async (request, reply) => {
      valueOr(await deleteDid(wallet, walletOf(request), request.params.did))
      return reply.code(202).send()
    },
  )
}

function credentialRoutes(app: ServiceApp, wallet: Wallet): void {
  const tags = ['credentials']
  const params = credentialParams

  app.get(
    `${base}/credentials`,
    { schema: { summary: 'The credentials', tags, params: walletParams, querystring: listQuery }, config },
    async (request) => {
      const { showDeleted, descending } = request.query
      const listed = await listCredentials(wallet, walletOf(request), { showDeleted })
      return (descending ? listed.toReversed() : listed).map(credentialView)
    },
  )

  app.get(
    `${base}/credentials/:credential`,
    { schema: { summary: 'A credential', tags, params }, config },
    async (request) =>
      credentialView(valueOr(await findCredential(wallet, walletOf(request), request.params.credential))),
  )

  app.delete(
    `${base}/credentials/:credential`,
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
    `${base}/credentials/:credential/restore`,
    { schema: { summary: 'Take a deletion back', tags, params }, config: withoutBody },
    async (request) =>
      credentialView(valueOr(await restoreCredential(wallet, walletOf(request), request.params.credential))),
  )
}

function sendText(reply: FastifyReply, text: string) {
  return reply.type('text/plain; charset=utf-8').send(text)
}
