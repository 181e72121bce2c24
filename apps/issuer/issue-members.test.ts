/**
 * Members that the issuer writes itself, over HTTP: refused by their names in every issue call, in the data, in the
 * mapping and beside them, whichever of walt.id's paths the call takes and wherever it stands among several.
 */
import type { JsonObject } from '@countersign/core/json'
import { formatCases } from '@countersign/testing/client/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CalledIssuer, callIssuer, payloadOf, withEverything } from './testing/issue-calls.testing.ts'
import { testIssuer } from './testing/issuer.testing.ts'

let issuer: CalledIssuer

beforeAll(async () => {
  issuer = await callIssuer(withEverything(testIssuer()))
})
afterAll(() => issuer.close())

/** An order in order of another configuration, which stands before the bad one. */
function goodOne({ credentialConfigurationId: bad }: JsonObject): JsonObject | undefined {
  return formatCases.find(({ order }) => order['credentialConfigurationId'] !== bad)?.order
}

async function expectRefused(order: JsonObject, member: string, paths = ['jwt']): Promise<void> {
  const calls = paths.flatMap((path) => [
    issuer.offer(`/openid4vc/${path}/issue`, order),
    issuer.offer(`/openid4vc/${path}/issueBatch`, [goodOne(order), order]),
  ])
  const name = new RegExp(`(?<![\\w.:])${member.replaceAll('.', '\\.')}(?!\\w)`)
  for (const answer of await Promise.all(calls))
    expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(name) })
}

const SD_JWT_VC = [
  'cnf',
  'status',
  'vct',
  'iss',
  'iat',
  '_sd',
  '_sd_alg',
  '...',
  'issuer',
  'credentialStatus',
]
const W3C = ['credentialStatus', 'issuer', 'proof', 'vct', 'iss', 'sub', 'jti', 'iat', 'nbf', 'exp', 'cnf']
const MORE_W3C = [
  'status',
  '_sd',
  '_sd_alg',
  '...',
  'vc',
  'vp',
  'jwt:iss',
  'jwt:sub',
  'jwt:jti',
  'jwt:iat',
  'jwt:x',
]
const MDOC = [
  'status',
  'validityInfo',
  'docType',
  'deviceKeyInfo',
  'credentialStatus',
  'vct',
  'issuer',
  'exp',
]

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'dc+sd-jwt': SD_JWT_VC,
  mso_mdoc: MDOC,
  jwt_vc_json: [...W3C, ...MORE_W3C],
  'vc+jwt': [...W3C, ...MORE_W3C],
  'vc+sd-jwt': [...W3C, ...MORE_W3C],
}

describe.each(formatCases.map(({ format, order }) => [format, order] as const))(
  'an issue call for %s',
  (format, order) => {
    const data = order['mdocData'] === undefined ? 'credentialData' : 'mdocData'

    it.each(MEMBERS[format] ?? [])('is refused with %s', async (member) => {
      const value = { id: 'urn:example:other' }
      const withMember = { ...order, [data]: { ...(order[data] as JsonObject), [member]: value } }
      await expectRefused(withMember, member)
      await expectRefused({ ...order, mapping: { [member]: value } }, member)
    })

    it('is refused on each path', async () => {
      const [member = ''] = MEMBERS[format] ?? []
      const withMember = { ...order, [data]: { ...(order[data] as JsonObject), [member]: {} } }
      await expectRefused(withMember, member, ['jwt', 'sdjwt', 'mdoc'])
    })

    it('is refused with such members beside the data', async () => {
      for (const member of ['credentialStatus', 'vct', 'mdocStatus', 'sdJwtCredentialClaims', 'display'])
        await expectRefused({ ...order, [member]: {} }, member)
    })
  },
)

describe('a W3C credential', () => {
  const [one] = formatCases.filter(({ format }) => format === 'vc+jwt')
  const order = one?.order ?? {}
  const subject = (order['credentialData'] as { credentialSubject: JsonObject }).credentialSubject

  it('is about its holder, and nobody else is named', async () => {
    const given = { credentialSubject: { ...subject, id: 'did:example:child' } }
    await expectRefused({ ...order, credentialData: given }, 'credentialSubject.id')
    const mapping = { credentialSubject: { id: '<subjectDid>' } }
    const { text } = await issuer.offer('/openid4vc/jwt/issue', { ...order, credentialData: given, mapping })
    const [credential] = (await issuer.receive(text)) as string[]
    const { credentialSubject } = payloadOf(credential ?? '')
    expect(credentialSubject).toMatchObject({ id: expect.stringMatching(/^did:jwk:/), given_name: 'Ada' })
  })

  it('keeps what is said of its issuer beside the id', async () => {
    const given = { credentialSubject: subject, issuer: { id: 'did:example:placeholder', name: 'Example' } }
    await expectRefused({ ...order, credentialData: given }, 'issuer.id')
    const mapping = { issuer: { id: '<issuerDid>' } }
    const { text } = await issuer.offer('/openid4vc/jwt/issue', { ...order, credentialData: given, mapping })
    const [credential] = (await issuer.receive(text)) as string[]
    expect(payloadOf(credential ?? '')).toMatchObject({
      issuer: { id: 'https://issuer.example', name: 'Example' },
      iss: 'https://issuer.example',
    })
  })
})
