/** Response codes that are brought back: of another session, of nobody, twice, or beside what nobody asked for. */
import assert from 'node:assert/strict'
import { identityQuery } from '@countersign/testing/client/flows'
import { expectStatus, postForm, postJson } from '@countersign/testing/client/http'
import { answerBody, unknownId } from '@countersign/testing/client/protocol-wallet'
import { type BadInput, chapter, type Stage } from '../case.ts'
import { anyVerification, bothNames, type Requested, verificationAt, verificationResult } from '../stages.ts'
import { RawText, sendJson } from '../wire.ts'
import type { World } from '../world.ts'

const ways = {
  successredirecturi: 'https://shop.example/done/$id?a=1#b',
  errorredirecturi: 'https://shop.example/failed/$id',
}

interface SentBack extends Requested {
  /** Of the answer. */
  readonly code: string
  /** Of a decline before it. */
  readonly attempt: string
}

async function sentBackAt({ held, verifier }: World): Promise<SentBack> {
  const from = await verificationAt(verifier.url, identityQuery, ways, { sameDevice: 'required' })
  const { responseUri, state } = from.request
  const declined = await postForm(responseUri, `state=${state}&error=access_denied`)
  const taken = await postForm(responseUri, await answerBody(from.request, held, bothNames))
  return { ...from, attempt: codeIn(declined), code: codeIn(taken) }
}

function codeIn(answer: Parameters<typeof expectStatus>[0]): string {
  const address = new URL(String(expectStatus(answer, 200).json()['redirect_uri']))
  assert.match(address.hash, /^(#b)?$/)
  return address.searchParams.get('response_code') ?? ''
}

/** The wallet has answered, and its user is on the way back; nobody knows of a result. */
const sentBack: Stage<SentBack> = {
  prepare: sentBackAt,
  async goOn({ code, id, verifierUrl }) {
    const waiting = await verificationResult(verifierUrl, id)
    assert.equal(waiting['state'], 'answered')
    assert.equal(waiting['verificationResult'], undefined)
    const address = `${verifierUrl}/openid4vc/session/${id}/returned`
    const back = expectStatus(await postJson(address, { responseCode: code }), 200)
    assert.equal(back.json()['state'], 'verified')
  },
}

function bring({ id, verifierUrl }: Requested, body: unknown) {
  return sendJson(`${verifierUrl}/openid4vc/session/${id}/returned`, body)
}

function bad(name: string, message: RegExp, body: (from: SentBack) => unknown): BadInput<SentBack> {
  return { name, status: 400, message, send: (from) => bring(from, body(from)) }
}

const wrong = /responseCode is no response code of this session/

const codes: readonly BadInput<SentBack>[] = [
  bad('no body', /./, () => new RawText('')),
  bad('an empty object', /responseCode/, () => ({})),
  bad('a list', /./, ({ code }) => [code]),
  bad('a code that is a number', /responseCode/, () => ({ responseCode: 1 })),
  bad('an empty code', /responseCode/, () => ({ responseCode: '' })),
  bad('a list of codes', /responseCode/, ({ code }) => ({ responseCode: [code] })),
  bad('a code of 201 characters', /responseCode/, () => ({ responseCode: 'a'.repeat(201) })),
  bad(
    'the code as the address calls it',
    /response_code is not known here; did you mean responseCode\?/,
    ({ code }) => ({
      response_code: code,
    }),
  ),
  bad('something beside the code', /browser is not known here/, ({ code }) => ({
    responseCode: code,
    browser: 'x',
  })),
  bad('the code twice', /twice/, ({ code }) => new RawText(`{"responseCode":"x","responseCode":"${code}"}`)),
  bad('the id of the session', wrong, ({ id }) => ({ responseCode: id })),
  bad('a code that somebody made up', wrong, () => ({ responseCode: 'A'.repeat(43) })),
  bad('a code cut short', wrong, ({ code }) => ({ responseCode: code.slice(0, -1) })),
  bad('a code with something at its end', wrong, ({ code }) => ({ responseCode: `${code}A` })),
  bad('a code in other letters', wrong, ({ code }) => ({ responseCode: code.toUpperCase() })),
  bad('a code with NUL', wrong, ({ code }) => ({ responseCode: `${code}\0` })),
  bad('a code of an attempt that nobody made', wrong, ({ attempt }) => ({
    responseCode: `${'A'.repeat(22)}${attempt.slice(22)}`,
  })),
  {
    name: 'the code of another session',
    status: 400,
    message: wrong,
    send: async (from, world) => bring(from, { responseCode: (await sentBackAt(world)).code }),
  },
  {
    name: 'a code of another session, of an attempt',
    status: 400,
    message: wrong,
    send: async (from, world) => bring(from, { responseCode: (await sentBackAt(world)).attempt }),
  },
  {
    name: 'the code of an attempt, though an answer was taken',
    status: 409,
    message: /An answer was taken/,
    send: (from) => bring(from, { responseCode: from.attempt }),
  },
  {
    name: 'a megabyte',
    status: 413,
    message: /too large|limit/,
    send: (from) => bring(from, { responseCode: 'a'.repeat(1_000_000) }),
  },
  {
    name: 'a code for a session that there is not',
    status: 404,
    message: /^No active verification session/,
    send: (from) => bring({ ...from, id: unknownId() }, { responseCode: from.code }),
  },
  {
    name: 'the code, exchanged a second time',
    status: 409,
    message: /exchanged already/,
    send: async (from) => {
      expectStatus(
        await postJson(`${from.verifierUrl}/openid4vc/session/${from.id}/returned`, {
          responseCode: from.code,
        }),
        200,
      )
      return bring(from, { responseCode: from.code })
    },
    ends: {
      because: 'the code is exchanged',
      async after({ id, verifierUrl }) {
        const { returned, state } = await verificationResult(verifierUrl, id)
        assert.deepEqual([state, returned], ['verified', true])
      },
    },
  },
]

function start(name: string, message: RegExp, sameDevice: unknown, headers = {}): BadInput<undefined> {
  return {
    name,
    status: 400,
    message,
    send: (_, { verifier }) =>
      sendJson(`${verifier.url}/openid4vc/verify`, { dcql_query: identityQuery, sameDevice }, headers),
  }
}

export const sameDeviceChapters = [
  chapter('starting a verification on one device', anyVerification, [
    start('that nobody knows', /sameDevice/, 'perhaps', ways),
    start('that is a flag', /sameDevice/, true, ways),
    start('with nowhere to come back to', /sameDevice required needs successRedirectUri/, 'required'),
    start('with nowhere to come back to but after a refusal', /needs successRedirectUri/, 'required', {
      errorredirecturi: 'https://shop.example/failed',
    }),
  ]),
  chapter('bringing a response code', sentBack, codes),
]
