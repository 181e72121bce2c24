/** What the wallet says without a network, and of newer versions of itself. */
export const en = {
  offline: 'You are offline',
  noAnswer: 'The service does not answer',
  kept: 'These are your cards as of {time}. Everything else needs the network.',
  keptCard: 'This is the card as of {time}. Everything else needs the network.',
  goesOn: 'This page goes on by itself as soon as there is an answer.',
  notKept: 'What stands on it is not kept on this device.',
  needsTitle: 'This needs the network',
  needs: 'Nothing was shared, and nothing is lost.',
  needsLink: 'The link that you followed stays in this page until then.',
  cardGone: 'This card is not among those that are kept on this device.',
  newer: 'There is a newer version of this wallet.',
  useNewer: 'Use it now',
}

export type OfflineTexts = typeof en
