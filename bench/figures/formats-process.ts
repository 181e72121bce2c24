/**
 * Runs in a process of its own: verification, issuance and query matching in a loop, beside their bare cryptography.
 * Started with the number of rounds and of operations a round; sends one message with all rounds.
 */

import { formatRegistry } from '@countersign/credential/contract/registry'
import { sdJwtVc } from '@countersign/credential/sd-jwt-vc/format'
import type { CryptoEngine, Signer } from '@countersign/crypto/engine'
import { createDevelopmentCa, issueCertificate } from '@countersign/keys/deployment/development-certificate'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { generateSoftwareKey, softwareSigner } from '@countersign/keys/signers/software-key'
import { matchQuery } from '@countersign/protocol/openid4vp/dcql/match'
import { parseDcqlQuery } from '@countersign/protocol/openid4vp/dcql/parse'
import { newKey, now } from '@countersign/testing/people/keys'
import { chainTrust } from '@countersign/trust/chain-trust'
import { issuerTrust } from '@countersign/trust/issuer-trust'
import { parseX5cEntry } from '@countersign/x509/certificate'
import { pinned } from '../limit/pinned-issuer.ts'
import { issueWork, verificationWork } from '../limit/plan.ts'
import { recorder } from '../limit/recorded.ts'
import { prepareAtOnce } from '../limit/work.ts'
import {
  CREDENTIAL_TYPE,
  type Holder,
  inTurn,
  issueTo,
  makeHolders,
  present,
  SHOWN,
} from '../load/holders.ts'
import { type BenchFormat, issueOther, mdocBench, vcJwtBench, vcSdJwtBench } from '../load/other-formats.ts'
import { type PairedRounds, pairedRounds } from '../measure/rounds.ts'

export interface FormatRounds {
  /** CPU microseconds an operation; `first` is the bare cryptography. */
  readonly verify: PairedRounds
  readonly issue: PairedRounds
  readonly match: readonly number[]
  /** By the name of the figure: verification and issuance in the other formats. */
  readonly others: Readonly<Record<string, PairedRounds>>
}

type Operation = () => unknown

const AUDIENCE = 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'
const NONCE = 'Zr7YbFhSg2qfQOzaGtPhXc0VKzRE1VKZ'

const OTHERS = { mdoc: mdocBench, 'vc+jwt': vcJwtBench, 'vc+sd-jwt': vcSdJwtBench }
/** More holders than the engine keeps imported keys, so that every key is new. */
const OTHER_HOLDERS = 2_200

/** Until the compiler has settled; after three, the first measured rounds still hold its work. */
const WARM_UP_ROUNDS = 10

const [rounds = 5, operations = 500] = process.argv.slice(2).map(Number)
const results = await measureFormats()
process.send?.(results)

async function measureFormats(): Promise<FormatRounds> {
  const ca = createDevelopmentCa({ name: 'Bench CA', now: now() })
  const issuer = certified(ca)
  const holders = await makeHolders(issuer)
  return {
    verify: await compare(
      await verifyOperation(holders, ca.certificate),
      bare(await workOf(holders, issuer)),
    ),
    issue: await compare(
      issueOperation(issuer, holders),
      bare(issueWork(await issueTo(newKey(), issuer, nodeCrypto)).map(prepareAtOnce)),
    ),
    match: await matchRounds(issuer),
    others: await otherFormats(issuer),
  }
}

function certified(ca: ReturnType<typeof createDevelopmentCa>): Signer {
  const key = generateSoftwareKey('ES256')
  const names = { subject: 'issuer', dnsNames: ['issuer.example'], uris: [] }
  const certificate = issueCertificate({ ca, publicJwk: key, ...names, days: 1, now: now() })
  return softwareSigner(key, { x5c: [certificate] })
}

function trustIn(caCertificate: string) {
  const anchor = parseX5cEntry(caCertificate)
  if (!anchor.ok) throw new Error('the own CA cannot be read')
  return issuerTrust(
    chainTrust({ list: { anchors: [{ certificate: anchor.value }], pins: [] }, crypto: nodeCrypto }),
  )
}

async function verifyOperation(holders: readonly Holder[], caCertificate: string): Promise<Operation> {
  const trust = trustIn(caCertificate)
  const binding = { audience: AUDIENCE, nonce: NONCE }
  const presentations = await Promise.all(holders.map((holder) => present(holder, binding)))
  const next = inTurn(presentations)
  const limits = { skewSeconds: 60, bindingWindowSeconds: 3600 }
  return async () => {
    const input = { presentation: next(), binding, now: now(), ...limits, trust }
    const { checks } = await sdJwtVc.verify(input, nodeCrypto)
    if (checks.some(({ outcome }) => outcome !== 'passed')) throw new Error(JSON.stringify(checks))
  }
}

async function otherFormats(issuer: Signer): Promise<FormatRounds['others']> {
  const measured: Record<string, PairedRounds> = {}
  for (const [name, bench] of Object.entries(OTHERS)) {
    measured[`verify ${name}, holder bound`] = await compareVerification(bench, issuer)
    measured[`issue ${name}, 10 claims`] = await compareIssuance(bench, issuer)
  }
  return measured
}

async function compareVerification(bench: BenchFormat, issuer: Signer): Promise<PairedRounds> {
  const trust = pinned(issuer)
  const binding = { audience: AUDIENCE, nonce: NONCE, responseUri: 'https://verifier.example/answer' }
  const presentations: string[] = []
  for (let made = 0; made < OTHER_HOLDERS; made++)
    presentations.push(await presentOther(bench, issuer, binding))
  const next = inTurn(presentations)
  const verify = async (presentation: string, crypto: CryptoEngine) => {
    const limits = { skewSeconds: 60, bindingWindowSeconds: 3600 }
    const { checks } = await bench.format.verify(
      { presentation, binding, now: now(), ...limits, trust },
      crypto,
    )
    if (checks.some(({ outcome }) => outcome !== 'passed')) throw new Error(JSON.stringify(checks))
  }
  const heard = recorder()
  await verify(next(), nodeCrypto)
  await verify(next(), heard.crypto)
  return compare(() => verify(next(), nodeCrypto), heard.bareWork([issuer.publicJwk]))
}

async function presentOther(
  bench: BenchFormat,
  issuer: Signer,
  binding: { readonly audience: string; readonly nonce: string; readonly responseUri: string },
): Promise<string> {
  const signer = newKey()
  const credential = await issueOther(bench, signer, issuer, nodeCrypto)
  const input = { credential, disclose: bench.shown, binding: { ...binding, signer, issuedAt: now() } }
  const presented = await bench.format.present(input, nodeCrypto)
  if (!presented.ok) throw new Error(`cannot present: ${presented.error.code}`)
  return presented.value
}

async function compareIssuance(bench: BenchFormat, issuer: Signer): Promise<PairedRounds> {
  const holder = newKey()
  const heard = recorder()
  await issueOther(bench, holder, heard.signer(issuer), heard.crypto)
  return compare(() => issueOther(bench, holder, issuer, nodeCrypto), heard.bareWork([]))
}

async function workOf(holders: readonly Holder[], issuer: Signer): Promise<readonly (() => void)[]> {
  const [holder] = holders
  if (holder === undefined) throw new Error('there is no holder')
  const presentation = await present(holder, { audience: AUDIENCE, nonce: NONCE })
  return verificationWork(presentation, issuer.publicJwk).map(prepareAtOnce)
}

function issueOperation(issuer: Signer, holders: readonly Holder[]): Operation {
  const next = inTurn(holders)
  return () => issueTo(next().signer, issuer, nodeCrypto)
}

function bare(work: readonly (() => void)[]): Operation {
  return () => {
    for (const one of work) one()
  }
}

/** All hundred are of the wanted type and have the claims: nothing can be skipped. */
async function matchRounds(issuer: Signer): Promise<readonly number[]> {
  const query = parseDcqlQuery(
    {
      credentials: [
        {
          id: 'identity',
          format: 'dc+sd-jwt',
          meta: { vct_values: [CREDENTIAL_TYPE] },
          claims: SHOWN.map((path) => ({ path })),
        },
      ],
    },
    { duplicateClaims: 'refuse' },
  )
  if (!query.ok) throw new Error('the own query cannot be read')
  const held = await Promise.all(Array.from({ length: 100 }, (_, index) => heldCredential(issuer, index)))
  const formats = formatRegistry([sdJwtVc])
  const match = () => {
    if (!matchQuery(query.value, held, formats).satisfiable) throw new Error('the query is not satisfied')
  }
  await cpuOf(match)
  const values: number[] = []
  for (let round = 0; round < rounds; round++) values.push(await cpuOf(match))
  return values
}

async function heldCredential(issuer: Signer, index: number) {
  const opened = await sdJwtVc.open(await issueTo(newKey(), issuer, nodeCrypto), nodeCrypto)
  if (!opened.ok) throw new Error(`cannot open: ${opened.error.code}`)
  return { id: `${index}`, held: opened.value }
}

async function compare(measured: Operation, limit: Operation): Promise<PairedRounds> {
  for (let warm = 0; warm < WARM_UP_ROUNDS; warm++) {
    await cpuOf(measured)
    await cpuOf(limit)
  }
  return pairedRounds(rounds, { round: () => cpuOf(limit) }, { round: () => cpuOf(measured) })
}

/** CPU microseconds an operation. */
async function cpuOf(operation: Operation): Promise<number> {
  const before = process.cpuUsage()
  for (let done = 0; done < operations; done++) await operation()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / operations
}
