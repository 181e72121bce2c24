/** For whom passkeys are: the pages of this wallet (WebAuthn Level 3 §4). */
import type { RelyingParty } from '@countersign/service/login/read-authenticator'
import type { OwnPages } from './own-pages.ts'

export function relyingPartyOf({ isOwn, relyingPartyId }: OwnPages): RelyingParty {
  return { id: relyingPartyId, name: 'Countersign wallet', isOwn }
}
