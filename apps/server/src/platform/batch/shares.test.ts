import type { TenantId } from '@quanshu/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBatcher } from './index.ts'
import { createShares } from './shares.ts'

const [flooding, steady, other] = [1, 2, 3] as TenantId[] as [TenantId, TenantId, TenantId]
const MANY = 1_000

// Only time is pretended.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const settled = () => new Promise(setImmediate)

/** Shares in which every one of these shops has just called, and a record of the calls that are at the database. */
function atTheDatabase(...there: readonly TenantId[]) {
  const shares = createShares()
  for (const tenantId of there) shares.note(tenantId)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    shares,
    begun,
    call: (tenantId: TenantId, name: string, items = 1) => {
      void shares.run(tenantId, items, () => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.set(name, resolve))
      })
    },
    end: async (name: string) => {
      ends.get(name)?.()
      await settled()
    },
  }
}

describe('calls of several shops', () => {
  it('a shop alone takes whole batches and as many calls at once as it has', () => {
    const { shares, call, begun } = atTheDatabase(flooding)
    expect(shares.most(flooding, 256)).toBe(256)
    for (const name of ['a1', 'a2', 'a3']) call(flooding, name, MANY)
    expect(begun).toEqual(['a1', 'a2', 'a3'])
  })

  it('beside another shop its batches are short, until that one has been gone for a second', () => {
    const { shares } = atTheDatabase(flooding, steady)
    shares.note(flooding)
    expect(shares.most(flooding, 256)).toBeLessThan(64)
    expect(shares.most(flooding, 4)).toBe(4)
    vi.advanceTimersByTime(1_001)
    expect(shares.most(flooding, 256)).toBe(256)
  })

  it('a flood’s calls go one at a time, a light call goes at once', async () => {
    const { call, begun, end } = atTheDatabase(flooding, steady)
    call(flooding, 'a1', MANY)
    await settled()
    call(flooding, 'a2', MANY)
    await settled()
    expect(begun).toEqual(['a1'])
    call(steady, 'b1')
    call(steady, 'b2')
    expect(begun).toEqual(['a1', 'b1', 'b2'])
    await end('b1')
    await end('b2')
    await end('a1')
    expect(begun.at(-1)).toBe('a2')
  })

  it('a flood waits for light calls that are under way, but not for long', async () => {
    const { call, begun, end } = atTheDatabase(flooding, steady)
    call(steady, 'b1')
    call(flooding, 'a1', MANY)
    await settled()
    expect(begun).toEqual(['b1'])
    await end('b1')
    expect(begun).toEqual(['b1', 'a1'])
    await end('a1')

    call(steady, 'b2')
    call(flooding, 'a2', MANY)
    await settled()
    expect(begun.at(-1)).toBe('b2')
    vi.advanceTimersByTime(50)
    await settled()
    expect(begun.at(-1)).toBe('a2')
  })

  it('two floods take turns, however many calls one of them has waiting', async () => {
    const { call, begun, end } = atTheDatabase(flooding, other, steady)
    for (const name of ['a1', 'a2', 'a3']) call(flooding, name, MANY)
    for (const name of ['c1', 'c2']) call(other, name, MANY)
    await settled()
    for (const name of ['a1', 'c1', 'a2', 'c2', 'a3']) {
      expect(begun.at(-1)).toBe(name)
      await end(name)
    }
    expect(begun).toHaveLength(5)
  })

  it('a call that fails lets the next one go', async () => {
    const { shares, call, begun } = atTheDatabase(flooding, steady)
    const failing = shares.run(flooding, MANY, () => Promise.reject(new Error('lost')))
    call(flooding, 'a1', MANY)
    await expect(failing).rejects.toThrow('lost')
    await settled()
    expect(begun).toEqual(['a1'])
  })
})

describe('group commit of several shops', () => {
  it('serves a shop beside a flood before most of the flood, and everybody in the end', async () => {
    const served: TenantId[] = []
    const sizes: number[] = []
    const command = createBatcher()<number, number>({
      name: 'any',
      max: 256,
      turnstile: 'stock',
      run: async (tenantId, items) => {
        await settled()
        if (tenantId === flooding) sizes.push(items.length)
        return items.map((item) => {
          served.push(tenantId)
          return item
        })
      },
    })
    const calls = [command(steady, 0), ...Array.from({ length: 1_000 }, (_, n) => command(flooding, n))]
    await settled()
    calls.push(command(steady, 1))
    vi.useRealTimers()
    await Promise.all(calls)
    expect(served.filter((tenantId) => tenantId === flooding)).toHaveLength(1_000)
    expect(Math.max(...sizes)).toBeLessThan(64)
    expect(served.lastIndexOf(steady)).toBeLessThan(100)
  })

  it('cheap calls go whole, whoever is there', async () => {
    const sizes: number[] = []
    const options = {
      name: 'any',
      max: 512,
      run: async (_: TenantId, items: readonly number[]) => {
        sizes.push(items.length)
        return items
      },
    }
    const batcher = createBatcher()
    const [look, command] = [batcher<number, number>({ ...options, isCheap: true }), batcher<number, number>(options)]
    await command(steady, 0)
    await Promise.all(Array.from({ length: 500 }, (_, n) => look(flooding, n)))
    expect(sizes).toEqual([1, 500])
  })
})
