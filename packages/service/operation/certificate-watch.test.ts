import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { certificateWatch } from './certificate-watch.ts'

const made = 1_790_000_000
const day = 86_400
const ca = createDevelopmentCa({ name: 'CA', now: made })
const { publicJwk } = softwareSigner(generateSoftwareKey('ES256'))
const x5c = [
  issueCertificate({ ca, publicJwk, subject: 'Signer', dnsNames: [], uris: [], days: 90, now: made }),
]

/** A watch, the lines that it logs, and its clock in days since the certificate was made. */
function watchAt(days: number) {
  const lines: string[] = []
  const clock = { days }
  const log = {
    warn: (text: string) => lines.push(`warn ${text}`),
    error: (text: string) => lines.push(`error ${text}`),
  }
  const watch = certificateWatch(log as never, () => made + clock.days * day)
  return { watch, lines, clock }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a certificate', () => {
  it.each<[number, string | undefined]>([
    [1, undefined],
    [59, undefined],
    [61, 'warn the signer certificate expires in 29 days'],
    [84, 'error the signer certificate expires in 6 days'],
    [88.5, 'error the signer certificate expires in 1 day'],
    [91, 'error the signer certificate has expired'],
    [-1, 'error the signer certificate is not valid yet'],
  ])('on day %d is reported as it should be', async (days, line) => {
    const { lines, watch } = watchAt(days)
    watch.add('signer', x5c)
    expect(lines).toEqual(line === undefined ? [] : [`${line} (O=Countersign, CN=Signer)`])
    const note = line?.slice(line.indexOf(' ') + 1)
    expect(await watch.check?.check()).toEqual(note === undefined ? undefined : { note })
    watch.stop()
  })

  it('is looked at again while the service runs, and no more when it stops', () => {
    const { clock, lines, watch } = watchAt(1)
    watch.add('signer', x5c)
    clock.days = 61
    vi.advanceTimersByTime(12 * 3_600_000)
    expect(lines).toHaveLength(1)
    watch.stop()
    vi.advanceTimersByTime(48 * 3_600_000)
    expect(lines).toHaveLength(1)
  })

  it('of somebody who is believed is told in time, by its name to the operator alone', async () => {
    const { clock, lines, watch } = watchAt(0)
    const end = made + 20 * day
    for (let again = 0; again < 3; again++) watch.believe('ca.pem', [{ name: 'CA of ca.pem', endsAt: end }])
    const told: [number, string, string | undefined][] = []
    for (const days of [12.9, 13.5, 19.5, 20.5]) {
      clock.days = days
      vi.advanceTimersByTime(12 * 3_600_000)
      told.push([days, lines.splice(0).join(), (await watch.check?.check())?.note])
    }
    watch.believe('ca.pem', [])
    expect(watch.check).toBeUndefined()
    watch.stop()
    const advice = ': put its successor beside it, or in its place'
    expect(told).toEqual([
      [12.9, '', undefined],
      [13.5, `warn CA of ca.pem ends in 6 days${advice}`, 'an authority that is believed ends in 6 days'],
      [19.5, `error CA of ca.pem ends in 0 days${advice}`, 'an authority that is believed ends in 0 days'],
      [
        20.5,
        `error CA of ca.pem counts no longer${advice}`,
        'an authority that is believed counts no longer',
      ],
    ])
  })

  it('that is not there asks for no check', () => {
    expect(watchAt(1).watch.check).toBeUndefined()
  })
})
