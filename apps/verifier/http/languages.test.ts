import type { HttpService } from '@countersign/service/http/http-service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { receivePresentation } from '../response/receive-presentation.ts'
import { serveVerifier } from '../testing/served.testing.ts'
import { answerTo, heldCredential, started, testVerifier } from '../testing/verifier.testing.ts'

let service: HttpService
let id = ''

beforeAll(async () => {
  const test = await testVerifier()
  service = await serveVerifier(test)
  const session = await started(test.verifier)
  const answer = await answerTo(session, await heldCredential(test), test.clock.now)
  await receivePresentation(test.verifier, session.id, answer)
  id = session.id
})
afterAll(() => service.close())

async function read(path: string, language?: string) {
  const headers = language === undefined ? {} : { 'accept-language': language }
  const answer = await service.app.inject({ method: 'GET', url: path, headers })
  const { 'content-language': written, vary } = answer.headers
  return { text: answer.body, status: answer.statusCode, written, vary }
}

const VERIFIED = { en: 'Verified: every check passed.', de: 'Geprüft: Jede Prüfung ist bestanden.' }

describe('a verification', () => {
  it.each([
    [undefined, 'en'],
    ['de-CH, fr;q=0.8', 'de'],
    ['fr', 'en'],
    [`de${',x'.repeat(2000)}`, 'en'],
  ] as const)('for %j is written in %s, as the answer says', async (language, written) => {
    for (const path of [`/openid4vc/session/${id}`, `/openid4vc/session/${id}/events`]) {
      const answer = await read(path, language)
      expect(answer).toMatchObject({ status: 200, written, vary: 'Accept-Language' })
      expect(answer.text).toContain(VERIFIED[written])
    }
  })

  it('says the same in the stream as where it is read', async () => {
    const { text } = await read(`/openid4vc/session/${id}`, 'de')
    const { text: stream } = await read(`/openid4vc/session/${id}/events`, 'de')
    expect(stream).toContain(`event: state\ndata: ${text}\n`)
  })

  it('that is not there is told in English, and says nothing of a language', async () => {
    for (const path of [
      '/openid4vc/session/nobody-has-this-one',
      '/openid4vc/session/nobody-has-this-one/events',
    ]) {
      expect(await read(path, 'de')).toMatchObject({ status: 404, written: undefined })
    }
  })
})
