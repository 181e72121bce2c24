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

  it('that is not there asks for no check', () => {
    expect(watchAt(1).watch.check).toBeUndefined()
  })
})
