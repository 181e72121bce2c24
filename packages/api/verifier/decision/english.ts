/** The texts in English. Short sentences; people act; what an issuer, a wallet or a list is called stands in `Told`. */
import { timeOfDay, type WallTime } from './shown-text.ts'
import type { CheckText, DecisionTexts, Told } from './texts.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

function day({ day: number, month, year }: WallTime): string {
  return `${number} ${MONTHS[month - 1] ?? ''} ${year}`
}

const issuer = (told: Told) => told.issuer ?? 'its issuer'

/** What could not be found out is never read as passed: each text of it says so. */
function unknown(why?: string, advice?: string): CheckText {
  const meaning = `Could not be checked${why === undefined ? '' : `: ${why}`}. This does not count as passed.`
  return advice === undefined ? { meaning } : { meaning, advice }
}

const DO_NOT_RELY = 'Do not rely on it.'
const DO_NOT_ACT = 'Do not carry it out.'
const NEW_CREDENTIAL = 'Do not rely on it. Ask the holder to get a new credential from the issuer.'
const ASK_AGAIN = 'Ask again with a new request.'
const LOOK_LATER = 'Ask again later. Until then it does not count as passed.'
const TELL_ISSUER = 'Tell the issuer. Until then it does not count as passed.'
/** Of the answer as a whole; each credential has its own match. */
const COMPLETENESS = 'Completeness'
const TRUST_THEM = 'Do not rely on it. If you trust this issuer, add it to those whom the verifier trusts.'

function period({ validFrom, validUntil }: Told): string {
  if (validUntil === undefined) {
    return validFrom === undefined
      ? 'Valid at the time it was checked.'
      : `Valid since ${day(validFrom)}. No end is stated.`
  }
  return validFrom === undefined
    ? `Valid until ${day(validUntil)}.`
    : `Valid from ${day(validFrom)} to ${day(validUntil)}.`
}

function expired({ daysOver = 0, validUntil }: Told): string {
  if (validUntil === undefined) return 'Expired.'
  const ago = daysOver === 0 ? '' : `, ${daysOver} ${daysOver === 1 ? 'day' : 'days'} ago`
  return `Expired on ${day(validUntil)}${ago}.`
}

function contains({ asked }: Told): string {
  if (asked === undefined) return 'Contains what you asked for.'
  if (asked === 0) return 'It is the kind of credential that you asked for.'
  if (asked === 1) return 'Contains the 1 detail you asked for.'
  return `Contains all ${asked} details you asked for.`
}

export const ENGLISH: DecisionTexts = {
  day,
  checks: {
    structure: {
      title: 'Form',
      outcomes: {
        passed: { meaning: 'Complete and readable.' },
        failed: { meaning: 'Damaged, or made in a way that cannot be read.', advice: NEW_CREDENTIAL },
        undetermined: unknown(),
        skipped: { meaning: 'Not looked at.' },
      },
      reasons: {},
    },
    issuer_signature: {
      title: 'Signature',
      outcomes: {
        passed: { meaning: (told) => `Unaltered since ${issuer(told)} signed it.` },
        failed: { meaning: 'Altered, or not signed by that issuer.', advice: NEW_CREDENTIAL },
        undetermined: unknown(undefined, LOOK_LATER),
        skipped: { meaning: 'Not looked at, because another check failed first.' },
      },
      reasons: {
        algorithm_weak: {
          meaning: 'Signed in a way that is not safe enough to count.',
          advice: 'Do not rely on it. The issuer has to sign in another way.',
        },
        key_differs: {
          meaning: 'Not signed by the key that the issuer uses.',
          advice: NEW_CREDENTIAL,
        },
        altered: {
          meaning: 'Altered since it was signed, or signed by another key.',
          advice: NEW_CREDENTIAL,
        },
        key_unknown: unknown('nobody knows the key it was signed with', DO_NOT_RELY),
      },
    },
    issuer_trust: {
      title: 'Trust',
      outcomes: {
        passed: {
          meaning: ({ anchor, issuer: name }) =>
            anchor === undefined || anchor === name
              ? 'Issued by somebody whom this verifier trusts.'
              : `${anchor} vouches for the issuer and is trusted by this verifier.`,
        },
        failed: { meaning: 'Nobody whom this verifier trusts vouches for the issuer.', advice: TRUST_THEM },
        undetermined: unknown("the issuer's keys could not be had", LOOK_LATER),
        skipped: { meaning: 'Not looked at, because another check failed first.' },
      },
      reasons: {
        signer_unnamed: {
          meaning: 'It does not say whose key signed it.',
          advice: 'Do not rely on it. The issuer has to send its certificate, or name its key.',
        },
        issuer_unknown: { meaning: 'The issuer is not on any list you configured.', advice: TRUST_THEM },
        not_for_this: {
          meaning: 'The issuer is known, but not trusted for this kind of credential.',
          advice: 'Do not rely on it. Ask for a credential of an issuer whom you trust with it.',
        },
        not_trusted_then: {
          meaning: 'The issuer was not trusted at the time it signed.',
          advice: NEW_CREDENTIAL,
        },
        list_outdated: {
          meaning: 'The list that names the issuer is too old to count.',
          advice: 'Renew the list of trusted issuers, then ask again.',
        },
        name_not_confirmed: {
          meaning: 'The issuer calls itself by a name that is not its own.',
          advice: DO_NOT_RELY,
        },
        place_differs: {
          meaning: 'Signed by an authority of another place than the one it names.',
          advice: DO_NOT_RELY,
        },
        certificate_out_of_time: {
          meaning: "The issuer's certificate was not valid at that time.",
          advice: NEW_CREDENTIAL,
        },
        certificate_unreadable: {
          meaning: "The issuer's certificate cannot be read.",
          advice: 'Do not rely on it. The issuer has to use a certificate of a known kind.',
        },
        certificate_unfit: {
          meaning: "The issuer's certificate was not made for signing credentials.",
          advice: 'Do not rely on it. The issuer needs a certificate that follows the rules for it.',
        },
        chain_broken: {
          meaning: "The issuer's certificates lead to nobody whom this verifier trusts.",
          advice: TRUST_THEM,
        },
        key_unpublished: {
          meaning: 'Signed with a key that the issuer does not publish.',
          advice: NEW_CREDENTIAL,
        },
      },
    },
    validity_period: {
      title: 'Validity',
      outcomes: {
        passed: { meaning: period },
        failed: { meaning: 'Not valid at this time.', advice: NEW_CREDENTIAL },
        undetermined: unknown(),
        skipped: { meaning: 'Not looked at.' },
      },
      reasons: {
        expired: { meaning: expired, advice: 'Ask the holder for a newer credential.' },
        not_yet_valid: {
          meaning: ({ validFrom }) =>
            validFrom === undefined ? 'Not valid yet.' : `Not valid before ${day(validFrom)}.`,
          advice: 'Ask again from that day on.',
        },
        issued_in_future: {
          meaning: 'Dated in the future.',
          advice: 'Do not rely on it. A clock may be wrong: look at the time of this verifier too.',
        },
        period_unreadable: {
          meaning: 'Says from when to when it is valid in a way that cannot be read.',
          advice: NEW_CREDENTIAL,
        },
        meant_for_others: { meaning: 'Made for somebody else, not for you.', advice: DO_NOT_RELY },
      },
    },
    holder_binding: {
      title: 'Holder binding',
      outcomes: {
        passed: { meaning: "Presented by the holder's key, for this request only." },
        failed: {
          meaning: 'Not bound to this request: it may be a copy.',
          advice: `${DO_NOT_RELY} ${ASK_AGAIN}`,
        },
        undetermined: unknown(undefined, ASK_AGAIN),
        skipped: { meaning: 'You did not ask for it: whoever has a copy can present it.' },
      },
      reasons: {},
    },
    status: {
      title: 'Status',
      outcomes: {
        passed: {
          meaning: ({ listIssuedAt }) =>
            listIssuedAt === undefined
              ? 'Not revoked.'
              : `Not revoked, by the list of ${day(listIssuedAt)}, ${timeOfDay(listIssuedAt)}.`,
        },
        failed: { meaning: 'Its status speaks against it.', advice: NEW_CREDENTIAL },
        undetermined: unknown(undefined, LOOK_LATER),
        skipped: { meaning: 'Not looked up.' },
      },
      reasons: {
        revoked: {
          meaning: (told) => `Revoked by ${issuer(told)}.`,
          advice: 'Ask the holder for a newer credential. In a dispute, only the issuer can help.',
        },
        suspended: {
          meaning: (told) => `Suspended by ${issuer(told)} for the time being.`,
          advice: 'Ask again later, or ask for another credential.',
        },
        list_forged: {
          meaning: 'The status list is not the one that its issuer signed.',
          advice: 'Do not rely on it. Tell the issuer.',
        },
        not_in_list: {
          meaning: 'The status list has no place for this credential.',
          advice: 'Do not rely on it. Tell the issuer.',
        },
        not_looked_up: unknown('it was not looked up', LOOK_LATER),
        list_away: unknown('the status list did not answer', LOOK_LATER),
        list_unreadable: unknown('the status list cannot be read', TELL_ISSUER),
        list_outdated: unknown('the status list is out of date', LOOK_LATER),
        list_signer_unknown: unknown('nobody whom this verifier trusts signed the status list', TELL_ISSUER),
        status_unknown: unknown('its status is told in a way that is not known here', TELL_ISSUER),
        no_status: { meaning: 'Nothing to look up: it cannot be revoked.' },
        issuer_not_established: {
          meaning: 'Not looked up, because nobody vouches for the issuer.',
        },
        another_failed: { meaning: 'Not looked up, because another check failed first.' },
      },
    },
    query_match: {
      title: 'Query match',
      outcomes: {
        passed: { meaning: contains },
        failed: { meaning: 'Not what you asked for.', advice: ASK_AGAIN },
        undetermined: unknown(undefined, ASK_AGAIN),
        skipped: { meaning: 'Not looked at.' },
      },
      reasons: {
        all_presented: { title: COMPLETENESS, meaning: 'Everything that you need was presented.' },
        form_differs: { meaning: 'Not in the form that you asked for.', advice: ASK_AGAIN },
        kind_differs: { meaning: 'Another kind of credential than you asked for.', advice: ASK_AGAIN },
        holder_proof_missing: {
          meaning: 'Presented without proof of its holder, and you asked for that.',
          advice: ASK_AGAIN,
        },
        claim_missing: {
          meaning: ({ unmet }) =>
            unmet === undefined
              ? 'A detail that you asked for is missing.'
              : `This detail is missing: ${unmet}.`,
          advice: 'Ask for this detail again, or do without it.',
        },
        claim_differs: {
          meaning: ({ unmet }) =>
            unmet === undefined
              ? 'A detail is not what you asked for.'
              : `This detail is not what you asked for: ${unmet}.`,
          advice: 'Ask for another credential.',
        },
        no_claim_set: {
          meaning: 'Contains none of the sets of details that would do.',
          advice: ASK_AGAIN,
        },
        more_than_one: { meaning: 'More than one was presented, and you asked for one.', advice: ASK_AGAIN },
        not_asked_for: { meaning: 'You did not ask for this.', advice: ASK_AGAIN },
        not_all_presented: {
          title: COMPLETENESS,
          meaning: 'Not everything that you need was presented.',
          advice: ASK_AGAIN,
        },
        authority_differs: {
          meaning: 'Its issuer is not one of those you asked for.',
          advice: 'Ask for a credential of one of these issuers.',
        },
        authority_unknown: unknown(
          'you asked for a kind of authority that is not known here',
          'Name the authorities by the keys of their certificates.',
        ),
        not_presented: { meaning: 'Not presented.' },
      },
    },
    policy: {
      title: ({ policy }) => (policy === undefined ? 'Your rule' : `Your rule ${policy}`),
      outcomes: {
        passed: { meaning: 'Your rule is met.' },
        failed: { meaning: 'Your rule is not met.', advice: DO_NOT_RELY },
        undetermined: unknown(undefined, LOOK_LATER),
        skipped: { meaning: 'Not asked.' },
      },
      reasons: {
        issuer_not_allowed: {
          meaning: 'The issuer is not one of those you allow.',
          advice: 'Ask for a credential of an issuer whom you allow.',
        },
        too_few: {
          meaning: ({ count }) =>
            count === 1 ? '1 credential is missing.' : `${count ?? 'Some'} credentials are missing.`,
          advice: ASK_AGAIN,
        },
        too_many: {
          meaning: ({ count }) =>
            count === 1
              ? '1 credential more than you allow was presented.'
              : `${count ?? 'Some'} credentials more than you allow were presented.`,
          advice: ASK_AGAIN,
        },
        required_missing: {
          meaning: 'A credential of a type that you require was not presented.',
          advice: ASK_AGAIN,
        },
        schema_not_met: {
          meaning: 'What was presented does not fit your JSON Schema.',
          advice: ASK_AGAIN,
        },
        schema_unusable: {
          meaning: 'Your JSON Schema leads round in a circle: nobody can say whether anything fits.',
          advice: 'Mend the schema.',
        },
        value_not_matched: {
          meaning: 'A value is not as your rule says, or was not presented.',
          advice: ASK_AGAIN,
        },
        webhook_refused: {
          meaning: 'The service that your rule asks said no.',
          advice: DO_NOT_RELY,
        },
        opa_denied: {
          meaning: 'The Open Policy Agent that your rule asks does not allow this.',
          advice: DO_NOT_RELY,
        },
        opa_undefined: {
          meaning: 'The Open Policy Agent that your rule asks has decided nothing, which is not a yes.',
          advice: 'Do not rely on it. If this happens to everybody, see whether the rule is there.',
        },
        opa_unreachable: unknown('the Open Policy Agent that your rule asks gives no decision', LOOK_LATER),
        webhook_unreachable: unknown('the service that your rule asks cannot be reached', LOOK_LATER),
        policy_late: unknown('whoever your rule asks takes too long', LOOK_LATER),
        not_asked: unknown('your rule is asked when everything else has passed'),
        policy_unknown: unknown(
          'this verifier does not know your rule',
          'Take the rule out, or add it here.',
        ),
      },
    },
    transaction_data: {
      title: 'Authorisation',
      outcomes: {
        passed: { meaning: 'The holder authorised exactly what you asked for.' },
        failed: { meaning: 'The holder did not authorise what you asked for.', advice: DO_NOT_ACT },
        undetermined: unknown(undefined, ASK_AGAIN),
        skipped: { meaning: 'You asked the holder to authorise nothing.' },
      },
      reasons: {
        not_authorised: {
          meaning: 'Nothing that was shown authorises what you asked for.',
          advice: `${DO_NOT_ACT} Ask for it again; the wallet may be unable to authorise anything.`,
        },
        another_authorised: {
          meaning: 'Something else was authorised than you asked for.',
          advice: DO_NOT_ACT,
        },
        authorised_twice: {
          meaning: 'Two credentials authorise it, and one has to.',
          advice: DO_NOT_ACT,
        },
        authorisation_unreadable: {
          meaning: 'What was authorised is told in a way that cannot be read.',
          advice: `${DO_NOT_ACT} The wallet has to hash it as you asked.`,
        },
      },
    },
    same_device: {
      title: 'Same device',
      outcomes: {
        passed: { meaning: 'The browser that began came back with the answer.' },
        failed: { meaning: 'The browser that began did not come back with the answer.', advice: ASK_AGAIN },
        undetermined: unknown(),
        skipped: { meaning: 'You did not ask for it.' },
      },
      reasons: {
        never_returned: {
          meaning: 'The browser that began never came back: somebody else may have answered.',
          advice: 'Do not rely on it. Ask again, and open the request where it began.',
        },
        not_returned_yet: unknown('the browser that began has not come back yet'),
      },
    },
  },
  labels: {
    algorithm: 'Kind of signature',
    anchor: 'Vouched for by',
    args: 'You gave',
    asked: 'You asked for',
    checkedAt: 'Checked',
    claimedIssuer: 'Calls itself',
    issuer: 'Issuer',
    keyType: "Kind of holder's key",
    listAnchor: 'List signed by',
    listGoodUntil: 'List good until',
    listHost: 'List kept at',
    listIndex: 'Place in the list',
    listIssuedAt: 'List of',
    listUri: 'Address of the list',
    policy: 'Rule',
    purpose: 'Entry for',
    source: 'Known from',
    trustedUntil: 'Trusted until',
    unmet: 'Detail',
    validFrom: 'Valid from',
    validUntil: 'Valid until',
  },
  links: { verifier: 'This verifier', source: 'Known from', anchor: 'Vouched for by', issuer: 'Issuer' },
  trusted: ({ anchor, issuer: name, source }) => {
    const known = source === undefined ? '' : `, known from ${source}`
    if (anchor === undefined) return `This verifier trusts the issuer${known}.`
    if (name === undefined || name === anchor) return `This verifier trusts ${anchor}${known}.`
    const from = source === undefined ? '' : ` (known from ${source})`
    return `This verifier trusts ${anchor}${from}, which vouches for ${name}.`
  },
  attempts: {
    declined: 'A wallet declined. That decides nothing yet: anybody who saw the request can say so.',
    unable: 'A wallet could not answer. That decides nothing yet: anybody who saw the request can say so.',
    stranger: 'An answer came whose issuer nobody vouches for. It decides nothing.',
  },
  outcome: {
    created: 'Waiting: nobody has opened the request yet.',
    requested: 'A wallet opened the request. Waiting for its answer.',
    answered: (why) => `An answer came, and it cannot be judged yet.${why === undefined ? '' : ` ${why}`}`,
    verified: 'Verified: every check passed.',
    rejected: (why) => `Not verified.${why === undefined ? '' : ` ${why}`}`,
    undetermined: (why) => why ?? 'Could not be checked. This does not count as passed.',
    declined: 'They declined. Nothing was shared.',
    unable: 'Their wallet could not answer. Nothing was shared.',
    expired: 'Nobody answered in time. Nothing was shared.',
    advice: {
      answered: 'Wait: it is looked at again until the time is over.',
      rejected: (open) => {
        if (open === 0) return 'Do not rely on what was shown.'
        const more = open === 1 ? 'One more check' : `${open} more checks`
        return `Do not rely on what was shown. ${more} could not be finished.`
      },
      undetermined: 'Do not rely on what was shown. Ask again later.',
      declined: 'Say why you ask, then ask again, or go on without it.',
      expired: ASK_AGAIN,
    },
  },
}
