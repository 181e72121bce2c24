import type { ResolvedType } from '@countersign/credential/type-metadata/resolve'
import { expect, it } from 'vitest'
import { typeLooks } from './type-looks.ts'

const type = (vct: string, description = ''): ResolvedType => ({
  vct,
  types: [vct],
  description,
  display: [],
  claims: [],
})

it('keeps what a type says for some minutes, by its name and hash', () => {
  const looks = typeLooks()
  looks.keep('urn:a', 'sha256-x', 1000, type('urn:a'))
  expect(looks.find('urn:a', 'sha256-x', 1299)).toMatchObject({ vct: 'urn:a' })
  expect(looks.find('urn:a', 'sha256-x', 1300)).toBeUndefined()
  expect(looks.find('urn:a', 'sha256-y', 1000)).toBeUndefined()
  expect(looks.find('urn:a', undefined, 1000)).toBeUndefined()
  expect(looks.find('urn:b', 'sha256-x', 1000)).toBeUndefined()
})

it('keeps a hundred at most, the newest', () => {
  const looks = typeLooks()
  for (let at = 0; at < 150; at++) looks.keep(`urn:${at}`, undefined, 1000, type(`urn:${at}`))
  expect(looks.find('urn:49', undefined, 1000)).toBeUndefined()
  expect(looks.find('urn:50', undefined, 1000)).toBeDefined()
  expect(looks.find('urn:149', undefined, 1000)).toBeDefined()
})

it('keeps no more than four million characters, and none that is longer', () => {
  const looks = typeLooks()
  const long = 'x'.repeat(1_500_000)
  for (const vct of ['urn:a', 'urn:b', 'urn:c']) looks.keep(vct, undefined, 1000, type(vct, long))
  expect(looks.find('urn:a', undefined, 1000)).toBeUndefined()
  expect(looks.find('urn:b', undefined, 1000)).toBeDefined()
  looks.keep('urn:d', undefined, 1000, type('urn:d', long.repeat(3)))
  for (const vct of ['urn:b', 'urn:c', 'urn:d']) expect(looks.find(vct, undefined, 1000)).toBeUndefined()
  looks.keep('urn:e', undefined, 1000, type('urn:e'))
  expect(looks.find('urn:e', undefined, 1000)).toBeDefined()
})
