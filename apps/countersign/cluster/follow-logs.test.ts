import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { followLogs } from './follow-logs.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-follow-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('what is appended to several files is told by whole lines, from now on', async () => {
  const [one, two] = [join(folder, 'one.log'), join(folder, 'two.log')]
  await writeFile(one, 'before\n')
  const lines: string[] = []
  const unfollow = await followLogs([one, two], (line) => void lines.push(line))
  await appendFile(one, 'first\nsec')
  await eventually('the first line is told', () => lines.length === 1)
  await appendFile(one, 'ond\n')
  await writeFile(two, 'of the other\n')
  await eventually('all are told', () => lines.length === 3)
  unfollow()
  expect(lines.toSorted()).toEqual(['first', 'of the other', 'second'])
})
