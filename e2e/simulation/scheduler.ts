/**
 * Decides who goes on. Everything in a simulation that takes time waits here for a turn; one waiting task is resumed
 * at a time, chosen by the seed, and the virtual clock goes on by a random amount. Between two turns a task runs
 * through, so what happens at once on real machines happens here in one of its possible orders. No timer, no clock
 * and no randomness but the seed's: one seed is one history.
 */
import type { Random } from './random.ts'

/** Something that can end while tasks wait for it: a process. What waits with a life that ended never resumes. */
export interface Life {
  ended: boolean
}

export interface Pace {
  /** The clock goes on by up to this much a turn. */
  readonly usualMs: number
  /** Now and then by up to this much. */
  readonly jumpMs: number
  readonly jumpChance: number
}

export interface Scheduler {
  readonly random: Random
  /** Milliseconds of virtual time since the beginning. */
  now(): number
  /** How often somebody was resumed so far. */
  steps(): number
  /** Resolves when it is this task's turn. */
  turn(label: string, life?: Life): Promise<void>
  /** The same, not before `ms` have passed. */
  pause(label: string, ms: number, life?: Life): Promise<void>
  /** The same for one who waits for work that others make: alone, it goes on only while there is some. */
  idle(label: string, ms: number, life?: Life): Promise<void>
  /** A line of the history that is no turn. */
  note(line: string): void
  /** A task that the simulation waits for; a rejection ends the simulation. */
  spawn(task: () => Promise<void>): void
  /**
   * Resolves when all that was spawned is done and nobody living waits but for work, of which there is none. Rejects when a
   * task fails or none can go on.
   */
  run(isWorkLeft?: () => boolean): Promise<void>
  readonly history: readonly string[]
}

interface Waiting {
  readonly label: string
  readonly life: Life | undefined
  readonly notBefore: number
  readonly idle: boolean
  readonly resume: () => void
}

/** A simulation that takes longer goes round in circles. */
const MAX_STEPS = 20_000

export function openScheduler(random: Random, pace: Pace): Scheduler {
  const history: string[] = []
  const tasks = openTasks()
  let waiting: Waiting[] = []
  let now = 0
  let steps = 0

  const wait = (idle: boolean) => (label: string, ms: number, life?: Life) =>
    new Promise<void>((resume) => void waiting.push({ label, life, notBefore: now + ms, idle, resume }))
  const pause = wait(false)

  const resumeOne = (): void => {
    const ready = waiting.filter((task) => task.notBefore <= now)
    const chosen = ready.length > 0 ? random.pick(ready) : earliest(waiting)
    waiting.splice(waiting.indexOf(chosen), 1)
    now = Math.max(now, chosen.notBefore) + advance(random, pace)
    steps += 1
    history.push(`${clock(now)} ${chosen.label}`)
    chosen.resume()
  }

  return {
    random,
    history,
    now: () => now,
    steps: () => steps,
    turn: (label, life) => pause(label, 0, life),
    pause,
    idle: wait(true),
    note: (line) => void history.push(`${clock(now)}   ${line}`),
    spawn: tasks.add,
    run: async (isWorkLeft = () => false) => {
      for (;;) {
        await everythingElseWaits()
        tasks.throwFirstFailure()
        waiting = waiting.filter((task) => !task.life?.ended)
        if (waiting.every((task) => task.idle) && (waiting.length === 0 || !isWorkLeft())) break
        if (steps >= MAX_STEPS) throw new Error(`no end after ${MAX_STEPS} steps`)
        resumeOne()
      }
      if (tasks.open() > 0) throw new Error('a task waits for something that nobody does')
    },
  }
}

function openTasks() {
  let open = 0
  const failures: unknown[] = []
  const follow = async (task: () => Promise<void>) => {
    open += 1
    try {
      await task()
    } catch (error) {
      failures.push(error)
    }
    open -= 1
  }
  return {
    add: (task: () => Promise<void>) => void follow(task),
    open: () => open,
    throwFirstFailure: () => {
      if (failures.length > 0) throw failures[0]
    },
  }
}

/** Comes after every promise that can settle without a turn: crypto and stores of a simulation are synchronous. */
function everythingElseWaits(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function earliest(waiting: readonly Waiting[]): Waiting {
  return waiting.reduce((first, task) => (task.notBefore < first.notBefore ? task : first))
}

function advance(random: Random, pace: Pace): number {
  const longest = random.chance(pace.jumpChance) ? pace.jumpMs : pace.usualMs
  return random.below(longest + 1)
}

function clock(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(8)}`
}
