import { afterEach, describe, expect, it } from 'vitest'
import { askedTwice, type NameLookup } from './name-lookup.ts'

const ADDRESS = { address: '192.0.2.1', family: 4 }
const OTHER = { address: '192.0.2.2', family: 4 }

/** Answers each question after so many milliseconds; `lost`: never. */
type Script = readonly (number | 'lost')[]

const timers: NodeJS.Timeout[] = []
afterEach(() => {
  for (const one of timers.splice(0)) clearTimeout(one)
})

function scripted(script: Script, error: NodeJS.ErrnoException | null = null) {
  let asked = 0
  const ask: NameLookup = (_name, _options, found) => {
    const after = script[asked]
    const addresses = [asked === 0 ? ADDRESS : OTHER]
    asked += 1
    if (typeof after === 'number')
      timers.push(setTimeout(() => found(error, error === null ? addresses : []), after))
  }
  return { ask, asked: () => asked }
}

async function answersTo(script: Script, error?: NodeJS.ErrnoException) {
  const { ask, asked } = scripted(script, error)
  const answers: unknown[] = []
  askedTwice(ask, 100)('issuer.example', { all: true }, (failure, addresses) =>
    answers.push(failure?.code ?? addresses),
  )
  await new Promise((resolve) => void timers.push(setTimeout(resolve, 600)))
  return { answers, asked: asked() }
}

describe('a name is looked up', () => {
  it.each<[string, Script, unknown, number]>([
    ['once when the answer comes', [1, 1], [[ADDRESS]], 1],
    ['once more when the question was lost', ['lost', 1], [[OTHER]], 2],
    ['and answered once, by the first that comes', [300, 1], [[OTHER]], 2],
    ['and answered by a late first one, too', [200, 'lost'], [[ADDRESS]], 2],
    ['twice at most', ['lost', 'lost'], [], 2],
  ])('%s', async (_what, script, answers, asked) => {
    expect(await answersTo(script)).toEqual({ answers, asked })
  })

  it('and a name that does not exist is not asked for again', async () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    expect(await answersTo([1, 1], error)).toEqual({ answers: ['ENOTFOUND'], asked: 1 })
  })

  it('as the system finds it', async () => {
    const found = await new Promise<unknown>((resolve) => {
      askedTwice()('localhost', { all: true }, (error, addresses) => resolve(error ?? addresses))
    })
    expect(found).toContainEqual({ address: '127.0.0.1', family: 4 })
  })
})
