/** Refusals of the calls about profiles, and every public text of them; those of what a profile orders are the texts of offers. */

import { didYouMean, nearestWord } from '@countersign/core/nearest-word'
import type { WireErrors } from '@countersign/service/http/answers/wire-errors'
import { wireError } from '@countersign/service/http/answers/wire-errors'
import type { ProfileMistake } from '../../profiles/check-profile.ts'
import type { ProfileOfferRefusal, WriteRefusal } from '../../profiles/profile-calls.ts'
import { offerErrors } from './wire.ts'

const MISTAKES: WireErrors<ProfileMistake> = {
  ...offerErrors('claims'),
  key_unknown: ({ known, name }) => ({
    status: 400,
    message: `key: the configuration has no issuerKeys entry of the name ${name}${didYouMean(nearestWord(name, known))}`,
  }),
  webhook_not_allowed: ({ reason }) => ({
    status: 400,
    message: `claims.url cannot be called from here (${reason.replaceAll('_', ' ')}): allowHttp and allowPrivateAddresses say what can`,
  }),
  open_needs_browser: () => ({
    status: 400,
    message:
      'openToWallets goes with an authenticationMethod other than PRE_AUTHORIZED: who comes without an offer has no code',
  }),
  open_needs_claims: () => ({
    status: 400,
    message: 'openToWallets: claims.source given needs a caller who brings them; constant and webhook do not',
  }),
  claim_unknown: ({ at }) => ({
    status: 400,
    message: `selectiveDisclosure names ${at}, which credentials of this type do not have`,
  }),
}

export function profileMistakeText(mistake: ProfileMistake): string {
  return wireError(MISTAKES, mistake).message
}

export const PROFILE_ERRORS: WireErrors<WriteRefusal> = {
  profile_unknown: () => ({ status: 404, message: 'There is no such profile' }),
  profile_exists: () => ({
    status: 412,
    message: 'There is a profile of this name, and If-None-Match says that there must be none',
  }),
  profile_changed: ({ version }) => ({
    status: 412,
    message: `The profile is another version by now, "${version}": read it again`,
  }),
  profiles_too_many: ({ most }) => ({
    status: 409,
    message: `There are ${most} profiles, which is the limit`,
  }),
  profiles_unavailable: () => ({
    status: 409,
    message:
      'Profiles cannot be written here: this issuer has no database that all instances share. Those of profilesDir need none',
  }),
  profile_from_file: () => ({
    status: 409,
    message: 'This profile is one of a file, in profilesDir, and is changed there alone',
  }),
  profile_open_taken: ({ by }) => ({
    status: 409,
    message: `openToWallets: the profile ${by} is open for the same credentialConfigurationId, and a wallet does not say which it means`,
  }),
  profile_mistaken: ({ mistakes }) => ({
    status: 400,
    message: [...new Set(mistakes.map(profileMistakeText))].join('; '),
  }),
}

export const PROFILE_OFFER_ERRORS: WireErrors<ProfileOfferRefusal> = {
  ...offerErrors('claims'),
  profile_unknown: () => PROFILE_ERRORS.profile_unknown({ code: 'profile_unknown' }),
  terms_contradict: ({ mistakes }) => ({
    status: 400,
    message: mistakes.map(({ member, message }) => `${member}: ${message}`).join('; '),
  }),
  claims_not_taken: () => ({
    status: 400,
    message: 'claims: this profile asks for them when the wallet comes, and takes none with an offer',
  }),
}
