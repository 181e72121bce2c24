/**
 * The answer as a message: its parameters (OpenID4VP 1.0 §8.1, §8.2; RFC 6749 §3.2), the shape of the `vp_token` (§8.1), the form that carries it
 * (§8.2), and answers that belong to another session (§14.1). What it says of credentials is in order.
 */
import type { JsonObject, JsonValue } from '@countersign/core/json'
import type { Form } from '@countersign/protocol/openid4vp/response/authorization-response'
import { RESPONSE_MODE_NAMES } from '@countersign/protocol/openid4vp/response/response-modes'
import { type Kind, kinds } from '@countersign/testing/forging/credential-kinds'
import {
  BROWSER_PROTOCOL,
  brought,
  FORM_TYPE,
  formText,
  type Sent,
  SHOP,
  sent,
} from '../testing/response-ways.testing.ts'
import { type Asked, answerOf, asked, issued, shown, stateOf } from '../testing/two-instances.testing.ts'
import {
  BROUGHT_MODES,
  CLEAR_MODES,
  ENCRYPTED_MODES,
  type Mutation,
  ofAnswer,
  ofBody,
  ofPresentation,
  POSTED_MODES,
  written,
} from './mutation.testing.ts'

const POSTED_CLEAR = CLEAR_MODES.filter((mode) => POSTED_MODES.includes(mode))

/** Which format it is makes no difference here: each row has one, in turn. */
function inTurn(rows: readonly Mutation[]): readonly Mutation[] {
  return rows.map((row, at) => ({ ...row, kinds: [kinds[at % kinds.length] as Kind] }))
}

const presentationIn = (answer: JsonObject): string => {
  const token = answer['vp_token'] as Readonly<Record<string, readonly string[]>>
  return token['asked']?.[0] ?? ''
}

function token(
  what: string,
  by: string,
  shape: (presentation: string, request: Asked) => JsonValue,
): Mutation {
  return ofAnswer({ what: `the vp_token: ${what}`, ends: 'refused', by }, (answer, request) => ({
    ...answer,
    vp_token: shape(presentationIn(answer), request),
  }))
}

const LIST = 'must be a list of at least one non-empty text'

const tokens = [
  token('the presentation itself', 'vp_token', (one) => one),
  token('a list', 'vp_token', (one) => [one]),
  token('null', 'vp_token', () => null),
  token('true', 'vp_token', () => true),
  token('an empty object', 'no presentation', () => ({})),
  token('the presentation in no list', LIST, (one) => ({ asked: one })),
  token('an empty list', LIST, () => ({ asked: [] })),
  token('an empty text', LIST, () => ({ asked: [''] })),
  token('a number', LIST, () => ({ asked: [1] })),
  token('the presentation as an object', 'vp_token', (one) => ({ asked: [{ jwt: one }] })),
  token('the presentation in two lists', 'vp_token', (one) => ({ asked: [[one]] })),
  token('the presentation twice', 'one presentation only', (one) => ({ asked: [one, one] })),
  token('the presentation and something else', 'one presentation only', (one) => ({ asked: [one, 'x'] })),
  token('eleven presentations', 'at most 10', (one) => ({ asked: Array.from({ length: 11 }, () => one) })),
  token('an id that was not asked for', 'no credential query has that id', (one) => ({ other: [one] })),
  token('an id that was not asked for, beside the right one', 'no credential query has that id', (one) => ({
    asked: [one],
    other: [one],
  })),
  token('the id in capitals', 'no credential query has that id', (one) => ({ ASKED: [one] })),
  token('an id of every object', 'no credential query has that id', (one) => ({ constructor: [one] })),
  token('another word as the presentation', 'jws_malformed', () => ({ asked: ['x'] })),
  token('the presentation with a line end behind it', 'kb_jwt_malformed', (one) => ({ asked: [`${one}\n`] })),
  token('the presentation with a space before it', 'jws_header_invalid', (one) => ({ asked: [` ${one}`] })),
]

function parameters(
  what: string,
  by: string,
  change: (answer: JsonObject, request: Asked) => JsonObject,
  modes: Mutation['modes'] = RESPONSE_MODE_NAMES,
): Mutation {
  return ofAnswer({ what, modes, ends: 'refused', by }, change)
}

/** Of the modes that have one. */
const state = (what: string, change: Parameters<typeof parameters>[2]) =>
  parameters(what, 'state', change, POSTED_MODES)

const states = [
  state('no state', ({ state: _state, ...rest }) => rest),
  state('an empty state', (answer) => ({ ...answer, state: '' })),
  state('the state of nobody', (answer) => ({ ...answer, state: 'x'.repeat(22) })),
  state('the state with a space behind it', (answer, { session }) => ({
    ...answer,
    state: `${session.id} `,
  })),
  state('the nonce as the state', (answer, { session }) => ({
    ...answer,
    state: session.nonce,
  })),
]

const others = [
  parameters('no vp_token', 'vp_token or error', ({ vp_token: _token, ...rest }) => rest),
  parameters('an error beside the vp_token', 'exclude each other', (answer) => ({
    ...answer,
    error: 'access_denied',
  })),
  parameters(
    'an id_token in the place of the vp_token',
    'vp_token or error',
    ({ vp_token: vpToken, ...rest }) => ({
      ...rest,
      id_token: JSON.stringify(vpToken),
    }),
  ),
]

/** The text of the form changed, of modes whose parameters stand in it. */
function clear(
  what: string,
  by: string,
  change: (form: Readonly<Record<string, string>>) => string,
): Mutation {
  return ofBody({ what, modes: POSTED_CLEAR, ends: 'refused', by }, (form) => ({
    body: change(form),
    type: FORM_TYPE,
  }))
}

function tokenText(what: string, by: string, change: (text: string) => string): Mutation {
  return clear(`the text of the vp_token: ${what}`, by, ({ vp_token: text = '', ...form }) =>
    formText({ ...form, vp_token: change(text) }),
  )
}

const texts = [
  tokenText('half of it', 'JSON', (text) => text.slice(0, text.length / 2)),
  tokenText('a bracket more', 'JSON', (text) => `${text}}`),
  tokenText('something behind it', 'JSON', (text) => `${text}x`),
  tokenText('a comment in it', 'JSON', (text) => text.replace('{', '{/**/')),
  tokenText('its id twice', 'a member twice', (text) => text.replace('{', '{"asked":["x"],')),
  tokenText('its id twice, the second written otherwise', 'a member twice', (text) =>
    text.replace('{', '{"\\u0061sked":["x"],'),
  ),
  tokenText('encoded once more', 'it is no object', (text) => JSON.stringify(text)),
  tokenText('base64url of it', 'not valid JSON', (text) => Buffer.from(text).toString('base64url')),
  tokenText('nested a hundred deep', 'nested more deeply', (text) =>
    text.replace('{', `{"x":${'['.repeat(100)}${']'.repeat(100)},`),
  ),
  tokenText('__proto__ as an id', 'not valid JSON', (text) => text.replace('{', '{"__proto__":["x"],')),
  clear('the state twice', 'state is repeated', (form) => `${formText(form)}&state=x`),
  clear('the vp_token twice', 'vp_token is repeated', (form) => `${formText(form)}&vp_token=%7B%7D`),
  clear(
    'the same vp_token twice',
    'vp_token is repeated',
    (form) => `${formText(form)}&${formText({ vp_token: form['vp_token'] ?? '' })}`,
  ),
  clear(
    'the presentation in a response parameter',
    'vp_token or error',
    ({ state = '', vp_token: text = '' }) => formText({ state, response: text }),
  ),
]

/** How a wallet posts it. */
function posted(
  what: string,
  by: string,
  type: string,
  write: (form: Readonly<Record<string, string>>) => string,
): Mutation {
  return ofBody({ what, modes: POSTED_MODES, ends: 'refused', by }, (form) => ({ body: write(form), type }))
}

const TYPE = 'The content type must be'

const bodies = [
  posted('JSON in the place of a form', 'as JSON it has protocol', 'application/json', (form) =>
    JSON.stringify(form),
  ),
  posted('a form that says it is JSON', 'not valid JSON', 'application/json', formText),
  posted('a form that says it is plain text', TYPE, 'text/plain', formText),
  posted(
    'a form of several parts',
    TYPE,
    'multipart/form-data; boundary=x',
    (form) =>
      `${Object.entries(form)
        .map(([name, value]) => `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join('')}--x--`,
  ),
  posted('an empty form', 'state', FORM_TYPE, () => ''),
  posted('a form that is none', 'state', FORM_TYPE, () => '%'),
  posted(
    'a form of 300 parameters',
    'too many parameters',
    FORM_TYPE,
    (form) => `${formText(form)}&${Array.from({ length: 300 }, (_, at) => `x${at}=1`).join('&')}`,
  ),
  posted(
    'a form of five megabytes',
    'too large',
    FORM_TYPE,
    (form) => `${formText(form)}&x=${'x'.repeat(5 * 1024 * 1024)}`,
  ),
]

const NOT_MINE = { jwt: 'nonce_wrong', 'sd-jwt': 'nonce_wrong', mso: 'signature_invalid' }

/** Right, for another request; `mine`: the state of this one. */
async function toAnother(request: Asked, mine: boolean): Promise<JsonObject> {
  const other = await asked(request.stage, request.kind, request.mode)
  const answer = answerOf(other, await shown(other))
  return mine ? { ...answer, ...stateOf(request) } : answer
}

const replays = [
  ofPresentation(
    {
      what: 'a presentation that was made for another session',
      ends: 'refused',
      by: NOT_MINE,
    },
    async (request, held) => shown(await asked(request.stage, request.kind, request.mode), { held }),
  ),
  ofPresentation(
    {
      what: 'a presentation that was verified in another session, on the other instance',
      ends: 'refused',
      by: NOT_MINE,
    },
    async (request, held) => {
      const other = await asked(request.stage, request.kind, request.mode)
      const presentation = await shown(other, { held })
      const honest = await written(other, answerOf(other, presentation))
      const told = await sent(other.stage.here, other.session.id, honest)
      if (told.status !== 200) throw new Error(`the honest answer was not taken: ${told.body}`)
      return presentation
    },
  ),
  ofPresentation(
    {
      what: 'a presentation that was made for a session under another name of the verifier',
      modes: POSTED_MODES,
      ends: 'refused',
      by: { ...NOT_MINE, jwt: 'aud_wrong', 'sd-jwt': 'aud_wrong' },
    },
    async (request, held) =>
      shown(await asked(request.stage, request.kind, request.mode, { clientIdPrefix: 'x509_san_dns' }), {
        held,
      }),
  ),
  ofAnswer(
    {
      what: 'an answer to another session, with its state',
      modes: POSTED_MODES,
      ends: 'refused',
      by: 'state',
    },
    (_, request) => toAnother(request, false),
  ),
  ofAnswer(
    { what: 'an answer to another session, with the state of this one', ends: 'refused', by: NOT_MINE },
    (_, request) => toAnother(request, true),
  ),
  ...(
    [
      [POSTED_CLEAR, 'state'],
      [CLEAR_MODES.filter((mode) => BROUGHT_MODES.includes(mode)), NOT_MINE],
      [ENCRYPTED_MODES, 'must be encrypted for the key'],
    ] as const
  ).map(([modes, by]) =>
    ofBody(
      { what: 'what was posted to another session, to the byte', modes, ends: 'refused', by },
      async (_, request) => {
        const other = await asked(request.stage, request.kind, request.mode)
        return written(other, answerOf(other, await shown(other)))
      },
    ),
  ),
  ofAnswer(
    {
      what: 'a credential as the issuer gave it to somebody else, in the place of a presentation',
      ends: 'refused',
      by: { jwt: 'vp_missing', 'sd-jwt': 'kb_jwt_missing', mso: 'device_response_version_unsupported' },
    },
    async (answer, request) => {
      const { credential } = await issued(request)
      return { ...answer, vp_token: { asked: [credential] } }
    },
  ),
]

/** What a page brings, and from where (appendix A). */
function broughtAs(what: string, by: string, write: (form: Form, request: Asked) => Sent): Mutation {
  return ofBody({ what, modes: BROUGHT_MODES, ends: 'refused', by }, write)
}

const pages = [
  broughtAs('a protocol that was not offered', 'protocol', (form) => brought('openid4vp-v1-unsigned', form)),
  broughtAs('a protocol that nobody knows', 'protocol', (form) => brought('mallory', form)),
  broughtAs('the page of somebody else', 'origin', (form) =>
    brought(BROWSER_PROTOCOL, form, { origin: 'https://other.example' }),
  ),
  broughtAs('the page with a slash behind it', 'origin', (form) =>
    brought(BROWSER_PROTOCOL, form, { origin: `${SHOP}/` }),
  ),
  broughtAs('a form, as a wallet would post it', 'browser', (form) => ({
    body: formText(form),
    type: FORM_TYPE,
  })),
  broughtAs('nothing in it', 'vp_token or error', () => brought(BROWSER_PROTOCOL, {})),
  broughtAs('the credential as it is, without its data', 'as JSON it has protocol', (form) => ({
    body: JSON.stringify({ protocol: BROWSER_PROTOCOL, ...form }),
    type: 'application/json',
  })),
  broughtAs('a member twice', 'JSON', (form) => {
    const { body, type } = brought(BROWSER_PROTOCOL, form)
    return { body: body.replace('{', '{"data":{},'), type }
  }),
  broughtAs('half of the JSON', 'JSON', (form) => {
    const { body, type } = brought(BROWSER_PROTOCOL, form)
    return { body: body.slice(0, body.length / 2), type }
  }),
]

export const MESSAGE_MUTATIONS: readonly Mutation[] = inTurn([
  ...tokens,
  ...states,
  ...others,
  ...texts,
  ...bodies,
  ...pages,
])
export const REPLAYS: readonly Mutation[] = replays
