/** What the shared parts of the pages say. */
import { plural } from './format.ts'

const counted = (count: number, one: string, other: string) => plural(count, 'en', { one, other })

export const en = {
  skip: 'Skip to content',
  mainMenu: 'Main',
  help: 'Help',
  loading: 'One moment…',
  technicalDetails: 'Technical details',
  detailsForSupport: 'Details for support',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied.',
  notGiven: 'not given',
  notThere: 'There is nothing at this address',
  notThereWhy: 'The address may be mistyped, or what was here has ended.',
  notAllowed: 'You may not see this',
  notAllowedWhy: 'It belongs to somebody else, or you are no longer logged in.',
  broken: 'Something went wrong on our side',
  brokenWhy: 'Nothing was shared.',
  noAnswer: 'The service does not answer',
  noAnswerWhy: 'Nothing was shared, and nothing is lost. What is open goes on from where it was.',
  tryNow: 'Try now',
  tryAgain: 'Try again',
  tryingAgain: (seconds: number) =>
    `We try again by ourselves in ${counted(seconds, '1 second', `${seconds} seconds`)}.`,
  toStart: 'To the first page',
  timeLeft: '{time} left',
  minutesLeft: (count: number) => counted(count, 'One minute left.', `${count} minutes left.`),
  timeOver: 'The time is over.',
  now: 'Now:',
  problems: (count: number) =>
    counted(count, 'One thing needs another look', `${count} things need another look`),
  required: 'This is needed.',
  yes: 'Yes',
  no: 'No',
  unset: 'not set',
  add: 'Add',
  remove: 'Remove',
  entry: (count: number) => `Entry ${count}`,
  form: {
    number: 'This must be a number.',
    wholeNumber: 'This must be a whole number.',
    date: 'This must be a date.',
    tooShort: (least: number) => `At least ${counted(least, '1 character', `${least} characters`)}.`,
    tooLong: (most: number) => `At most ${counted(most, '1 character', `${most} characters`)}.`,
    tooSmall: (least: number) => `At least ${least}.`,
    tooLarge: (most: number) => `At most ${most}.`,
    pattern: 'This does not have the form that is asked for.',
    json: 'This is not JSON: {problem}',
  },
}

export type UiTexts = typeof en
