import { describe, expect, it } from 'vitest'
import { describeMistake, readArguments } from './arguments.ts'
import { type FlagTable, helpRows, usage } from './flags.ts'

const flags = {
  data: { kind: 'text', value: 'DIR', says: 'where things are kept' },
  verifiers: { kind: 'count', value: 'N', says: 'how many' },
  wallet: { kind: 'url', says: 'who holds' },
  memory: { kind: 'switch', says: 'nothing is kept' },
} as const satisfies FlagTable

describe('arguments of a command', () => {
  it('are read with and without an equals sign, in any order', () => {
    const read = readArguments(flags, ['--memory', '--data', 'here', '--verifiers=3'])
    if (!read.ok) throw new Error(read.error.code)
    expect(read.value.text('data')).toBe('here')
    expect(read.value.count('verifiers')).toBe(3)
    expect(read.value.on('memory')).toBe(true)
    expect(read.value.on('wallet')).toBe(false)
    expect(read.value.count('wallet')).toBeUndefined()
  })

  const refused: readonly [string, readonly string[], string][] = [
    [
      'a slip is answered with the nearest flag',
      ['--verifier', '2'],
      'unknown flag --verifier; did you mean --verifiers?',
    ],
    ['what is far from every flag gets no guess', ['--zzzzzz'], 'unknown flag --zzzzzz'],
    ['a member of every object is no flag', ['--constructor', '1'], 'unknown flag --constructor'],
    ['a value must be there', ['--data'], '--data needs a value'],
    ['the next flag is no value', ['--data', '--memory'], '--data needs a value'],
    ['an empty value is none', ['--data='], '--data needs a value'],
    ['a switch takes no value', ['--memory=yes'], '--memory takes no value'],
    ['counts end at nine', ['--verifiers', '10'], '--verifiers must be a whole number from 1 to 9'],
    [
      'none of a service is no cluster',
      ['--verifiers', '0'],
      '--verifiers must be a whole number from 1 to 9',
    ],
    [
      'an address is a web address',
      ['--wallet', 'file:///etc'],
      '--wallet must be a URL like http://localhost:9093',
    ],
    ['a flag counts once', ['--data', 'a', '--data', 'b'], '--data is given twice'],
    ['words without a flag are refused', ['verifiers'], '"verifiers" is not expected here'],
  ]
  it.each(refused)('%s', (_behaviour, argv, message) => {
    const read = readArguments(flags, argv)
    expect(read.ok ? 'accepted' : describeMistake(read.error)).toBe(message)
  })
})

describe('the help of a command', () => {
  it('says every flag of the table, with what stands for its value', () => {
    const help = usage('countersign that [flags]', helpRows(flags), 'And more.')
    expect(help.split('\n')).toEqual([
      'countersign that [flags]',
      '',
      '  --data DIR                   where things are kept',
      '  --verifiers N                how many',
      '  --wallet URL                 who holds',
      '  --memory                     nothing is kept',
      '',
      'And more.',
    ])
  })
})
