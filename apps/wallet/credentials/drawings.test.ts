import { createHash } from 'node:crypto'
import { decodeUtf8 } from '@countersign/core/base64url'
import { integrityValue } from '@countersign/credential/type-metadata/integrity'
import type { SvgTemplateReference } from '@countersign/credential/type-metadata/type-metadata'
import { startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, expect, it } from 'vitest'
import { inData, receivedCard, svg } from '../testing/received-card.testing.ts'
import { dump, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import { findCard } from './cards.ts'
import { deleteCredential } from './credentials.ts'
import { keepDrawings } from './drawings.ts'
import { findPicture } from './pictures.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const hashOf = (text: string) => integrityValue(createHash('sha256').update(text).digest())
const withName = svg('<text x="1" y="5">{{name}}</text>')
const claims = [
  { path: ['given_name'], svgId: 'name', mandatory: false, sd: 'allowed' as const, display: [] },
  { path: ['adult'], svgId: 'adult', mandatory: false, sd: 'allowed' as const, display: [] },
]
const values = { given_name: '<Planted> & "name"', adult: true }

/** A card that was received, and is drawn by this template, in German too where there is one. */
async function drawn(store: TestStore, template: SvgTemplateReference, german?: SvgTemplateReference) {
  const { card, owned, wallet } = await receivedCard(store, 'en', open)
  const templates = [
    { locale: 'en', template },
    ...(german === undefined ? [] : [{ locale: 'de', template: german }]),
  ]
  await keepDrawings(wallet, owned, { credentialId: card.id, values, drawings: { templates, claims } })
  const drawingIn = async (locale: string) => {
    const found = await findCard(wallet, owned, card.id, [locale])
    const { uri = '' } = (found.ok ? found.value.look.drawing : undefined) ?? {}
    const [head, data = ''] = uri.split(';base64,', 2)
    if (head?.startsWith('data:') === true)
      return { type: head.slice(5), text: Buffer.from(data, 'base64').toString(), way: 'with the card' }
    const id = uri === '' ? undefined : uri.split('/').at(-1)
    const picture = id === undefined ? undefined : await findPicture(wallet, owned, card.id, id)
    return picture?.ok === true
      ? { type: picture.value.type, text: decodeUtf8(picture.value.bytes) ?? '', way: 'by its path' }
      : undefined
  }
  return { card, drawingIn, owned, wallet }
}

onBothDatabases('the drawing of a card', (store) => {
  it('has the claims in it as text, in each language, sealed, and goes with the card', async () => {
    const german = svg('<text x="1" y="5">Erwachsen: {{adult}}</text>')
    const { card, drawingIn, owned, wallet } = await drawn(
      store(),
      { uri: inData(withName), integrity: hashOf(withName) },
      { uri: inData(german) },
    )
    expect(await drawingIn('en')).toMatchObject({ type: 'image/svg+xml' })
    expect((await drawingIn('en'))?.text).toContain('&#60;Planted&#62; &#38;')
    expect((await drawingIn('de'))?.text).toContain('Erwachsen: ja')
    expect(await dump(store())).not.toContain('Planted')
    await deleteCredential(wallet, owned, card.id, { permanent: true })
    expect(await drawingIn('en')).toBeUndefined()
  })
})

onSqlite('the drawing of a card', (store) => {
  it.each([
    ['with the card', 10],
    ['by its path', 10_000],
  ])('comes %s where it has more than %i letters', async (way, letters) => {
    const text = svg(`<text x="1" y="5">{{name}} ${'a'.repeat(letters)}</text>`)
    const { drawingIn } = await drawn(store(), { uri: inData(text) })
    expect(await drawingIn('en')).toMatchObject({ type: 'image/svg+xml', way })
  })

  it('is fetched once, when the card is received, and never when somebody looks at it', async () => {
    const server = await startFaultyServer(async () => ({ status: 200, body: withName }))
    open.push(server)
    const { drawingIn } = await drawn(store(), { uri: `${server.url}/card.svg`, integrity: hashOf(withName) })
    expect((await drawingIn('en'))?.text).toContain('Planted')
    await drawingIn('en')
    expect(server.asked).toEqual(['/card.svg'])
  })

  it.each([
    ['a script', { uri: inData(svg('<script>alert(1)</script>')) }],
    ['what listens', { uri: inData(svg('<rect onload="alert(1)" width="9" height="9"/>')) }],
    ['a picture of somebody else’s', { uri: inData(svg('<image href="https://x.example/p.png"/>')) }],
    ['foreign markup', { uri: inData(svg('<foreignObject><b>x</b></foreignObject>')) }],
  ])('never contains %s', async (_what, template) => {
    const { drawingIn } = await drawn(store(), template)
    expect((await drawingIn('en'))?.text ?? '').not.toMatch(/script|onload|x\.example|foreignObject/)
  })

  it.each([
    ['with other bytes than were promised', { uri: inData(withName), integrity: hashOf('other') }],
    ['whose promise is not understood', { uri: inData(withName), integrity: 'md5-x' }],
    ['that is no drawing', { uri: inData('<html><body>{{name}}</body></html>') }],
    ['that is too large', { uri: inData(svg('<g/>'.repeat(40_000))) }],
    ['that is not there', { uri: 'http://127.0.0.1:1/card.svg' }],
    ['at the address of a cloud’s secrets', { uri: 'http://169.254.169.254/latest/meta-data' }],
  ])('is none by a template %s', async (_what, template) => {
    expect(await (await drawn(store(), template)).drawingIn('en')).toBeUndefined()
  })
})
