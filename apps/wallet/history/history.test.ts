import { expect, it } from 'vitest'
import { deleteCredential, listCredentials, restoreCredential } from '../credentials/credentials.ts'
import { openOffer, rejectOffer } from '../exchange/offer-exchange.ts'
import { dcql, locales, pick, ready, withChoice } from '../exchange/request-exchange.testing.ts'
import { rejectRequest, useOpenRequest, viewRequest } from '../exchange/request-exchange.ts'
import { forgetAllEvents, forgetEvent } from '../present/forget-events.ts'
import { usePresentationRequest } from '../present/present-credential.ts'
import { useOffer } from '../receive/receive-credential.ts'
import { diesEverywhere, dyingAt, killed } from '../testing/dying.testing.ts'
import { badge, identity } from '../testing/issuer.testing.ts'
import {
  allRows,
  dump,
  newOwner,
  onBothDatabases,
  onSqlite,
  type TestStore,
  withAnchors,
} from '../testing/wallet.testing.ts'
import type { OwnedWallet, Wallet } from '../wallet.ts'
import type { EventAction } from './event.ts'
import { type EventPlace, type EventsWanted, everyEvent, findEvent, listEvents } from './read-events.ts'
import { recordEvent } from './record-event.ts'
import { shownEvent } from './shown-event.ts'

const newest = async (wallet: Wallet, owned: OwnedWallet) => {
  const { events } = await listEvents(wallet, owned, { limit: 100, newestFirst: true })
  return events
}

const actionsOf = async (wallet: Wallet, owned: OwnedWallet) =>
  (await newest(wallet, owned)).map(({ action }) => action).toSorted()

/** The second that is gone, so that what follows is later. */
function later({ clock }: TestStore): void {
  clock.now += 1
}

onBothDatabases('the history', (store) => {
  it('has an entry for what was received, with its names and without a value', async () => {
    const { issuer, owned, wallet } = await ready(store(), [])
    later(store())
    await useOffer(wallet, owned, { offer: issuer.offer({ configurations: [identity.id, badge.id] }) })
    const events = await newest(wallet, owned)
    expect(events.map(({ action }) => action)).toEqual(['receive', 'receive'])
    const received = events.find(({ summary }) => summary.credentials[0]?.type === identity.type)
    expect(shownEvent(received ?? events[0]!, ['en'])).toMatchObject({
      at: store().clock.now,
      party: { id: issuer.url, host: new URL(issuer.url).host },
      credentials: [
        {
          id: expect.stringMatching(/^urn:uuid:/),
          title: 'Identity',
          claims: expect.arrayContaining([{ path: ['family_name'], label: 'Family name', value: undefined }]),
        },
      ],
    })
    const whole = await findEvent(wallet, owned, events[0]?.id ?? '')
    expect(whole.ok && whole.value.values).toEqual([])
  })

  it('has one for what was shared: to whom, what was in it, and what they said', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened({
      query: withChoice,
      more: {
        client_metadata: {
          client_name: 'Shop',
          'client_name#de': 'Laden',
          contacts: ['javascript:alert(1)', 'privacy@shop.example'],
        },
      },
    })
    later(store())
    await useOpenRequest(wallet, owned, pick(preview, [['birthdate']]))
    const [event] = await newest(wallet, owned)
    expect(event).toMatchObject({ action: 'present', outcome: 'taken' })
    const whole = await findEvent(wallet, owned, event?.id ?? '')
    if (!whole.ok) throw new Error(whole.error.code)
    const { values } = whole.value
    const inGerman = shownEvent(whole.value.event, ['de'], values)
    expect(inGerman).toMatchObject({
      party: {
        name: 'Laden',
        host: new URL(verifier.url).host,
        trust: { trusted: true },
        contact: 'privacy@shop.example',
      },
      credentials: [{ title: 'Ausweis' }],
    })
    const claims = inGerman.credentials[0]?.claims ?? []
    expect(Object.fromEntries(claims.map(({ path, value }) => [path.join('.'), value]))).toEqual({
      given_name: 'Ada-planted',
      birthdate: '1990-01-01',
    })
    expect(shownEvent(whole.value.event, ['en']).party?.name).toBe('Shop')
    expect(JSON.stringify(shownEvent(whole.value.event, ['en']))).not.toContain('Ada-planted')
  })

  it('tells of a script’s answer as of a page’s, with its note', async () => {
    const { owned, verifier, wallet } = await ready(store())
    later(store())
    const wanted = { requestUrl: verifier.request(), note: 'for the car' }
    await usePresentationRequest(wallet, owned, wanted)
    await usePresentationRequest(store().instance(withAnchors(verifier.anchors)), owned, wanted)
    const [event, before] = await newest(wallet, owned)
    expect(event).toMatchObject({ action: 'present', outcome: 'taken', summary: { note: 'for the car' } })
    expect(before?.action).toBe('receive')
  })

  it('has one for what was declined: told, silently, and an offer', async () => {
    const { issuer, opened, owned, wallet } = await ready(store(), [])
    const [told, silent] = [await opened(), await opened()]
    await rejectRequest(wallet, owned, { id: told.id, decision: true, locales })
    for (let time = 0; time < 2; time++)
      await rejectRequest(wallet, owned, { id: silent.id, decision: false, locales })
    const offer = await openOffer(wallet, owned, issuer.offer(), locales)
    for (let time = 0; time < 2; time++)
      await rejectOffer(wallet, owned, offer.ok ? offer.value.id : '', locales)
    const events = await newest(wallet, owned)
    const entries = events.map(
      ({ action, outcome = '-', summary }) => `${action} ${outcome} ${summary.declined}`,
    )
    expect(entries.toSorted()).toEqual(['reject - offer', 'reject - request', 'reject taken request'])
    const declined = events.find(({ summary }) => summary.declined === 'offer')
    expect(declined && shownEvent(declined, ['en'])).toMatchObject({
      party: { id: issuer.url, trust: { trusted: false } },
      credentials: [{ id: undefined, title: 'Identity', claims: [] }],
    })
  })

  it('has one for what was deleted and restored, once however often it is asked', async () => {
    const { owned, wallet } = await ready(store())
    const [credential] = await listCredentials(wallet, owned)
    const id = credential?.id ?? ''
    for (const permanent of [false, false]) await deleteCredential(wallet, owned, id, { permanent })
    for (let time = 0; time < 2; time++) await restoreCredential(wallet, owned, id)
    await Promise.all(
      [1, 2, 3].map(() => deleteCredential(store().instance(), owned, id, { permanent: true })),
    )
    expect(await actionsOf(wallet, owned)).toEqual(['delete', 'delete', 'receive', 'restore'])
  })

  it('says what a verifier refused, and what may have arrived', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    later(store())
    await useOpenRequest(wallet, owned, pick(await opened({ refuse: true })))
    later(store())
    const lost = await opened()
    const path = [...new Set(verifier.asked)].map((one) => one.replace('/request/', '/answer/')).at(-1) ?? ''
    verifier.failNext(path, 'after', 2)
    await useOpenRequest(wallet, owned, pick(lost))
    const events = await newest(wallet, owned)
    expect(events.map(({ outcome }) => outcome)).toEqual(['unanswered', 'refused', undefined])
    await useOpenRequest(wallet, owned, pick(lost))
    expect((await newest(wallet, owned))[0]?.outcome).toBe('taken')
  })

  it('of another wallet is not there, and cannot be deleted', async () => {
    const { owned, wallet } = await ready(store())
    const stranger = await newOwner(wallet)
    const [event] = await newest(wallet, owned)
    const unknown = { error: { code: 'event_unknown' } }
    expect(await newest(wallet, stranger)).toEqual([])
    expect(await findEvent(wallet, stranger, event?.id ?? '')).toMatchObject(unknown)
    expect(await forgetEvent(wallet, stranger, event?.id ?? '')).toMatchObject(unknown)
    await forgetAllEvents(wallet, stranger)
    expect(await newest(wallet, owned)).toHaveLength(1)
  })

  it('shows a thief of the database neither with whom nor what', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    await useOpenRequest(wallet, owned, pick(await opened()))
    const stolen = await dump(store())
    for (const secret of ['Ada-planted', 'given_name', 'Identity', new URL(verifier.url).host])
      expect(stolen).not.toContain(secret)
  })
})

onBothDatabases('a deleted entry', (store) => {
  it('leaves nothing of what was shared, and the request stays answered', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    later(store())
    expect(preview.before).toEqual({ shared: false })
    await useOpenRequest(wallet, owned, pick(preview))
    const [event] = await newest(wallet, owned)
    const id = event?.id ?? ''
    expect((await opened()).before).toMatchObject({ shared: true, same: true, otherIdentifier: false })
    expect(await forgetEvent(wallet, owned, id)).toMatchObject({ ok: true })
    // Nor with whom: it would be wrong to say that nothing was shared.
    expect((await opened()).before).toBeUndefined()
    expect(await forgetEvent(wallet, owned, id)).toMatchObject({ error: { code: 'event_unknown' } })
    const about = (await allRows(store()))['event_credentials'] ?? []
    expect(about.filter((row) => row['event_id'] === id)).toEqual([])
    expect(await actionsOf(wallet, owned)).toEqual(['receive'])
    expect(await viewRequest(wallet, owned, preview.id, locales)).toMatchObject({
      value: { state: 'shared', result: { dataSent: true, shared: [] } },
    })
    expect(await useOpenRequest(wallet, owned, pick(preview))).toMatchObject({ value: { state: 'shared' } })
    expect(await actionsOf(wallet, owned)).toEqual(['receive'])
    expect(verifier.bodies).toHaveLength(1)
    const { presentations } = await sealedTexts(store(), wallet)
    expect(presentations.some((text) => text.includes('vp_token'))).toBe(false)
  })

  it('of an answer that may have arrived forgets it too: it is not sent again', async () => {
    const { opened, owned, verifier, wallet } = await ready(store())
    const preview = await opened()
    const path = [...new Set(verifier.asked)].map((one) => one.replace('/request/', '/answer/')).at(-1) ?? ''
    verifier.failNext(path, 'after', 2)
    await useOpenRequest(wallet, owned, pick(preview))
    const sent = verifier.bodies.length
    await forgetAllEvents(wallet, owned)
    expect(await newest(wallet, owned)).toEqual([])
    const { presentations } = await sealedTexts(store(), wallet)
    expect(presentations.some((text) => text.includes('vp_token'))).toBe(false)
    expect(await useOpenRequest(wallet, owned, pick(preview))).toMatchObject({
      error: { code: 'answered_otherwise' },
    })
    expect(verifier.bodies).toHaveLength(sent)
  })
})

/** What the deployment itself could still read. */
async function sealedTexts({ database }: TestStore, { columns }: Wallet) {
  const rows = await database.db.selectFrom('presentations').select(['id', 'sent_sealed']).execute()
  return {
    presentations: rows.map(({ id, sent_sealed: sealed }) =>
      columns.open(['presentations', id, 'sent'], sealed),
    ),
  }
}

const CARD = { format: 'dc+sd-jwt', type: 'urn:example:card', titles: [], claims: [], moreClaims: 0 }

onBothDatabases('a page of the history', (store) => {
  const actions: readonly EventAction[] = ['receive', 'present', 'reject', 'delete', 'restore']

  async function filled(count: number): Promise<{ readonly wallet: Wallet; readonly owned: OwnedWallet }> {
    const wallet = store().instance()
    const owned = await newOwner(wallet)
    for (let at = 0; at < count; at++) {
      // Several in one second.
      if (at % 3 === 0) later(store())
      const action = actions[at % actions.length] ?? 'receive'
      const about = at % 4 === 0 ? ['a card', 'another'] : ['another']
      const summary = { credentials: about.map((id) => ({ ...CARD, id })), note: String(at) }
      await recordEvent(wallet, wallet.database.db, owned, { action, summary })
    }
    return { wallet, owned }
  }

  async function walk(
    wallet: Wallet,
    owned: OwnedWallet,
    wanted: Pick<EventsWanted, 'newestFirst' | 'actions' | 'credential'>,
  ): Promise<readonly string[]> {
    const seen: string[] = []
    let after: EventPlace | undefined
    do {
      const page = await listEvents(wallet, owned, { ...wanted, limit: 4, after })
      expect(page.events.length).toBeLessThanOrEqual(4)
      seen.push(...page.events.map(({ summary }) => summary.note ?? ''))
      after = page.next
    } while (after !== undefined)
    return seen
  }

  it('follows the one before, whatever is asked for: each entry once, in order', async () => {
    const { owned, wallet } = await filled(23)
    const all = await walk(wallet, owned, { newestFirst: false })
    expect(all.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 23 }, (_, at) => String(at)),
    )
    expect(await walk(wallet, owned, { newestFirst: true })).toEqual(all.toReversed())
    for (const wished of [['present'], ['reject', 'delete'], actions] as const) {
      const wanted = new Set<EventAction>(wished)
      const fitting = all.filter((note) => wanted.has(actions[Number(note) % actions.length] ?? 'receive'))
      expect(await walk(wallet, owned, { newestFirst: false, actions: wished })).toEqual(fitting)
      expect(await walk(wallet, owned, { newestFirst: true, actions: wished })).toEqual(fitting.toReversed())
    }
    const credential = 'a card'
    const ofCard = all.filter((note) => Number(note) % 4 === 0)
    expect(await walk(wallet, owned, { newestFirst: false, credential })).toEqual(ofCard)
    expect(await walk(wallet, owned, { newestFirst: true, credential })).toEqual(ofCard.toReversed())
    expect(await walk(wallet, owned, { newestFirst: true, credential, actions: ['receive'] })).toEqual(
      ofCard.filter((note) => Number(note) % actions.length === 0).toReversed(),
    )
    expect(await walk(wallet, await newOwner(wallet), { newestFirst: true, credential })).toEqual([])
    const exported: string[] = []
    for await (const { event } of everyEvent(wallet, owned)) exported.push(event.summary.note ?? '')
    expect(exported).toEqual(all)
  })

  it('neither skips nor repeats where entries come and go meanwhile', async () => {
    const { owned, wallet } = await filled(12)
    const first = await listEvents(wallet, owned, { limit: 5, newestFirst: true })
    later(store())
    await recordEvent(wallet, wallet.database.db, owned, { action: 'delete', summary: { credentials: [] } })
    await forgetEvent(wallet, owned, first.events.at(-1)?.id ?? '')
    const rest = await listEvents(wallet, owned, { limit: 100, newestFirst: true, after: first.next })
    expect(rest.events).toHaveLength(7)
    expect(rest.next).toBeUndefined()
  })
})

onSqlite('an instance that dies', (store) => {
  it.each(['before', 'after'] as const)(
    '%s any of its statements leaves one entry for one share',
    async (when) => {
      const { owned, verifier, wallet } = await ready(store())
      const places = await diesEverywhere(async (statement) => {
        const requestUrl = verifier.request({ query: dcql({ claims: [{ path: ['given_name'] }] }) })
        const shared = async () =>
          (await actionsOf(wallet, owned)).filter((action) => action === 'present').length
        const [before, bodies] = [await shared(), verifier.bodies.length]
        const died = await killed(
          usePresentationRequest(dyingAt(wallet, statement, when), owned, { requestUrl }),
        )
        // Nothing has left that the history does not tell of.
        if (verifier.bodies.length > bodies) expect((await shared()) - before).toBe(1)
        await usePresentationRequest(wallet, owned, { requestUrl })
        expect((await shared()) - before).toBe(1)
        expect((await newest(wallet, owned)).every(({ outcome }) => outcome !== 'unanswered')).toBe(true)
        return { died }
      })
      expect(places).toBeGreaterThan(4)
    },
  )
})
