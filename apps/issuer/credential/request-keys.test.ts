import { derivedDecryptionKey } from '@countersign/keys/deployment/derived-key'
import { openSealing } from '@countersign/keys/deployment/sealing'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { expect, it } from 'vitest'
import { REQUEST_KEY_SECONDS, requestKeys } from './request-keys.ts'

const START = REQUEST_KEY_SECONDS * 600
const mac = openSealing(new Uint8Array(32).fill(7)).mac('test')

function instance() {
  const made: string[] = []
  const keys = requestKeys((name) => {
    made.push(name)
    return derivedDecryptionKey(mac, name)
  }, nodeCrypto)
  return { keys, made }
}

it('are the same on every instance and after a restart, and made once', async () => {
  const { keys, made } = instance()
  const first = await keys.current(START)
  expect(await keys.current(START + REQUEST_KEY_SECONDS - 1)).toBe(first)
  expect(await instance().keys.current(START + 5)).toEqual(first)
  await keys.taken(START)
  await keys.taken(START)
  expect(made).toEqual(['period-600', 'period-599', 'period-601'])
})

it('follow each other, and each is taken for a period after its own', async () => {
  const { keys } = instance()
  const first = await keys.current(START)
  const second = await keys.current(START + REQUEST_KEY_SECONDS)
  expect(second.keyId).not.toBe(first.keyId)
  const idsAt = async (now: number) => (await keys.taken(now)).map(({ keyId }) => keyId)
  // Before its period: an instance whose clock is ahead names it already.
  expect(await idsAt(START - 1)).toContain(first.keyId)
  expect(await idsAt(START)).toContain(first.keyId)
  expect(await idsAt(START + 2 * REQUEST_KEY_SECONDS - 1)).toContain(first.keyId)
  expect(await idsAt(START + 2 * REQUEST_KEY_SECONDS)).not.toContain(first.keyId)
  expect(await idsAt(START)).toHaveLength(3)
})
