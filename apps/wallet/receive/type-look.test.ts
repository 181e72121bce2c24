import { createHash } from 'node:crypto'
import { integrityValue } from '@countersign/credential/type-metadata/integrity'
import { startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, expect, it } from 'vitest'
import { onSqlite } from '../testing/wallet.testing.ts'
import { typeLooks } from '../type-looks.ts'
import { lookFor } from './type-look.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const urn = 'urn:test:card'
const issuers = {
  displays: [{ name: 'By the issuer', locale: 'en' }],
  claims: [{ path: ['a'], labels: [{ label: 'A of the issuer', locale: 'en' }] }],
  receivedFrom: 'https://issuer.example',
}
const display = [
  { locale: 'en', name: 'By the type', rendering: { simple: { background_color: '#123456' } } },
]
const claims = [{ path: ['a'], display: [{ locale: 'en', label: 'A of the type' }] }]
const byType = {
  displays: [{ name: 'By the type', backgroundColor: '#123456' }],
  receivedFrom: issuers.receivedFrom,
}

/** Somebody publishes these documents at these paths. */
async function publisher(documents: (url: string) => Readonly<Record<string, object>>) {
  const texts = new Map<string, string>()
  const server = await startFaultyServer(async ({ path }) => {
    const body = texts.get(path)
    return { status: body === undefined ? 404 : 200, body: body ?? '' }
  })
  open.push(server)
  for (const [path, document] of Object.entries(documents(server.url)))
    texts.set(path, JSON.stringify(document))
  return {
    ...server,
    integrity: (path: string) =>
      integrityValue(
        createHash('sha256')
          .update(texts.get(path) ?? '')
          .digest(),
      ),
  }
}

onSqlite('the look of a card', (store) => {
  const received = (vct: string, repositoryUrl?: string, integrity?: string) =>
    lookFor(
      { ...store().instance(), repositoryUrl, typeLooks: typeLooks() },
      { type: vct, claims: { vct, ...(integrity !== undefined && { 'vct#integrity': integrity }) } },
      issuers,
    )
  const look = async (...asked: Parameters<typeof received>) => (await received(...asked)).look

  it('is that of its type, in the repository or at the address that the type is called by', async () => {
    const { url } = await publisher((at) => ({
      '/api/type-metadata': { vct: urn, display, claims },
      '/card': { vct: `${at}/card`, display },
    }))
    expect(await look(urn, url)).toMatchObject({
      ...byType,
      claims: [{ labels: [{ label: 'A of the type' }] }],
    })
    expect(await look(`${url}/card`)).toMatchObject({ ...byType, claims: issuers.claims })
  })

  it('is drawn, in each language, by the template for a card that lies, in daylight, for everybody', async () => {
    const template = (name: string, properties: object) => ({
      uri: `https://types.example/${name}`,
      properties,
    })
    const templates = [
      template('stands', { orientation: 'portrait', color_scheme: 'light' }),
      template('dark', { orientation: 'landscape', color_scheme: 'dark' }),
      template('strong', { orientation: 'landscape', contrast: 'high' }),
      template('ours', { orientation: 'landscape', color_scheme: 'light', contrast: 'normal' }),
    ]
    const document = {
      vct: urn,
      claims: [{ path: ['a'], svg_id: 'a' }],
      display: [
        { locale: 'en', name: 'A', rendering: { svg_templates: templates } },
        { locale: 'de', name: 'B', rendering: { svg_templates: templates.slice(0, 2) } },
        { locale: 'fr', name: 'C', rendering: { svg_templates: templates.slice(0, 1) } },
      ],
    }
    const { url } = await publisher(() => ({ '/api/type-metadata': document }))
    const { drawings } = await received(urn, url)
    expect(drawings.templates).toMatchObject([
      { locale: 'en', template: { uri: 'https://types.example/ours' } },
      { locale: 'de', template: { uri: 'https://types.example/dark' } },
    ])
    expect(drawings.claims).toMatchObject([{ path: ['a'], svgId: 'a' }])
    // Metadata that are not those that the credential was made with draw nothing.
    expect((await received(urn, url, 'sha256-AAAA')).drawings.templates).toEqual([])
  })

  it('is neutral where the metadata are not those that the credential was made with', async () => {
    const { integrity, url } = await publisher(() => ({
      '/api/type-metadata': { vct: urn, display },
      '/other': {},
    }))
    expect(await look(urn, url, await integrity('/api/type-metadata'))).toMatchObject(byType)
    const neutral = { displays: [], claims: [], receivedFrom: issuers.receivedFrom }
    expect(await look(urn, url, await integrity('/other'))).toEqual(neutral)
    expect(await look(urn, url, 'md5-x')).toEqual(neutral)
  })

  it.each([
    ['of another type', { vct: 'urn:test:other', display }],
    ['that are malformed', { display }],
  ])('is the issuer’s own where there are metadata %s', async (_what, document) => {
    const { url } = await publisher(() => ({ '/api/type-metadata': document }))
    expect(await look(urn, url)).toEqual(issuers)
  })

  it('is the issuer’s own where nobody is asked, nobody answers, or the format knows no such metadata', async () => {
    expect(await look(urn)).toEqual(issuers)
    expect(await look(urn, 'http://127.0.0.1:1')).toEqual(issuers)
    const { asked, url } = await publisher(() => ({}))
    const wallet = { ...store().instance(), repositoryUrl: url }
    const diploma = await lookFor(wallet, { type: 'Diploma', claims: { type: ['Diploma'] } }, issuers)
    expect(diploma).toEqual({ look: issuers, drawings: { templates: [], claims: [] } })
    expect(asked).toEqual([])
  })
})
