/** The history of a wallet: a page at a time, an entry with its values, all of it as a file, and away with it. */
import { Readable } from 'node:stream'
import { walletParams } from '@countersign/api/wallet/accounts'
import {
  EVENTS_DEFAULT,
  type EventsAnswer,
  eventActions,
  eventAnswer,
  eventParams,
  eventsAnswer,
  eventsExport,
  eventsQuery,
  type HistoryItem,
} from '@countersign/api/wallet/history'
import { showDateTime } from '@countersign/core/date-time'
import { fail } from '@countersign/service/http/answers/wire-errors'
import { BODY_LIMITS } from '@countersign/service/http/request-bodies'
import type { ServiceApp } from '@countersign/service/http/service-app'
import { parsePlace, writePlace } from '@countersign/service/sessions/list-place'
import type { EventAction } from '../history/event.ts'
import { everyEvent, findEvent, listEvents } from '../history/read-events.ts'
import { type ShownEvent, shownEvent } from '../history/shown-event.ts'
import { forgetAllEvents, forgetEvent } from '../present/forget-events.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import { jsonAnswer, malformedAnswer, refusalAnswer, walletAnswers } from './answers/route-answers.ts'
import { asAnswer, valueOr } from './answers/wire.ts'
import { EVENT_ERRORS } from './answers/wire-holding.ts'
import { walletOf } from './caller/authenticate-caller.ts'
import { localesOf } from './locales.ts'
import { placeUnknown } from './own-login-routes.ts'

const tags = ['history']
const config = { door: 'open', limited: false } as const
const withoutBody = { ...config, accepts: ['json', 'text', 'form'] } as const
const bodyLimit = BODY_LIMITS.message
const base = '/wallet-api/wallet/:wallet/eventlog'

const unknown = refusalAnswer(
  EVENT_ERRORS,
  { code: 'event_unknown' },
  'There is no such wallet, or no such entry in it',
)

export function historyRoutes(app: ServiceApp, wallet: Wallet): void {
  readingRoutes(app, wallet)
  forgettingRoutes(app, wallet)
}

function readingRoutes(app: ServiceApp, wallet: Wallet): void {
  app.get(
    base,
    {
      schema: {
        summary: 'What was received, shared, declined and deleted',
        description: 'Names without values, in the language of the reader.',
        tags,
        params: walletParams,
        querystring: eventsQuery,
      },
      config: {
        ...config,
        answers: {
          ...walletAnswers,
          200: jsonAnswer('A page', eventsAnswer),
          400: malformedAnswer(placeUnknown.message),
        },
      },
    },
    async (request) => {
      const owned = walletOf(request)
      const { credential, filter = [], limit = EVENTS_DEFAULT, sortOrder, startingAfter } = request.query
      const after =
        startingAfter === undefined ? undefined : (parsePlace(startingAfter) ?? fail(placeUnknown))
      const newestFirst = sortOrder === 'desc'
      const page = await listEvents(wallet, owned, {
        limit,
        newestFirst,
        after,
        actions: actionsIn(filter),
        credential,
      })
      const locales = localesOf(request)
      const answer: EventsAnswer = {
        items: page.events.map((event) => itemView(owned, shownEvent(event, locales))),
        count: page.events.length,
        currentStartingAfter: startingAfter ?? null,
        nextStartingAfter: page.next === undefined ? null : writePlace(page.next),
      }
      return answer
    },
  )

  app.get(
    `${base}/:event`,
    {
      schema: { summary: 'An entry, with the values of what was shared', tags, params: eventParams },
      config: {
        ...config,
        answers: { ...walletAnswers, 200: jsonAnswer('The entry', eventAnswer), 404: unknown },
      },
    },
    async (request) => {
      const owned = walletOf(request)
      const { event, values } = valueOr(EVENT_ERRORS, await findEvent(wallet, owned, request.params.event))
      return itemView(owned, shownEvent(event, localesOf(request), values))
    },
  )

  app.get(
    `${base}/export`,
    {
      schema: { summary: 'Everything, with all values, as a file', tags, params: walletParams },
      config: { ...config, answers: { ...walletAnswers, 200: jsonAnswer('A JSON file', eventsExport) } },
    },
    async (request, reply) => {
      const items = exportedItems(wallet, walletOf(request), localesOf(request))
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="history.json"')
        .send(Readable.from(items))
    },
  )
}

function forgettingRoutes(app: ServiceApp, wallet: Wallet): void {
  app.delete(
    base,
    {
      schema: { summary: 'Delete the whole history', tags, params: walletParams },
      bodyLimit,
      config: { ...withoutBody, answers: { ...walletAnswers, 202: { description: 'It is gone' } } },
    },
    async (request, reply) => {
      await forgetAllEvents(wallet, walletOf(request))
      return reply.code(202).send()
    },
  )

  app.delete(
    `${base}/:event`,
    {
      schema: { summary: 'Delete an entry', tags, params: eventParams },
      bodyLimit,
      config: {
        ...withoutBody,
        answers: { ...walletAnswers, 202: { description: 'It is gone' }, 404: unknown },
      },
    },
    async (request, reply) => {
      valueOr(EVENT_ERRORS, await forgetEvent(wallet, walletOf(request), request.params.event))
      return reply.code(202).send()
    },
  )
}

/** JSON in pieces: a history of years does not fit into memory at once. */
async function* exportedItems(
  wallet: Wallet,
  owned: OwnedWallet,
  locales: readonly string[],
): AsyncGenerator<string> {
  let before = '[\n'
  for await (const { event, values } of everyEvent(wallet, owned)) {
    yield before + JSON.stringify(itemView(owned, shownEvent(event, locales, values)))
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

const ACTIONS: Readonly<Record<EventAction, HistoryItem['action']>> = {
  receive: 'Receive',
  present: 'Present',
  reject: 'Reject',
  delete: 'Delete',
  restore: 'Restore',
}

/** All where no action is named. */
function actionsIn(filters: readonly string[]): readonly EventAction[] | undefined {
  const named = filters.flatMap(
    (filter) => eventActions.find((action) => filter === `action=${action}`) ?? [],
  )
  return named.length === 0 ? undefined : named.map((action) => action.toLowerCase() as EventAction)
}

function itemView({ accountId, id: walletId }: OwnedWallet, event: ShownEvent): HistoryItem {
  const { action, at, credentials, id, note, ...data } = event
  return {
    id,
    event: 'Credential',
    action: ACTIONS[action],
    timestamp: showDateTime(at),
    tenant: '',
    originator: 'wallet',
    account: accountId,
    wallet: walletId,
    credentialId: credentials[0]?.id,
    data: asAnswer<HistoryItem['data']>({ ...data, credentials }),
    note,
  }
}
