/**
 * Published status lists, asked for in ways that nobody should: each answer is the list that everybody gets, or a
 * refusal that tells nothing of it.
 */
import assert from 'node:assert/strict'
import { unknownId } from '@countersign/testing/client/protocol-wallet'
import { type BadInput, chapter, type RunnableCase } from '../case.ts'
import { send } from '../wire.ts'
import { type Issued, issued, type Refused } from './issued-credential-cases.ts'

const JWT = 'application/statuslist+jwt'
const CWT = 'application/statuslist+cwt'

function list(
  name: string,
  refusal: Refused,
  url: (at: Issued) => string,
  headers: Readonly<Record<string, string>> = {},
): BadInput<Issued> {
  return { name, ...refusal, send: (at) => send(url(at), { headers }) }
}

const own = ({ listUri }: Issued) => listUri
const token =
  (id: string) =>
  ({ issuerUrl }: Issued) =>
    `${issuerUrl}/status/token/${id}`
const noList: Refused = { status: 404, message: /^No status list found/ }
const noId: Refused = { status: 400, message: /params\/listId/ }
const notServed: Refused = { status: 406, message: /comes as application\/statuslist/ }
const noPast: Refused = { status: 501, message: /Earlier statuses are not told/ }

const lists: readonly BadInput<Issued>[] = [
  list('a list that there is not', noList, token(unknownId())),
  list('an id of 21 characters', noId, token('A'.repeat(21))),
  list('an id of 300 characters', noId, token('A'.repeat(300))),
  list('an id with a quote', noId, token("'%20OR%20'1'%3D'1AAAAAA")),
  list('an id with NUL', noId, token(`${'A'.repeat(21)}%00`)),
  list('an id that climbs', noId, token('..%2f..%2f..%2fetc%2fpasswd')),
  list(
    'a list of the other kind',
    noList,
    ({ listUri }) => `${listUri.replace('/token/', '/bitstring/')}/revocation`,
  ),
  list(
    'a purpose that there is not',
    { status: 400, message: /params\/purpose/ },
    ({ issuerUrl }) => `${issuerUrl}/status/bitstring/${unknownId()}/message`,
  ),
  list('as a page', notServed, own, { accept: 'text/html' }),
  list('as a credential', notServed, own, { accept: 'application/vc+jwt' }),
  list('as nothing', notServed, own, { accept: `${JWT};q=0, ${CWT};q=0.0` }),
  list('as what cannot be read', notServed, own, { accept: ';;;,,,' }),
]

/** Not a fault of the request, so another kind of answer than the table knows. */
const times: readonly RunnableCase[] = ['?time=0', '?time=yesterday', `?time=${'9'.repeat(30)}`].map(
  (text) => ({
    name: `as it was: ${text.slice(0, 20)}`,
    async run(world) {
      const at = await issued.prepare(world)
      const answer = await send(at.listUri + text)
      assert.equal(answer.status, noPast.status)
      assert.match(answer.text, noPast.message)
      assert.match(answer.headers.get('cache-control') ?? '', /no-store/)
      await issued.goOn(at, world)
    },
  }),
)

/** Whoever asks oddly gets the very list that everybody gets, or nothing. */
const served: RunnableCase = {
  name: 'odd ways to ask for a list that is served',
  async run(world) {
    const at = await issued.prepare(world)
    const plain = await send(at.listUri)
    const tag = plain.headers.get('etag') ?? ''
    assert.equal(plain.headers.get('content-type'), JWT)
    const askedFor = async (headers: Readonly<Record<string, string>>) => send(at.listUri, { headers })
    for (const accept of [
      '*/*',
      'application/*',
      `text/html, ${JWT}`,
      `${CWT};q=0.1, ${JWT};q=0.2`,
      'a,'.repeat(10) + JWT,
    ]) {
      assert.equal((await askedFor({ accept })).text, plain.text, accept)
    }
    assert.equal((await askedFor({ accept: CWT })).headers.get('content-type'), CWT)
    for (const known of [tag, `"x", ${tag}`, '*', tag.replace('W/', '')]) {
      const unchanged = await askedFor({ 'if-none-match': known })
      assert.deepEqual([unchanged.status, unchanged.text], [304, ''], known)
    }
    for (const stale of ['"x"', '', 'W/', '"'.repeat(2000)]) {
      assert.equal((await askedFor({ 'if-none-match': stale })).text, plain.text, stale)
    }
    for (const coding of ['identity', 'gzip;q=0', 'br', 'gzip;q=x', '']) {
      assert.equal(
        (await askedFor({ 'accept-encoding': coding })).headers.get('content-encoding'),
        null,
        coding,
      )
    }
    const zipped = await fetch(at.listUri, { headers: { 'accept-encoding': 'gzip' } })
    assert.equal(zipped.headers.get('content-encoding'), 'gzip')
    assert.equal(await zipped.text(), plain.text)
    assert.equal((await send(at.listUri, { method: 'HEAD' })).text, '')
  },
}

export const statusEndpointChapters = [
  chapter('published status lists', issued, lists),
  { name: 'published status lists, in time and form', cases: [...times, served] },
]
