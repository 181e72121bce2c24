import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDeployment } from '@countersign/keys/deployment/deployment'
import { directoryShelf } from '@countersign/keys/deployment/identity-store'
import { describe, expect, it } from 'vitest'
import { keys } from './keys.ts'

function terminal(cwd: string) {
  const printed: string[] = []
  const complained: string[] = []
  return {
    env: {},
    cwd,
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complained.push(line),
    stopWhenTold: () => {},
    printed,
    complained,
  }
}

describe('keys secret', () => {
  it('prints 256 random bits, others each time', async () => {
    const at = terminal('/')
    expect(await keys(['secret'], at)).toBe(0)
    expect(await keys(['secret'], at)).toBe(0)
    const [first = '', second = ''] = at.printed
    expect(Buffer.from(first, 'base64url')).toHaveLength(32)
    expect(first).not.toBe(second)
  })
})

describe('keys anchor', () => {
  it('prints the CA and the IACA of the identity in the data folder, and nothing else', async () => {
    const data = await mkdtemp(join(tmpdir(), 'countersign-keys-'))
    const now = Math.floor(Date.now() / 1000)
    const shelf = directoryShelf(join(data, 'identity'))
    const deployment = await openDeployment({ mode: 'development', shelf, warn: () => {}, now: () => now })
    if (!deployment.ok) throw new Error(deployment.error.code)
    const at = terminal('/')
    expect(await keys(['anchor', '--data', data], at)).toBe(0)
    const certificates = at.printed.map((block) => new X509Certificate(block))
    expect(certificates.map(({ ca }) => ca)).toEqual([true, true])
    expect(certificates.map(({ raw }) => raw.toString('base64'))).toEqual([
      deployment.value.developmentAnchors()[0],
      deployment.value.developmentIacas()[0],
    ])
    await rm(data, { recursive: true })
  })

  it('makes no identity in a folder that has none', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'countersign-keys-'))
    const at = terminal(cwd)
    expect(await keys(['anchor'], at)).toBe(1)
    expect(at.complained[0]).toContain('no identity')
    await rm(cwd, { recursive: true })
  })

  it('names the nearest action', async () => {
    const at = terminal('/')
    expect(await keys(['ancor'], at)).toBe(2)
    expect(at.complained[0]).toContain('did you mean anchor?')
  })
})
