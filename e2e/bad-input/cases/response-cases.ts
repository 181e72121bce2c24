/** The wallet's answer, where its form or its token is malformed: 400, and the session stays open. */
import { answerBody, unknownId } from '@countersign/testing/client/protocol-wallet'
import { answer, answerToken, good, unread } from '../answer.ts'
import { type BadInput, chapter } from '../case.ts'
import {
  answerWell,
  bothNames,
  type Requested,
  requested,
  verificationAt,
  verificationResult,
} from '../stages.ts'
import { sendForm } from '../wire.ts'

const forms: readonly BadInput<Requested>[] = [
  {
    name: 'an empty form',
    ...unread(/state must be the state of this request/),
    send: (at) => answer(at, ''),
  },
  {
    name: 'no state',
    ...unread(/state must be the state of this request/),
    send: async (at, { held }) =>
      answer(at, { vp_token: JSON.stringify({ identity: [await good(at, held)] }) }),
  },
  {
    name: 'another state',
    ...unread(/state must be the state of this request/),
    send: async (at, { held }) =>
      answer(at, await answerBody({ ...at.request, state: unknownId() }, held, bothNames)),
  },
  {
    name: 'the state in other letters',
    ...unread(/state must be the state of this request/),
    send: (at) => answer(at, { state: at.request.state.toUpperCase(), vp_token: '{}' }),
  },
  {
    name: 'the state twice',
    ...unread(/repeated/),
    send: (at) =>
      answer(at, [
        ['state', at.request.state],
        ['state', at.request.state],
      ]),
  },
  {
    name: 'two tokens',
    ...unread(/repeated/),
    send: async (at, { held }) =>
      answer(at, `${await answerBody(at.request, held, bothNames)}&vp_token=%7B%7D`),
  },
  {
    name: 'state in the query',
    ...unread(/state must be the state of this request/),
    send: (at) => sendForm(`${at.request.responseUri}?state=${at.request.state}`, { vp_token: '{}' }),
  },
  {
    name: 'neither token nor error',
    ...unread(/vp_token or error is needed/),
    send: (at) => answer(at, { state: at.request.state }),
  },
  {
    name: 'token and error',
    ...unread(/vp_token and error exclude each other/),
    send: async (at, { held }) =>
      answer(at, `${await answerBody(at.request, held, bothNames)}&error=access_denied`),
  },
  {
    name: 'an error with line breaks',
    ...unread(/error must be 1 to 100 printable/),
    send: (at) => answer(at, { state: at.request.state, error: 'a\r\nb' }),
  },
  {
    name: 'an error of 200 characters',
    ...unread(/error must be 1 to 100 printable/),
    send: (at) => answer(at, { state: at.request.state, error: 'e'.repeat(200) }),
  },
  {
    name: 'an empty error',
    ...unread(/vp_token or error is needed/),
    send: (at) => answer(at, { state: at.request.state, error: '' }),
  },
  {
    name: 'an encrypted answer that nobody asked for',
    ...unread(/state must be the state of this request/),
    send: (at) => answer(at, { response: 'a.b.c.d.e' }),
  },
  {
    name: 'the answer of another session',
    ...unread(/state must be the state of this request/),
    send: async (at, { held, verifier }) =>
      answer(at, await answerBody((await verificationAt(verifier.url)).request, held, bothNames)),
  },
]

const malformed =
  /vp_token must be a JSON object of lists of texts|vp_token has no presentation|must be a list of at least one/

function token(
  name: string,
  message: RegExp,
  make: string | object | ((presentation: string) => string | object),
): BadInput<Requested> {
  return {
    name,
    ...unread(message),
    send: async (at, { held }) =>
      answerToken(at, typeof make === 'function' ? make(await good(at, held)) : make),
  }
}

const tokens: readonly BadInput<Requested>[] = [
  token('an empty token', /vp_token or error is needed/, ''),
  token('a token that is no JSON', malformed, '{"identity":'),
  token('a token that is a list', malformed, (vp: string) => [vp]),
  token('a bare presentation', malformed, (vp: string) => vp),
  token('a token that is null', malformed, 'null'),
  token('a token nested 10 000 deep', malformed, `{"identity":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
  token('a query id twice', malformed, (vp: string) => `{"identity":["x"],"identity":["${vp}"]}`),
  token('the query id __proto__', malformed, (vp: string) => `{"__proto__":["${vp}"]}`),
  token('a token without entries', malformed, {}),
  token('a query id that was not asked', /no credential query has that id/, (vp: string) => ({
    other: [vp],
  })),
  token(
    'a query id that was not asked, beside the right one',
    /no credential query has that id/,
    (vp: string) => ({
      identity: [vp],
      other: [vp],
    }),
  ),
  token('the query id toString', /no credential query has that id/, (vp: string) => ({ toString: [vp] })),
  token('no presentation', malformed, { identity: [] }),
  token('a presentation outside of a list', malformed, (vp: string) => ({ identity: vp })),
  token('a presentation that is a number', malformed, { identity: [1] }),
  token('an empty presentation', malformed, { identity: [''] }),
  token('two presentations where one is asked', /may have one presentation only/, (vp: string) => ({
    identity: [vp, vp],
  })),
  token('11 presentations', /at most 10 presentations/, (vp: string) => ({
    identity: Array.from({ length: 11 }, () => vp),
  })),
  token('a token of 1001 values', /too large, limit 4194304 bytes and 1000 values/, (vp: string) => ({
    identity: [vp],
    padding: Array.from({ length: 1000 }, () => 'x'),
  })),
  token('600 kB that nobody asked for', /vp_token answers padding/, (vp: string) => ({
    identity: [vp],
    padding: ['x'.repeat(600_000)],
  })),
]

export const responseChapters = [
  chapter("the wallet's answer, the form", requested, forms),
  chapter("the wallet's answer, the token", requested, tokens),
  chapter('a verification that was answered', requested, [
    {
      name: 'another answer',
      ...unread(/answered already/),
      send: async (at, { held }) => {
        await answerWell(at, held)
        return answer(at, await answerBody(at.request, held, [['given_name']]))
      },
      ends: { because: 'it had come to its good end before, and keeps it', after: stillVerified },
    },
    {
      name: 'a refusal after the answer',
      ...unread(/answered already/),
      send: async (at, { held }) => {
        await answerWell(at, held)
        return answer(at, { state: at.request.state, error: 'access_denied' })
      },
      ends: { because: 'it had come to its good end before, and keeps it', after: stillVerified },
    },
    {
      name: 'an empty form',
      ...unread(/answered already/),
      send: async (at, { held }) => {
        await answerWell(at, held)
        return answer(at, '')
      },
      ends: { because: 'it had come to its good end before, and keeps it', after: stillVerified },
    },
  ]),
]

async function stillVerified({ id, verifierUrl }: Requested): Promise<void> {
  const { state } = await verificationResult(verifierUrl, id)
  if (state !== 'verified') throw new Error(`the session is ${String(state)}`)
}
