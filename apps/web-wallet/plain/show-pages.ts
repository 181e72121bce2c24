/**
 * A presentation request in a browser without a script: looked at, opened under an id, answered or declined (docs/decisions/066). What
 * is opened, shown, used and rejected are the wallet API's own steps, so a second press, another tab and another instance find what
 * was done. Every answer here is a page.
 */
import { loginAnswer, sessionAnswer, walletsAnswer } from '@countersign/api/wallet/accounts'
import {
  type RequestPreview,
  requestPreview,
  useExchangedRequest,
} from '@countersign/api/wallet/request-exchange'
import { ok, type Result, refuse } from '@countersign/core/result'
import { preferredLanguage } from '@countersign/service/http/answers/accept'
import type { Markup } from '@countersign/service/http/pages/markup'
import type { Upstream } from '@countersign/service/http/passing/call-upstream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type ExchangePlace, exchangePage } from './addresses.ts'
import { type Consenting, choosePage, consentPage, noMatchPage } from './consent-page.ts'
import { entryPage, errorPage, logInPage, walletPage } from './entry-pages.ts'
import { CHOSEN, choicesIn, choicesOf, hasChoices, type Sent } from './form-choices.ts'
import { linkTo, type View } from './frame.ts'
import { endedPage, resultPage } from './result-page.ts'
import { LANGUAGE_IDS, LANGUAGES, plainTexts } from './texts/plain-texts.ts'
import type { LanguageId } from './texts/words.ts'
import { type Asking, type Failure, type WalletApi, walletApi } from './wallet-api.ts'

/** No script at all, no style but ours, and forms to nobody but us. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

type Show = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export interface PlainPages {
  readonly entry: Show
  readonly open: Show
  readonly logIn: Show
  readonly exchange: Show
  readonly use: Show
  readonly reject: Show
}

export interface PlainPagesOptions {
  readonly wallet: Upstream
  /** The first page of those with a script, as the build made it: it names the style sheets. */
  readonly index: string
  /** The pages' own address has TLS. */
  readonly https: boolean
}

interface Visit extends Asking {
  readonly view: View
}

/** Who is there, as far as these pages need to know. */
interface Visitor {
  readonly csrf: string
  readonly cookie?: string | undefined
}

export function openPlainPages({ https, index, wallet }: PlainPagesOptions): PlainPages {
  const api = walletApi(wallet)
  const styles = [...index.matchAll(/<link rel="stylesheet"[^>]* href="([^"]+)"/g)].map(
    ([, href = '']) => href,
  )
  const visitOf = (request: FastifyRequest, reply: FastifyReply): Visit => {
    void reply.headers({
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      // With `no-referrer` a browser does not say which page a form was on (Fetch §3.1), and the wallet asks.
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      vary: 'accept-language',
      ...(https && { 'strict-transport-security': 'max-age=31536000' }),
    })
    const view = { ...languageOf(request), styles }
    return { request, reply, view, language: view.language }
  }
  const handler =
    (show: (api: WalletApi, visit: Visit) => Promise<FastifyReply>): Show =>
    (request, reply) =>
      show(api, visitOf(request, reply))
  return {
    entry: handler(async (_api, visit) => enter(visit)),
    open: handler(open),
    logIn: handler(logIn),
    exchange: handler(showExchange),
    use: handler(use),
    reject: handler(reject),
  }
}

const query = z.looseObject({ lang: z.string().max(20).optional().catch(undefined) })

function languageOf(request: FastifyRequest): Pick<View, 'language' | 'chosen'> {
  const { lang = '' } = query.catch({}).parse(request.query)
  if (isLanguageId(lang)) return { language: lang, chosen: true }
  return { language: preferredLanguage(request, LANGUAGE_IDS), chosen: false }
}

function isLanguageId(text: string): text is LanguageId {
  return Object.hasOwn(LANGUAGES, text)
}

function send({ reply }: Visit, status: number, { text }: Markup): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(text)
}

/** RFC 9110 §15.4.4: a reload of what follows presses nothing once more. */
function goTo({ reply, view }: Visit, path: string): FastifyReply {
  return reply.code(303).header('location', linkTo(path, view)).send()
}

const NOTHING = { status: 400, code: 'request_missing' } as const

function enter(visit: Visit): FastifyReply {
  const link = linkOf(visit.request)
  if (link !== undefined) return send(visit, 200, entryPage(link, visit.view))
  return refused(visit, NOTHING, plainTexts(visit.language).open.nothing)
}

/** As every wallet is asked (OpenID4VP 1.0 §13.1.2). */
const SCHEME = 'openid4vp://authorize'

/** The last: of a request that nobody signed, whose parameters are in the link. */
const ONE_OF = ['request', 'request_uri', 'response_type']

/** The parameters as they stand in the address or in a form of somebody else's: what they hold the wallet decides. */
function linkOf({ body, method, raw }: FastifyRequest): string | undefined {
  const sent = method === 'POST' ? formOf(body) : new URLSearchParams(raw.url?.split('?').slice(1).join('?'))
  const parameters = new URLSearchParams(sent)
  parameters.delete('lang')
  const isRequest = parameters.has('client_id') && ONE_OF.some((name) => parameters.get(name))
  return isRequest ? `${SCHEME}?${parameters.toString()}` : undefined
}

const anyForm = z.record(z.string(), z.string()).catch({})

function formOf(body: unknown): Record<string, string> {
  return anyForm.parse(body ?? {})
}

const openForm = z.object({ request: z.string().min(1), wallet: z.string().optional() })

async function open(api: WalletApi, visit: Visit): Promise<FastifyReply> {
  const form = openForm.safeParse(formOf(visit.request.body))
  if (!form.success) return refused(visit, NOTHING, plainTexts(visit.language).open.nothing)
  const visitor = await findVisitor(api, visit)
  if (visitor.ok) return openFor(api, visit, visitor.value, form.data)
  return visitor.error.status === 401
    ? askToLogIn(visit, { request: form.data.request })
    : failed(visit, visitor.error)
}

async function findVisitor(api: WalletApi, visit: Visit): Promise<Result<Visitor, Failure>> {
  const heard = await api(visit, { method: 'GET', path: '/auth/session' })
  if (!heard.ok) return heard
  const { session } = sessionAnswer.parse(heard.value.json)
  return session === undefined ? refuse({ status: 401 }) : ok({ csrf: session.csrf })
}

function askToLogIn(visit: Visit, along: Readonly<Record<string, string>>): FastifyReply {
  return send(visit, 401, logInPage({ along }, visit.view))
}

async function openFor(
  api: WalletApi,
  visit: Visit,
  { cookie, csrf }: Visitor,
  { request, wallet }: z.infer<typeof openForm>,
): Promise<FastifyReply> {
  const heard = await api(visit, { method: 'GET', path: '/wallet/accounts/wallets', cookie })
  if (!heard.ok) return failed(visit, heard.error)
  const { wallets } = walletsAnswer.parse(heard.value.json)
  const [only] = wallets
  const chosen = wallets.length === 1 ? only : wallets.find(({ id }) => id === wallet)
  if (chosen === undefined) return send(visit, 200, walletPage(request, wallets, visit.view))
  const path = `/wallet/${encodeURIComponent(chosen.id)}/exchange/requests`
  const opened = await api(visit, { method: 'POST', path, body: { request }, csrf, cookie })
  if (!opened.ok) return failed(visit, opened.error)
  const { id } = requestPreview.parse(opened.value.json)
  return goTo(visit, exchangePage({ wallet: chosen.id, exchange: id }))
}

/** Ids as the wallet makes them: in no address do they mean anything else. */
const id = z.string().regex(/^[\w:-]{1,100}$/)
const placeParams = z.object({ wallet: id, exchange: id })
const NOWHERE: Failure = { status: 404, code: 'exchange_unknown' }

const logInForm = z.object({
  email: z.string().default(''),
  password: z.string().default(''),
  request: z.string().optional(),
  wallet: id.optional(),
  exchange: id.optional(),
})

async function logIn(api: WalletApi, visit: Visit): Promise<FastifyReply> {
  const form = logInForm.safeParse(formOf(visit.request.body))
  if (!form.success) return gone(visit, NOWHERE)
  const { email, password, ...along } = form.data
  const body = { type: 'email', email, password, session: 'cookie' }
  const heard = await api(visit, { method: 'POST', path: '/auth/login', body })
  if (!heard.ok) {
    const { status } = heard.error
    const problem = whyNotIn(heard.error, visit)
    const kept = Object.fromEntries(
      Object.entries(along).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    )
    return send(visit, status === 0 ? 503 : status, logInPage({ along: kept, email, problem }, visit.view))
  }
  const { cookies, json } = heard.value
  const { session } = loginAnswer.parse(json)
  void visit.reply.header('set-cookie', [...cookies])
  const { exchange, request, wallet } = along
  if (request !== undefined && session !== undefined) {
    const cookie = cookies.map((one) => one.split(';', 1)[0]).join('; ')
    return openFor(api, visit, { csrf: session.csrf, cookie }, { request })
  }
  return goTo(
    visit,
    wallet === undefined || exchange === undefined ? '/' : exchangePage({ wallet, exchange }),
  )
}

function whyNotIn({ code, status }: Failure, { language }: Visit): string {
  const t = plainTexts(language).welcome
  if (code === 'passwords_off') return t.passwordsOff
  if (status === 401 || status === 400) return t.wrong
  return status === 429 ? t.tooMany : t.failed
}

function apiPath({ exchange, wallet }: ExchangePlace): string {
  return `/wallet/${encodeURIComponent(wallet)}/exchange/requests/${encodeURIComponent(exchange)}`
}

async function showExchange(api: WalletApi, visit: Visit): Promise<FastifyReply> {
  const place = placeParams.safeParse(visit.request.params)
  if (!place.success) return gone(visit, NOWHERE)
  return pageOf(api, visit, place.data, {
    sent: z.record(z.string(), z.unknown()).catch({}).parse(visit.request.query),
  })
}

interface Showing extends Pick<Consenting, 'kept' | 'problem'> {
  readonly sent: Sent
  readonly status?: number
}

/** Whatever stands there now. */
async function pageOf(
  api: WalletApi,
  visit: Visit,
  place: ExchangePlace,
  { kept, problem, sent, status = 200 }: Showing,
): Promise<FastifyReply> {
  const visitor = await findVisitor(api, visit)
  const heard = visitor.ok ? await api(visit, { method: 'GET', path: apiPath(place) }) : visitor
  if (!heard.ok) return notShown(visit, place, heard.error)
  const preview = requestPreview.parse(heard.value.json)
  if (isDecided(preview)) return send(visit, 200, resultPage(preview, place, visit.view))
  const csrf = visitor.ok ? visitor.value.csrf : ''
  const choices = kept === undefined ? choicesIn(preview, sent) : choicesOf(preview, kept)
  const consenting = { place, preview, choices, csrf, kept, problem }
  if (preview.state === 'unfinished') return send(visit, status, consentPage(consenting, visit.view))
  if (preview.expired)
    return send(visit, 410, endedPage(plainTexts(visit.language).request.overWhy, visit.view))
  if (!preview.satisfiable) return send(visit, status, noMatchPage(consenting, visit.view))
  const isChosen = sent[CHOSEN] !== undefined || kept !== undefined || !hasChoices(preview)
  return send(visit, status, (isChosen ? consentPage : choosePage)(consenting, visit.view))
}

function isDecided({ state }: RequestPreview): boolean {
  return state === 'shared' || state === 'declined' || state === 'refused'
}

function notShown(visit: Visit, { exchange, wallet }: ExchangePlace, failure: Failure): FastifyReply {
  if (failure.status === 401) return askToLogIn(visit, { wallet, exchange })
  return failure.status === 404 || failure.status === 410 ? gone(visit, failure) : failed(visit, failure)
}

/** There is nothing under this id any more, or never was for whoever asks. */
function gone(visit: Visit, failure: Failure): FastifyReply {
  visit.request.refusal = failure.code ?? 'exchange_unknown'
  return send(visit, failure.status, endedPage(plainTexts(visit.language).request.goneWhy, visit.view))
}

const useForm = z.object({
  csrf: z.string().default(''),
  selections: z.string().default(''),
  authorize: z.string().optional(),
})

async function use(api: WalletApi, visit: Visit): Promise<FastifyReply> {
  const { authorize, csrf, selections: text } = useForm.parse(formOf(visit.request.body))
  const selections = readSelections(text)
  if (selections === undefined)
    return refused(
      visit,
      { status: 400, code: 'selections_malformed' },
      plainTexts(visit.language).request.failed,
    )
  const body = { selections, ...(authorize === 'yes' && { authorize: true }) }
  return decide(api, visit, { verb: 'use', body, csrf, kept: selections })
}

function readSelections(text: string): Consenting['kept'] {
  try {
    return useExchangedRequest.shape.selections.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const rejectForm = z.object({ csrf: z.string().default(''), answer: z.string().optional() })

async function reject(api: WalletApi, visit: Visit): Promise<FastifyReply> {
  const { answer, csrf } = rejectForm.parse(formOf(visit.request.body))
  return decide(api, visit, { verb: 'reject', body: { answer: answer !== 'no' }, csrf })
}

interface Deciding extends Pick<Consenting, 'kept' | 'csrf'> {
  readonly verb: 'use' | 'reject'
  readonly body: unknown
}

async function decide(
  api: WalletApi,
  visit: Visit,
  { body, csrf, kept, verb }: Deciding,
): Promise<FastifyReply> {
  const named = placeParams.safeParse(visit.request.params)
  if (!named.success) return gone(visit, NOWHERE)
  const place = named.data
  const decided = await api(visit, { method: 'POST', path: `${apiPath(place)}/${verb}`, body, csrf })
  if (decided.ok) return goTo(visit, exchangePage(place))
  const { code, status } = decided.error
  visit.request.refusal = code ?? 'failed'
  // What happened stands there, whether or not the answer came through.
  const t = plainTexts(visit.language).request
  const problem = status === 0 || status >= 500 ? t.cut : t.failed
  return pageOf(api, visit, place, { kept, problem, sent: {}, status: status === 0 ? 503 : status })
}

/** It could not be opened, or nobody knows what it is: nothing was sent. */
function failed(visit: Visit, failure: Failure): FastifyReply {
  const t = plainTexts(visit.language).refused
  const { code, status } = failure
  const isAway = status === 0 || status === 429 || status >= 500
  return refused(
    visit,
    failure,
    isAway ? t.away : code === 'invalid_transaction_data' ? t.unknownConfirmation : t.request,
  )
}

function refused(visit: Visit, { code, message, status }: Failure, why: string): FastifyReply {
  const name = code ?? (status === 0 ? 'temporarily_unavailable' : 'request_refused')
  visit.request.refusal = name
  return send(visit, status === 0 ? 503 : status, errorPage({ why, code: name, message }, visit.view))
}
