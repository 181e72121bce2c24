import { describe, expect, it } from 'vitest'
import { shapeOf } from '../parts/instance-shape.ts'
import { hopsOf } from './hops.ts'

const event = (sequence: number, servedBy?: string) => ({
  sequence,
  type: 'x',
  at: 1000 + sequence,
  servedBy,
})

describe('the line of hops', () => {
  it('has a lane for each instance in the order of their names, and a stop for each step', () => {
    const hops = hopsOf([event(1, 'verifier-10'), event(2, 'verifier-2'), event(3, 'verifier-2')])
    expect(hops?.lanes.map(({ name }) => name)).toEqual(['verifier-2', 'verifier-10'])
    expect(hops?.stops.map(({ x, y }) => [x, y])).toEqual([
      [172, 118],
      [484, 66],
      [796, 66],
    ])
    expect(hops?.path).toBe('M172 118C328 118 328 66 484 66H796')
  })

  it('ends the lane of an instance that is gone, between its last step and the next one', () => {
    const events = [event(1, 'verifier1'), event(2, 'verifier2'), event(9, 'verifier3')]
    const cut = (name: string, at: number) => hopsOf(events, [{ name, at }])?.cuts
    expect(cut('verifier1', 1001)).toEqual([{ name: 'verifier1', at: 1001, x: 328, y: 66 }])
    expect(cut('verifier3', 1020)).toMatchObject([{ x: 826, y: 170 }])
    expect(cut('verifier7', 1001)).toEqual([])
    expect(hopsOf(events)?.cuts).toEqual([])
  })

  it('is not drawn where nobody says who served', () => {
    expect(hopsOf([event(1), event(2)])).toBeUndefined()
    expect(hopsOf([event(1, 'a')])).toBeUndefined()
    expect(hopsOf([])).toBeUndefined()
  })

  it('gives an instance the same shape wherever it stands', () => {
    expect(['verifier-1', 'verifier-2', 'issuer-3', 'portal-4', 'portal-5'].map(shapeOf)).toEqual([
      'dot',
      'square',
      'triangle',
      'ring',
      'dot',
    ])
    expect(shapeOf('vm-98603a')).toBe(shapeOf('vm-98603a'))
  })
})
