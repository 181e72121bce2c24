/**
 * Beginning work in portions: a turn of the event loop starts as much as fits into a few milliseconds beside what it does
 * anyway, and what is left waits for the next one, steps of what runs before what came a moment earlier and is new. So a
 * thousand requests that came together make no long turn, in which nobody else would be answered or refused. Nothing is
 * lost here and nothing refused.
 */

/** `running`: a wallet's answer, a step of a flow, a result. `new`: what begins one. */
export type Precedence = 'running' | 'new'

export interface Starts {
  /**
   * Starts the work at once while this turn has time for it, and otherwise in its order. `owner`: whose work it is, where several
   * share the process: what waits of theirs is taken in turn, so that nobody waits behind all that another has.
   */
  start(precedence: Precedence, work: () => unknown, owner?: string): void
  /** How long the work that is next has waited, in milliseconds; 0 when nothing waits. */
  longestWaitMs(): number
}

/**
 * Of one turn, whatever has taken it: while the answers of stores to what was started before fill it, one piece of work is
 * started in each, so that there is less to answer soon.
 */
const TURN_MS = 6
/** What is new is taken as if it had come so much later: behind what runs, and not behind it for ever. */
const NEW_COMES_LATER_MS = 50

interface Waiting {
  readonly work: () => unknown
  readonly since: number
}

export function starts(): Starts {
  const waiting: Lines = { running: fairLine(), new: fairLine() }
  let turnIsFullAt = 0
  let armed = false
  // While something is armed the loop waits for nobody: this turn ends where the next one begins.
  const arm = () => {
    if (armed) return
    armed = true
    turnIsFullAt = performance.now() + TURN_MS
    setImmediate(nextTurn)
  }
  const isNoneWaiting = () => waiting.running.isEmpty() && waiting.new.isEmpty()
  const nextTurn = () => {
    armed = false
    if (isNoneWaiting()) return
    do takeNext(waiting)?.work()
    while (performance.now() < turnIsFullAt && !isNoneWaiting())
    arm()
  }
  return {
    start: (precedence, work, owner = '') => {
      arm()
      const now = performance.now()
      const isFree = waiting.running.isEmpty() && (precedence === 'running' || waiting.new.isEmpty())
      if (isFree && now < turnIsFullAt) work()
      else waiting[precedence].add({ work, since: now }, owner)
    },
    longestWaitMs: () => {
      const since = Math.min(waiting.running.since(), waiting.new.since())
      return Math.max(0, performance.now() - since)
    },
  }
}

type Lines = Readonly<Record<Precedence, FairLine>>

function takeNext({ running, new: fresh }: Lines): Waiting | undefined {
  return fresh.since() + NEW_COMES_LATER_MS < running.since()
    ? fresh.take()
    : (running.take() ?? fresh.take())
}

interface FairLine extends Omit<Line, 'add'> {
  add(one: Waiting, owner: string): void
}

/** A line for each owner that has something in it, and the owners in turn. */
function fairLine(): FairLine {
  const lines = new Map<string, Line>()
  return {
    add: (one, owner) => {
      const own = lines.get(owner) ?? line()
      own.add(one)
      lines.set(owner, own)
    },
    take: () => {
      const [first] = lines
      if (first === undefined) return undefined
      const [owner, own] = first
      const taken = own.take()
      lines.delete(owner)
      if (!own.isEmpty()) lines.set(owner, own)
      return taken
    },
    isEmpty: () => lines.size === 0,
    since: () => {
      let since = Number.POSITIVE_INFINITY
      for (const own of lines.values()) since = Math.min(since, own.since())
      return since
    },
  }
}

interface Line {
  add(one: Waiting): void
  take(): Waiting | undefined
  isEmpty(): boolean
  /** Of the first; `Infinity` when there is none. */
  since(): number
}

/** First in, first out, without moving those behind at every step. */
function line(): Line {
  let all: Waiting[] = []
  let next = 0
  return {
    add: (one) => void all.push(one),
    take: () => {
      const first = all[next]
      next += 1
      if (next >= all.length) {
        all = []
        next = 0
      }
      return first
    },
    isEmpty: () => all.length === 0,
    since: () => all[next]?.since ?? Number.POSITIVE_INFINITY,
  }
}
