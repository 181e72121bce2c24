import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from './memory.ts'
import { type Sealer, StoredValueUnreadable, sealedSessions } from './sealed.ts'

function sealer(): Sealer {
  const key = randomBytes(32)
  return {
    seal: (plaintext, context) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    open: (sealed, context) => {
      const bytes = Buffer.from(sealed)
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(
          Buffer.from(context),
        )
        decipher.setAuthTag(bytes.subarray(12, 28))
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

interface Session {
  readonly name: string
}

function reasonOf(operation: Promise<unknown>): Promise<unknown> {
  return operation.then(
    () => undefined,
    (error: unknown) => {
      expect(error).toBeInstanceOf(StoredValueUnreadable)
      expect(String(error)).not.toContain('Ada')
      return error instanceof StoredValueUnreadable ? [error.namespace, error.reason] : error
    },
  )
}

describe('sealed sessions', () => {
  const seal = sealer()
  const options = { seal, namespace: 'n', schemaVersion: 1 }
  const raws = () => openMemoryEngine().sessions('n')

  it('come back as they were, with their version, and show nothing to the store', async () => {
    const raw = raws()
    const sessions = sealedSessions<Session>(raw, options)
    expect(await sessions.create('s', { name: 'Ada 🎟' }, 60)).toBe(true)
    expect(await sessions.create('s', { name: 'other' }, 60)).toBe(false)
    expect(await sessions.compareAndSet('s', 1, { name: 'Ada Two' })).toBe(true)
    expect(await sessions.get('s')).toEqual({ version: 2, value: { name: 'Ada Two' } })
    expect(Buffer.from((await raw.get('s'))?.value ?? []).toString('latin1')).not.toContain('Ada')
    expect(await sessions.get('nobody')).toBeUndefined()
  })

  it('a value copied to another id, or read in another namespace, does not open', async () => {
    const raw = raws()
    const sessions = sealedSessions<Session>(raw, options)
    await sessions.create('s', { name: 'Ada' }, 60)
    await raw.create('t', (await raw.get('s'))?.value ?? new Uint8Array(), 60)
    expect(await reasonOf(sessions.get('t'))).toEqual(['n', 'seal_broken'])
    const elsewhere = sealedSessions<Session>(raw, { ...options, namespace: 'm' })
    expect(await reasonOf(elsewhere.get('s'))).toEqual(['m', 'seal_broken'])
  })

  it('a changed value and one under another key do not open', async () => {
    const raw = raws()
    const sessions = sealedSessions<Session>(raw, options)
    await sessions.create('s', { name: 'Ada' }, 60)
    const sealed = (await raw.get('s'))?.value ?? new Uint8Array()
    await raw.compareAndSet('s', 1, sealed.with(-1, (sealed.at(-1) ?? 0) ^ 1))
    expect(await reasonOf(sessions.get('s'))).toEqual(['n', 'seal_broken'])
    const other = sealedSessions<Session>(raw, { ...options, seal: sealer() })
    expect(await reasonOf(other.get('s'))).toEqual(['n', 'seal_broken'])
  })

  it('a value of the release before is upgraded step by step, and written in the new shape', async () => {
    const raw = raws()
    await sealedSessions<{ first: string }>(raw, options).create('s', { first: 'Ada' }, 60)
    const upgrade = {
      1: (old: unknown) => ({ ...(old as object), last: 'Lovelace' }),
      2: (old: unknown) => ({ full: Object.values(old as object).join(' ') }),
    }
    const newer = { ...options, schemaVersion: 3, upgrade }
    const sessions = sealedSessions<{ full: string }>(raw, newer)
    const found = await sessions.get('s')
    expect(found).toEqual({ version: 1, value: { full: 'Ada Lovelace' } })
    await sessions.compareAndSet('s', 1, { full: 'Ada' })
    expect((await sessions.get('s'))?.value).toEqual({ full: 'Ada' })
    expect(await reasonOf(sealedSessions(raw, options).get('s'))).toEqual(['n', 'newer_schema'])
  })

  it('a value too old to be upgraded, and one that is no session, are told apart', async () => {
    const raw = raws()
    await sealedSessions<Session>(raw, options).create('s', { name: 'Ada' }, 60)
    expect(await reasonOf(sealedSessions(raw, { ...options, schemaVersion: 2 }).get('s'))).toEqual([
      'n',
      'no_upgrade',
    ])
    for (const [index, text] of [
      'Ada',
      'null',
      '[]',
      '{"schema":1}',
      '{"schema":0,"value":1}',
      '{"schema":"1","value":1}',
    ].entries()) {
      await raw.create(`m${index}`, seal.seal(text, `n:m${index}`), 60)
      expect(await reasonOf(sealedSessions(raw, options).get(`m${index}`))).toEqual(['n', 'malformed'])
    }
  })
})
