import { VERSION } from '@countersign/service/operation/version'
import { describe, expect, it } from 'vitest'
import { atTerminal } from './command/terminal.testing.ts'
import { commands, dispatch } from './commands.ts'

const say = (...argv: readonly string[]) => atTerminal(dispatch, argv)

describe('the command', () => {
  it('lists every command on --help', async () => {
    const at = await say('--help')
    expect(at.code).toBe(0)
    for (const { name } of commands) expect(at.printed).toContain(`  ${name} `)
  })

  it('without a word is a mistake that shows the list', async () => {
    const at = await say()
    expect(at.code).toBe(2)
    expect(at.complained).toContain('cluster')
  })

  it('tells its version', async () => {
    const at = await say('--version')
    expect(at.code).toBe(0)
    expect(at.printed).toBe(VERSION)
  })

  it('answers an unknown command with the nearest known one', async () => {
    const at = await say('verifyer')
    expect(at.code).toBe(2)
    expect(at.complained).toContain('unknown command "verifyer"; did you mean verifier?')
  })

  it.each(commands.map(({ name }) => name))('%s tells its flags without running', async (name) => {
    const at = await say(name, '--help')
    expect(at.code).toBe(0)
    expect(at.printed).toContain(`countersign ${name}`)
  })

  it.each([
    [['--', 'cluster', '--help']],
    [['cluster', '--', '--help']],
    [['--', 'cluster', '--', '--help']],
  ])('takes -- before its flags for nothing: %j', async (argv) => {
    const at = await say(...argv)
    expect(at.code).toBe(0)
    expect(at.printed).toContain('countersign cluster')
  })

  it.each(['demo', 'cluster'])('%s refuses an unknown flag before it does anything', async (name) => {
    const at = await say(name, '--nothing', '1')
    expect(at.code).toBe(2)
    expect(at.complained).toContain('unknown flag --nothing')
  })

  it('up refuses a port for all four at once', async () => {
    const at = await say('up', '--webPort=7003')
    expect(at.code).toBe(2)
    expect(at.complained).toContain('--verifier.webPort')
  })
})
