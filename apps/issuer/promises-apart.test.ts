import type { IssuanceSession } from '@countersign/protocol/openid4vci/session/state'
import { openMemoryEngine } from '@countersign/stores/memory'
import { textSessions } from '@countersign/stores/text-sessions'
import { newKey } from '@countersign/testing/people/keys'
import { sessionsOverText } from '@countersign/testing/text-sessions'
import { receiver } from '@countersign/testing/told-callbacks'
import { describe, expect, it } from 'vitest'
import { issuerService } from './build.ts'
import { collectDeferred } from './credential/collect-deferred.ts'
import { callbackBody } from './http/callback-body.ts'
import type { Issuer } from './issuer.ts'
import { offerOf } from './offer/create-offer.ts'
import { openOffer } from './offer/open-offer.ts'
import { type StoredPromises, withPromisesApart } from './promises-apart.ts'
import {
  answerFor,
  claims,
  configurationId,
  credentialFor,
  offered,
  proofOfKey,
  testIssuer,
  tokenFor,
} from './testing/issuer.testing.ts'
import { servedIssuer } from './testing/user-trip.testing.ts'

const callback = { uri: 'https://shop.example/told/$id' }
const log = { info: () => undefined, warn: () => undefined }

function scene() {
  const told = receiver()
  const test = testIssuer({ told })
  const { dueWork } = issuerService(test.issuer, { displayName: 'Test' })
  const work = async () => {
    for (const lease of (await dueWork?.due.lease(10, 20_000)) ?? [])
      await dueWork?.due.done(lease, await dueWork.look(lease.id, log, lease))
  }
  const bodies = () =>
    told.told.map(({ body }) => JSON.parse(body) as { type: string; data: object; event: { type: string } })
  return { ...test, told, work, bodies }
}

async function codeOf(issuer: Issuer, id: string): Promise<string> {
  const session = await issuer.sessions.get(id)
  if (session === undefined) throw new Error('the session is not there')
  const { grants } = (await offerOf(issuer, session.value)) as {
    grants: Record<string, { 'pre-authorized_code': string }>
  }
  return Object.values(grants)[0]?.['pre-authorized_code'] ?? ''
}

describe('an issuance that somebody is told of', () => {
  it('is told from the opened offer to what the wallet says, in walt.id’s words where it has some', async () => {
    const test = scene()
    const { code, id } = await offered(test.issuer, { callback })
    await openOffer(test.issuer, id)
    const token = await tokenFor(test, code)
    await credentialFor(test, token, await proofOfKey(test, newKey()))
    await test.work()
    expect(test.bodies().map(({ event, type }) => [event.type, type])).toEqual([
      ['opened', 'resolved_credential_offer'],
      ['token_issued', 'requested_token'],
      ['credential_issued', 'credential_issued'],
      ['completed', 'issuance_status'],
    ])
    expect(test.bodies().at(-1)).toMatchObject({
      id,
      data: { sessionId: id, status: 'SUCCESSFUL', closed: true },
    })
    expect(test.told.told.map(({ uri }) => uri)).toContain(`https://shop.example/told/${id}`)
    expect(JSON.stringify(test.bodies())).not.toMatch(/Ada|pre-authorized|eyJ/)
  })

  it('is told of the end of an offer that nobody took up, which is refused as before', async () => {
    const test = scene()
    const { code, id } = await offered(test.issuer, { callback })
    test.clock.now += 300
    await test.work()
    await test.work()
    expect(test.bodies()).toMatchObject([
      { type: 'issuance_status', data: { status: 'EXPIRED' }, session: { state: 'expired' } },
    ])
    expect((await test.issuer.sessions.get(id))?.value).toMatchObject({
      state: 'closed',
      reason: 'offer_expired',
    })
    expect(await tokenFor(test, code)).toBe('offer_expired')
  })

  it('says nothing of what it does not know of, and nothing of keys', () => {
    const body = callbackBody({ now: () => 1000 })
    const session = {
      id: 's',
      state: 'offered',
      configurationIds: [],
      createdAt: 1,
      expiresAt: 2,
      wrongTxCodes: 0,
      events: [],
      promised: [],
    } as const
    expect(body(session, { sequence: 2, type: 'tx_code_wrong', at: 1 })).toMatchObject({
      type: 'tx_code_wrong',
      data: {},
    })
  })
})

describe('a credential that somebody has to agree to', () => {
  async function come(decision: 'approve' | 'refuse') {
    const test = scene()
    const at = await servedIssuer(test.issuer)
    const order = {
      credentialConfigurationId: configurationId,
      credentialData: claims,
      issuanceType: 'DEFERRED',
    }
    const made = await at.app.inject({
      method: 'POST',
      url: '/openid4vc/sdjwt/issue',
      headers: { accept: 'application/json', statuscallbackuri: callback.uri },
      payload: order,
    })
    const { id } = made.json<{ id: string }>()
    const accessToken = await tokenFor(test, await codeOf(test.issuer, id))
    const later = await answerFor(test, accessToken, await proofOfKey(test, newKey()))
    const { transaction_id: transactionId = '' } = (later.ok ? later.value : {}) as {
      transaction_id?: string
    }
    const decided = await at.app.inject({
      method: 'POST',
      url: `/openid4vc/session/${id}/deferred`,
      payload: { credentialConfigurationId: configurationId, decision },
    })
    await at.close()
    expect(decided.statusCode, decided.body).toBe(200)
    const collected = await collectDeferred(test.issuer, { accessToken }, transactionId)
    await test.work()
    return { collected, told: test.bodies().map(({ event }) => event.type) }
  }

  it('is issued after the yes, also where somebody is told', async () => {
    const { collected, told } = await come('approve')
    expect(collected.ok && JSON.stringify(collected.value)).toContain('~')
    expect(told).toEqual(expect.arrayContaining(['deferral_approved', 'credential_issued', 'completed']))
  })

  it('is not issued after the no', async () => {
    const { collected, told } = await come('refuse')
    expect(collected).toMatchObject({ error: { code: 'deferral_denied' } })
    expect(told).toContain('deferral_refused')
  })
})

describe('promises that lie apart', () => {
  const promise = {
    configurationId: 'c',
    type: 't',
    claims: { secret: 'Zebrastripe' },
    selectivelyDisclosable: [],
  }
  const base = {
    id: 's',
    configurationIds: ['c'],
    createdAt: 1000,
    expiresAt: 1300,
    wrongTxCodes: 0,
    events: [],
  } as const
  const open: IssuanceSession = {
    ...base,
    state: 'offered',
    promised: [promise],
    callback: { uri: 'https://a.example', toldUpTo: 1 },
  }

  function stores() {
    const clock = { now: 1000 }
    const engine = openMemoryEngine({ now: () => clock.now * 1000 })
    const bytes = engine.sessions('issuance')
    const raw = textSessions(bytes)
    const inner = sessionsOverText<IssuanceSession>(bytes)
    const promises = sessionsOverText<StoredPromises>(engine.sessions('promises'))
    return { clock, raw, inner, promises, sessions: withPromisesApart(inner, promises, () => 600) }
  }

  it('are not in the session, end with the offer, and are there for whoever reads it before', async () => {
    const { clock, raw, sessions } = stores()
    await sessions.create('s', open, 87_300)
    expect((await raw.get('s'))?.value).not.toContain('Zebrastripe')
    expect(await sessions.get('s')).toEqual({ version: 1, value: open })
    clock.now += 900
    expect(await sessions.get('s')).toMatchObject({ version: 1, value: { state: 'offered', promised: [] } })
  })

  it('stay in the session where nobody is told of it', async () => {
    const { raw, sessions, promises } = stores()
    const { callback: _callback, ...quiet } = open
    await sessions.create('s', quiet, 900)
    expect((await raw.get('s'))?.value).toContain('Zebrastripe')
    expect(await promises.get('s')).toBeUndefined()
    expect(await sessions.get('s')).toEqual({ version: 1, value: quiet })
  })

  it('are what a step left of them, and as it left them', async () => {
    const { raw, sessions } = stores()
    const two = [
      { ...promise, deferral: 'pending' as const },
      { ...promise, configurationId: 'd' },
    ]
    const offer: IssuanceSession = { ...open, configurationIds: ['c', 'd'], promised: two }
    await sessions.create('s', offer, 87_300)
    expect(await sessions.get('s')).toEqual({ version: 1, value: offer })
    const narrowed: IssuanceSession = {
      ...offer,
      configurationIds: ['c'],
      promised: [{ ...promise, deferral: 'approved' }],
    }
    await sessions.compareAndSet('s', 1, narrowed)
    expect(await sessions.get('s')).toEqual({ version: 2, value: narrowed })
    expect((await raw.get('s'))?.value).not.toContain('Zebrastripe')
    // Who lost writes nothing, here or there.
    expect(await sessions.compareAndSet('s', 1, offer)).toBe(false)
    expect(await sessions.get('s')).toEqual({ version: 2, value: narrowed })
  })

  it('are all there in a session of the release before', async () => {
    const { inner, promises, sessions } = stores()
    const { promised, ...rest } = open as typeof open & { promised: StoredPromises['promised'] }
    await promises.create('s', { promised }, 900)
    await inner.create('s', rest as IssuanceSession, 900)
    expect(await sessions.get('s')).toEqual({ version: 1, value: open })
  })

  it('go with the last of them, and with the session', async () => {
    const { promises, sessions } = stores()
    await sessions.create('s', open, 87_300)
    const grant = { issuedAt: 1001, expiresAt: 1301 }
    await sessions.compareAndSet('s', 1, { ...open, state: 'token_issued', grant, issued: {} })
    expect(await promises.get('s')).toBeDefined()
    const { promised: _promised, ...rest } = open as typeof open & { promised: unknown }
    await sessions.compareAndSet('s', 2, { ...rest, state: 'completed', grant, issued: {} })
    expect(await promises.get('s')).toBeUndefined()
    await sessions.create('t', { ...open, id: 't' }, 900)
    await sessions.remove('t')
    expect([await promises.get('t'), await sessions.get('t')]).toEqual([undefined, undefined])
  })

  it('that a step took away between two readings were of a session that is another by now', async () => {
    const { inner, promises, sessions } = stores()
    await sessions.create('s', open, 87_300)
    const grant = { issuedAt: 1001, expiresAt: 1301 }
    const { promised: _promised, ...rest } = open as typeof open & { promised: unknown }
    let reads = 0
    const racing = withPromisesApart(
      {
        ...inner,
        get: async (id) => {
          const found = await inner.get(id)
          reads += 1
          if (reads === 1)
            await sessions.compareAndSet('s', 1, { ...rest, state: 'completed', grant, issued: {} })
          return found
        },
      },
      promises,
      () => 600,
    )
    expect(await racing.get('s')).toMatchObject({ version: 2, value: { state: 'completed' } })
  })
})
