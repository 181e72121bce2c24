/** The wallet's answer to a request that wants it encrypted: what cannot be read, or stands inside and is not an answer, decides nothing. */
import { answerBody, unknownId } from '@countersign/testing/client/protocol-wallet'
import { answer, answerToken, good, unread } from '../answer.ts'
import { type BadInput, chapter } from '../case.ts'
import { bothNames, encryptedRequested, type Requested, verificationAt } from '../stages.ts'
import type { World } from '../world.ts'

/** The good answer, as its JWE. */
async function sealed(at: Requested, { held }: Pick<World, 'held'>): Promise<string> {
  return new URLSearchParams(await answerBody(at.request, held, bothNames)).get('response') ?? ''
}

const part = (jwe: string, at: number, make: (text: string) => string) => {
  const parts = jwe.split('.')
  return parts.with(at, make(parts[at] ?? '')).join('.')
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const headerOf = (text: string) =>
  JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
const flipped = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`

const notOne = /response must be an encrypted message/
const notOurs = /cannot be decrypted by the key of this request/
const otherway = /must be encrypted by ECDH-ES with A128GCM or A256GCM/

function garbage(name: string, message: RegExp, response: string): BadInput<Requested> {
  return { name, ...unread(message), send: (at) => answer(at, { response, state: at.request.state }) }
}

function altered(name: string, message: RegExp, alter: (jwe: string) => string): BadInput<Requested> {
  return {
    name,
    ...unread(message),
    send: async (at, world) => answer(at, { response: alter(await sealed(at, world)) }),
  }
}

function withHeader(name: string, message: RegExp, changes: object): BadInput<Requested> {
  return altered(name, message, (jwe) => part(jwe, 0, (text) => json({ ...headerOf(text), ...changes })))
}

const cases: readonly BadInput<Requested>[] = [
  {
    name: 'the right answer in the clear',
    ...unread(/wants an encrypted answer/),
    send: async (at, { held }) => answerToken(at, { identity: [await good(at, held)] }),
  },
  {
    name: 'an answer encrypted for the key of another request',
    ...unread(/must be encrypted for the key in client_metadata of this request/),
    send: async (at, { held, verifier }) => {
      const other = await verificationAt(verifier.url, undefined, { responsemode: 'direct_post.jwt' })
      return answer(at, await answerBody(other.request, held, bothNames))
    },
  },
  {
    name: 'the state of another request inside',
    ...unread(/state must be the state of this request/),
    send: async (at, { held }) =>
      answer(at, await answerBody({ ...at.request, state: unknownId() }, held, bothNames)),
  },
  {
    name: 'an encrypted answer twice',
    ...unread(/repeated/),
    send: async (at, world) => {
      const response = await sealed(at, world)
      return answer(at, [
        ['response', response],
        ['response', response],
      ])
    },
  },
  garbage('an empty response', /vp_token or error is needed/, ''),
  garbage('a response that is no JWE', notOne, 'x'),
  garbage('a signed token', notOne, 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA'),
  garbage('five empty parts', notOne, '....'),
  garbage('a header that is no JSON', notOne, 'AAAA..AAAA.AAAA.AAAA'),
  garbage('a header of 10 kB', notOne, `${json({ alg: 'ECDH-ES', x: 'x'.repeat(10_000) })}..AAAA.AAAA.AAAA`),
  garbage(
    'a header with a member twice',
    notOne,
    `${Buffer.from('{"alg":"ECDH-ES","alg":"dir"}').toString('base64url')}..AAAA.AAAA.AAAA`,
  ),
  withHeader('a key agreed on in advance', otherway, { alg: 'dir' }),
  withHeader('a wrapped key', otherway, { alg: 'ECDH-ES+A256KW' }),
  withHeader('a password with 1e9 rounds', otherway, { alg: 'PBES2-HS256+A128KW', p2c: 1e9, p2s: 'AAAA' }),
  withHeader('another content encryption', otherway, { enc: 'A128CBC-HS256' }),
  withHeader('packed content', otherway, { zip: 'DEF' }),
  withHeader('an extension of the header', otherway, { crit: ['exp'], exp: 1 }),
  withHeader('another key id', /must be encrypted for the key/, { kid: 'another' }),
  withHeader('another ephemeral key', notOurs, { epk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }),
  altered('an altered initialization vector', notOurs, (jwe) => part(jwe, 2, flipped)),
  altered('an altered content', notOurs, (jwe) => part(jwe, 3, flipped)),
  altered('an altered tag', notOurs, (jwe) => part(jwe, 4, flipped)),
  altered('a tag that is cut off', notOurs, (jwe) => part(jwe, 4, (text) => text.slice(0, 8))),
  altered('600 kB more of content', notOurs, (jwe) => part(jwe, 3, (text) => text + 'A'.repeat(600_000))),
]

export const encryptedResponseChapters = [
  chapter("the wallet's answer, encrypted", encryptedRequested, cases),
]
