/** Wallets that hold an mDL each, with a key of its own, and show four of its elements; a presentation is made for each request. */

import { mdoc } from '@countersign/credential/mdoc/format'
import type { Signer } from '@countersign/crypto/engine'
import { nodeCrypto } from '@countersign/keys/engines/node'
import { newKey, now } from '@countersign/testing/people/keys'
import { HOLDERS, type Presenter } from './holders.ts'
import { issueOther, mdocBench } from './other-formats.ts'
import type { AskedCredential } from './verification-flow.ts'

export async function mdocWallets(issuer: Signer): Promise<AskedCredential> {
  const presenters: Presenter[] = []
  while (presenters.length < HOLDERS) presenters.push(await wallet(issuer))
  return {
    presenters,
    query: { format: 'mso_mdoc', meta: { doctype_value: mdocBench.type }, shown: mdocBench.shown },
  }
}

async function wallet(issuer: Signer): Promise<Presenter> {
  const signer = newKey()
  const credential = await issueOther(mdocBench, signer, issuer, nodeCrypto)
  return async (binding) => {
    const bound = { ...binding, signer, issuedAt: now() }
    const presented = await mdoc.present(
      { credential, disclose: mdocBench.shown, binding: bound },
      nodeCrypto,
    )
    if (!presented.ok) throw new Error(`cannot present: ${presented.error.code}`)
    return presented.value
  }
}
