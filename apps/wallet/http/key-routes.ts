/** The keys of a wallet: made, brought along, taken along, used. */
import { walletParams } from '@countersign/api/wallet/accounts'
import {
  exportKeyQuery,
  generateKeyRequest,
  importKeyQuery,
  importKeyRequest,
  keyMetaAnswer,
  keyParams,
  keysAnswer,
  publicKeyAnswer,
  signRequest,
  verifyAnswer,
  verifyQuery,
  verifyRequest,
} from '@countersign/api/wallet/keys'
import type { JsonObject } from '@countersign/core/json'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { exportKey, signWithKey, verifySigned } from '../keys/key-operations.ts'
import { deleteKey, describeKey, generateKey, importKey, listKeys, loadPublicKey } from '../keys/keys.ts'
import { MAX_KEYS, type Wallet } from '../wallet.ts'
import {
  jsonAnswer,
  malformedAnswer,
  refusalAnswer,
  textAnswer,
  walletAnswers,
} from './answers/route-answers.ts'
import { keyMetaView, keyView, sendText, valueOr } from './answers/wire.ts'
import { KEY_ERRORS, PUBLIC_KEY_ERRORS } from './answers/wire-holding.ts'
import { walletOf } from './caller/authenticate-caller.ts'

const config = { door: 'open', limited: false } as const
const withoutBody = { ...config, accepts: ['json', 'text', 'form'] } as const
const base = '/wallet-api/wallet/:wallet/keys'
const tags = ['keys']

const noSuchKey = refusalAnswer(
  KEY_ERRORS,
  { code: 'key_unknown' },
  'There is no such wallet, or no such key in it',
)
const full = refusalAnswer(KEY_ERRORS, { code: 'too_many_keys', max: MAX_KEYS }, 'The wallet is full')
const keyAnswers = { ...walletAnswers, 404: noSuchKey }

const generateAnswers = {
  ...walletAnswers,
  201: textAnswer('The id of the new key', '5f1d7c36-3f2b-4a53-9d2e-6f0c7a9b1e22'),
  400: malformedAnswer('body/backend: only the backend jwk is supported'),
  409: full,
  503: refusalAnswer(KEY_ERRORS, { code: 'key_maker_busy' }, 'Too many RSA keys are being made'),
}

const importAnswers = {
  ...walletAnswers,
  201: textAnswer('The id of the key', 'hP0wA1nIhYvSGKLzQOd0zvLZKz0wZ2v4H1cHcGkq3mE'),
  400: refusalAnswer(KEY_ERRORS, { code: 'key_not_private' }, 'The key cannot be used'),
  409: refusalAnswer(
    KEY_ERRORS,
    { code: 'key_exists', id: '5f1d7c36-3f2b-4a53-9d2e-6f0c7a9b1e22' },
    'The wallet has the key, or is full',
  ),
}

const verifyAnswers = {
  ...walletAnswers,
  200: jsonAnswer('Whether the key signed it', verifyAnswer),
  400: refusalAnswer(PUBLIC_KEY_ERRORS, { code: 'jwk_private', member: 'd' }, 'JWK is no public key'),
}

const exportAnswers = {
  ...keyAnswers,
  200: textAnswer(
    'The key',
    '{"kid":"5f1d7c36-3f2b-4a53-9d2e-6f0c7a9b1e22","kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}',
  ),
  400: malformedAnswer('querystring/format: Invalid option: expected one of "JWK"|"PEM"|"jwk"|"pem"'),
}

const signAnswers = {
  ...keyAnswers,
  200: textAnswer(
    'A compact JWS',
    'eyJhbGciOiJFUzI1NiIsImtpZCI6IjVmMWQ3YzM2In0.eyJoZWxsbyI6IndvcmxkIn0.DtEhU3lj…',
  ),
  400: malformedAnswer('body: Invalid input: expected object, received array'),
}

const deleteAnswers = {
  ...keyAnswers,
  202: { description: 'The key is gone' },
  409: refusalAnswer(KEY_ERRORS, { code: 'key_in_use' }, 'Something needs the key'),
}

export function keyRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    base,
    {
      schema: { summary: 'The keys', tags, params: walletParams },
      config: { ...config, answers: { ...walletAnswers, 200: jsonAnswer('The keys', keysAnswer) } },
    },
    async (request) => (await listKeys(wallet, walletOf(request))).map(keyView),
  )

  app.post(
    `${base}/generate`,
    {
      schema: { summary: 'Make a key', tags, params: walletParams, body: generateKeyRequest },
      bodyLimit: BODY_LIMITS.message,
      config: { ...config, answers: generateAnswers },
    },
    async (request, reply) => {
      const { keyType, name } = request.body
      const made = valueOr(KEY_ERRORS, await generateKey(wallet, walletOf(request), { keyType, name }))
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
        body: importKeyRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...config, accepts: ['text', 'json'], answers: importAnswers },
    },
    async (request, reply) => {
      const brought = { key: request.body, name: request.query.alias }
      const kept = valueOr(KEY_ERRORS, await importKey(wallet, walletOf(request), brought))
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
        body: verifyRequest,
      },
      bodyLimit: BODY_LIMITS.message,
      config: { ...config, accepts: ['text'], answers: verifyAnswers },
    },
    async (request, reply) => {
      const signed = valueOr(
        PUBLIC_KEY_ERRORS,
        await verifySigned(wallet, { jwk: request.query.JWK, jws: request.body }),
      )
      return reply.type('application/json; charset=utf-8').send(String(signed))
    },
  )

  oneKeyRoutes(app, wallet)
  deletionRoutes(app, wallet)
}

function oneKeyRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    `${base}/:key/load`,
    {
      schema: { summary: 'The public key as JWK', tags, params: keyParams },
      config: { ...config, answers: { ...keyAnswers, 200: jsonAnswer('The public key', publicKeyAnswer) } },
    },
    async (request) =>
      valueOr(KEY_ERRORS, await loadPublicKey(wallet, walletOf(request), request.params.key)),
  )

  app.get(
    `${base}/:key/meta`,
    {
      schema: { summary: 'What is known of a key', tags, params: keyParams },
      config: { ...config, answers: { ...keyAnswers, 200: jsonAnswer('The key', keyMetaAnswer) } },
    },
    async (request) =>
      keyMetaView(valueOr(KEY_ERRORS, await describeKey(wallet, walletOf(request), request.params.key))),
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
      config: { ...config, answers: exportAnswers },
    },
    async (request, reply) => {
      const { format, loadPrivateKey: withPrivate } = request.query
      const { key } = request.params
      return sendText(
        reply,
        valueOr(KEY_ERRORS, await exportKey(wallet, walletOf(request), key, { format, withPrivate })),
      )
    },
  )

  app.post(
    `${base}/:key/sign`,
    {
      schema: { summary: 'Sign a JSON object; answers a JWS', tags, params: keyParams, body: signRequest },
      bodyLimit: BODY_LIMITS.message,
      config: { ...config, answers: signAnswers },
    },
    async (request, reply) => {
      const payload = request.body as JsonObject
      const { key } = request.params
      return sendText(reply, valueOr(KEY_ERRORS, await signWithKey(wallet, walletOf(request), key, payload)))
    },
  )
}

function deletionRoutes(app: ServiceApp, wallet: Wallet): void {
  for (const [url, summary] of [
    [`${base}/:key`, 'Delete a key that nothing needs'],
    [`${base}/:key/remove`, 'The same: a key lies in the wallet and nowhere else'],
  ] as const) {
    app.delete(
      url,
      {
        schema: { summary, tags, params: keyParams },
        bodyLimit: BODY_LIMITS.message,
        config: { ...withoutBody, answers: deleteAnswers },
      },
      async (request, reply) => {
        valueOr(KEY_ERRORS, await deleteKey(wallet, walletOf(request), request.params.key))
        return reply.code(202).send()
      },
    )
  }
}
