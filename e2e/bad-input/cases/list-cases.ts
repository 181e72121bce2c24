/** Lists of sessions and the cluster's figures: queries that nobody may ask, and that the list is there afterwards as before. */
import { call, expectStatus } from '@countersign/testing/client/http'
import { type BadInput, chapter, type Stage } from '../case.ts'
import { send } from '../wire.ts'
import type { World } from '../world.ts'

const SERVICES = ['issuer', 'verifier'] as const
type Listing = (typeof SERVICES)[number]

/** Afterwards a page is a page. */
function listing(service: Listing): Stage<undefined> {
  return {
    prepare: async () => undefined,
    async goOn(_, world) {
      const page = expectStatus(await call(`${world[service].url}/openid4vc/sessions?limit=1`), 200).json()
      if (!Array.isArray(page['sessions'])) throw new Error('a page without sessions')
    },
  }
}

const place = (text: string) => `before=${Buffer.from(text).toString('base64url')}`
const ANY_ID = 'AAAAAAAAAAAAAAAAAAAAAA'

/** What is asked, and which part of it the refusal names. */
const QUERIES: readonly (readonly [query: string, message: RegExp])[] = [
  ['limit=0', /limit/],
  ['limit=101', /limit/],
  ['limit=-1', /limit/],
  ['limit=1e2', /limit/],
  ['limit=0x10', /limit/],
  ['limit=%2B5', /limit/],
  [`limit=${'9'.repeat(400)}`, /limit/],
  ['limit[]=5', /not known here/],
  ['limit=5&limit=5', /limit/],
  ['state=CREATED', /state/],
  ['state=verified,offered', /state/],
  ['state=__proto__', /state/],
  ['before=%00', /before/],
  ['before=next', /before/],
  [`before=${'A'.repeat(401)}`, /before/],
  [place('tr0o8w0'), /before/],
  [place(`tr0o8w0.${ANY_ID}.${ANY_ID}`), /before/],
  [place(`-1.${ANY_ID}`), /before/],
  [place(`zzzzzzzzz.${ANY_ID}`), /before/],
  [place(`NaN.${ANY_ID}`), /before/],
  [place('tr0o8w0.*'), /before/],
  [place('tr0o8w0.countersign:!instances'), /before/],
  ['after=5', /after is not known here/],
  ['page=2', /page is not known here/],
  ['befor=AAAA', /before/],
  ['__proto__=1', /__proto__|not known/],
]

function queriesOf(service: Listing): readonly BadInput<undefined>[] {
  return QUERIES.map(([query, message]) => ({
    name: query.slice(0, 60),
    status: 400,
    message,
    send: (_: undefined, world: World) => send(`${world[service].url}/openid4vc/sessions?${query}`),
  }))
}

/** A place that was never given out, and could have been. */
function emptyPages(service: Listing): readonly BadInput<undefined>[] {
  return [`0.${ANY_ID}`, `1.${ANY_ID}`].map((text) => ({
    name: `a place before everything, ${text}`,
    status: 200,
    message: /^\{"sessions":\[\]\}$/,
    send: (_: undefined, world: World) => send(`${world[service].url}/openid4vc/sessions?${place(text)}`),
  }))
}

/** What a question to the log of issued credentials may not have. */
const LOG_QUERIES: readonly (readonly [query: string, message: RegExp])[] = [
  ...QUERIES.filter(([query]) => !query.startsWith('state=')),
  ['state=revoked', /state is not known here/],
  ['status=gone', /status/],
  ['status=1', /status/],
  ['status=valid&status=revoked', /status/],
  ['status=__proto__', /status/],
  [`credentialConfigurationId=${'c'.repeat(201)}`, /credentialConfigurationId/],
  ['configurationId=x', /configurationId/],
  ['sessionId=gvMUEPAmY7Vn0nr0iSCU6Q', /sessionId is not known here/],
  ['issuedFrom=-1', /issuedFrom/],
  ['issuedFrom=1.5', /issuedFrom/],
  ['issuedFrom=yesterday', /issuedFrom/],
  ['issuedFrom=2027-01-01', /issuedFrom/],
  [`issuedBefore=${'9'.repeat(13)}`, /issuedBefore/],
  ['issuedBefore=1e9', /issuedBefore/],
]

const LOG = '/openid4vc/credentials/log'

/** Of questions that find nothing, and hostile text that is no SQL. */
const emptyLogs: readonly BadInput<undefined>[] = [
  place(`0.${ANY_ID}`),
  'issuedFrom=5&issuedBefore=5',
  'issuedFrom=999999999999',
  'issuedBefore=0',
  `credentialConfigurationId=${encodeURIComponent("x' or 1=1 --")}`,
  'credentialConfigurationId=%00',
].map((query) => ({
  name: `nothing is found by ${query}`,
  status: 200,
  message: /^\{"credentials":\[\]\}$/,
  send: (_: undefined, world: World) => send(`${world.issuer.url}${LOG}?${query}`),
}))

const theLog: Stage<undefined> = {
  prepare: async () => undefined,
  async goOn(_, world) {
    const page = expectStatus(await call(`${world.issuer.url}${LOG}?limit=1`), 200).json()
    if (!Array.isArray(page['credentials'])) throw new Error('a page without credentials')
  },
}

const logChapter = chapter('the log of issued credentials', theLog, [
  ...LOG_QUERIES.map(([query, message]) => ({
    name: query.slice(0, 60),
    status: 400,
    message,
    send: (_: undefined, world: World) => send(`${world.issuer.url}${LOG}?${query}`),
  })),
  ...emptyLogs,
])

const sessionChapters = SERVICES.map((service) =>
  chapter(`the list of sessions of the ${service}`, listing(service), [
    ...queriesOf(service),
    ...emptyPages(service),
    ...['/cluster/instances', '/cluster/counts', '/trust'].map((path) => ({
      name: `a parameter of ${path}`,
      status: 400,
      message: /all is not known here/,
      send: (_: undefined, world: World) => send(`${world[service].url}${path}?all=1`),
    })),
  ]),
)

export const listChapters = [...sessionChapters, logChapter]
