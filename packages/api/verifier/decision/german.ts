/** The texts in German, for people who are spoken to as `Sie`. What they promise is what the English ones promise. */
import { timeOfDay, type WallTime } from './shown-text.ts'
import type { CheckText, DecisionTexts, Told } from './texts.ts'

const MONTHS = [
  'Januar',
  'Februar',
  'März',
  'April',
  'Mai',
  'Juni',
  'Juli',
  'August',
  'September',
  'Oktober',
  'November',
  'Dezember',
] as const

function day({ day: number, month, year }: WallTime): string {
  return `${number}. ${MONTHS[month - 1] ?? ''} ${year}`
}

/** Names have no gender here, and no article that would have to fit. */
const byIssuer = ({ issuer }: Told) => (issuer === undefined ? 'vom Aussteller' : `von ${issuer}`)

/** What could not be found out is never read as passed: each text of it says so. */
function unknown(why?: string, advice?: string): CheckText {
  const meaning = `Nicht prüfbar${why === undefined ? '' : `: ${why}`}. Das gilt nicht als bestanden.`
  return advice === undefined ? { meaning } : { meaning, advice }
}

const DO_NOT_ACT = 'Führen Sie es nicht aus.'
const DO_NOT_RELY = 'Verlassen Sie sich nicht darauf.'
const NEW_CREDENTIAL =
  'Verlassen Sie sich nicht darauf. Der Inhaber braucht einen neuen Nachweis vom Aussteller.'
const ASK_AGAIN = 'Fragen Sie mit einer neuen Anfrage noch einmal.'
const LOOK_LATER = 'Fragen Sie später noch einmal. Bis dahin gilt es nicht als bestanden.'
const TELL_ISSUER = 'Sagen Sie es dem Aussteller. Bis dahin gilt es nicht als bestanden.'
/** Of the answer as a whole; each credential has its own match. */
const COMPLETENESS = 'Vollständigkeit'
const TRUST_THEM =
  'Verlassen Sie sich nicht darauf. Wenn Sie diesem Aussteller vertrauen, nehmen Sie ihn in Ihre Liste auf.'

function period({ validFrom, validUntil }: Told): string {
  if (validUntil === undefined) {
    return validFrom === undefined
      ? 'Gültig zu der Zeit, als es geprüft wurde.'
      : `Gültig seit dem ${day(validFrom)}. Ein Ende ist nicht genannt.`
  }
  return validFrom === undefined
    ? `Gültig bis zum ${day(validUntil)}.`
    : `Gültig vom ${day(validFrom)} bis zum ${day(validUntil)}.`
}

function expired({ daysOver = 0, validUntil }: Told): string {
  if (validUntil === undefined) return 'Abgelaufen.'
  const ago = daysOver === 0 ? '' : `, vor ${daysOver} ${daysOver === 1 ? 'Tag' : 'Tagen'}`
  return `Abgelaufen am ${day(validUntil)}${ago}.`
}

function contains({ asked }: Told): string {
  if (asked === undefined) return 'Enthält das, wonach Sie gefragt haben.'
  if (asked === 0) return 'Es ist die Art von Nachweis, nach der Sie gefragt haben.'
  if (asked === 1) return 'Enthält die 1 Angabe, nach der Sie gefragt haben.'
  return `Enthält alle ${asked} Angaben, nach denen Sie gefragt haben.`
}

export const GERMAN: DecisionTexts = {
  day,
  checks: {
    structure: {
      title: 'Form',
      outcomes: {
        passed: { meaning: 'Vollständig und lesbar.' },
        failed: { meaning: 'Beschädigt oder so gemacht, dass es nicht lesbar ist.', advice: NEW_CREDENTIAL },
        undetermined: unknown(),
        skipped: { meaning: 'Nicht angesehen.' },
      },
      reasons: {},
    },
    issuer_signature: {
      title: 'Unterschrift',
      outcomes: {
        passed: { meaning: (told) => `Unverändert, seit es ${byIssuer(told)} unterschrieben wurde.` },
        failed: {
          meaning: 'Verändert oder nicht von diesem Aussteller unterschrieben.',
          advice: NEW_CREDENTIAL,
        },
        undetermined: unknown(undefined, LOOK_LATER),
        skipped: { meaning: 'Nicht angesehen, weil vorher etwas anderes nicht bestanden hat.' },
      },
      reasons: {
        algorithm_weak: {
          meaning: 'Auf eine Weise unterschrieben, die nicht sicher genug ist.',
          advice: 'Verlassen Sie sich nicht darauf. Der Aussteller muss anders unterschreiben.',
        },
        key_differs: {
          meaning: 'Nicht mit dem Schlüssel unterschrieben, den der Aussteller benutzt.',
          advice: NEW_CREDENTIAL,
        },
        altered: {
          meaning: 'Nach der Unterschrift verändert oder mit einem anderen Schlüssel unterschrieben.',
          advice: NEW_CREDENTIAL,
        },
        key_unknown: unknown('niemand kennt den Schlüssel, mit dem unterschrieben wurde', DO_NOT_RELY),
      },
    },
    issuer_trust: {
      title: 'Vertrauen',
      outcomes: {
        passed: {
          meaning: ({ anchor, issuer: name }) =>
            anchor === undefined || anchor === name
              ? 'Ausgestellt von jemandem, dem dieser Prüfdienst vertraut.'
              : `Für den Aussteller bürgt eine Stelle, der dieser Prüfdienst vertraut: ${anchor}.`,
        },
        failed: {
          meaning: 'Niemand, dem dieser Prüfdienst vertraut, bürgt für den Aussteller.',
          advice: TRUST_THEM,
        },
        undetermined: unknown('die Schlüssel des Ausstellers waren nicht zu bekommen', LOOK_LATER),
        skipped: { meaning: 'Nicht angesehen, weil vorher etwas anderes nicht bestanden hat.' },
      },
      reasons: {
        signer_unnamed: {
          meaning: 'Es sagt nicht, mit wessen Schlüssel es unterschrieben ist.',
          advice:
            'Verlassen Sie sich nicht darauf. Der Aussteller muss sein Zertifikat mitgeben oder seinen Schlüssel nennen.',
        },
        issuer_unknown: {
          meaning: 'Der Aussteller steht auf keiner Liste, die Sie eingerichtet haben.',
          advice: TRUST_THEM,
        },
        not_for_this: {
          meaning: 'Der Aussteller ist bekannt, aber nicht für diese Art von Nachweis.',
          advice:
            'Verlassen Sie sich nicht darauf. Fragen Sie nach einem Nachweis von einem Aussteller, dem Sie dabei vertrauen.',
        },
        not_trusted_then: {
          meaning: 'Dem Aussteller wurde zu der Zeit nicht vertraut, als er unterschrieb.',
          advice: NEW_CREDENTIAL,
        },
        list_outdated: {
          meaning: 'Die Liste, auf der der Aussteller steht, ist zu alt.',
          advice: 'Erneuern Sie die Liste der Aussteller, dann fragen Sie noch einmal.',
        },
        name_not_confirmed: {
          meaning: 'Der Aussteller nennt sich mit einem Namen, der nicht seiner ist.',
          advice: DO_NOT_RELY,
        },
        place_differs: {
          meaning: 'Unterschrieben von einer Behörde eines anderen Ortes, als genannt ist.',
          advice: DO_NOT_RELY,
        },
        certificate_out_of_time: {
          meaning: 'Das Zertifikat des Ausstellers war zu der Zeit nicht gültig.',
          advice: NEW_CREDENTIAL,
        },
        certificate_unreadable: {
          meaning: 'Das Zertifikat des Ausstellers ist nicht lesbar.',
          advice:
            'Verlassen Sie sich nicht darauf. Der Aussteller muss ein Zertifikat bekannter Art benutzen.',
        },
        certificate_unfit: {
          meaning: 'Das Zertifikat des Ausstellers ist nicht zum Unterschreiben von Nachweisen gemacht.',
          advice:
            'Verlassen Sie sich nicht darauf. Der Aussteller braucht ein Zertifikat nach den Regeln dafür.',
        },
        chain_broken: {
          meaning: 'Die Zertifikate des Ausstellers führen zu niemandem, dem dieser Prüfdienst vertraut.',
          advice: TRUST_THEM,
        },
        key_unpublished: {
          meaning: 'Mit einem Schlüssel unterschrieben, den der Aussteller nicht veröffentlicht.',
          advice: NEW_CREDENTIAL,
        },
      },
    },
    validity_period: {
      title: 'Gültigkeit',
      outcomes: {
        passed: { meaning: period },
        failed: { meaning: 'Zu dieser Zeit nicht gültig.', advice: NEW_CREDENTIAL },
        undetermined: unknown(),
        skipped: { meaning: 'Nicht angesehen.' },
      },
      reasons: {
        expired: { meaning: expired, advice: 'Fragen Sie den Inhaber nach einem neueren Nachweis.' },
        not_yet_valid: {
          meaning: ({ validFrom }) =>
            validFrom === undefined ? 'Noch nicht gültig.' : `Nicht gültig vor dem ${day(validFrom)}.`,
          advice: 'Fragen Sie von diesem Tag an noch einmal.',
        },
        issued_in_future: {
          meaning: 'Auf einen Tag in der Zukunft datiert.',
          advice:
            'Verlassen Sie sich nicht darauf. Vielleicht geht eine Uhr falsch: Sehen Sie auch nach der Uhr dieses Prüfdienstes.',
        },
        period_unreadable: {
          meaning: 'Von wann bis wann es gilt, steht so darin, dass es nicht lesbar ist.',
          advice: NEW_CREDENTIAL,
        },
        meant_for_others: { meaning: 'Für jemand anderen gemacht, nicht für Sie.', advice: DO_NOT_RELY },
      },
    },
    holder_binding: {
      title: 'Bindung an den Inhaber',
      outcomes: {
        passed: { meaning: 'Mit dem Schlüssel des Inhabers gezeigt, nur für diese Anfrage.' },
        failed: {
          meaning: 'Nicht an diese Anfrage gebunden: Es kann eine Kopie sein.',
          advice: `${DO_NOT_RELY} ${ASK_AGAIN}`,
        },
        undetermined: unknown(undefined, ASK_AGAIN),
        skipped: { meaning: 'Sie haben nicht danach gefragt: Wer eine Kopie hat, kann es zeigen.' },
      },
      reasons: {},
    },
    status: {
      title: 'Status',
      outcomes: {
        passed: {
          meaning: ({ listIssuedAt }) =>
            listIssuedAt === undefined
              ? 'Nicht widerrufen.'
              : `Nicht widerrufen, nach der Liste vom ${day(listIssuedAt)}, ${timeOfDay(listIssuedAt)}.`,
        },
        failed: { meaning: 'Der Status spricht dagegen.', advice: NEW_CREDENTIAL },
        undetermined: unknown(undefined, LOOK_LATER),
        skipped: { meaning: 'Nicht nachgesehen.' },
      },
      reasons: {
        revoked: {
          meaning: (told) => `Widerrufen ${byIssuer(told)}.`,
          advice:
            'Fragen Sie den Inhaber nach einem neueren Nachweis. Im Streit kann nur der Aussteller helfen.',
        },
        suspended: {
          meaning: (told) => `Vorläufig ausgesetzt ${byIssuer(told)}.`,
          advice: 'Fragen Sie später noch einmal oder nach einem anderen Nachweis.',
        },
        list_forged: {
          meaning: 'Die Statusliste ist nicht die, die ihr Aussteller unterschrieben hat.',
          advice: 'Verlassen Sie sich nicht darauf. Sagen Sie es dem Aussteller.',
        },
        not_in_list: {
          meaning: 'Die Statusliste hat keinen Platz für diesen Nachweis.',
          advice: 'Verlassen Sie sich nicht darauf. Sagen Sie es dem Aussteller.',
        },
        not_looked_up: unknown('es wurde nicht nachgesehen', LOOK_LATER),
        list_away: unknown('die Statusliste hat nicht geantwortet', LOOK_LATER),
        list_unreadable: unknown('die Statusliste ist nicht lesbar', TELL_ISSUER),
        list_outdated: unknown('die Statusliste gilt zu dieser Zeit nicht', LOOK_LATER),
        list_signer_unknown: unknown(
          'niemand, dem dieser Prüfdienst vertraut, hat die Statusliste unterschrieben',
          TELL_ISSUER,
        ),
        status_unknown: unknown('der Status steht in einer Form, die hier nicht bekannt ist', TELL_ISSUER),
        no_status: { meaning: 'Nichts nachzusehen: Es kann nicht widerrufen werden.' },
        issuer_not_established: { meaning: 'Nicht nachgesehen, weil niemand für den Aussteller bürgt.' },
        another_failed: { meaning: 'Nicht nachgesehen, weil vorher etwas anderes nicht bestanden hat.' },
      },
    },
    query_match: {
      title: 'Abgleich mit der Anfrage',
      outcomes: {
        passed: { meaning: contains },
        failed: { meaning: 'Nicht das, wonach Sie gefragt haben.', advice: ASK_AGAIN },
        undetermined: unknown(undefined, ASK_AGAIN),
        skipped: { meaning: 'Nicht angesehen.' },
      },
      reasons: {
        all_presented: { title: COMPLETENESS, meaning: 'Alles, was Sie brauchen, wurde gezeigt.' },
        form_differs: { meaning: 'Nicht in der Form, nach der Sie gefragt haben.', advice: ASK_AGAIN },
        kind_differs: {
          meaning: 'Eine andere Art von Nachweis, als Sie gefragt haben.',
          advice: ASK_AGAIN,
        },
        holder_proof_missing: {
          meaning: 'Ohne Beweis des Inhabers gezeigt, und danach haben Sie gefragt.',
          advice: ASK_AGAIN,
        },
        claim_missing: {
          meaning: ({ unmet }) =>
            unmet === undefined
              ? 'Eine Angabe fehlt, nach der Sie gefragt haben.'
              : `Diese Angabe fehlt: ${unmet}.`,
          advice: 'Fragen Sie noch einmal nach dieser Angabe, oder verzichten Sie auf sie.',
        },
        claim_differs: {
          meaning: ({ unmet }) =>
            unmet === undefined
              ? 'Eine Angabe ist nicht die, nach der Sie gefragt haben.'
              : `Diese Angabe ist nicht die, nach der Sie gefragt haben: ${unmet}.`,
          advice: 'Fragen Sie nach einem anderen Nachweis.',
        },
        no_claim_set: {
          meaning: 'Enthält keine der Zusammenstellungen von Angaben, die genügen.',
          advice: ASK_AGAIN,
        },
        more_than_one: {
          meaning: 'Es wurde mehr als einer gezeigt, und Sie haben nach einem gefragt.',
          advice: ASK_AGAIN,
        },
        not_asked_for: { meaning: 'Danach haben Sie nicht gefragt.', advice: ASK_AGAIN },
        not_all_presented: {
          title: COMPLETENESS,
          meaning: 'Nicht alles, was Sie brauchen, wurde gezeigt.',
          advice: ASK_AGAIN,
        },
        authority_differs: {
          meaning: 'Der Aussteller ist keiner von denen, nach denen Sie gefragt haben.',
          advice: 'Fragen Sie nach einem Nachweis von einem dieser Aussteller.',
        },
        authority_unknown: unknown(
          'Sie haben nach einer Art von Stelle gefragt, die hier nicht bekannt ist',
          'Nennen Sie die Stellen mit den Schlüsseln ihrer Zertifikate.',
        ),
        not_presented: { meaning: 'Nicht gezeigt.' },
      },
    },
    policy: {
      title: ({ policy }) => (policy === undefined ? 'Ihre Regel' : `Ihre Regel ${policy}`),
      outcomes: {
        passed: { meaning: 'Ihre Regel ist erfüllt.' },
        failed: { meaning: 'Ihre Regel ist nicht erfüllt.', advice: DO_NOT_RELY },
        undetermined: unknown(undefined, LOOK_LATER),
        skipped: { meaning: 'Nicht befragt.' },
      },
      reasons: {
        issuer_not_allowed: {
          meaning: 'Der Aussteller ist keiner von denen, die Sie zulassen.',
          advice: 'Fragen Sie nach einem Nachweis von einem Aussteller, den Sie zulassen.',
        },
        too_few: {
          meaning: ({ count }) =>
            count === 1 ? 'Es fehlt 1 Nachweis.' : `Es fehlen ${count ?? 'einige'} Nachweise.`,
          advice: ASK_AGAIN,
        },
        too_many: {
          meaning: ({ count }) =>
            count === 1
              ? 'Es wurde 1 Nachweis mehr gezeigt, als Sie zulassen.'
              : `Es wurden ${count ?? 'einige'} Nachweise mehr gezeigt, als Sie zulassen.`,
          advice: ASK_AGAIN,
        },
        required_missing: {
          meaning: 'Ein Nachweis einer Art, die Sie verlangen, wurde nicht gezeigt.',
          advice: ASK_AGAIN,
        },
        schema_not_met: {
          meaning: 'Was gezeigt wurde, passt nicht zu Ihrem JSON-Schema.',
          advice: ASK_AGAIN,
        },
        schema_unusable: {
          meaning: 'Ihr JSON-Schema führt im Kreis: Niemand kann sagen, ob etwas dazu passt.',
          advice: 'Berichtigen Sie das Schema.',
        },
        value_not_matched: {
          meaning: 'Ein Wert ist nicht so, wie Ihre Regel es verlangt, oder wurde nicht gezeigt.',
          advice: ASK_AGAIN,
        },
        webhook_refused: {
          meaning: 'Der Dienst, den Ihre Regel fragt, hat Nein gesagt.',
          advice: DO_NOT_RELY,
        },
        opa_denied: {
          meaning: 'Der Open Policy Agent, den Ihre Regel fragt, lässt dies nicht zu.',
          advice: DO_NOT_RELY,
        },
        opa_undefined: {
          meaning:
            'Der Open Policy Agent, den Ihre Regel fragt, hat nichts entschieden, und das ist kein Ja.',
          advice:
            'Verlassen Sie sich nicht darauf. Geschieht das bei allen, sehen Sie nach, ob es die Regel dort gibt.',
        },
        opa_unreachable: unknown(
          'der Open Policy Agent, den Ihre Regel fragt, gibt keine Entscheidung',
          LOOK_LATER,
        ),
        webhook_unreachable: unknown('der Dienst, den Ihre Regel fragt, ist nicht zu erreichen', LOOK_LATER),
        policy_late: unknown('wen Ihre Regel fragt, der braucht zu lange', LOOK_LATER),
        not_asked: unknown('Ihre Regel wird befragt, wenn alles andere bestanden ist'),
        policy_unknown: unknown(
          'dieser Prüfdienst kennt Ihre Regel nicht',
          'Nehmen Sie die Regel heraus, oder fügen Sie sie hier hinzu.',
        ),
      },
    },
    transaction_data: {
      title: 'Bestätigung',
      outcomes: {
        passed: { meaning: 'Der Inhaber hat genau das bestätigt, worum Sie gebeten haben.' },
        failed: { meaning: 'Der Inhaber hat nicht bestätigt, worum Sie gebeten haben.', advice: DO_NOT_ACT },
        undetermined: unknown(undefined, ASK_AGAIN),
        skipped: { meaning: 'Sie haben um keine Bestätigung gebeten.' },
      },
      reasons: {
        not_authorised: {
          meaning: 'Kein Nachweis bestätigt, worum Sie gebeten haben.',
          advice: `${DO_NOT_ACT} Fragen Sie noch einmal; die Wallet kann vielleicht nichts bestätigen.`,
        },
        another_authorised: {
          meaning: 'Bestätigt wurde etwas anderes als das, worum Sie gebeten haben.',
          advice: DO_NOT_ACT,
        },
        authorised_twice: {
          meaning: 'Zwei Nachweise bestätigen es, und einer muss es sein.',
          advice: DO_NOT_ACT,
        },
        authorisation_unreadable: {
          meaning: 'Was bestätigt wurde, ist in einer Weise gesagt, die nicht gelesen werden kann.',
          advice: `${DO_NOT_ACT} Die Wallet muss es so hashen, wie Sie es verlangen.`,
        },
      },
    },
    same_device: {
      title: 'Dasselbe Gerät',
      outcomes: {
        passed: { meaning: 'Der Browser, der begonnen hat, kam mit der Antwort zurück.' },
        failed: {
          meaning: 'Der Browser, der begonnen hat, kam nicht mit der Antwort zurück.',
          advice: ASK_AGAIN,
        },
        undetermined: unknown(),
        skipped: { meaning: 'Sie haben nicht danach gefragt.' },
      },
      reasons: {
        never_returned: {
          meaning:
            'Der Browser, der begonnen hat, kam nie zurück: Vielleicht hat jemand anderes geantwortet.',
          advice:
            'Verlassen Sie sich nicht darauf. Fragen Sie noch einmal, und öffnen Sie die Anfrage dort, wo sie begann.',
        },
        not_returned_yet: unknown('der Browser, der begonnen hat, ist noch nicht zurück'),
      },
    },
  },
  labels: {
    algorithm: 'Art der Unterschrift',
    anchor: 'Dafür bürgt',
    args: 'Ihre Vorgabe',
    asked: 'Gefragt haben Sie nach',
    checkedAt: 'Geprüft',
    claimedIssuer: 'Nennt sich',
    issuer: 'Aussteller',
    keyType: 'Art des Inhaberschlüssels',
    listAnchor: 'Liste unterschrieben von',
    listGoodUntil: 'Liste gilt bis',
    listHost: 'Liste liegt bei',
    listIndex: 'Platz in der Liste',
    listIssuedAt: 'Liste vom',
    listUri: 'Adresse der Liste',
    policy: 'Regel',
    purpose: 'Eintrag für',
    source: 'Bekannt aus',
    trustedUntil: 'Vertraut bis',
    unmet: 'Angabe',
    validFrom: 'Gültig ab',
    validUntil: 'Gültig bis',
  },
  links: {
    verifier: 'Dieser Prüfdienst',
    source: 'Bekannt aus',
    anchor: 'Dafür bürgt',
    issuer: 'Aussteller',
  },
  trusted: ({ anchor, issuer: name, source }) => {
    const known = source === undefined ? '' : `, bekannt aus ${source}`
    if (anchor === undefined) return `Dieser Prüfdienst vertraut dem Aussteller${known}.`
    if (name === undefined || name === anchor) return `Dieser Prüfdienst vertraut ${anchor}${known}.`
    const from = source === undefined ? '' : ` (bekannt aus ${source})`
    return `Dieser Prüfdienst vertraut ${anchor}${from}; diese Stelle bürgt für ${name}.`
  },
  attempts: {
    declined:
      'Eine Brieftasche hat abgelehnt. Das entscheidet noch nichts: Das kann jeder sagen, der die Anfrage gesehen hat.',
    unable:
      'Eine Brieftasche konnte nicht antworten. Das entscheidet noch nichts: Das kann jeder sagen, der die Anfrage gesehen hat.',
    stranger: 'Es kam eine Antwort, für deren Aussteller niemand bürgt. Sie entscheidet nichts.',
  },
  outcome: {
    created: 'Warten: Noch hat niemand die Anfrage geöffnet.',
    requested: 'Eine Brieftasche hat die Anfrage geöffnet. Warten auf ihre Antwort.',
    answered: (why) =>
      `Es kam eine Antwort, die noch nicht zu beurteilen ist.${why === undefined ? '' : ` ${why}`}`,
    verified: 'Geprüft: Jede Prüfung ist bestanden.',
    rejected: (why) => `Nicht bestätigt.${why === undefined ? '' : ` ${why}`}`,
    undetermined: (why) => why ?? 'Nicht prüfbar. Das gilt nicht als bestanden.',
    declined: 'Sie haben abgelehnt. Es wurde nichts geteilt.',
    unable: 'Die Brieftasche konnte nicht antworten. Es wurde nichts geteilt.',
    expired: 'Niemand hat rechtzeitig geantwortet. Es wurde nichts geteilt.',
    advice: {
      answered: 'Warten Sie: Bis zum Ende der Zeit wird noch einmal nachgesehen.',
      rejected: (open) => {
        if (open === 0) return 'Verlassen Sie sich nicht auf das Gezeigte.'
        return open === 1
          ? 'Verlassen Sie sich nicht auf das Gezeigte. Eine weitere Prüfung kam nicht zu Ende.'
          : `Verlassen Sie sich nicht auf das Gezeigte. ${open} weitere Prüfungen kamen nicht zu Ende.`
      },
      undetermined: 'Verlassen Sie sich nicht auf das Gezeigte. Fragen Sie später noch einmal.',
      declined: 'Sagen Sie, warum Sie fragen, und fragen Sie noch einmal, oder es geht ohne.',
      expired: ASK_AGAIN,
    },
  },
}
