import { readdirSync, readFileSync } from 'node:fs'
import { costsAtMost } from '@countersign/testing/time/costs-at-most'
import { expect, it } from 'vitest'
import { jsonObject } from './json.ts'

it('an object is looked at and not walked through', async () => {
  const value = { a: Array.from({ length: 300_000 }, () => ({})) }
  await costsAtMost(2, () => jsonObject.parse(value))
})

it.each([
  [[], 'array'],
  [null, 'null'],
  ['{}', 'string'],
  [undefined, 'undefined'],
])('%j is none, and the answer says what it is', (value, kind) => {
  const [issue] = jsonObject.safeParse(value).error?.issues ?? []
  expect(issue?.message).toBe(`Invalid input: expected object, received ${kind}`)
})

it('no schema has the schema library walk through JSON a second time', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const sources = files.filter(
    (file) => file.endsWith('.ts') && !file.includes('node_modules') && !file.endsWith('.test.ts'),
  )
  expect(sources.length).toBeGreaterThan(10)
  const walking = sources.filter((file) =>
    readFileSync(`${import.meta.dirname}/${file}`, 'utf8').includes('z.json('),
  )
  expect(walking).toEqual([])
})
