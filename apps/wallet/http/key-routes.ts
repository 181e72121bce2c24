/** The keys of a wallet: made, brought along, taken along, used. */
import type { JsonObject } from '@countersign/core/json'
import type { ServiceApp } from '@countersign/service/http/http-service'
import { exportKey, signWithKey, verifySigned } from '../keys/key-operations.ts'
import { deleteKey, describeKey, generateKey, importKey, listKeys, loadPublicKey } from '../keys/keys.ts'
import type { Wallet } from '../wallet.ts'
import { walletOf } from './authenticate-caller.ts'
import {
  exportKeyQuery,
  importKeyBody,
  importKeyQuery,
  keyBody,
  keyParams,
  signBody,
  verifyBody,
  verifyQuery,
  walletParams,
} from './messages.ts'
import { keyMetaView, keyView, sendText, valueOr } from './wire.ts'

const config = { door: 'open' as const }
const withoutBody = { ...config, accepts: ['json' as const, 'text' as const, 'form' as const] }
const base = '/wallet-api/wallet/:wallet/keys'
const tags = ['keys']

export function keyRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(base, { schema: { summary: 'The keys', tags, params: walletParams }, config }, async (request) =>
    (await listKeys(wallet, walletOf(request))).map(keyView),
  )

  app.post(
    `${base}/generate`,
    { schema: { summary: 'Make a key', tags, params: walletParams, body: keyBody }, config },
    async (request, reply) => {
      const { keyType, name } = request.body
      const made = valueOr(await generateKey(wallet, walletOf(request), { keyType, name }))
      return sendText(reply.code(201), made.id)
    },
  )

  app.post(
    `${base}/import`,
    {
      schema: {
        summary: 'Bring a private key along, as JWK or PEM (PKCS#8)',
        tags,
        params: walletParams,
        querystring: importKeyQuery,
        body: importKeyBody,
      },
      config: { ...config, accepts: ['text', 'json'] },
    },
    async (request, reply) => {
      const brought = { key: request.body, name: request.query.alias }
      const kept = valueOr(await importKey(wallet, walletOf(request), brought))
      return sendText(reply.code(201), kept.id)
    },
  )

  app.post(
    `${base}/verify`,
    {
      schema: {
        summary: 'Whether the key signed the JWS in the body',
        tags,
        params: walletParams,
        querystring: verifyQuery,
        body: verifyBody,
      },
      config: { ...config, accepts: ['text'] },
    },
    async (request, reply) => {
      const signed = valueOr(await verifySigned(wallet, { jwk: request.query.JWK, jws: request.body }))
      return reply.type('application/json; charset=utf-8').send(String(signed))
    },
  )

  oneKeyRoutes(app, wallet)
}

function oneKeyRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    `${base}/:key/load`,
    { schema: { summary: 'The public key as JWK', tags, params: keyParams }, config },
    async (request) => valueOr(await loadPublicKey(wallet, walletOf(request), request.params.key)),
  )

  app.get(
    `${base}/:key/meta`,
    { schema: { summary: 'What is known of a key', tags, params: keyParams }, config },
    async (request) => keyMetaView(valueOr(await describeKey(wallet, walletOf(request), request.params.key))),
  )

  app.get(
    `${base}/:key/export`,
    {
      schema: {
        summary: 'Take a key along; the private one only with loadPrivateKey=true',
        tags,
        params: keyParams,
        querystring: exportKeyQuery,
      },
      config,
    },
    async (request, reply) => {
      const { format, loadPrivateKey: withPrivate } = request.query
      const { key } = request.params
      return sendText(
        reply,
        valueOr(await exportKey(wallet, walletOf(request), key, { format, withPrivate })),
      )
    },
  )

  app.post(
    `${base}/:key/sign`,
    {
      schema: { summary: 'Sign a JSON object; answers a JWS', tags, params: keyParams, body: signBody },
      config,
    },
    async (request, reply) => {
      const payload = request.body as JsonObject
      const { key } = request.params
      return sendText(reply, valueOr(await signWithKey(wallet, walletOf(request), key, payload)))
    },
  )

  for (const [url, summary] of [
    [`${base}/:key`, 'Delete a key that nothing needs'],
    [`${base}/:key/remove`, 'The same: a key lies in the wallet and nowhere else'],
  ] as const) {
    app.delete(
      url,
      { schema: { summary, tags, params: keyParams }, config: withoutBody },
      async (request, reply) => {
        valueOr(await deleteKey(wallet, walletOf(request), request.params.key))
        return reply.code(202).send()
      },
    )
  }
}
