/** Each credential format, asked of a wallet by a verifier of the deployment, and answered as it should be. */
import assert from 'node:assert/strict'
import type { IssueInput } from '@countersign/credential/contract/format'
import { expectStatus, postForm } from '@countersign/testing/client/http'
import type { Held } from '@countersign/testing/client/protocol-wallet'
import { issueAs, type Kind, presentAs } from '@countersign/testing/forging/credential-kinds'
import type { Stage } from './case.ts'
import { type Requested, verificationAt, verificationResult } from './stages.ts'
import type { World } from './world.ts'

/** As the deployment would issue it. */
export function trusted(
  kind: Kind,
  world: World,
  more: Partial<Omit<IssueInput, 'signer'>> = {},
): Promise<Held> {
  return issueAs(kind, kind.trustedKey(world), more)
}

export function ask(kind: Kind, verifierUrl: string): Promise<Requested> {
  return verificationAt(verifierUrl, { credentials: [kind.query] })
}

/** A verification of this kind that the wallet has read and not answered; afterwards a good answer still counts. */
export function asked(kind: Kind): Stage<Requested> {
  return {
    prepare: ({ verifier }) => ask(kind, verifier.url),
    goOn: async (at, world) => {
      const presentation = await presentAs(kind, at, await trusted(kind, world))
      expectStatus(await postForm(at.request.responseUri, formOf(at, presentation)), 200)
      assert.equal((await verificationResult(at.verifierUrl, at.id))['state'], 'verified')
    },
  }
}

export function formOf({ request }: Requested, presentation: string): string {
  const form = { state: request.state, vp_token: JSON.stringify({ asked: [presentation] }) }
  return new URLSearchParams(form).toString()
}
