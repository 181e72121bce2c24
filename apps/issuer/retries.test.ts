import type { Signer } from '@countersign/crypto/engine'
import { newKey } from '@countersign/testing/people/keys'
import { describe, expect, it } from 'vitest'
import { requestToken } from './authorization/request-token.ts'
import {
  anonymousClient,
  claims,
  configurationId,
  credentialFor,
  nonceOf,
  offered,
  proofOfKey,
  proofOfSender,
  type TestIssuer,
  testIssuer,
  tokenFor,
  tokenRequest,
} from './testing/issuer.testing.ts'

/**
 * What a thing that is used once gives when it comes again: which thing, when, and from whom. A grace for lost answers
 * ends with the use of what was answered, so that nothing gives anything to whoever is past it.
 */
const SENDERS = ['same', 'other', 'none'] as const
const MOMENTS = [
  'before',
  'after its first use',
  'a minute after its first use',
  'after a credential',
  'after all',
  'a minute after all',
] as const
type Sender = (typeof SENDERS)[number]
type Moment = (typeof MOMENTS)[number]

/** Of an offer of two credentials, for a wallet that proves `sender` and binds its credentials to `holder`. */
interface Scene {
  readonly test: TestIssuer
  readonly code: string
  readonly sender: Signer
  readonly holder: Signer
  readonly nonce: string
  /** Made with `nonce`. */
  readonly proof: string
  /** What came of the use so far. */
  readonly had: { token?: string; credential?: string }
}

const BADGE = 'employee_badge_dc+sd-jwt'
const badge = { given_name: 'Grace', family_name: 'Sample', employer: 'Works', employee_id: 'E1' }
const txCode = { inputMode: 'numeric', length: 4, value: '4711' } as const

async function sceneAt(moment: Moment, first: Sender, withTxCode: boolean): Promise<Scene> {
  const test = testIssuer()
  const { code } = await offered(test.issuer, {
    credentials: [
      { configurationId, claims },
      { configurationId: BADGE, claims: badge },
    ],
    ...(withTxCode && { txCode }),
  })
  const [sender, holder] = [newKey(), newKey()]
  const nonce = await nonceOf(test)
  const scene: Scene = {
    test,
    code,
    sender,
    holder,
    nonce,
    proof: await proofOfKey(test, holder, nonce),
    had: {},
  }
  if (moment === 'before') return scene
  const own = first === 'none' ? undefined : sender
  scene.had.token = await tokenFor(test, code, own, withTxCode ? txCode.value : undefined)
  if (moment === 'after its first use') return scene
  if (moment === 'a minute after its first use') {
    test.clock.now += 60
    return scene
  }
  scene.had.credential = await credentialFor(test, scene.had.token, scene.proof, own && { sender: own })
  if (moment === 'after a credential') return scene
  const more = { configuration: BADGE, ...(own && { sender: own }) }
  expect(await credentialFor(test, scene.had.token, await proofOfKey(test, holder), more)).toContain('~')
  if (moment === 'a minute after all') test.clock.now += 60
  return scene
}

function keyOf(scene: Scene, sender: Sender): Signer | undefined {
  return { same: scene.sender, other: newKey(), none: undefined }[sender]
}

/** `again`: what was given before, to the byte; otherwise `given`, or the code of the refusal. */
function told(answer: string, before: string | undefined): string {
  if (answer === before) return 'again'
  return /[.~]/.test(answer) ? 'given' : answer
}

interface Thing {
  readonly use: (scene: Scene, sender: Sender) => Promise<string>
  /** By whom it was used the first time; by the same sender where nothing is said. */
  readonly first?: Sender
  readonly withTxCode?: true
  /** A row a moment, a column a sender: same, other, none. */
  readonly answers: Partial<Readonly<Record<Moment, readonly [string, string, string]>>>
}

const useCode = (given?: string) => async (scene: Scene, sender: Sender) =>
  told(await tokenFor(scene.test, scene.code, keyOf(scene, sender), given), scene.had.token)

const useProof =
  (make: (scene: Scene) => Promise<string> | string) => async (scene: Scene, sender: Sender) => {
    const key = keyOf(scene, sender)
    const answer = await credentialFor(
      scene.test,
      scene.had.token ?? '',
      await make(scene),
      key && { sender: key },
    )
    return told(answer, scene.had.credential)
  }

const spent = ['code_spent', 'code_spent', 'code_spent'] as const
const toItsKey = (answer: string) => [answer, 'wrong_sender_key', 'wrong_sender_key'] as const

const THINGS: Readonly<Record<string, Thing>> = {
  'a code': {
    use: useCode(),
    answers: {
      before: ['given', 'given', 'given'],
      'after its first use': ['again', 'code_spent', 'code_spent'],
      'after a credential': spent,
      'after all': spent,
      'a minute after its first use': spent,
      'a minute after all': spent,
    },
  },
  'the code of a bearer client': {
    use: useCode(),
    first: 'none',
    answers: { 'after its first use': spent, 'after a credential': spent, 'after all': spent },
  },
  'a code with its transaction code': {
    use: useCode(txCode.value),
    withTxCode: true,
    answers: {
      before: ['given', 'given', 'given'],
      'after its first use': ['again', 'code_spent', 'code_spent'],
      'after a credential': spent,
      'after all': spent,
      'a minute after its first use': spent,
      'a minute after all': spent,
    },
  },
  // Past its use nothing tells whether a transaction code was right.
  'a code with a wrong transaction code': {
    use: useCode('0000'),
    withTxCode: true,
    answers: {
      before: ['tx_code_wrong', 'tx_code_wrong', 'tx_code_wrong'],
      'after its first use': spent,
      'after a credential': spent,
      'after all': spent,
      'a minute after its first use': spent,
      'a minute after all': spent,
    },
  },
  'a credential request, to the byte': {
    use: useProof(({ proof }) => proof),
    answers: {
      'after its first use': toItsKey('given'),
      'after a credential': toItsKey('again'),
      'after all': toItsKey('again'),
      'a minute after all': toItsKey('again'),
    },
  },
  'its nonce, in another proof of the same key': {
    use: useProof(async ({ test, holder, nonce }) => {
      test.clock.now += 1
      return proofOfKey(test, holder, nonce)
    }),
    answers: {
      'after its first use': toItsKey('given'),
      'after a credential': toItsKey('nonce_spent'),
      'after all': toItsKey('nonce_spent'),
      'a minute after all': toItsKey('nonce_spent'),
    },
  },
  'a fresh nonce, in a proof of the same key': {
    use: useProof(({ test, holder }) => proofOfKey(test, holder)),
    answers: {
      'after its first use': toItsKey('given'),
      'after a credential': toItsKey('again'),
      'after all': toItsKey('again'),
      'a minute after all': toItsKey('again'),
    },
  },
  'a fresh nonce, in a proof of another key': {
    use: useProof(({ test }) => proofOfKey(test, newKey())),
    answers: {
      'after its first use': toItsKey('given'),
      'after a credential': toItsKey('already_issued'),
      'after all': toItsKey('already_issued'),
      'a minute after all': toItsKey('already_issued'),
    },
  },
}

describe.each(Object.entries(THINGS))('%s', (_name, { answers, first = 'same', use, withTxCode = false }) => {
  const rows = MOMENTS.flatMap((moment) => {
    const row = answers[moment]
    return row === undefined ? [] : SENDERS.map((sender, at) => [moment, sender, row[at]] as const)
  })
  it.each(rows)('%s, from the %s sender: %s', async (moment, sender, expected) => {
    expect(await use(await sceneAt(moment, first, withTxCode), sender)).toBe(expected)
  })
})

describe('a kept answer', () => {
  it('ends with the nonce that it was kept under', async () => {
    const scene = await sceneAt('after a credential', 'same', false)
    const { test, holder, sender, had, proof } = scene
    test.clock.now += test.issuer.limits.nonceTtlSeconds
    expect(await credentialFor(test, had.token ?? '', proof, { sender })).toBe('challenge_expired')
    test.clock.now += test.issuer.limits.skewSeconds
    const fresh = await proofOfKey(test, holder)
    expect(await credentialFor(test, had.token ?? '', fresh, { sender })).toBe('already_issued')
  })
})

describe('a DPoP proof', () => {
  it('gives nothing again, at no moment: a retry brings one of its own', async () => {
    const test = testIssuer()
    const { code } = await offered(test.issuer)
    const dpop = await proofOfSender(test, newKey(), '/token')
    const from = { client: anonymousClient, dpop }
    expect(await requestToken(test.issuer, tokenRequest(code), from)).toMatchObject({ ok: true })
    for (const seconds of [0, 30, 59]) {
      test.clock.now += seconds
      expect(await requestToken(test.issuer, tokenRequest(code), from)).toMatchObject({ ok: false })
    }
  })
})
