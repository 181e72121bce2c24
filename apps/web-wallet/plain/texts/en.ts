/** What the pages without a script say: where a page with one says the same, in the same words (`pages/texts/plain-texts.test.ts`). */
import { list, plural } from './words.ts'

const counted = (count: number, one: string, other: string) => plural(count, 'en', one, other)
const details = (count: number) => counted(count, '1 detail', `${count} details`)
const and = (labels: readonly string[]) => list(labels, 'en')
const quoted = (labels: readonly string[]) => and(labels.map((label) => `“${label}”`))

export const en = {
  frame: {
    product: 'Countersign wallet',
    skip: 'Skip to content',
    help: 'Help',
    notGiven: 'not given',
    technicalDetails: 'Technical details',
  },

  open: {
    title: 'Somebody sent you here',
    request: 'You are asked for something from your cards.',
    nothing: 'The link has nothing in it that this wallet can open.',
    saysFrom: 'The link names',
    nothingYet: 'Nothing was shared, and nobody was asked anything yet.',
    look: 'Look at it',
    leave: 'Not now',
  },

  refused: {
    request: 'This request cannot be opened. It was answered, has ended, or does not hold what it should.',
    unknownConfirmation:
      'They ask you to confirm something that this wallet does not understand. Nothing was shared, and they were told.',
    away: 'Whoever made this code does not answer at the moment. Nothing was shared.',
  },

  welcome: {
    title: 'Your wallet',
    passwordsOff: 'There are no passwords here. Use a passkey.',
    email: 'E-mail',
    password: 'Password',
    logIn: 'Log in',
    wrong: 'E-mail or password are wrong.',
    tooMany: 'Too many tries. Wait a minute, then try again.',
    failed: 'This did not work. Nothing was changed.',
  },

  /** Said here alone. */
  plain: {
    cannot: 'This request cannot be answered',
    logInFirst: 'Log in to see who asks for what.',
    withScript: 'Passkeys need JavaScript: open the request in the other pages of this wallet.',
    whichWallet: 'Which wallet',
    goOn: 'Go on',
    chooseTitle: 'Choose what you would share',
    chooseWhy: 'Nothing is shared yet. The next page says what exactly would be, and asks.',
    chooseAgain: 'Choose otherwise',
  },

  request: {
    title: (count: number) => `Share ${details(count)} with {who}?`,
    confirmTitle: (count: number) => `Confirm “{what}” and share ${details(count)} with {who}?`,
    confirmWhat: 'What you would confirm',
    confirmedWith: 'Signed with your card {card}.',
    confirmAndShare: (count: number) => `Confirm, and share ${details(count)}`,
    confirmAnyway: 'Confirm and share anyway',
    confirmed: 'You confirmed: {what}',
    who: 'Who is asking',
    nameless: 'No name given',
    unconfirmed: 'Name not confirmed',
    verified: 'Verified by {anchor}.',
    notVerified: 'Not verified',
    notVerifiedWhy: 'We could not confirm who this is. Share only if you came here yourself and know them.',
    unsignedWhy:
      'Nobody signed this request: anybody can have made it. Sure is only where your answer would go. Share only if you came here yourself and know them.',
    callsItself: 'They call themselves “{name}”.',
    mixed: 'This name mixes letters of several alphabets. It may only look like a name that you know.',
    why: 'Why, in their words',
    whyLabel: 'Why',
    noReason: 'They did not say why. Be careful.',
    what: 'What you would share',
    which: 'Which card',
    alternatives: 'One of these will do',
    and,
    needed: 'needed',
    withCard: 'shown with the card',
    choice: 'your choice',
    choiceWith: (labels: readonly string[]) => `your choice, together with ${and(labels)}`,
    withThat: 'goes with that',
    notNeeded: 'They can do without this card.',
    useIt: 'Share this card too',
    notShared: (labels: readonly string[], more: number) =>
      more === 0 ? `Not shared: ${and(labels)}.` : `Not shared: ${labels.join(', ')} and ${more} more.`,
    nothingElse: 'The card has nothing else on it.',
    reused: 'Each copy of this card has been seen by somebody, who can recognise the card now.',
    otherWay: 'Or show instead',
    goodToKnow: 'Good to know',
    youMayDecline: 'You can say no. They learn only that you declined.',
    cautions: {
      identifier: (labels: readonly string[]) =>
        `Few need ${quoted(labels)}. Such numbers are the same everywhere, and yours alone.`,
      portrait: (labels: readonly string[]) =>
        `Few need ${quoted(labels)}. By a picture others can recognise you.`,
      age_would_do: (labels: readonly string[]) =>
        `Few need ${quoted(labels)}. This card can say that you are old enough.`,
      sensitive: (labels: readonly string[]) =>
        `Few need ${quoted(labels)}. In the wrong hands it can do you harm.`,
    },
    firstTime: 'You have not shared anything with them before.',
    sharedSame: (count: number) => `You shared the same ${details(count)} with them on {day}.`,
    sharedBefore: 'You shared something with them before, the last time on {day}.',
    otherCertificate: 'They prove who they are by another certificate than on {day}.',
    muchAsked: (count: number) => `They ask for ${details(count)}. Share only what they need.`,
    share: (count: number) => `Share ${details(count)}`,
    shareAnyway: 'Share anyway',
    shareAnywayCount: (count: number) => `You would share ${details(count)}.`,
    decline: 'Don’t share',
    sayNothing: 'Leave without an answer',
    nothingChosen: 'Choose at least one card.',

    missingTitle: 'You have no card that fits',
    missing: 'What is missing',
    missingNothing: 'Nothing was shared. They do not know which cards you have.',
    near: 'You have {card}, but:',
    reasons: {
      none_held: 'You have no such card.',
      format: 'it is kept in another form than they ask for.',
      type: 'it is another kind of card.',
      holder_binding: 'it is not tied to this wallet, and they ask for that.',
      issuer: 'it is from somebody whom they do not accept.',
      claim_missing: 'it does not have “{claim}”.',
      value_differs: 'its “{claim}” is not what they ask for.',
      expired: 'it has expired.',
    },
    tellNo: 'Tell them no',

    shared: 'Shared with {who}',
    sharedAt: 'They confirmed it. {time}.',
    theyReceived: 'They received',
    nothingElseLeft: 'Nothing else left your wallet. This request cannot be used again.',
    goBack: 'Return to {host}',
    toCards: 'To your cards',
    declined: 'You did not share anything',
    declinedTold: '{who} was told that you declined. Nothing else left your wallet.',
    refused: '{who} did not accept it',
    refusedSent: 'The details below left your wallet, and they said no. Ask them what to do.',
    refusedNothing: 'Nothing of yours was shared.',
    theySay: 'They say: {words}',
    over: 'This request has ended',
    overWhy: 'Nothing was shared. Ask them for a new code.',
    goneWhy: 'It is not kept here any longer. Ask them for a new code.',
    cut: 'The connection broke. It is not known yet whether they received it. Try again: nothing is shared twice.',
    failed: 'Nothing was shared.',
    endsAt: 'The request ends at {time}.',
    from: 'From {card}',
  },
}

/** The shape of another language: the same names, strings for strings, functions of the same. */
type TextsLike<T> = {
  readonly [Name in keyof T]: T[Name] extends string
    ? string
    : T[Name] extends (...args: never[]) => unknown
      ? T[Name]
      : TextsLike<T[Name]>
}

export type PlainTexts = TextsLike<typeof en>
