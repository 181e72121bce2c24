// What both stock builds share: Fastify with its logger, plain JSON sessions by GET and SET, and what the OpenID libraries want to have
// done by `jose`. Plain JavaScript: its packages are there only where the bench has run, so nothing could check types. Generous
// to them: a key of an issuer is imported once, and nobody asks whether its chain is still good.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@redis/client'
import Fastify from 'fastify'
import { CompactSign, compactVerify, importJWK, importX509 } from 'jose'

export const TTL_SECONDS = 900

/** Argument: the folder of the deployment; environment: Redis, and what callers of the management API know. */
export async function open(name, base) {
  const [folder] = process.argv.slice(2)
  const redis = await createClient({ url: process.env['REDIS_URL'] }).connect()
  const read = (file) => readFileSync(join(folder, file), 'utf8')
  const { kid: _, ...jwk } = JSON.parse(read(`${name}.json`))
  const x5c = [read(`${name}.pem`).replaceAll(/-----[^-]+-----|\s/g, '')]
  const key = await importJWK(jwk, 'ES256')
  const { d: __, ...publicJwk } = jwk
  return { app: listener(), base, folder, jwk, key, publicJwk, x5c, redis, sessions: sessionsIn(redis, name) }
}

function listener() {
  const app = Fastify({ logger: { level: 'info' } })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body))),
  )
  return app
}

export async function serve(app) {
  await app.listen({ port: 0, host: '127.0.0.1' })
  process.send({ port: app.server.address().port })
}

export const newId = () => randomBytes(16).toString('base64url')

function sessionsIn(redis, name) {
  const keyOf = (id) => `stock:${name}:${id}`
  return {
    get: async (id) => {
      const found = await redis.get(keyOf(id))
      if (found === null) throw Object.assign(new Error('no such session'), { statusCode: 404 })
      return JSON.parse(found)
    },
    set: (id, session) => redis.set(keyOf(id), JSON.stringify(session), { EX: TTL_SECONDS }),
  }
}

/** For routes that only operators call. */
export const operatorsOnly = {
  onRequest: async ({ headers }) => {
    if (headers.authorization === `Bearer ${process.env['MANAGEMENT_API_KEY']}`) return
    throw Object.assign(new Error('not allowed'), { statusCode: 401 })
  },
}

export function callbacksOf({ key, publicJwk }) {
  return {
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    generateRandom: (length) => randomBytes(length),
    signJwt: async (_, { header, payload }) => ({
      jwt: await new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader(header).sign(key),
      signerJwk: publicJwk,
    }),
    verifyJwt: async ({ publicJwk: signerJwk }, { compact }) => {
      await compactVerify(compact, await importJWK(signerJwk, 'ES256'))
      return { verified: true, signerJwk }
    },
    decryptJwe: () => Promise.reject(new Error('nothing is encrypted here')),
    encryptJwe: () => Promise.reject(new Error('nothing is encrypted here')),
  }
}

export const hasher = (data, algorithm) =>
  createHash(algorithm.replace('-', ''))
    .update(typeof data === 'string' ? data : new Uint8Array(data))
    .digest()

/** Of the first certificate, imported once. */
export function issuerKeys() {
  const known = new Map()
  return async ({ x5c: [leaf] }) => {
    const key =
      known.get(leaf) ??
      (await importX509(`-----BEGIN CERTIFICATE-----\n${leaf}\n-----END CERTIFICATE-----`, 'ES256'))
    known.set(leaf, key)
    return key
  }
}
