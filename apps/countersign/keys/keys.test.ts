import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { directoryShelf } from '@countersign/keys/deployment/identity-store'
import { describe, expect, it } from 'vitest'
import { atTerminal } from '../command/terminal.testing.ts'
import { keys } from './keys.ts'

const say = (argv: readonly string[], cwd?: string) => atTerminal(keys, argv, cwd)

describe('keys secret', () => {
  it('prints 256 random bits, others each time', async () => {
    const [first, second] = [await say(['secret']), await say(['secret'])]
    expect([first.code, second.code]).toEqual([0, 0])
    expect(Buffer.from(first.printed, 'base64url')).toHaveLength(32)
    expect(first.printed).not.toBe(second.printed)
  })
})

describe('keys anchor', () => {
  it('prints the CA and the IACA of the identity in the data folder, and nothing else', async () => {
    const data = await mkdtemp(join(tmpdir(), 'countersign-keys-'))
    const now = Math.floor(Date.now() / 1000)
    const shelf = directoryShelf(join(data, 'identity'))
    const deployment = await openDeployment({ mode: 'development', shelf, warn: () => {}, now: () => now })
    if (!deployment.ok) throw new Error(deployment.error.code)
    const { blocks, code } = await say(['anchor', '--data', data])
    expect(code).toBe(0)
    const certificates = blocks.map((block) => new X509Certificate(block))
    expect(certificates.map(({ ca }) => ca)).toEqual([true, true])
    expect(certificates.map(({ raw }) => raw.toString('base64'))).toEqual([
      deployment.value.developmentAnchors()[0],
      deployment.value.developmentIacas()[0],
    ])
    await rm(data, { recursive: true })
  })

  it('makes no identity in a folder that has none', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'countersign-keys-'))
    const { code, complained } = await say(['anchor'], cwd)
    expect(code).toBe(1)
    expect(complained).toContain('no identity')
    await rm(cwd, { recursive: true })
  })

  it('names the nearest action', async () => {
    const { code, complained } = await say(['ancor'])
    expect(code).toBe(2)
    expect(complained).toContain('did you mean anchor?')
  })
})
