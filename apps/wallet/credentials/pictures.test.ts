import { encodeBase64 } from '@countersign/core/base64url'
import { startFaultyServer } from '@countersign/testing/client/faulty-server'
import { afterEach, expect, it } from 'vitest'
import { eagle } from '../testing/issuer.testing.ts'
import { inData, receivedCard, svg } from '../testing/received-card.testing.ts'
import { dump, newOwner, onBothDatabases, onSqlite, type TestStore } from '../testing/wallet.testing.ts'
import { deleteCredential, findCredential } from './credentials.ts'
import { findPicture, keepLogos, keptPictures, logoOf } from './pictures.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** A card, as somebody sees it who reads German. */
async function received(store: TestStore) {
  const { card, owned, wallet } = await receivedCard(store, 'de', open)
  const [, credential = '', picture = ''] =
    /\/credentials\/([^/]+)\/pictures\/([^/]+)$/.exec(card.look.logo?.uri ?? '') ?? []
  const address = [decodeURIComponent(credential), picture] as const
  return { address, card, owned, wallet }
}

const drawn = (inside: string) => inData(svg(inside))

onBothDatabases('the logo of a card', (store) => {
  it('is kept with it, sealed and for its owner alone, and goes with it', async () => {
    const { address, card, owned, wallet } = await received(store())
    expect(card.look.logo?.altText).toBe('Adler')
    const found = await findPicture(wallet, owned, ...address)
    expect(found).toMatchObject({ ok: true, value: { type: 'image/png' } })
    expect(found.ok && `data:image/png;base64,${encodeBase64(found.value.bytes)}`).toBe(eagle)
    const stranger = await newOwner(wallet)
    expect(await findPicture(wallet, stranger, ...address)).toMatchObject({
      error: { code: 'picture_unknown' },
    })
    expect(await dump(store())).not.toContain('iVBORw0KGgo')
    await deleteCredential(wallet, owned, card.id, { permanent: true })
    expect(await findPicture(wallet, owned, ...address)).toMatchObject({ ok: false })
  })
})

onSqlite('the logo of a card', (store) => {
  /** What is kept of a logo at this address, in German. */
  async function keptOf(uri: string) {
    const { card, owned, wallet } = await received(store())
    const found = await findCredential(wallet, owned, card.id)
    if (!found.ok) throw new Error(found.error.code)
    const look = { displays: [{ name: 'Ausweis', logo: { uri } }], claims: [] }
    const keep = () => keepLogos(wallet, owned, [{ ...found.value, look }])
    await keep()
    const logo = await logoOf(wallet, owned, { id: card.id, look }, await keptPictures(wallet, owned), ['de'])
    const picture = logo && (await findPicture(wallet, owned, card.id, logo.uri.split('/').at(-1) ?? ''))
    return { keep, type: picture?.ok === true ? picture.value.type : undefined }
  }

  it('is fetched once', async () => {
    const server = await startFaultyServer(async () => ({
      status: 200,
      body: svg('<rect width="9" height="9"/>'),
      headers: { 'content-type': 'text/html' },
    }))
    open.push(server)
    const { keep, type } = await keptOf(`${server.url}/logo`)
    expect(type).toBe('image/svg+xml')
    await keep()
    expect(server.asked).toEqual(['/logo'])
  })

  it.each([
    ['a script', drawn('<script>alert(1)</script>')],
    ['a program', 'data:image/png,%3Cscript%3Ealert(1)%3C/script%3E'],
    ['one that is too large', drawn('<g/>'.repeat(40_000))],
    ['what cannot be decoded', 'data:image/png;base64,%%%'],
    ['what is not there', 'http://127.0.0.1:1/logo.png'],
    ['at an address that is none', 'file:///etc/passwd'],
    ['at the address of a cloud’s secrets', 'http://169.254.169.254/latest/meta-data'],
  ])('is not %s', async (_what, uri) => {
    expect((await keptOf(uri)).type).toBeUndefined()
  })

  it('is not behind a redirect, which could lead into this network', async () => {
    const [target, server] = [await startFaultyServer(picture), await startFaultyServer(redirect)]
    open.push(target, server)
    async function picture() {
      return { status: 200, body: svg('<rect width="9" height="9"/>') }
    }
    async function redirect() {
      return { status: 302, body: '', headers: { location: target.url } }
    }
    expect((await keptOf(server.url)).type).toBeUndefined()
    expect(target.asked).toEqual([])
  })
})
