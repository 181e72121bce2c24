import { VERSION } from '@countersign/service/operation/version'
import { describe, expect, it } from 'vitest'
import type { Surroundings } from './command/command.ts'
import { commands, dispatch } from './commands.ts'

interface Terminal extends Surroundings {
  readonly printed: string[]
  readonly complained: string[]
}

function terminal(): Terminal {
  const printed: string[] = []
  const complained: string[] = []
  const print = (line: string) => void printed.push(line)
  const complain = (line: string) => void complained.push(line)
  return { env: {}, cwd: '/', print, complain, stopWhenTold: () => {}, printed, complained }
}

describe('the command', () => {
  it('lists every command on --help', async () => {
    const at = terminal()
    expect(await dispatch(['--help'], at)).toBe(0)
    for (const { name } of commands) expect(at.printed.join('\n')).toContain(`  ${name} `)
  })

  it('without a word is a mistake that shows the list', async () => {
    const at = terminal()
    expect(await dispatch([], at)).toBe(2)
    expect(at.complained.join('\n')).toContain('cluster')
  })

  it('tells its version', async () => {
    const at = terminal()
    expect(await dispatch(['--version'], at)).toBe(0)
    expect(at.printed).toEqual([VERSION])
  })

  it('answers an unknown command with the nearest known one', async () => {
    const at = terminal()
    expect(await dispatch(['verifyer'], at)).toBe(2)
    expect(at.complained[0]).toBe('unknown command "verifyer"; did you mean verifier?')
  })

  it.each(commands.map(({ name }) => name))('%s tells its flags without running', async (name) => {
    const at = terminal()
    expect(await dispatch([name, '--help'], at)).toBe(0)
    expect(at.printed.join('\n')).toContain(`countersign ${name}`)
  })

  it.each([
    [['--', 'cluster', '--help']],
    [['cluster', '--', '--help']],
    [['--', 'cluster', '--', '--help']],
  ])('takes -- before its flags for nothing: %j', async (argv) => {
    const at = terminal()
    expect(await dispatch(argv, at)).toBe(0)
    expect(at.printed.join('\n')).toContain('countersign cluster')
  })

  it.each(['demo', 'cluster'])('%s refuses an unknown flag before it does anything', async (name) => {
    const at = terminal()
    expect(await dispatch([name, '--nothing', '1'], at)).toBe(2)
    expect(at.complained[0]).toContain('unknown flag --nothing')
  })

  it('up refuses a port for all four at once', async () => {
    const at = terminal()
    expect(await dispatch(['up', '--webPort=7003'], at)).toBe(2)
    expect(at.complained[0]).toContain('--verifier.webPort')
  })
})
