import { expect, it } from 'vitest'
import { type Bar, layOut } from './flow.ts'
import { shareOut } from './shareOut.ts'

const bar = (id: string, level: number, pieces: number): Bar => ({ id, level, name: id, pieces, tone: 'total' })

it('shares add up to the quantity, to the piece, and what is left goes to the largest remainders', () => {
  expect(shareOut(10, [2, 1, 1])).toEqual([5, 3, 2])
  expect(shareOut(1, [1, 1, 1])).toEqual([1, 0, 0])
  expect(shareOut(5, [])).toEqual([])
  for (const quantity of [0, 7, 19_999]) expect(shareOut(quantity, [3, 7, 11]).reduce((a, b) => a + b)).toBe(quantity)
})

it('bars of a level never overlap, and ribbons lie within their bars', () => {
  const flow = {
    bars: [bar('s', 0, 100), bar('total', 1, 100), bar('a', 2, 99), bar('b', 2, 1), bar('sold', 3, 100)],
    ribbons: [
      { from: 's', to: 'total', pieces: 100 },
      { from: 'total', to: 'a', pieces: 99 },
      { from: 'total', to: 'b', pieces: 1 },
      { from: 'a', to: 'sold', pieces: 99 },
      { from: 'b', to: 'sold', pieces: 1 },
    ],
  }
  const { bars, bands, height } = layOut(flow, 200)
  const [a, b] = [bars.find(({ id }) => id === 'a'), bars.find(({ id }) => id === 'b')]
  expect((a?.at ?? 0) + (a?.size ?? 0)).toBeLessThanOrEqual(b?.at ?? 0)
  for (const one of bars) expect(one.at + one.size).toBeLessThanOrEqual(height)
  for (const { from, start, size } of bands) {
    const left = bars.find(({ id }) => id === from)
    expect(start).toBeGreaterThanOrEqual(left?.at ?? Number.NaN)
    expect(start + size).toBeLessThanOrEqual((left?.at ?? 0) + (left?.size ?? 0) + 0.01)
  }
})
