/**
 * Four instances allocate status indices on one database as fast as they can, and are killed at any moment and started
 * again, until there are as many as wanted: none was given twice.
 */

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { issuerMigrations } from '@countersign/issuer/database/migrations'
import type { IssuerTables } from '@countersign/issuer/database/schema'
import { startPostgres } from '@countersign/local-servers/postgres-server'
import { type Program, startProgram } from '@countersign/local-servers/process/program'
import { migrate } from '@countersign/stores/sql/migrate'
import { openDatabase } from '@countersign/stores/sql/open-database'
import { eventually } from '@countersign/testing/time/eventually'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PROCESSES = 4
const LIST_SIZE = 131_072
const BLOCK_SIZE = 256
const SECRET = 'a deployment secret of a test, long enough'
/** At most: 22 characters, a space, 6 digits and a line break. */
const BYTES_A_LINE = 30

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-allocation-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Outcome {
  readonly places: readonly { readonly listId: string; readonly index: number }[][]
  readonly kills: number
}

describe('status indices of four instances that are killed and come back', () => {
  it('are 1,000,000 on PostgreSQL without one given twice', async () => {
    const postgres = await startPostgres({ durable: false })
    try {
      await expectUnique(postgres.url, 1_000_000, 'postgres')
    } finally {
      await postgres.stop()
    }
  })

  it('are 150,000 on SQLite without one given twice', async () => {
    await expectUnique(`sqlite:${join(folder, 'issuer.sqlite')}`, 150_000, 'sqlite')
  })
})

async function expectUnique(url: string, wanted: number, name: string): Promise<void> {
  const database = await openDatabase<IssuerTables>(url)
  try {
    await migrate(database, issuerMigrations, 'issuer')
    const { places, kills } = await allocateUnderKills(url, wanted, name)
    const given = places.reduce((sum, some) => sum + some.length, 0)
    const lists = await database.db.selectFrom('status_lists').selectAll().execute()
    expect(given).toBeGreaterThanOrEqual(wanted)
    expect(kills).toBeGreaterThan(PROCESSES)
    expect(duplicatesIn(places)).toBe(0)
    expect(new Set(lists.map(({ series }) => series)).size).toBe(lists.length)
    expect(lists.length).toBeGreaterThanOrEqual(Math.ceil(wanted / LIST_SIZE))
    expectBoundedLoss(lists, given, kills)
    for (const some of places) expectNoOrder(some)
  } finally {
    await database.close()
  }
}

/** A kill loses what was left of a block and what was not yet written down, and nothing more. */
function expectBoundedLoss(
  lists: readonly { readonly next_position: number; readonly size: number }[],
  given: number,
  kills: number,
): void {
  const taken = lists.reduce((sum, list) => sum + Math.min(list.next_position, list.size), 0)
  expect(taken).toBeGreaterThanOrEqual(given)
  expect(taken - given).toBeLessThanOrEqual((kills + PROCESSES) * (BLOCK_SIZE + 64))
}

async function allocateUnderKills(url: string, wanted: number, name: string): Promise<Outcome> {
  const files = Array.from({ length: PROCESSES }, (_, number) => join(folder, `${name}-${number}.txt`))
  const start = (file: string) => startProcess([url, SECRET, `${LIST_SIZE}`, `${BLOCK_SIZE}`, file])
  const running = files.map(start)
  let kills = 0
  try {
    while ((await bytesIn(files)) < wanted * BYTES_A_LINE || kills <= PROCESSES) {
      const victim = Math.floor(Math.random() * PROCESSES)
      await killedAtWork(running[victim], files[victim] ?? '')
      running[victim] = start(files[victim] ?? '')
      kills += 1
    }
  } finally {
    await Promise.all(running.map((program) => program.kill()))
  }
  return { places: await Promise.all(files.map(placesIn)), kills }
}

function startProcess(args: readonly string[]): Program {
  const program = fileURLToPath(new URL('./allocating-process.ts', import.meta.url))
  return startProgram({ program: process.execPath, args: [program, ...args] })
}

/** At a moment that nobody chose, but not before it has got something. */
async function killedAtWork(program: Program | undefined, file: string): Promise<void> {
  if (program === undefined) return
  const before = await bytesIn([file])
  await eventually('it writes down what it got', async () => {
    if (!program.isRunning())
      throw new Error(`an allocating process ended by itself: ${await program.said()}`)
    return (await bytesIn([file])) > before
  })
  await delay(Math.random() * 800)
  await program.kill()
}

async function bytesIn(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function placesIn(file: string) {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [listId = '', index = ''] = line.split(' ')
    return { listId, index: Number(index) }
  })
}

function duplicatesIn(places: Outcome['places']): number {
  const seen = new Map<string, Uint8Array>()
  let duplicates = 0
  for (const { listId, index } of places.flat()) {
    if (!Number.isInteger(index) || index >= LIST_SIZE) throw new Error(`${index} is no index of the list`)
    const marks = seen.get(listId) ?? new Uint8Array(LIST_SIZE)
    seen.set(listId, marks)
    duplicates += marks[index] ?? 1
    marks[index] = 1
  }
  return duplicates
}

/** Each next index is larger than the one before about every second time. */
function expectNoOrder(places: readonly { readonly index: number }[]): void {
  const indices = places.map(({ index }) => index)
  const rising = indices.filter((index, at) => at > 0 && index > (indices[at - 1] ?? 0)).length
  const share = rising / (indices.length - 1)
  expect(share).toBeGreaterThan(0.48)
  expect(share).toBeLessThan(0.52)
}
