import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ok, refuse } from '@countersign/core/result'
import { FETCHED } from '@countersign/core/size-limits'
import {
  type Certified,
  iaca,
  trustListProvider,
  vicalEntry,
  vicalOf,
  withWrappedKeyId,
} from '@countersign/testing/people/authorities'
import { eventually } from '@countersign/testing/time/eventually'
import { toPem } from '@countersign/x509/pem'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TrustSource } from '../config/trust.ts'
import type { TrustSourceFigures } from '../operation/metrics.ts'
import type { Remote } from '../outgoing/guarded-client.ts'
import { trustCheck } from './source-report.ts'
import { openTrustSources, type TrustSources } from './trust-sources.ts'

const START = 1_790_000_000
const HOUR = 3600
const DAY = 86_400
const MDL = ['org.iso.18013.5.1.mDL']
const URL_OF_LIST = 'https://lists.example/vical'

const folder = mkdtempSync(join(tmpdir(), 'trust-sources-'))
const vicalFile = join(folder, 'vical.cbor')
const signerFile = join(folder, 'signer.pem')
const anchorsFile = join(folder, 'anchors.pem')
const long = { notBefore: START - DAY, notAfter: START + 300 * DAY }
let first: Certified
let second: Certified
let provider: Certified

beforeAll(async () => {
  first = await iaca('First IACA', long)
  second = await iaca('Second IACA', long)
  provider = await trustListProvider(await iaca('Provider root', long), long)
  writeFileSync(signerFile, provider.made.certificatePem)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A list of a day, as it would be published at that hour. */
function vicalAt(hour: number, entries: readonly object[], issue = hour + 1): Promise<Uint8Array> {
  const issuedAt = START + hour * HOUR
  return vicalOf(entries as never, provider, { issuedAt, nextUpdate: issuedAt + DAY, issue })
}

const entryOf = (root: Certified) => vicalEntry(root, MDL)
const unusable = (root: Certified) => ({ ...entryOf(root), certificate: Uint8Array.of(0x30, 0) })

interface Opened {
  readonly clock: { now: number }
  readonly sources: TrustSources
  readonly lines: string[]
  readonly looks: string[]
  readonly figures: () => readonly TrustSourceFigures[]
  readonly ends: Map<string, number>
  readonly served: {
    body?: Uint8Array
    tooLarge?: boolean
    maxBytes?: number
    asked: number
    atOnce: number
    atMost: number
    delay?: Promise<void>
  }
  /** Of everybody who is believed. */
  readonly believed: () => readonly string[]
  /** After the looks that are due at that time. */
  readonly at: (now: number) => Promise<Opened>
  readonly readiness: (others?: boolean) => Promise<{ healthy?: boolean; note?: string } | undefined>
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function open(...configured: readonly TrustSource[]): Promise<Opened> {
  const clock = { now: START }
  const lines: string[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  const looks: string[] = []
  const ends = new Map<string, number>()
  const served: Opened['served'] = { asked: 0, atOnce: 0, atMost: 0 }
  const remote: Pick<Remote, 'request'> = {
    async request({ maxBytes = 0 }) {
      served.asked++
      served.maxBytes = maxBytes
      served.atMost = Math.max(served.atMost, ++served.atOnce)
      await served.delay
      served.atOnce--
      if (served.tooLarge === true) return refuse({ code: 'response_too_large', maxBytes })
      if (served.body === undefined) return refuse({ code: 'timeout', timeoutMs: 1 })
      return ok({ status: 200, headers: {}, body: '', bytes: served.body })
    },
  }
  let figures: () => readonly TrustSourceFigures[] = () => []
  const sources = await openTrustSources(
    {
      log,
      now: () => clock.now,
      certificates: { believe: (source, those) => void ends.set(source, those.length) },
      metrics: {
        trustSources: (read) => {
          figures = read
        },
        trustLook: (kind, outcome) => void looks.push(`${kind} ${outcome}`),
      },
      remote,
      refreshSeconds: 600,
      random: () => 0,
    },
    configured,
  )
  closing.push(() => sources.close())
  const opened: Opened = {
    clock,
    sources,
    lines,
    looks,
    ends,
    served,
    figures: () => figures(),
    believed: () =>
      sources.lists().flatMap(({ anchors }) => anchors.map(({ certificate }) => certificate.subject.text)),
    async at(now) {
      clock.now = now
      await sources.atHand()
      // What nobody waits for is done when the next look finds nothing that is due.
      await eventually('all looks', () => sources.kept().every(({ dueAt }) => dueAt > now))
      return opened
    },
    readiness: async (others = false) => trustCheck(sources.kept, others, () => clock.now).check(),
  }
  return opened
}

const vical: TrustSource = { vicalFile, signerFile }
const NAMES = { first: 'C=UT, O=Utopia, CN=First IACA', second: 'C=UT, O=Utopia, CN=Second IACA' }

describe('a list in a file', () => {
  it('is read again while the service runs, and its successor counts', async () => {
    writeFileSync(vicalFile, await vicalAt(0, [withWrappedKeyId(entryOf(first))]))
    const service = await open(vical)
    expect(service.believed()).toEqual([NAMES.first])
    const before = service.sources.lists()
    await service.at(START + 599)
    expect(service.looks).toEqual(['vicalFile renewed'])
    await service.at(START + 600)
    expect(service.looks).toEqual(['vicalFile renewed', 'vicalFile unchanged'])
    expect(service.sources.lists()).toBe(before)
    writeFileSync(vicalFile, await vicalAt(1, [entryOf(first), entryOf(second)]))
    await service.at(START + 2 * HOUR)
    expect(service.believed()).toEqual([NAMES.first, NAMES.second])
    expect(service.sources.losses()).toBe(0)
    writeFileSync(vicalFile, await vicalAt(3, [entryOf(second)]))
    await service.at(START + 4 * HOUR)
    expect(service.believed()).toEqual([NAMES.second])
    expect(service.sources.losses()).toBe(1)
  })

  it.each<[string, () => Promise<Uint8Array | string>, string]>([
    ['that is damaged', async () => 'half of a li', 'vical_malformed'],
    ['that is too large', async () => ' '.repeat(8 * 2 ** 20 + 1), 'vical_too_large (limit 8388608 bytes)'],
    ['that is an older issue', () => vicalAt(2, [entryOf(second)], 0), 'list_rolled_back'],
    ['of whose entries none can be used', () => vicalAt(2, [unusable(first)]), 'no_usable_entry'],
    [
      'of another signer',
      async () =>
        vicalOf([entryOf(second)], await trustListProvider(second, long), {
          issuedAt: START,
          nextUpdate: START + DAY,
          issue: 9,
        }),
      'vical_signer_untrusted',
    ],
  ])('stays in force beside one %s, until its own end', async (_what, successor, code) => {
    writeFileSync(vicalFile, await vicalAt(0, [entryOf(first)]))
    const service = await open(vical)
    writeFileSync(vicalFile, await successor())
    await service.at(START + HOUR)
    await service.at(START + 2 * HOUR)
    expect(service.believed()).toEqual([NAMES.first])
    expect(service.lines.filter((line) => line.includes(code))).toHaveLength(1)
    const [name] = code.split(' ')
    const said = `source 1 (vicalFile): 1 entry of 2026-09-21T14:13:20Z, next update 2026-09-22T14:13:20Z, last look: ${name}`
    expect(await service.readiness()).toEqual({ healthy: true, note: said })
    expect(service.figures()).toMatchObject([{ entries: 1, failed: true, ageSeconds: 2 * HOUR }])
    await service.at(START + DAY + 1)
    expect(await service.readiness()).toMatchObject({ healthy: false })
    expect(await service.readiness(true)).toMatchObject({ healthy: true })
    expect(service.figures()).toMatchObject([{ entries: 0, failed: true, nextUpdateInSeconds: -1 }])
    writeFileSync(vicalFile, await vicalAt(24, [entryOf(second)]))
    await service.at(START + DAY + 61)
    expect(service.believed()).toEqual([NAMES.second])
    expect(await service.readiness()).toMatchObject({ healthy: true })
  })

  it('that says that nobody is believed any more is obeyed, and told', async () => {
    writeFileSync(vicalFile, await vicalAt(0, [entryOf(first)]))
    const service = await open(vical)
    writeFileSync(vicalFile, await vicalAt(1, []))
    await service.at(START + 2 * HOUR)
    expect(service.believed()).toEqual([])
    expect(service.sources.losses()).toBe(1)
    expect(await service.readiness()).toMatchObject({ healthy: false })
  })

  it('of whose entries none can be used is a failure from the start on, told with the reasons', async () => {
    writeFileSync(
      vicalFile,
      await vicalAt(0, [unusable(first), unusable(second), { ...entryOf(first), ski: SKI }]),
    )
    const service = await open(vical)
    const [line = '', ...more] = service.lines
    expect(more).toEqual([])
    expect(JSON.parse(line)).toMatchObject({
      level: 50,
      msg: `${vicalFile} cannot be used: no_usable_entry (2 × certificate_malformed, 1 × entry_contradicts_certificate (ski)): nobody is believed by it`,
    })
    expect(await service.readiness()).toEqual({
      healthy: false,
      note: expect.stringMatching(
        /^source 1 \(vicalFile\): nobody is believed by it.*last look: no_usable_entry$/,
      ),
    })
    expect(service.figures()).toMatchObject([
      { source: '1', kind: 'vicalFile', entries: 0, unusableEntries: 3, failed: true },
    ])
    expect(service.looks).toEqual(['vicalFile failed'])
  })

  it('is looked for more often towards its end, and its end is told before', async () => {
    writeFileSync(vicalFile, await vicalAt(0, [entryOf(first)]))
    const service = await open(vical)
    const due = async (now: number) => ((await service.at(now)).sources.kept()[0]?.dueAt ?? 0) - now
    expect(await due(START + DAY - HOUR)).toBe(600)
    expect(await due(START + DAY - 1000)).toBe(500)
    expect(await due(START + DAY - 70)).toBe(60)
    expect(service.lines.filter((line) => line.includes('its successor is not there yet'))).toHaveLength(1)
  })

  it('is looked at although the clock was years ahead for a while', async () => {
    writeFileSync(vicalFile, await vicalAt(0, [entryOf(first)]))
    const service = await open(vical)
    await service.at(START + 400 * DAY)
    writeFileSync(vicalFile, await vicalAt(0, [entryOf(second)], 5))
    service.clock.now = START + 10
    await service.sources.atHand()
    await eventually('the second IACA', () => service.believed().includes(NAMES.second))
  })

  it('ends a start where it cannot be used at all', async () => {
    writeFileSync(vicalFile, 'nothing')
    await expect(open(vical)).rejects.toThrow(`${vicalFile} cannot be used: vical_malformed`)
    writeFileSync(vicalFile, await vicalAt(-48, [entryOf(first)], 1))
    await expect(open(vical)).rejects.toThrow(`${vicalFile} cannot be used: list_outdated`)
    await expect(open({ ...vical, signerFile: join(folder, 'nobody.pem') })).rejects.toThrow('cannot be read')
  })
})

const SKI = Uint8Array.of(9)

describe('a list at an address', () => {
  const fetched: TrustSource = { vicalUrl: URL_OF_LIST, signerFile }

  it('may be as large as one in a file, and is told its limit when it is larger', async () => {
    const service = await open({ anchorsFile: await anchors(second) }, fetched)
    expect(service.served.maxBytes).toBe(FETCHED.trustList)
    const told = 'https://lists.example/vical cannot be used: response_too_large (limit 8388608 bytes)'
    service.served.tooLarge = true
    await service.at(START + 60)
    expect(service.lines.some((line) => line.includes(told))).toBe(true)
  })

  it('may come later: the service starts without it, and says that it lacks it', async () => {
    const service = await open({ anchorsFile: await anchors(second) }, fetched)
    expect(service.believed()).toEqual([NAMES.second])
    expect(await service.readiness()).toEqual({
      healthy: true,
      note: 'source 2 (vicalUrl): nobody is believed by it, last look: timeout',
    })
    service.served.body = await vicalAt(0, [entryOf(first)])
    await service.at(START + 59)
    expect(service.served.asked).toBe(1)
    await service.at(START + 60)
    expect(service.believed()).toEqual([NAMES.second, NAMES.first])
    expect(service.lines.some((line) => line.includes('can be used again'))).toBe(true)
  })

  it('is fetched once at a time, however many judge meanwhile, and no more when the service stops', async () => {
    const service = await open({ anchorsFile: await anchors(second) }, fetched)
    let answer: () => void = () => {}
    service.served.delay = new Promise((resolve) => {
      answer = resolve
    })
    service.served.body = await vicalAt(0, [entryOf(first)])
    service.clock.now = START + DAY / 2
    const waiting = Array.from({ length: 50 }, () => service.sources.atHand())
    answer()
    await Promise.all(waiting)
    expect(service.served).toMatchObject({ asked: 2, atMost: 1 })
    expect(service.believed()).toEqual([NAMES.second, NAMES.first])
    await service.sources.close()
    service.clock.now = START + 10 * DAY
    expect(service.sources.atHand()).toBeUndefined()
    expect(service.served.asked).toBe(2)
  })
})

async function anchors(...roots: readonly Certified[]): Promise<string> {
  writeFileSync(anchorsFile, toPem(roots.map(({ made }) => made.parsed)))
  return anchorsFile
}

it('a file of authorities is read again as well: who is taken out of it counts no longer', async () => {
  const service = await open({ anchorsFile: await anchors(first, second) })
  expect(service.ends.get(anchorsFile)).toBe(2)
  expect(await service.readiness()).toEqual({ healthy: true })
  await anchors(second)
  await service.at(START + 600)
  expect(service.believed()).toEqual([NAMES.second])
  expect(service.ends.get(anchorsFile)).toBe(1)
  rmSync(anchorsFile)
  await service.at(START + 2 * 600)
  expect(service.believed()).toEqual([NAMES.second])
  expect(await service.readiness()).toMatchObject({
    healthy: true,
    note: expect.stringContaining('last look: file_unreadable'),
  })
})
