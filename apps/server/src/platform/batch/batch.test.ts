import { Refusal, type TenantId } from '@quanshu/kernel'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBatcher } from './index.ts'

const tenant = 1 as TenantId
const neighbour = 2 as TenantId

/** What PostgreSQL's driver throws: an error with a five-character code and a severity. */
const databaseError = (code: string) => Object.assign(new Error(`sqlstate ${code}`), { code, severity: 'ERROR' })

/** A gate that holds calls back until the test lets them go. */
function gate() {
  let open: () => void = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

async function eventuallyBegun(begun: readonly { readonly tenantId: TenantId }[], tenantId: TenantId): Promise<void> {
  while (begun.at(-1)?.tenantId !== tenantId) await new Promise(setImmediate)
}

/** The clock stands still; it goes on when it is told to, or while something is waited for. */
function stopClock() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const pass = async (ms: number): Promise<void> => {
    vi.advanceTimersByTime(ms)
    // What became due goes as far as it can.
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
  }
  const through = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false
    const over = () => {
      isOver = true
    }
    work.then(over, over)
    for (await pass(0); !isOver; ) await pass(1)
    return await work
  }
  return { pass, through }
}

describe('group commit', () => {
  it('sends a lone call at once and alone', async () => {
    const sizes: number[] = []
    const double = createBatcher()<number, number>({
      name: 'double',
      max: 10,
      run: async (_, items) => {
        sizes.push(items.length)
        return items.map((item) => item * 2)
      },
    })
    expect(await double(tenant, 21)).toBe(42)
    expect(sizes).toEqual([1])
  })

  it('lets calls that come during a batch travel together in the next, never more than max', async () => {
    const { open, passed } = gate()
    const sizes: number[] = []
    const run = async (_: TenantId, items: readonly number[]) => {
      sizes.push(items.length)
      if (sizes.length === 1) await passed
      return items
    }
    const echo = createBatcher()<number, number>({ name: 'echo', max: 4, run })
    const first = echo(tenant, 0)
    await new Promise(setImmediate)
    const rest = Array.from({ length: 9 }, (_, index) => echo(tenant, index + 1))
    open()
    expect(await Promise.all([first, ...rest])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(sizes).toEqual([1, 4, 4, 1])
  })

  it('never mixes tenants and does not let one wait for another', async () => {
    const { open, passed } = gate()
    const echo = createBatcher()<string, string>({
      name: 'echo',
      max: 10,
      run: async (tenantId, items) => {
        if (tenantId === tenant) await passed
        return items.map((item) => `${tenantId}:${item}`)
      },
    })
    const slow = echo(tenant, 'a')
    expect(await echo(neighbour, 'b')).toBe('2:b')
    open()
    expect(await slow).toBe('1:a')
  })

  it('gathers what comes soon after a departure, lets a call to a quiet line leave at once, and never holds half a batch back', async () => {
    const sizes: number[] = []
    const run = async (_: TenantId, items: readonly number[]) => {
      sizes.push(items.length)
      return items
    }
    const patient = createBatcher()<number, number>({ name: 'echo', max: 100, gatherMs: 200, run })
    const { pass } = stopClock()
    await patient(tenant, 0)
    // One after the other, each in a turn of its own: without gathering they would travel one by one.
    const later = []
    for (let item = 1; item <= 5; item += 1) {
      later.push(patient(tenant, item))
      await new Promise(setImmediate)
    }
    await pass(199)
    expect(sizes).toEqual([1])
    await pass(1)
    expect(await Promise.all(later)).toEqual([1, 2, 3, 4, 5])
    expect(sizes).toEqual([1, 5])

    const eternal = createBatcher()<number, number>({ name: 'echo', max: 4, gatherMs: 2 ** 30, run })
    await eternal(tenant, 0)
    expect(await Promise.all([eternal(tenant, 1), eternal(tenant, 2)])).toEqual([1, 2])
    expect(sizes).toEqual([1, 5, 1, 2])
  })

  it('waits for nobody else once all of the last crowd have come back', async () => {
    const sizes: number[] = []
    const eternal = createBatcher()<number, number>({
      name: 'echo',
      max: 1_000,
      gatherMs: 2 ** 30,
      run: async (_, items) => {
        sizes.push(items.length)
        return items
      },
    })
    const crowd = () => Promise.all(Array.from({ length: 40 }, (_, item) => eternal(tenant, item)))
    await eternal(tenant, 0)
    await crowd()
    await crowd()
    expect(sizes).toEqual([1, 40, 40])
  })

  it('rests after a large call while another shop calls, which never waits; small calls and a shop alone do not rest', async () => {
    const { through } = stopClock()
    const begun: { readonly tenantId: TenantId; readonly at: number }[] = []
    const work = createBatcher()<number, number>({
      name: 'work',
      max: 100,
      run: async (tenantId, items) => {
        begun.push({ tenantId, at: performance.now() })
        await new Promise((resolve) => setTimeout(resolve, items.length))
        return items
      },
    })
    const crowd = (count: number) => Promise.all(Array.from({ length: count }, (_, item) => work(tenant, item)))
    /** How long after the end of a call of so many items the same shop's next call begins. */
    const restAfter = async (count: number): Promise<number> => {
      await crowd(count)
      const endedAt = performance.now()
      await crowd(1)
      return (begun.at(-1)?.at ?? 0) - endedAt
    }
    expect(await through(restAfter(30))).toBeLessThan(30)
    await through(work(neighbour, 1))
    expect(await through(restAfter(2))).toBeLessThan(30)

    await through(work(neighbour, 1))
    const resting = restAfter(30)
    await eventuallyBegun(begun, tenant)
    await through(work(neighbour, 1))
    expect(begun.at(-1)?.tenantId).toBe(neighbour)
    expect(await through(resting)).toBeGreaterThan(60)
  })

  it('throws an item’s refusal to its own caller only', async () => {
    const run = async (_: TenantId, items: readonly number[]) =>
      items.map((item) => (item % 2 ? new Refusal('test.odd', 409) : item))
    const even = createBatcher()<number, number>({ name: 'even', max: 10, run })
    const outcomes = await Promise.allSettled([even(tenant, 1), even(tenant, 2)])
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'test.odd' } })
    expect(outcomes[1]).toEqual({ status: 'fulfilled', value: 2 })
  })

  it('tries again after a deadlock, a bounded number of times', async () => {
    let calls = 0
    const failing = (times: number) =>
      createBatcher()<number, number>({
        name: 'locked',
        max: 10,
        run: async (_, items) => {
          calls += 1
          if (calls <= times) throw databaseError('40P01')
          return items
        },
      })
    expect(await failing(2)(tenant, 7)).toBe(7)
    calls = 0
    await expect(failing(1000)(tenant, 7)).rejects.toMatchObject({ code: '40P01' })
    expect(calls).toBe(3)
  })

  it('does not run anything twice when the connection was lost and the outcome is unknown', async () => {
    let calls = 0
    const lost = createBatcher()<number, number>({
      name: 'lost',
      max: 10,
      run: async () => {
        calls += 1
        throw databaseError('57P01')
      },
    })
    const outcomes = await Promise.allSettled([lost(tenant, 1), lost(tenant, 2)])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(calls).toBe(1)
  })

  it('refuses with common.busy beyond the bound, and serves again afterwards', async () => {
    const { open, passed } = gate()
    const run = async (_: TenantId, items: readonly number[]) => {
      await passed
      return items
    }
    const echo = createBatcher()<number, number>({ name: 'echo', max: 2, waitingMax: 3, run })
    const first = echo(tenant, 0)
    await new Promise(setImmediate)
    const waiting = [echo(tenant, 1), echo(tenant, 2), echo(tenant, 3)]
    await expect(echo(tenant, 4)).rejects.toMatchObject({ code: 'common.busy' })
    open()
    await Promise.all([first, ...waiting])
    expect(await echo(tenant, 5)).toBe(5)
  })

  it('tells every caller when the function answers with a wrong number of outcomes', async () => {
    const short = createBatcher()<number, number>({ name: 'short', max: 10, run: async () => [1] })
    const outcomes = await Promise.allSettled([short(tenant, 1), short(tenant, 2)])
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true)
  })

  it('gives every caller exactly its own outcome, whatever is poisoned, refused or deadlocked', async () => {
    type Item = { readonly id: number; readonly kind: 'good' | 'refused' | 'poison' }
    const kinds = fc.array(fc.constantFrom('good', 'good', 'good', 'refused', 'poison'), {
      minLength: 1,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 3 }),
        async (all, max, lanes) => {
          const applied: number[] = []
          let deadlocks = 2
          const run = async (_: TenantId, items: readonly Item[]) => {
            expect(items.length).toBeLessThanOrEqual(max)
            if (deadlocks-- > 0) throw databaseError('40001')
            if (items.some((item) => item.kind === 'poison')) throw databaseError('22P02')
            for (const item of items) if (item.kind === 'good') applied.push(item.id)
            return items.map((item) => (item.kind === 'refused' ? new Refusal('test.no', 409) : item.id * 10))
          }
          const command = createBatcher()<Item, number>({ name: 'any', max, lanes, run })
          const outcomes = await Promise.allSettled(
            all.map((kind, id) => command(tenant, { id, kind: kind as Item['kind'] })),
          )
          for (const [id, outcome] of outcomes.entries()) {
            const expected = {
              good: { value: id * 10 },
              refused: { reason: { code: 'test.no' } },
              poison: { reason: { code: '22P02' } },
            }
            expect(outcome).toMatchObject(expected[all[id] as Item['kind']])
          }
          const good = [...all.keys()].filter((id) => all[id] === 'good')
          expect(applied.toSorted((a, b) => a - b)).toEqual(good)
        },
      ),
      { numRuns: 60 },
    )
  })
})
