import { ok } from '@countersign/core/result'
import type { StatusReference } from '@countersign/credential/contract/status-reference'
import { describe, expect, it } from 'vitest'
import { newStatusBits, setStatus } from './bits.ts'
import { checkStatus, type StatusCheckOptions, toStatusCheck } from './check-status.ts'
import type { StatusList, StatusListRefusal, StatusListRequest, StatusLists } from './status-list.ts'
import { NOW, URI } from './status-list-fixtures.testing.ts'

const STATUSES: Readonly<Record<number, number>> = { 0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 12: 12, 15: 15, 255: 255 }

function listOf(changes: Partial<StatusList> = {}): StatusList {
  const statuses = newStatusBits(1024, 8, 'least_significant_first')
  for (const [index, status] of Object.entries(STATUSES)) setStatus(statuses, Number(index), status)
  return {
    uri: URI,
    anchor: 'Example Root',
    issuedAt: NOW - 35,
    fetchedAt: NOW - 3,
    content: { mechanism: 'token_status_list', statuses },
    ...changes,
  }
}

const at = (index: number, uri = URI): StatusReference => ({ mechanism: 'token_status_list', uri, index })
const having =
  (list: StatusList = listOf()): StatusLists =>
  () =>
    ok(list)
const refusing =
  (error: StatusListRefusal): StatusLists =>
  () => ({ ok: false, error })

const check = (references: readonly StatusReference[], changes: Partial<StatusCheckOptions> = {}) =>
  checkStatus(references, { lists: having(), now: NOW, ...changes })

describe('the status of a credential', () => {
  it('is valid for 0, with the age of the list', async () => {
    const outcome = await check([at(0)])
    const finding = { reference: at(0), status: 'valid', listAgeSeconds: 35, anchor: 'Example Root' }
    expect(outcome).toMatchObject({
      status: 'valid',
      detail: 'valid, list 35 s old',
      listAgeSeconds: 35,
      anchor: 'Example Root',
      decidedBy: { ...finding, issuedAt: NOW - 35 },
      findings: [finding],
    })
    expect(toStatusCheck(outcome)).toEqual({
      name: 'status',
      outcome: 'passed',
      detail: 'valid, list 35 s old',
    })
  })

  it('is revoked for 1 and suspended for 2', async () => {
    expect(toStatusCheck(await check([at(1)]))).toEqual({
      name: 'status',
      outcome: 'failed',
      detail: 'revoked',
    })
    expect(toStatusCheck(await check([at(2)]))).toEqual({
      name: 'status',
      outcome: 'failed',
      detail: 'suspended',
    })
    expect(await check([at(1)])).toMatchObject({ listAgeSeconds: 35, anchor: 'Example Root' })
  })

  it.each([3, 4, 12, 15, 255])(
    'is undetermined for %i, which says something to others at most',
    async (value) => {
      const outcome = await check([at(value)])
      expect(outcome).toMatchObject({
        status: 'undetermined',
        detail: `status_value_${value}`,
        listAgeSeconds: 35,
      })
      expect(toStatusCheck(outcome)).toEqual({
        name: 'status',
        outcome: 'undetermined',
        detail: `status_value_${value}`,
      })
    },
  )

  it('stands against it beyond the end of the list', async () => {
    for (const index of [1024, 2 ** 53 - 1]) {
      const outcome = await check([at(index)], { lists: having(listOf({ fetchedAt: NOW })) })
      expect(outcome).toMatchObject({ status: 'faulty', detail: 'index_out_of_range', listAgeSeconds: 35 })
      expect(toStatusCheck(outcome)).toMatchObject({ outcome: 'failed', detail: 'index_out_of_range' })
    }
  })

  it('beyond the end of a copy is asked of the list of now, which may have grown since', async () => {
    const grown = newStatusBits(4096, 8, 'least_significant_first')
    setStatus(grown, 2048, 2)
    const now = listOf({
      fetchedAt: NOW,
      content: { mechanism: 'token_status_list', statuses: grown },
    })
    const later =
      (newer: ReturnType<StatusLists>): StatusLists =>
      ({ newerThan }) =>
        newerThan === NOW - 3 ? newer : ok(listOf())
    const status = async (index: number, newer: ReturnType<StatusLists>) =>
      (await check([at(index)], { lists: later(newer) })).detail
    expect(await status(2048, ok(now))).toBe('suspended')
    expect(await status(4096, ok(now))).toBe('index_out_of_range')
    // The copy cannot be renewed: nobody knows what the list says now.
    expect(await status(2048, ok(listOf()))).toBe('list_too_old')
    expect(await status(2048, Promise.resolve({ ok: false, error: { code: 'list_unreachable' } }))).toBe(
      'list_unreachable',
    )
  })

  it('is nothing to talk about where the credential names none', async () => {
    const outcome = await check([])
    expect(outcome).toEqual({ status: 'not_applicable', detail: 'no_status', findings: [] })
    expect(toStatusCheck(outcome)).toEqual({ name: 'status', outcome: 'skipped', detail: 'no_status' })
  })

  it.each<[StatusListRefusal, string]>([
    [{ code: 'list_unreachable', reason: 'timeout' }, 'list_unreachable: timeout'],
    [{ code: 'list_http_status', reason: '503' }, 'list_http_status: 503'],
    [{ code: 'list_expired' }, 'list_expired'],
    [{ code: 'media_type_wrong', reason: 'text/html' }, 'media_type_wrong: text/html'],
  ])('is undetermined when there is no list: %j', async (refusal, detail) => {
    const outcome = await check([at(1)], { lists: refusing(refusal) })
    const finding = { reference: at(1), status: 'undetermined', reason: detail }
    expect(outcome).toEqual({ status: 'undetermined', detail, decidedBy: finding, findings: [finding] })
    expect(toStatusCheck(outcome).outcome).toBe('undetermined')
  })

  it('is undetermined for a mechanism that nobody here knows, without asking anybody', async () => {
    const lists: StatusLists = () => {
      throw new Error('asked')
    }
    const outcome = await check([{ mechanism: 'unknown', type: 'RevocationList2020Status' }], { lists })
    expect(outcome).toMatchObject({
      status: 'undetermined',
      detail: 'mechanism_unknown: RevocationList2020Status',
    })
  })

  it('is undetermined when a list of another mechanism comes back', async () => {
    const identifier = { mechanism: 'identifier_list', uri: URI, identifier: Uint8Array.of(1) } as const
    expect(await check([identifier])).toMatchObject({ detail: 'list_of_another_mechanism' })
    const bit = {
      mechanism: 'bitstring_status_list',
      uri: URI,
      index: 1,
      purpose: 'revocation',
      size: 1,
    } as const
    expect(await check([bit])).toMatchObject({ detail: 'list_of_another_mechanism' })
  })

  it('is revoked where its identifier is listed, and valid where not', async () => {
    const content = { mechanism: 'identifier_list', identifiers: new Set(['AQI']) } as const
    const lists = having(listOf({ content }))
    const status = async (...identifier: number[]) =>
      (
        await check([{ mechanism: 'identifier_list', uri: URI, identifier: Uint8Array.from(identifier) }], {
          lists,
        })
      ).status
    expect(await status(1, 2)).toBe('revoked')
    expect(await status(1)).toBe('valid')
    expect(await status(1, 2, 0)).toBe('valid')
  })
})

describe('several references', () => {
  const lists: StatusLists = ({ uri }) =>
    uri === 'https://down.example' ? { ok: false, error: { code: 'list_unreachable' } } : ok(listOf())
  const down = at(0, 'https://down.example')

  it.each<[string, readonly StatusReference[]]>([
    ['revoked', [at(0), at(1), at(2), down]],
    ['revoked', [down, at(1)]],
    ['suspended', [at(0), at(2), down]],
    ['undetermined', [at(0), down]],
    ['undetermined', [at(0), at(3)]],
    ['valid', [at(0), at(5)]],
  ])('are %s by the worst that is known', async (status, references) => {
    const outcome = await check(references, { lists })
    expect(outcome.status).toBe(status)
    expect(outcome.findings).toHaveLength(references.length)
  })

  it('that are valid are as old as the oldest list', async () => {
    const aged: StatusLists = ({ uri }) => ok(listOf({ issuedAt: NOW - Number(uri), anchor: uri }))
    const outcome = await check([at(0, '10'), at(0, '200'), at(0, '30')], { lists: aged })
    expect(outcome).toMatchObject({ detail: 'valid, list 200 s old', listAgeSeconds: 200, anchor: '200' })
  })

  it('are looked up at the same time', async () => {
    let waiting = 0
    let most = 0
    const slow: StatusLists = async () => {
      most = Math.max(most, ++waiting)
      await Promise.resolve()
      waiting--
      return ok(listOf())
    }
    await check([at(0), at(1), at(2)], { lists: slow })
    expect(most).toBe(3)
  })

  it('may be asked for at once and later', async () => {
    const mixed: StatusLists = ({ uri }) => (uri === URI ? ok(listOf()) : Promise.resolve(ok(listOf())))
    const outcome = await check([at(0), at(2, 'https://slow.example')], { lists: mixed })
    expect(outcome.findings.map(({ status }) => status)).toEqual(['valid', 'suspended'])
  })

  it('in a crowd are not all looked up, and the rest is not taken for valid', async () => {
    let asked = 0
    const counting: StatusLists = () => {
      asked++
      return ok(listOf())
    }
    const outcome = await check(
      Array.from({ length: 500 }, () => at(0)),
      { lists: counting },
    )
    expect(outcome).toMatchObject({ status: 'undetermined', detail: 'too_many_references' })
    expect(asked).toBe(8)
  })
})

describe('a list counts', () => {
  it('for credentials of its own anchor, or where it is configured', async () => {
    const status = async (changes: Partial<StatusCheckOptions>) => (await check([at(1)], changes)).detail
    expect(await status({ credentialAnchor: 'Example Root' })).toBe('revoked')
    expect(await status({ credentialAnchor: 'Other Root' })).toBe('signer_of_another_anchor')
    expect(await status({ credentialAnchor: 'Other Root', listAnchors: ['Third Root'] })).toBe(
      'signer_of_another_anchor',
    )
    expect(await status({ credentialAnchor: 'Other Root', listAnchors: ['Example Root'] })).toBe('revoked')
    expect(await status({})).toBe('revoked')
  })

  it('until it is older than the verifier likes', async () => {
    expect((await check([at(0)], { maxAgeSeconds: 35 })).status).toBe('valid')
    expect(await check([at(0)], { maxAgeSeconds: 34 })).toMatchObject({
      status: 'undetermined',
      detail: 'list_too_old',
    })
  })

  it('from when it was fetched, where it does not say from when it is; never younger than now', async () => {
    const undated = having(listOf({ issuedAt: undefined }))
    expect((await check([at(0)], { lists: undated })).listAgeSeconds).toBe(3)
    const ahead = having(listOf({ issuedAt: NOW + 20.5 }))
    expect((await check([at(0)], { lists: ahead })).listAgeSeconds).toBe(0)
    const fraction = having(listOf({ issuedAt: NOW - 9.5 }))
    expect((await check([at(0)], { lists: fraction })).listAgeSeconds).toBe(9)
  })
})

describe('a list is asked for', () => {
  it('within the time that is left', async () => {
    const times: (number | undefined)[] = []
    const lists: StatusLists = (_request, _now, timeLeftMs) => {
      times.push(timeLeftMs)
      return ok(listOf())
    }
    await check([at(0), at(1)], { lists, timeLeftMs: 1200 })
    await check([at(0)], { lists })
    expect(times).toEqual([1200, 1200, undefined])
  })

  async function asked(reference: StatusReference, changes: Partial<StatusCheckOptions>) {
    const requests: StatusListRequest[] = []
    const lists: StatusLists = (request) => {
      requests.push(request)
      return ok(listOf())
    }
    await check([reference], { ...changes, lists })
    return requests[0]
  }

  it.each([
    ['token-jwt', ['application/statuslist+jwt']],
    ['token-cwt', ['application/statuslist+cwt', 'application/statuslist+jwt']],
    ['bitstring', ['application/statuslist+jwt', 'application/statuslist+cwt']],
    [undefined, ['application/statuslist+jwt', 'application/statuslist+cwt']],
  ] as const)('for %s as %j', async (listKind, accept) => {
    expect(await asked(at(0), { listKind })).toEqual({ mechanism: 'token_status_list', uri: URI, accept })
  })

  it('with the issuer of the credential, for those who name their key by it', async () => {
    expect(await asked(at(0), { credentialIssuer: 'https://i.example' })).toMatchObject({
      credentialIssuer: 'https://i.example',
    })
  })

  it('as a credential for a bitstring', async () => {
    const bit = {
      mechanism: 'bitstring_status_list',
      uri: URI,
      index: 1,
      purpose: 'revocation',
      size: 1,
    } as const
    expect((await asked(bit, { listKind: 'bitstring' }))?.accept[0]).toBe('application/vc+jwt')
  })
})
