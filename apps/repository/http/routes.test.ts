import { createHash } from 'node:crypto'
import { catalogue } from '@countersign/catalogue/catalogue'
import { exampleOf } from '@countersign/catalogue/publication'
import { jwtVcJson, vcJwt } from '@countersign/credential/w3c-vc/format'
import type { HttpService } from '@countersign/service/http/http-service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRepository } from '../testing/repository.testing.ts'

const baseUrl = 'https://repository.example'
let service: HttpService
let origin = ''

beforeAll(async () => {
  service = await openRepository(baseUrl)
  origin = `http://localhost:${(await service.listen()).port}`
})
afterAll(() => service.close())

async function get<T>(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(origin + path, { headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as T }
}

const typeNamed = (name: string) => {
  const type = catalogue.find((one) => one.name === name)
  if (type === undefined) throw new Error(`no ${name}`)
  return type
}
const identity = typeNamed('IdentityCredential')
const licence = typeNamed('MobileDrivingLicence')

describe('the lists', () => {
  it('name the types of their format and no others', async () => {
    const [w3c, sdJwt, mdoc] = await Promise.all(
      ['/api/vc/list', '/api/sdjwt-vc/list', '/api/mdoc/list'].map(async (path) =>
        (await get<string[]>(path)).json(),
      ),
    )
    const comeAs = (...formats: readonly string[]) =>
      catalogue.filter((type) => formats.some((id) => type.formats[id] !== undefined)).map(({ name }) => name)
    expect(w3c).toEqual(comeAs('jwt_vc_json', 'vc+jwt', 'vc+sd-jwt'))
    expect(sdJwt).toEqual(comeAs('dc+sd-jwt'))
    expect(w3c).toContain('UniversityDegree')
    expect(sdJwt).toContain('EuPid')
    expect(sdJwt).not.toContain('MobileDrivingLicence')
    expect(mdoc).toEqual(comeAs('mso_mdoc'))
    expect(mdoc).toContain('MobileDrivingLicence')
    expect((await get('/api/list')).json()).toEqual(w3c)
  })

  it('lead to an example each', async () => {
    for (const shelf of ['vc', 'sdjwt-vc', 'mdoc']) {
      for (const name of (await get<string[]>(`/api/${shelf}/list`)).json()) {
        expect((await get(`/api/${shelf}/${name}`)).status).toBe(200)
        expect((await get(`/api/mapping/${name}`)).status).toBe(200)
        expect((await get(`/api/manifest/${name}`)).status).toBe(200)
        expect((await get<object>(`/api/schema/${name}`)).json()).toMatchObject({ title: name })
      }
    }
  })

  it('are listed packed for whoever takes that', async () => {
    for (const encoding of ['gzip', 'br']) {
      const { headers } = await get('/api/types', { 'accept-encoding': encoding })
      expect(headers.get('content-encoding')).toBe(encoding)
    }
    const { headers, text } = await get('/api/types', { 'accept-encoding': 'identity' })
    expect([headers.get('content-encoding'), JSON.parse(text)]).toEqual([null, expect.any(Array)])
  })

  it('are all in the list of types, with where the type metadata is', async () => {
    const types = (await get<{ name: string; typeMetadata?: Record<string, string> }[]>('/api/types')).json()
    expect(types.map(({ name }) => name)).toEqual(catalogue.map(({ name }) => name))
    for (const { name, typeMetadata } of types) {
      if (typeMetadata === undefined) continue
      expect(typeMetadata['uri']).toBe(`${baseUrl}/api/type-metadata/${name}`)
      const { text } = await get(`/api/type-metadata/${name}`)
      const digest = createHash('sha256').update(text).digest('base64')
      expect(typeMetadata['vct#integrity']).toBe(`sha256-${digest}`)
    }
  })
})

describe('an example', () => {
  it('has the shape of its shelf, and of the format that is asked for', async () => {
    const w3c = (await get('/api/vc/IdentityCredential')).json()
    expect(w3c).toEqual(exampleOf(identity, jwtVcJson))
    const newer = (await get('/api/vc/identity_credential?format=vc%2Bjwt')).json()
    expect(newer).toEqual(exampleOf(identity, vcJwt))
    expect((await get('/api/sdjwt-vc/IdentityCredential')).json()).toEqual(identity.example)
    expect((await get('/api/mdoc/MobileDrivingLicence')).json()).toEqual({
      'org.iso.18013.5.1': licence.example,
    })
  })

  it('is not there for a type of another shelf', async () => {
    for (const path of ['/api/vc/MobileDrivingLicence', '/api/mdoc/EuPid', '/api/sdjwt-vc/EuPidMdoc']) {
      const answer = await get<{ message: string }>(path)
      expect(answer.status).toBe(400)
      expect(answer.json().message).toMatch(/^No credential found named: "\w+"\. Available credentials: /)
    }
  })

  it('is not there in a format of another shelf or one that the type does not come in', async () => {
    expect((await get('/api/vc/IdentityCredential?format=mso_mdoc')).status).toBe(400)
    const answer = await get<{ message: string }>('/api/mapping/EuPid?format=vc%2Bjwt')
    expect(answer.status).toBe(400)
    expect(answer.json().message).toBe('EuPid does not come as vc+jwt, but as dc+sd-jwt')
  })
})

describe('a mapping', () => {
  it('has the shape of the format that is asked for, otherwise of the first that the type comes in', async () => {
    expect((await get('/api/mapping/IdentityCredential')).json()).toEqual({
      id: '<uuid>',
      issuer: { id: '<issuerDid>' },
      credentialSubject: { id: '<subjectDid>' },
      issuanceDate: '<timestamp>',
      expirationDate: '<timestamp-in:365d>',
    })
    expect((await get('/api/mapping/IdentityCredential?format=dc%2Bsd-jwt')).json()).toEqual({
      id: '<uuid>',
      exp: '<timestamp-in-seconds:365d>',
    })
    expect((await get('/api/mapping/EuPid')).json()).toMatchObject({ exp: '<timestamp-in-seconds:90d>' })
    expect((await get('/api/mapping/MobileDrivingLicence')).json()).toEqual({})
  })
})

describe('type metadata', () => {
  it('is found by name and by vct, byte for byte the same', async () => {
    const byName = await get<{ vct: string }>('/api/type-metadata/IdentityCredential')
    const byVct = await get(`/api/type-metadata?vct=${encodeURIComponent(byName.json().vct)}`)
    expect(byVct.text).toBe(byName.text)
    expect(byVct.headers.get('etag')).toBe(byName.headers.get('etag'))
    expect(byName.headers.get('content-type')).toMatch(/^application\/json/)
    expect(byName.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('is not sent again to who has it', async () => {
    const path = '/api/type-metadata/IdentityCredential'
    const etag = (await get(path)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"sha256-[A-Za-z0-9+/]+=*"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(path, { 'if-none-match': known })
      expect([again.status, again.text]).toEqual([304, ''])
      expect(again.headers.get('etag')).toBe(etag)
    }
    expect((await get(path, { 'if-none-match': '"sha256-other"' })).status).toBe(200)
  })

  it('is not there for what does not come as an SD-JWT VC', async () => {
    expect((await get('/api/type-metadata/MobileDrivingLicence')).status).toBe(404)
    expect((await get('/api/type-metadata?vct=urn:unheard-of')).status).toBe(404)
    expect((await get('/api/type-metadata/Unknown')).status).toBe(400)
  })
})
