/**
 * Token Status Lists against @owf/token-status-list, as JWT and as CWT: every status of what we publish is read by it,
 * and every status of what it publishes is read by us. The JWTs are signed and verified by jose on its side.
 */
import { createPrivateKey, sign } from 'node:crypto'
import { encodeUtf8 } from '@countersign/core/base64url'
import { ok } from '@countersign/core/result'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { nodeCompression } from '@countersign/service/compose/node-compression'
import { getStatus, newStatusBits, type StatusSize, setStatus } from '@countersign/status-list/bits'
import { openStatusList } from '@countersign/status-list/open-status-list'
import type { StatusList as OurList } from '@countersign/status-list/status-list'
import {
  packTokenStatusList,
  type StatusListFacts,
  writeTokenStatusListJwt,
} from '@countersign/status-list/token-status-list'
import { writeTokenStatusListCwt } from '@countersign/status-list/token-status-list-cwt'
import { CoseKey, ProtectedHeaders, SignatureAlgorithm, UnprotectedHeaders } from '@owf/cose'
import {
  createHeaderAndPayload,
  getListFromStatusListJWT,
  StatusList,
  StatusListCwt,
} from '@owf/token-status-list'
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { newIssuer, now, publicJwk } from './people.testing.ts'

const issuer = newIssuer()
const uri = 'https://issuer.example/lists/1'
const facts = {
  uri,
  issuer: 'https://issuer.example',
  issuedAt: now - 60,
  expiresAt: now + 3600,
  ttlSeconds: 300,
} satisfies StatusListFacts
const COUNT = 1024

/** Every status that fits, in an order that differs from byte to byte. */
function statusesOf(size: StatusSize): number[] {
  return Array.from({ length: COUNT }, (_, index) => (index * 7 + Math.floor(index / 5)) % 2 ** size)
}

function packed(size: StatusSize) {
  const bits = newStatusBits(COUNT, size, 'least_significant_first')
  for (const [index, status] of statusesOf(size).entries()) setStatus(bits, index, status)
  return packTokenStatusList(bits, nodeCompression)
}

async function opened(body: Uint8Array, form: 'jwt' | 'cwt', wanted = uri) {
  const mediaType = `application/statuslist+${form}`
  return openStatusList(
    { body, mediaType, fetchedAt: now },
    { mechanism: 'token_status_list', uri: wanted, accept: [mediaType] },
    {
      trust: () => ok({ key: issuer.signer.publicJwk, anchor: 'the other side' }),
      crypto: nodeCrypto,
      compression: nodeCompression,
    },
    now,
  )
}

async function readByUs(body: Uint8Array, form: 'jwt' | 'cwt'): Promise<OurList> {
  const list = await opened(body, form)
  if (!list.ok) throw new Error(`${list.error.code} ${list.error.reason}`)
  return list.value
}

function statusesIn({ content }: OurList): readonly (number | undefined)[] {
  if (content.mechanism !== 'token_status_list') throw new Error(content.mechanism)
  return Array.from({ length: COUNT }, (_, index) => getStatus(content.statuses, index))
}

describe.each([1, 2, 4, 8] as const)('statuses of %i bits', (size) => {
  it('published by us as a JWT are read by the library', async () => {
    const jwt = await writeTokenStatusListJwt(await packed(size), facts, issuer.signer)
    const key = await importJWK(publicJwk(issuer) as JWK, 'ES256')
    const { payload } = await jwtVerify(jwt, key, { typ: 'statuslist+jwt', subject: uri })
    expect(payload).toMatchObject({ ttl: 300, exp: now + 3600 })
    const list = getListFromStatusListJWT(jwt)
    expect(list.getBitsPerStatus()).toBe(size)
    expect(list.statusList).toEqual(statusesOf(size))
  })

  it('published by us as a CWT are read by the library', async () => {
    // §4.3 has it optional, and the library reads no list without.
    const aggregated = { ...facts, aggregationUri: 'https://issuer.example/lists' }
    const { payload } = StatusListCwt.fromToken(
      await writeTokenStatusListCwt(await packed(size), aggregated, issuer.signer),
    )
    expect(payload.statusList.statusList).toEqual(statusesOf(size))
    expect([payload.subject, payload.timeToLive]).toEqual([uri, 300])
    expect(payload.expirationTime).toEqual(new Date((now + 3600) * 1000))
  })

  it('published by the library as a JWT are read by us', async () => {
    const list = await readByUs(encodeUtf8(await jwtOfLibrary(size)), 'jwt')
    expect(statusesIn(list)).toEqual(statusesOf(size))
    expect(list).toMatchObject({ uri, expiresAt: now + 3600, ttlSeconds: 300 })
  })

  it('published by the library as a CWT are read by us', async () => {
    const list = await readByUs(await cwtOfLibrary(size), 'cwt')
    expect(statusesIn(list)).toEqual(statusesOf(size))
    expect(list).toMatchObject({ uri, expiresAt: now + 3600, ttlSeconds: 300 })
  })
})

it('a list of the library is worth nothing under another name or with another byte', async () => {
  const body = encodeUtf8(await jwtOfLibrary(1))
  const renamed = await opened(body, 'jwt', 'https://issuer.example/lists/2')
  expect(renamed).toMatchObject({ ok: false, error: { code: 'list_uri_differs' } })
  const cwt = await cwtOfLibrary(1)
  const last = cwt.length - 1
  const changed = await opened(cwt.with(last, (cwt[last] ?? 0) ^ 1), 'cwt')
  expect(changed).toMatchObject({ ok: false, error: { code: 'signature_invalid' } })
})

async function jwtOfLibrary(size: StatusSize): Promise<string> {
  const claims = { iss: facts.issuer, sub: uri, iat: facts.issuedAt, exp: facts.expiresAt, ttl: 300 }
  const { header, payload } = createHeaderAndPayload(new StatusList(statusesOf(size), size), claims, {
    alg: 'ES256',
    typ: 'statuslist+jwt',
    kid: issuer.signer.keyId,
  })
  return new SignJWT({ ...payload })
    .setProtectedHeader(header)
    .sign(await importJWK({ ...issuer.jwk } as JWK, 'ES256'))
}

async function cwtOfLibrary(size: StatusSize): Promise<Uint8Array> {
  const cwt = new StatusListCwt({
    payload: {
      subject: uri,
      statusList: new StatusList(statusesOf(size), size),
      issuedAt: new Date(facts.issuedAt * 1000),
      expirationTime: new Date((facts.expiresAt ?? 0) * 1000),
      timeToLive: 300,
    },
    protectedHeaders: ProtectedHeaders.create({ protectedHeaders: new Map([[1, SignatureAlgorithm.ES256]]) }),
    unprotectedHeaders: UnprotectedHeaders.create({
      unprotectedHeaders: new Map([[4, encodeUtf8(issuer.signer.keyId)]]),
    }),
  })
  const key = createPrivateKey({ key: { ...issuer.jwk }, format: 'jwk' })
  return cwt.signAndEncode(
    { signingKey: CoseKey.fromJwk({ ...issuer.jwk }), algorithm: SignatureAlgorithm.ES256 },
    { sign: async ({ toBeSigned }) => sign('sha256', toBeSigned, { key, dsaEncoding: 'ieee-p1363' }) },
  )
}
