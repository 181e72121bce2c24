/**
 * What it means for a credential when its list says nothing of it. A fault either decides at once, because no later look
 * will find anything better, or it leaves the status open: then whoever asked may look again. Each fault has its row, and
 * a new one does not compile without. Knows what was found and never whose credential it is.
 */
import type { StatusListRefusal } from './status-list.ts'

/** Why a reference led to no status: there is no list, or the list does not speak of it. */
export type StatusFaultCode =
  | StatusListRefusal['code']
  | 'mechanism_unknown'
  | 'too_many_references'
  | 'signer_of_another_anchor'
  | 'list_too_old'
  | 'list_of_another_mechanism'
  | 'index_out_of_range'
  | 'purpose_differs'
  | 'size_differs'
  | 'list_too_short'
  | 'status_value'

/** `faulty`: the list speaks against the credential, for good. `undetermined`: nothing is known, and may be later. */
export type FaultWeight = 'faulty' | 'undetermined'

/**
 * Token Status List §8.3 has a credential refused for each of these; most of them pass, though, and a flow that ended
 * because of one is lost. Only what a signer who is believed has done for good decides: his key did not make this
 * signature, he signed another list, or his list has no such place. Everything that whoever serves the list, the network or
 * our own trust may answer differently in a moment is open.
 *
 * A signer who is not believed is open too. A wrong signature says that the believed signer did not sign this; a stranger's
 * says nothing about the issuer at all: anchors come with lists that are read again, a certificate may be renewed, and
 * whoever serves the list for a while must not end verifications with a key of his own.
 */
export const FAULT_WEIGHTS: Readonly<Record<StatusFaultCode, FaultWeight>> = {
  signature_invalid: 'faulty',
  // A believed key of another kind than the signature: it did not make it.
  alg_key_mismatch: 'faulty',
  list_uri_differs: 'faulty',
  index_out_of_range: 'faulty',

  list_unreachable: 'undetermined',
  list_http_status: 'undetermined',
  list_too_large: 'undetermined',
  media_type_wrong: 'undetermined',
  list_malformed: 'undetermined',
  typ_wrong: 'undetermined',
  // Said before anybody's key is looked for: nobody who is believed signed it.
  alg_not_allowed: 'undetermined',
  // It may be renewed.
  list_expired: 'undetermined',
  list_not_yet_valid: 'undetermined',
  signer_unknown: 'undetermined',
  signer_untrusted: 'undetermined',
  signer_of_another_anchor: 'undetermined',
  compressed_malformed: 'undetermined',
  inflated_too_large: 'undetermined',
  list_too_old: 'undetermined',
  list_too_short: 'undetermined',
  list_of_another_mechanism: 'undetermined',
  purpose_differs: 'undetermined',
  size_differs: 'undetermined',
  // Of another application, or of a version to come: not ours to read (§7.1).
  status_value: 'undetermined',
  mechanism_unknown: 'undetermined',
  too_many_references: 'undetermined',
}
