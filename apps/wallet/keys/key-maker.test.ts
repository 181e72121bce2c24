import {
  generateSoftwareKey,
  type PrivateJwk,
  type SoftwareKeyType,
} from '@countersign/keys/signers/software-key'
import { expect, it } from 'vitest'
import { openKeyMaker } from './key-maker.ts'

/** Makes a key when the test says so. */
function slowly() {
  const underway: { readonly keyType: SoftwareKeyType; finish(key?: PrivateJwk): void }[] = []
  const generate = (keyType: SoftwareKeyType) =>
    new Promise<PrivateJwk>((resolve, reject) => {
      const finish = (key?: PrivateJwk) => (key ? resolve(key) : reject(new Error('no entropy')))
      underway.push({ keyType, finish })
    })
  return { underway, maker: openKeyMaker(generate) }
}

const key = generateSoftwareKey('ES256')
const moment = () => new Promise((resolve) => setImmediate(resolve))

it('makes one RSA key at a time, in the order of asking', async () => {
  const { maker, underway } = slowly()
  const all = [maker.make('RSA'), maker.make('RSA3072'), maker.make('RSA4096')]
  for (let made = 1; made <= 3; made++) {
    await moment()
    expect(underway).toHaveLength(made)
    underway.at(-1)?.finish(key)
  }
  expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true)
  expect(underway.map(({ keyType }) => keyType)).toEqual(['RSA', 'RSA3072', 'RSA4096'])
})

it('makes elliptic keys at once, whoever waits for RSA keys', async () => {
  const { maker, underway } = slowly()
  void maker.make('RSA4096')
  const made = maker.make('Ed25519')
  await moment()
  underway.find(({ keyType }) => keyType === 'Ed25519')?.finish(key)
  expect(await made).toEqual({ ok: true, value: key })
})

it('sends away who would be the ninth in the queue, and takes in the next when there is room', async () => {
  const { maker, underway } = slowly()
  const waiting = Array.from({ length: 8 }, () => maker.make('RSA'))
  expect(await maker.make('RSA')).toEqual({ ok: false, error: { code: 'key_maker_busy' } })
  await moment()
  underway[0]?.finish(key)
  await waiting[0]
  const next = maker.make('RSA')
  for (let made = 1; made < 9; made++) {
    await moment()
    underway[made]?.finish(key)
  }
  expect(await next).toMatchObject({ ok: true })
})

it('goes on after a key that could not be made', async () => {
  const { maker, underway } = slowly()
  const [first, second] = [maker.make('RSA'), maker.make('RSA')]
  await moment()
  underway[0]?.finish()
  await expect(first).rejects.toThrow('no entropy')
  await moment()
  underway[1]?.finish(key)
  expect(await second).toMatchObject({ ok: true })
})
