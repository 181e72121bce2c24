import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atTerminal } from '../command/terminal.testing.ts'
import { operator } from './operator.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'countersign-operator-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const run = (...argv: readonly string[]) => atTerminal(operator, argv, cwd)

describe('countersign operator', () => {
  it('prints a link for somebody, of the portal that it is told about, and nothing else', async () => {
    const { code, printed, complained } = await run(
      'add',
      'Ada',
      '--data=data',
      '--baseUrl=https://portal.example',
    )
    expect(code).toBe(0)
    expect(printed).toMatch(/^https:\/\/portal\.example\/begin#[\w-]{43}$/)
    expect(complained).toBe('Open it within 10 minutes; it works once:')
  })

  it('says so where there is somebody of the name', async () => {
    const { code, complained } = await run('add', 'ADA', '--data=data')
    expect(code).toBe(0)
    expect(complained).toContain('is an operator already')
  })

  it('lists and removes', async () => {
    expect((await run('list', '--data=data')).printed).toMatch(
      /^ada\tsince \d{4}-\d\d-\d\d\thas not used the link yet$/,
    )
    expect(await run('remove', 'ada', '--data=data')).toMatchObject({ code: 0 })
    expect((await run('list', '--data=data')).printed).toBe('')
    expect(await run('remove', 'ada', '--data=data')).toMatchObject({
      code: 1,
      complained: 'there is no operator ada',
    })
  })

  it.each([
    [[], 'countersign operator add NAME'],
    [['ad', 'ada'], 'did you mean add?'],
    [['add'], 'the name is missing'],
    [['add', '--data=data'], 'the name is missing'],
    [['add', 'a b', '--data=data'], 'a name has 1 to 64'],
    [['add', 'ada', '--dataBase=sqlite:x'], 'dataBase'],
    [['add', 'ada', '--mode=production'], 'secret'],
  ])('says what is wrong with %j', async (argv, words) => {
    const { code, printed, complained } = await run(...argv)
    expect([code === 0, printed]).toEqual([false, ''])
    expect(complained).toContain(words)
  })
})
