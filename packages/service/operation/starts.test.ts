import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { starts } from './starts.ts'

function beBusy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it('work that came together is started in portions, each in a turn, steps of what runs first, in their order', async () => {
  const { start, longestWaitMs } = starts()
  const started: string[] = []
  const work = (name: string) => () => {
    started.push(name)
    beBusy(10)
  }
  for (const name of ['a', 'b']) start('new', work(name))
  for (const name of ['1', '2']) start('running', work(name))
  expect(started).toEqual(['a'])
  expect(longestWaitMs()).toBeGreaterThan(0)
  const turns = []
  while (longestWaitMs() > 0) {
    await nextTurn()
    turns.push([...started])
  }
  expect(started).toEqual(['a', '1', '2', 'b'])
  expect(turns.length).toBeGreaterThanOrEqual(3)
})

it('one piece of work is started in a turn that something else fills, and the rest when it does no more', async () => {
  const { start } = starts()
  let started = 0
  start('running', () => beBusy(10))
  for (let at = 0; at < 20; at++) start('running', () => ++started)
  let isFilled = true
  const somethingElse = () => {
    beBusy(10)
    if (isFilled) setImmediate(somethingElse)
  }
  setImmediate(somethingElse)
  const startedAfter = []
  for (let turn = 0; turn < 5; turn++) {
    await nextTurn()
    startedAfter.push(started)
  }
  expect(startedAfter).toEqual([1, 2, 3, 4, 5])
  isFilled = false
  for (let turn = 0; turn < 40 && started < 20; turn++) await nextTurn()
  expect(started).toBe(20)
})

it('what is new is started in the end, however much of what runs keeps coming', async () => {
  const { start } = starts()
  let fresh = false
  const step = () => {
    beBusy(10)
    if (!fresh) setImmediate(() => start('running', step))
  }
  for (let at = 0; at < 5; at++) start('running', step)
  start('new', () => {
    fresh = true
  })
  expect(fresh).toBe(false)
  for (let turn = 0; turn < 200 && !fresh; turn++) await nextTurn()
  expect(fresh).toBe(true)
})

it('work that costs little is started at once', () => {
  const { start, longestWaitMs } = starts()
  let started = 0
  for (let at = 0; at < 10; at++) start('new', () => ++started)
  expect(started).toBe(10)
  expect(longestWaitMs()).toBe(0)
})

it('of several whose work waits each is taken in turn, however much one of them has', async () => {
  const { start, longestWaitMs } = starts()
  const started: string[] = []
  start('running', () => beBusy(10))
  for (let at = 1; at <= 4; at++) start('running', () => void started.push(`a${at}`), 'a')
  for (let at = 1; at <= 2; at++) start('running', () => void started.push(`b${at}`), 'b')
  while (longestWaitMs() > 0) await nextTurn()
  expect(started).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4'])
})
