import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readHoconFile } from './hocon.ts'
import { transactionDataShape } from './transaction-data.ts'

const setting = z.object(transactionDataShape)
const read = (profiles: unknown) =>
  setting.parse({ transactionDataProfiles: profiles }).transactionDataProfiles

describe('types of transaction data in a configuration', () => {
  it('are none where nothing is said', () =>
    expect(setting.parse({})).toEqual({ transactionDataProfiles: [] }))

  it('have names and fields, also within each other', () => {
    const account = {
      name: 'account',
      label: { en: 'Account', de: 'Konto' },
      kind: 'object',
      required: true,
      fields: [{ name: 'iban', label: 'IBAN', kind: 'text', required: true }],
    }
    expect(read([{ type: 'urn:example:a', displayName: { en: 'A', de: 'B' }, fields: [account] }])).toEqual([
      {
        type: 'urn:example:a',
        displayName: { en: 'A', de: 'B' },
        fields: [
          { ...account, fields: [{ name: 'iban', label: { en: 'IBAN' }, kind: 'text', required: true }] },
        ],
      },
    ])
  })

  it("may be written as walt.id's are: names alone", () => {
    const profile = { type: 'org.waltid.x', displayName: 'Payment', fields: ['amount', 'payee'] }
    expect(read([profile])).toEqual([
      {
        type: 'org.waltid.x',
        displayName: { en: 'Payment' },
        fields: [
          { name: 'amount', label: { en: 'amount' }, kind: 'value', required: false },
          { name: 'payee', label: { en: 'payee' }, kind: 'value', required: false },
        ],
      },
    ])
  })

  it('are called as they are where nobody says otherwise', () => {
    expect(read([{ type: 't', fields: [{ name: 'a' }] }])).toEqual([
      {
        type: 't',
        displayName: { en: 't' },
        fields: [{ name: 'a', label: { en: 'a' }, kind: 'value', required: false }],
      },
    ])
  })

  const deep = (depth: number): object[] =>
    depth === 0 ? [{ name: 'a' }] : [{ name: 'a', kind: 'object', fields: deep(depth - 1) }]

  it('may have objects three deep', () => {
    expect(() => read([{ type: 't', fields: deep(3) }])).not.toThrow()
    expect(() => read([{ type: 't', fields: deep(4) }])).toThrow()
  })

  it.each<[string, unknown]>([
    ['without fields', { type: 't' }],
    ['with no field', { type: 't', fields: [] }],
    ['without a type', { fields: ['a'] }],
    ['with a member nobody knows', { type: 't', fields: ['a'], label: 'x' }],
    ['with a field twice', { type: 't', fields: ['a', { name: 'a' }] }],
    ['with a field of every entry', { type: 't', fields: ['credential_ids'] }],
    ['with a kind nobody knows', { type: 't', fields: [{ name: 'a', kind: 'html' }] }],
    ['with an object without fields', { type: 't', fields: [{ name: 'a', kind: 'object' }] }],
    ['with a text that has fields', { type: 't', fields: [{ name: 'a', kind: 'text', fields: ['b'] }] }],
    ['with a name in no language', { type: 't', displayName: {}, fields: ['a'] }],
    ['with a language that is none', { type: 't', displayName: { '': 'x' }, fields: ['a'] }],
  ])('are refused %s', (_what, profile) => {
    expect(() => read([profile])).toThrow()
  })
})

it('are read from the file that docs/transaction-data.md shows', async () => {
  const page = readFileSync(new URL('../../../docs/transaction-data.md', import.meta.url), 'utf8')
  const [, text = ''] = /```hocon\n(.+?)```/s.exec(page) ?? []
  const folder = mkdtempSync(join(tmpdir(), 'transaction-data-'))
  try {
    const path = join(folder, 'verifier-service.conf')
    writeFileSync(path, text)
    const file = await readHoconFile(path)
    expect(setting.parse(file.ok ? file.value : {}).transactionDataProfiles).toMatchObject([
      {
        type: 'urn:example:account-access:1',
        displayName: { en: 'Access to your account', de: 'Zugriff auf Ihr Konto' },
        fields: [
          { name: 'iban', kind: 'text', required: true },
          { name: 'until', kind: 'date', required: false },
        ],
      },
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
