/**
 * What a case of bad input is, and what every refusal has in common whatever was refused. A case prepares a session of
 * its own, sends one bad request, and then goes on with a good one: the session must not have noticed.
 */

import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { slownessNow } from '@countersign/testing/time/slowness'
import type { TimedAnswer } from './wire.ts'
import type { World } from './world.ts'

/** How far a walk has come before the bad request, and how it goes on after it. */
export interface Stage<Prepared> {
  prepare(world: World): Promise<Prepared>
  goOn(prepared: Prepared, world: World): Promise<void>
}

export interface Refusal {
  /** Below 300: it is no refusal, and `message` is the whole answer. */
  readonly status: number
  /** OAuth error code; absent: the answer has the management shape. */
  readonly error?: string
  readonly message: RegExp
  /** Further headers that must be there. */
  readonly headers?: Readonly<Record<string, RegExp>>
}

export interface BadInput<Prepared> extends Refusal {
  readonly name: string
  send(prepared: Prepared, world: World): Promise<TimedAnswer>
  /** What must be seen beside the refusal, before the session goes on. */
  readonly seen?: (prepared: Prepared, world: World) => Promise<void>
  /** For a case that may end the session: why, and how the end looks. */
  readonly ends?: { readonly because: string; after(prepared: Prepared, world: World): Promise<void> }
}

/** A case with its stage inside, so that cases of all stages stand in one list. */
export interface RunnableCase {
  readonly name: string
  run(world: World): Promise<void>
}

export interface Chapter {
  readonly name: string
  readonly cases: readonly RunnableCase[]
}

export function chapter<Prepared>(
  name: string,
  stage: Stage<Prepared>,
  cases: readonly BadInput<Prepared>[],
): Chapter {
  return {
    name,
    cases: cases.map((one) => ({
      name: one.ends === undefined ? one.name : `${one.name} (ends the session: ${one.ends.because})`,
      async run(world) {
        const prepared = await stage.prepare(world)
        expectRefused(await one.send(prepared, world), one)
        await one.seen?.(prepared, world)
        await (one.ends === undefined ? stage.goOn(prepared, world) : one.ends.after(prepared, world))
      },
    })),
  }
}

/** Of a bad input that costs the service something; other tests may keep all cores busy for a moment meanwhile. */
const SLOW_MS = 4000

/** What no answer may show: stacks, files, names of exceptions, parts of the inside. */
const INSIDE =
  /\n\s+at |node_modules|\.[cm]?[jt]s:\d|\b(Type|Reference|Range|Syntax)Error\b|FST_ERR|ZodError|ECONN/

export function expectRefused(answer: TimedAnswer, expected: Refusal): void {
  expectClean(answer, expected.status)
  if (expected.status < 300) assert.match(answer.text, expected.message)
  else if (expected.error === undefined) expectManagementShape(answer, expected)
  else expectOAuthShape(answer, expected.error, expected.message)
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    assert.match(answer.headers.get(name) ?? '', value, name)
  }
}

/** Holds for every answer to what is bad: a refusal, or the word that it was taken. */
export function expectClean(answer: TimedAnswer, status: number): void {
  assert.equal(answer.status, status, `${answer.status} ${answer.text.slice(0, 400)}`)
  assert.ok(status === 200 || (status >= 400 && status < 500), `status ${status}`)
  assert.match(answer.headers.get('content-type') ?? '', /^\s*application\/json\b/)
  assert.match(answer.headers.get('x-request-id') ?? '', /^[A-Za-z0-9._:-]{1,128}$/, 'x-request-id')
  assert.match(answer.headers.get('cache-control') ?? '', /no-store/, 'cache-control')
  assert.doesNotMatch(answer.text, INSIDE)
  assert.ok(answer.text.length < 10_000, `an answer of ${answer.text.length} characters`)
  const { durationMs } = answer
  const isPrompt = durationMs < SLOW_MS || durationMs < SLOW_MS * slownessNow()
  assert.ok(isPrompt, `took ${Math.round(durationMs)} ms`)
}

function expectOAuthShape(answer: TimedAnswer, error: string, message: RegExp): void {
  const body = answer.json()
  assert.equal(body['error'], error, answer.text)
  assert.match(String(body['error_description']), message)
  // RFC 6749 §5.2.
  assert.match(String(body['error_description']), /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  assert.equal(body['exception'], undefined)
}

function expectManagementShape(answer: TimedAnswer, { status, message }: Refusal): void {
  const body = answer.json()
  assert.equal(body['exception'], true, answer.text)
  assert.equal(body['code'], String(status))
  assert.equal(body['status'], STATUS_CODES[status])
  assert.match(String(body['message']), message)
}
