import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { configurationPage, PAGE } from './configuration-page.ts'

it('docs/configuration.md says what the schemas say (npm run docs writes it)', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(configurationPage())
})
