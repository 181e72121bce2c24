/**
 * Presentations in every format that are not bound to the request they are sent for, or cannot be read: 400, nothing is
 * decided, and the right answer still counts afterwards.
 */
import { createHmac } from 'node:crypto'
import type { JsonObject } from '@countersign/core/json'
import type { Signer } from '@countersign/crypto/engine'
import type { SignatureAlgorithm } from '@countersign/crypto/signature-algorithm'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import {
  boundByKeyBinding,
  boundByPresentation,
  clumsy,
  inNameOf,
  type Kind,
  kinds,
  mdocKind,
  presentAs,
  sdJwtKind,
  vcSdJwtKind,
} from '@countersign/testing/forging/credential-kinds'
import { type JwtChange, rewriteProof } from '@countersign/testing/forging/jws'
import { newKey, now } from '@countersign/testing/people/keys'
import { unread } from '../answer.ts'
import { ask, asked, formOf, trusted } from '../asked.ts'
import { type BadInput, chapter } from '../case.ts'
import type { Requested } from '../stages.ts'
import { sendForm } from '../wire.ts'
import type { World } from '../world.ts'

/** What is sent, made of a credential in good order. */
type Make = (at: Requested, held: Held, world: World) => string | Promise<string>

export function unbound(name: string, kind: Kind, reason: RegExp, make: Make): BadInput<Requested> {
  return {
    name,
    ...unread(reason),
    send: async (at, world) => {
      const presentation = await make(at, await trusted(kind, world), world)
      return sendForm(at.request.responseUri, formOf(at, presentation))
    },
  }
}

function elsewhere(kind: Kind): readonly BadInput<Requested>[] {
  // An mdoc's signature covers the whole request at once, so it cannot say what differs.
  const wrong = (reason: RegExp) => (kind === mdocKind ? /signature_invalid/ : reason)
  const bound = (name: string, reason: RegExp, change: (at: Requested) => Parameters<typeof presentAs>[3]) =>
    unbound(name, kind, wrong(reason), (at, held) => presentAs(kind, at, held, change(at)))
  return [
    unbound('the nonce of another session', kind, wrong(/nonce_wrong/), async (at, held, { verifier }) =>
      presentAs(kind, at, held, { nonce: (await ask(kind, verifier.url)).request.nonce }),
    ),
    unbound('what was made for another session', kind, wrong(/nonce_wrong/), async (_, held, { verifier }) =>
      presentAs(kind, await ask(kind, verifier.url), held),
    ),
    bound('another client', /aud_wrong/, () => ({ audience: 'x509_hash:elsewhere' })),
    bound('the client without its prefix', /aud_wrong/, ({ request }) => ({
      audience: request.clientId.replace(/^x509_hash:/, ''),
    })),
    bound('an origin of a browser as client', /aud_wrong/, () => ({
      audience: 'origin:https://evil.example',
    })),
    unbound("another's credential, signed in the holder's name", kind, /signature_invalid/, (at, held) =>
      presentAs(kind, at, { ...held, holder: inNameOf(held.holder) }),
    ),
    unbound('a proof with a bit turned', kind, /signature_invalid/, (at, held) =>
      presentAs(kind, at, { ...held, holder: clumsy(held.holder) }),
    ),
    unbound('the credential without a proof', kind, /_missing|_version/, (_, held) => held.credential),
  ]
}

function texts(kind: Kind): readonly BadInput<Requested>[] {
  const altered = (name: string, alter: (presentation: string) => string) =>
    unbound(name, kind, /./, async (at, held) => alter(await presentAs(kind, at, held)))
  return [
    altered('half of it', (whole) => whole.slice(0, whole.length / 2)),
    altered('it twice in one text', (whole) => whole + whole),
    altered('with NUL behind it', (whole) => `${whole}\0`),
    altered('with a line break before it', (whole) => `\n${whole}`),
    altered('in other letters', (whole) => whole.toLowerCase()),
    unbound('letters without end', kind, /credential_too_large \(limit \d+ characters/, () =>
      'A'.repeat(3_000_000),
    ),
    unbound('dots without end', kind, /./, () => '.'.repeat(450_000)),
    unbound('separators without end', kind, /./, () => '~'.repeat(250_000)),
    unbound('letters beyond ASCII', kind, /./, () => 'é'.repeat(1000)),
  ]
}

/** A signer under an algorithm that none of ours has. */
function renamed(algorithm: string, signer: Signer, sign: Signer['sign']): Signer {
  return { ...signer, algorithm: algorithm as SignatureAlgorithm, sign }
}

/** Proofs that are JWTs, behind the credential or around it. */
function proofs(kind: Kind): readonly BadInput<Requested>[] {
  const proof = (name: string, reason: RegExp, change: JwtChange) =>
    unbound(name, kind, reason, async (at, held) =>
      rewriteProof(await presentAs(kind, at, held), change, held.holder),
    )
  const payload = (name: string, reason: RegExp, more: () => object) =>
    proof(name, reason, { payload: (known) => ({ ...known, ...more() }) })
  return [
    unbound('a proof with alg none', kind, /alg_not_allowed/, (at, held) =>
      presentAs(kind, at, { ...held, holder: renamed('none', held.holder, () => new Uint8Array()) }),
    ),
    unbound('a proof with alg HS256 and the public key', kind, /alg_not_allowed/, (at, held) => {
      const secret = JSON.stringify(held.holder.publicJwk)
      const mac: Signer['sign'] = (data) => createHmac('sha256', secret).update(data).digest()
      return presentAs(kind, at, { ...held, holder: renamed('HS256', held.holder, mac) })
    }),
    unbound('a proof by the key in its own header', kind, /signature_invalid/, async (at, held) => {
      const stranger = newKey()
      const header = (known: JsonObject) => ({ ...known, jwk: stranger.publicJwk })
      return rewriteProof(await presentAs(kind, at, held), { header }, stranger)
    }),
    proof('a proof of another typ', /typ_wrong/, { header: (known) => ({ ...known, typ: 'dpop+jwt' }) }),
    proof('a proof with a critical extension', /crit|kb_/, {
      header: (known) => ({ ...known, crit: ['x'], x: 1 }),
    }),
    proof('a proof for two clients', /aud_wrong/, {
      payload: ({ aud = '', ...known }) => ({ ...known, aud: [aud, 'other'] }),
    }),
    payload('a proof for nobody', /aud_wrong/, () => ({ aud: undefined })),
    payload('no nonce', /nonce_wrong/, () => ({ nonce: undefined })),
    proof('a nonce in a list', /nonce_wrong/, {
      payload: ({ nonce = '', ...known }) => ({ ...known, nonce: [nonce] }),
    }),
    payload('a proof made ten minutes ago', /too_old/, () => ({ iat: now() - 600 })),
    payload('a proof made in ten minutes', /from_future/, () => ({ iat: now() + 600 })),
    payload('a proof made at no time', /iat_malformed|time_malformed/, () => ({ iat: 'now' })),
    payload('a proof that is over', /expired/, () => ({ exp: now() - 600 })),
    payload('a proof that holds from tomorrow on', /from_future/, () => ({ nbf: now() + 86_400 })),
  ]
}

/** SD-JWT VC and the W3C's SD-JWT can both be read as either; the types are what tells them apart. */
const readAsEither = (sent: Kind, wanted: Kind) => sent === sdJwtKind && wanted === vcSdJwtKind

function otherFormats(wanted: Kind): readonly BadInput<Requested>[] {
  return kinds
    .filter((sent) => sent !== wanted && !readAsEither(sent, wanted))
    .map((sent) =>
      unbound(
        `a presentation of ${sent.format}`,
        sent,
        /malformed|typ_wrong|not_base64url|vct_missing/,
        (at, held) => presentAs(sent, at, held),
      ),
    )
}

export const formatBindingChapters = kinds.flatMap((kind) => {
  const { format } = kind
  const hasJwt = boundByKeyBinding.includes(kind) || boundByPresentation.includes(kind)
  return [
    chapter(`${format}, bound to something else`, asked(kind), elsewhere(kind)),
    chapter(`${format}, its text`, asked(kind), texts(kind)),
    chapter(`${format}, asked for and answered with another format`, asked(kind), otherFormats(kind)),
    ...(hasJwt ? [chapter(`${format}, the holder's proof`, asked(kind), proofs(kind))] : []),
  ]
})
