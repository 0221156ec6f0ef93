import type { TenantId } from '@quanshu/kernel'
import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { testPlatform } from '../../../test/harness/index.ts'
import { accountId, close, hold, ledgerModule, post, trialBalance } from './index.ts'
import { listAccounts } from './queries/accounts.ts'
import { readStatement } from './queries/statement.ts'

const house = await testPlatform()
ledgerModule(house)
const PAGE = { page: 1, pageSize: 200 }

/** Purses 0…2 may not go below zero, the source 3 may. All in points, which nothing else touches. */
const PURSES = 3
type Action =
  | { readonly kind: 'post'; readonly from: number; readonly to: number; readonly amount: number }
  | { readonly kind: 'hold'; readonly from: number; readonly to: number; readonly amount: number }
  | { readonly kind: 'close'; readonly pick: number; readonly state: 'captured' | 'released' | 'expired' }

const place = fc.nat({ max: PURSES })
const amount = fc.integer({ min: 1, max: 40 })
const move = (kind: 'post' | 'hold') =>
  fc.record({ kind: fc.constant(kind), from: place, to: place, amount }).filter(({ from, to }) => from !== to)
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: move('post') },
  { weight: 3, arbitrary: move('hold') },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('close' as const),
      pick: fc.nat({ max: 1000 }),
      state: fc.constantFrom('captured' as const, 'released' as const, 'expired' as const),
    }),
  },
)
/** Several actors, each with a history of its own; they run at once. */
const histories = fc.array(fc.array(action, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 4 })

async function accountsOf(shop: Awaited<ReturnType<typeof house.newTenant>>): Promise<readonly number[]> {
  return await house.db.write(shop.ctx, async (tx) => {
    const ids: number[] = []
    for (let n = 0; n < PURSES; n += 1) ids.push(await accountId(tx, 'cash.member', `purse-${n}`, 'point'))
    ids.push(await accountId(tx, 'cash.adjustment', '', 'point'))
    return ids
  })
}

describe('random histories of several actors at once', () => {
  test('never pass a bound, add up to zero, and end each hold once; the statement ends where the account stands', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (actors) => {
        const shop = await house.newTenant()
        const ids = await accountsOf(shop)
        const holds: number[] = []
        const ended: number[] = []
        await Promise.all(
          actors.map(async (history) => {
            for (const one of history) await perform(shop.ctx, ids, holds, ended, one)
          }),
        )
        expect(new Set(ended).size).toBe(ended.length)
        await expectSound(shop.tenantId)
        await house.db.read(shop.ctx, async (tx) => {
          expect((await trialBalance(tx)).units).toEqual([{ unit: 'point', sum: 0 }])
          for (const account of (await listAccounts(tx, PAGE)).items) {
            const { items } = await readStatement(tx, account.id, PAGE)
            expect(items[0]?.balanceAfter ?? 0).toBe(account.balance)
            // Read backwards the entries run from zero to the balance.
            let running = 0
            for (const entry of items.toReversed()) {
              running += entry.amount
              expect(entry.balanceAfter).toBe(running)
              if (account.floor !== null) expect(running).toBeGreaterThanOrEqual(account.floor)
            }
          }
        })
      }),
      { numRuns: 25, endOnFailure: true },
    )
  })
})

async function perform(
  ctx: Awaited<ReturnType<typeof house.newTenant>>['ctx'],
  ids: readonly number[],
  holds: number[],
  ended: number[],
  one: Action,
): Promise<void> {
  const id = (n: number) => ids[n] ?? 0
  try {
    if (one.kind === 'post') {
      const transfer = { from: id(one.from), to: id(one.to), amount: one.amount, kind: 'test.post', cause: 'test' }
      await house.db.write(ctx, (tx) => post(tx, [transfer]))
    } else if (one.kind === 'hold') {
      const promise = { from: id(one.from), to: id(one.to), amount: one.amount, cause: 'test', expiresAt: new Date() }
      holds.push(...(await house.db.write(ctx, (tx) => hold(tx, [promise]))))
    } else {
      const picked = holds[one.pick % Math.max(holds.length, 1)]
      if (picked === undefined) return
      ended.push(...(await house.db.write(ctx, (tx) => close(tx, [picked], one.state, 'test.close'))))
    }
  } catch (error) {
    // The one expected "no" of a movement.
    expect(error).toMatchObject({ code: 'ledger.insufficient_balance' })
  }
}

async function expectSound(tenantId: TenantId): Promise<void> {
  const { rows } = await house.owner.query(
    `select a.id, a.balance, a.held_out, a.floor, t.sum, h.open
     from ledger.accounts a
     cross join lateral (
       select coalesce(sum(case when t.to_account = a.id then t.amount else -t.amount end), 0)::bigint as sum
       from ledger.transfers t where t.tenant_id = $1 and a.id in (t.from_account, t.to_account)
     ) t
     cross join lateral (
       select coalesce(sum(h.amount), 0)::bigint as open
       from ledger.holds h where h.tenant_id = $1 and h.from_account = a.id and h.state = 'held'
     ) h
     where a.tenant_id = $1
       and (a.balance <> t.sum or a.held_out <> h.open or (a.floor is not null and a.balance - a.held_out < a.floor))`,
    [tenantId],
  )
  expect(rows).toEqual([])
}

describe('admit', () => {
  test('lets in what a naive walk, first come first served, would let in', async () => {
    const demand = fc.record({ group: fc.nat({ max: 5 }), account: fc.nat({ max: PURSES }), amount })
    const free = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 60 }))
    const shop = await house.newTenant()
    await fc.assert(
      fc.asyncProperty(fc.array(demand, { maxLength: 14 }), free, async (demands, rooms) => {
        const ids = await accountsOf(shop)
        await setFree(shop.tenantId, ids, rooms)
        const { rows } = await house.owner.query<{ answer: readonly boolean[] }>(
          'select ledger.admit($1, $2::integer[], $3::bigint[], $4::bigint[], 6) as answer',
          [
            shop.tenantId,
            demands.map(({ group }) => group + 1),
            demands.map(({ account }) => ids[account]),
            demands.map(({ amount }) => amount),
          ],
        )
        expect(rows[0]?.answer).toEqual(naive(demands, rooms))
      }),
      { numRuns: 150 },
    )
  })
})

type Demand = { readonly group: number; readonly account: number; readonly amount: number }

/** A group gets all it asks for, or nothing; the source (the last account) never runs out. */
function naive(demands: readonly Demand[], rooms: readonly number[]): readonly boolean[] {
  const free = [...rooms, Number.POSITIVE_INFINITY]
  return Array.from({ length: 6 }, (_, group) => {
    const wanted = free.map((_room, account) =>
      demands
        .filter((one) => one.group === group && one.account === account)
        .reduce((sum, { amount }) => sum + amount, 0),
    )
    if (wanted.some((need, account) => need > (free[account] ?? 0))) return false
    wanted.forEach((need, account) => {
      free[account] = (free[account] ?? 0) - need
    })
    return true
  })
}

async function setFree(tenantId: TenantId, ids: readonly number[], rooms: readonly number[]): Promise<void> {
  await house.owner.query(
    `update ledger.accounts a set balance = r.room from unnest($2::bigint[], $3::bigint[]) as r(id, room)
     where a.tenant_id = $1 and a.id = r.id`,
    [tenantId, ids.slice(0, PURSES), rooms],
  )
}

describe('the database itself refuses', () => {
  test('a balance below its floor, with a sentence', async () => {
    const shop = await house.newTenant()
    const [a = 0, b = 0] = await accountsOf(shop)
    await expect(
      house.db.write(shop.ctx, (tx) => post(tx, [{ from: a, to: b, amount: 1, kind: 'test.post', cause: 'test' }])),
    ).rejects.toMatchObject({ code: 'ledger.insufficient_balance', status: 409 })
  })

  test('what is held counts as gone', async () => {
    const shop = await house.newTenant()
    const [a = 0, b = 0, , source = 0] = await accountsOf(shop)
    const expiresAt = new Date(Date.now() + 60_000)
    await house.db.write(shop.ctx, (tx) =>
      post(tx, [{ from: source, to: a, amount: 10, kind: 'test.post', cause: 't' }]),
    )
    await house.db.write(shop.ctx, (tx) => hold(tx, [{ from: a, to: b, amount: 8, cause: 't', expiresAt }]))
    await expect(
      house.db.write(shop.ctx, (tx) => hold(tx, [{ from: a, to: b, amount: 3, cause: 't', expiresAt }])),
    ).rejects.toMatchObject({ code: 'ledger.insufficient_balance' })
  })

  test('a movement of one account with itself, of nothing, and of less than nothing', async () => {
    const shop = await house.newTenant()
    const [a = 0, b = 0, , source = 0] = await accountsOf(shop)
    for (const [from, to, amount] of [
      [source, source, 1],
      [source, b, 0],
      [source, a, -5],
    ] as const) {
      await expect(
        house.db.write(shop.ctx, (tx) => post(tx, [{ from, to, amount, kind: 'test.post', cause: 'test' }])),
      ).rejects.toThrow()
    }
    await expectSound(shop.tenantId)
  })

  test('the application from changing or deleting what was posted', async () => {
    const shop = await house.newTenant()
    for (const text of [
      'update ledger.transfers set amount = 1',
      'delete from ledger.transfers',
      'update ledger.accounts set balance = 1',
    ]) {
      await expect(house.db.write(shop.ctx, (tx) => sql.raw(text).execute(tx.db))).rejects.toThrow(/permission denied/)
    }
  })

  test("a movement to a neighbour's account", async () => {
    const [shop, neighbour] = [await house.newTenant(), await house.newTenant()]
    const [, , , source = 0] = await accountsOf(shop)
    const [foreign = 0] = await accountsOf(neighbour)
    await house.db
      .write(shop.ctx, (tx) => post(tx, [{ from: source, to: foreign, amount: 5, kind: 'test.post', cause: 'test' }]))
      .catch(() => undefined)
    await expectSound(neighbour.tenantId)
    await expectSound(shop.tenantId)
  })
})
