import { mdoc } from '@countersign/credential/mdoc/format'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import { jwtVcJson, vcJwt } from '@countersign/credential/w3c-vc/format'
import { expect, it } from 'vitest'
import type { IssuerDatabase } from '../database/schema.ts'
import { credentialAt, viewOfCredential, viewsOfSession } from '../http/issued-credential-view.ts'
import { newDeployment, onBothDatabases, recordIssuance } from '../testing/durable.testing.ts'
import { areGood, type CredentialStatus, changeStatus } from './change-status.ts'

const NOW = 1_800_000_000

let sessions = 0

async function issued(database: IssuerDatabase, more: Partial<Parameters<typeof recordIssuance>[1]> = {}) {
  sessions += 1
  const sessionId = `session-${sessions}-${Math.random()}`
  const facts = { sessionId, configurationId: 'c', format: sdJwtVc, issuedAt: NOW, ...more } as const
  const { credentialId = '', statuses } = await recordIssuance(newDeployment(database).instance(), facts)
  return { id: credentialId, statuses, sessionId }
}

async function statusOf(database: IssuerDatabase, id: string): Promise<string | undefined> {
  return (await viewOfCredential(database, id))?.status
}

onBothDatabases('a status', (database) => {
  const to = (id: string, status: CredentialStatus, now = NOW) => changeStatus(database(), id, status, now)

  it('is valid at first, suspended and valid by turns, and says since when', async () => {
    const { id } = await issued(database())
    expect(await viewOfCredential(database(), id)).toMatchObject({ status: 'valid' })
    expect(await viewOfCredential(database(), id)).not.toHaveProperty('statusChangedAt')
    for (const [at, status] of (['suspended', 'valid', 'suspended'] as const).entries()) {
      expect(await to(id, status, NOW + at)).toMatchObject({ ok: true, value: { status } })
      expect(await viewOfCredential(database(), id)).toMatchObject({ status, statusChangedAt: NOW + at })
    }
  })

  it.each(['valid', 'suspended'] as const)('that is revoked never becomes %s', async (status) => {
    const { id } = await issued(database())
    await to(id, 'suspended')
    await to(id, 'revoked')
    expect(await to(id, status)).toEqual({ ok: false, error: { code: 'revoked_for_good' } })
    expect(await statusOf(database(), id)).toBe('revoked')
  })

  it('that is set again stays as it is, its time included', async () => {
    const { id } = await issued(database())
    await to(id, 'revoked', NOW)
    expect(await to(id, 'revoked', NOW + 100)).toMatchObject({ ok: true, value: { changedAt: NOW } })
    expect(await to((await issued(database())).id, 'valid')).toMatchObject({ ok: true })
  })

  it('is changed by many at once without one revocation lost', async () => {
    const { id } = await issued(database())
    const wishes = Array.from({ length: 30 }, (_, number): CredentialStatus => {
      if (number === 7) return 'revoked'
      return number % 2 === 0 ? 'suspended' : 'valid'
    })
    const answers = await Promise.all(wishes.map((wish) => to(id, wish)))
    expect(answers[7]).toMatchObject({ ok: true })
    expect(await statusOf(database(), id)).toBe('revoked')
  })

  it('of many credentials of one list changes at once, each in a version of its own', async () => {
    const issuer = newDeployment(database()).instance()
    const ids = await Promise.all(
      Array.from({ length: 20 }, async (_, number) => {
        const facts = {
          sessionId: `s${number}`,
          configurationId: 'c',
          format: mdoc,
          issuedAt: NOW,
        } as const
        return (await recordIssuance(issuer, facts)).credentialId ?? ''
      }),
    )
    const changed = await Promise.all(ids.map((id) => to(id, 'revoked')))
    const listIds = new Set(changed.map((one) => (one.ok ? (one.value.listIds[0] ?? '') : '')))
    expect(listIds.size).toBe(1)
    const rows = await database()
      .db.selectFrom('status_changes')
      .selectAll()
      .where('list_id', 'in', [...listIds])
      .execute()
    expect(new Set(rows.map(({ version }) => version)).size).toBe(20)
    expect(new Set(rows.map(({ idx }) => idx)).size).toBe(20)
  })

  it('is that of all copies, and of no other credential of the issuance', async () => {
    const { id, sessionId } = await issued(database())
    const copies = [await issued(database(), { sessionId }), await issued(database(), { sessionId })]
    const other = await issued(database(), { sessionId, configurationId: 'other' })
    const all = [id, ...copies.map((copy) => copy.id)]
    const now = () => Promise.all([...all, other.id].map((one) => statusOf(database(), one)))
    for (const [named, status] of [
      [all[1], 'suspended'],
      [all[2], 'valid'],
      [all[0], 'revoked'],
    ] as const) {
      expect(await to(named ?? '', status)).toMatchObject({ ok: true, value: { status } })
      expect(await now()).toEqual([status, status, status, 'valid'])
    }
    for (const one of all)
      expect(await to(one, 'valid')).toMatchObject({ error: { code: 'revoked_for_good' } })
  })

  it('of copies that many change at once is one in the end', async () => {
    const { id, sessionId } = await issued(database())
    const ids = [
      id,
      (await issued(database(), { sessionId })).id,
      (await issued(database(), { sessionId })).id,
    ]
    const wishes = Array.from({ length: 20 }, (_, number) =>
      to(ids[number % 3] ?? '', number === 11 ? 'revoked' : number % 2 === 0 ? 'suspended' : 'valid'),
    )
    await Promise.all(wishes)
    expect(await Promise.all(ids.map((one) => statusOf(database(), one)))).toEqual(ids.map(() => 'revoked'))
  })

  it('decides whether more of it is given', async () => {
    const { id, sessionId } = await issued(database())
    const of = { session_id: sessionId, configuration_id: 'c' }
    expect(await areGood(database(), of)).toBe(true)
    await to(id, 'suspended')
    expect(await areGood(database(), of)).toBe(false)
    expect(await areGood(database(), { ...of, configuration_id: 'other' })).toBe(true)
    await to(id, 'valid')
    expect(await areGood(database(), of)).toBe(true)
    await issued(database(), { sessionId, status: false })
    await to(id, 'revoked')
    expect(await areGood(database(), of)).toBe(false)
  })

  it('is not there for a credential without one, nor for one that nobody knows', async () => {
    const { id } = await issued(database(), { status: false })
    expect(await to(id, 'revoked')).toEqual({ ok: false, error: { code: 'no_status' } })
    expect(await viewOfCredential(database(), id)).not.toHaveProperty('status')
    expect(await to('nobody', 'revoked')).toEqual({ ok: false, error: { code: 'credential_unknown' } })
  })

  it('is found by the place that the credential names', async () => {
    const { id, statuses } = await issued(database(), { format: vcJwt })
    expect(statuses.map((one) => one.mechanism === 'bitstring_status_list' && one.purpose)).toEqual([
      'revocation',
      'suspension',
    ])
    for (const status of statuses) {
      if (status.mechanism !== 'bitstring_status_list') throw new Error('another mechanism')
      expect(await credentialAt(database(), status.uri, status.index)).toBe(id)
      expect(await credentialAt(database(), status.uri, (status.index + 1) % 131_072)).toBeUndefined()
      expect(await credentialAt(database(), `${status.uri}/x`, status.index)).toBeUndefined()
    }
  })

  it('of a W3C credential of version 1.1 is one entry, and revocation alone', async () => {
    const { id, statuses } = await issued(database(), { format: jwtVcJson })
    expect(statuses).toMatchObject([{ mechanism: 'bitstring_status_list', purpose: 'revocation' }])
    expect((await viewOfCredential(database(), id))?.statusLists).toHaveLength(1)
    expect(await to(id, 'suspended')).toEqual({ ok: false, error: { code: 'no_suspension' } })
    expect(await statusOf(database(), id)).toBe('valid')
    expect(await to(id, 'revoked')).toMatchObject({ ok: true })
    expect(await to(id, 'suspended')).toMatchObject({ ok: false })
  })

  it('of one that a release before issued is in two lists, and suspended as ever', async () => {
    const { id } = await issued(database(), { format: jwtVcJson })
    await database()
      .db.updateTable('issued_credentials')
      .set({ purpose: null })
      .where('id', '=', id)
      .execute()
    expect((await viewOfCredential(database(), id))?.statusLists).toHaveLength(2)
    expect(await to(id, 'suspended')).toMatchObject({ ok: true })
    expect(await to(id, 'valid')).toMatchObject({ ok: true })
  })

  it('is found by the issuance', async () => {
    const { id, sessionId } = await issued(database())
    expect(await viewsOfSession(database(), sessionId)).toMatchObject([{ id, sessionId, status: 'valid' }])
    expect(await viewsOfSession(database(), 'another')).toEqual([])
  })
})
