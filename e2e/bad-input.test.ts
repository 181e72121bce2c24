/**
 * Bad input at every endpoint of every service, running as processes: each case is refused with the right status and
 * error, tells nothing of the inside, takes no time worth mentioning, and leaves its session as it was.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Chapter } from './bad-input/case.ts'
import { accessChapters } from './bad-input/access-cases.ts'
import { credentialChapters } from './bad-input/credential-cases.ts'
import { offerChapters } from './bad-input/offer-cases.ts'
import { tokenChapters } from './bad-input/token-cases.ts'
import { verificationChapters } from './bad-input/verification-cases.ts'
import { openWorld, type World } from './bad-input/world.ts'

const chapters: readonly Chapter[] = [...offerChapters, ...verificationChapters, ...tokenChapters, ...accessChapters, ...credentialChapters]

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.close())

describe.each(chapters)('$name', ({ cases }) => {
  it.each(cases)('$name', ({ run }) => run(world))
})

describe('after all of it', () => {
  it('no service has died or logged a fault of its own', () => {
    expect(world.services.filter((service) => !service.isRunning())).toEqual([])
    expect(world.services.flatMap((service) => service.faults())).toEqual([])
  })
})
