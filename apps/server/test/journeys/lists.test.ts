import type { RouteSpec } from '@quanshu/contract'
import * as contract from '@quanshu/contract'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { supplierByHand } from './by-hand.ts'
import { openHouse } from './shop.ts'

const house = await openHouse({ env: { QUANSHU_ROLES: 'api' } })
const shop = await house.newShop()
const goods = await shop.stock(3)
const supplier = await supplierByHand(shop, '人工供货')

const isRoute = (value: unknown): value is RouteSpec =>
  typeof value === 'object' && value !== null && 'path' in value && 'response' in value
const lists = Object.values(contract)
  .flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  .filter(isRoute)
  .filter(({ query }) => query instanceof z.ZodObject && 'sort' in query.shape && 'page' in query.shape)

/** What is no number in an address. */
const RANGE = { from: '2026-01-01', to: '2026-01-31' }
const NAMES: Readonly<Record<string, string>> = { gateway: 'sim-pay', day: '2026-01-31' }

/** As it stands in a request: the list of a route, with 1 for whatever number its address names. */
const list = (spec: RouteSpec, sort: string) =>
  (spec.path.startsWith('/api/console/workspace') ? supplier.person : shop.staff).call(
    spec.id as 'orders.list',
    {
      params: Object.fromEntries([...spec.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, NAMES[name] ?? 1])),
      query: { sort, ...(needsRange(spec) ? RANGE : {}), ...(has(spec, 'month') ? { month: '2026-01' } : {}) },
    } as never,
  )
const needsRange = ({ query }: RouteSpec): boolean =>
  query instanceof z.ZodObject && 'from' in query.shape && !query.shape.from.safeParse(undefined).success
const has = ({ query }: RouteSpec, name: string): boolean => query instanceof z.ZodObject && name in query.shape
const sortsOf = ({ query }: RouteSpec): readonly string[] => {
  const told = (query as z.ZodObject).shape.sort?.safeParse('nonsense').error?.issues[0]
  return told?.code === 'custom' && told.params ? String(told.params.allowed).split(', ') : []
}

test('every list refuses a sorting that it has not and names those that it has', async () => {
  expect(lists.length).toBeGreaterThan(15)
  for (const spec of lists) {
    const sorts = sortsOf(spec)
    await expect(list(spec, '-nonsense'), spec.id).rejects.toMatchObject({
      status: 422,
      errors: [
        sorts.length > 0
          ? {
              in: 'query',
              path: 'sort',
              code: 'common.unknown_sort',
              message: expect.stringContaining(sorts.join(', ')),
            }
          : { in: 'query', path: 'sort', code: 'common.fixed_order' },
      ],
    })
  }
})

test('every sorting that a list names it can do, up and down', async () => {
  const sorted = lists.filter((spec) => sortsOf(spec).length > 0 && spec.responseKind !== 'file')
  expect(sorted.length).toBeGreaterThan(8)
  for (const spec of sorted) {
    for (const sort of sortsOf(spec)) {
      for (const way of [sort, `-${sort}`]) expect(await list(spec, way), `${spec.id} ${way}`).toHaveProperty('items')
    }
  }
})

test.each(['1e2', '0x10', '%201', '1.0', '+1', '-1', '1_0', '', '99999999999999999'])(
  'a number in an address is plain digits: “%s” is refused',
  async (number) => {
    for (const path of [
      `/api/mall/goods/${number || '%20'}`,
      `/api/mall/goods?categoryId=${number}`,
      `/api/mall/goods?limit=${number}`,
    ]) {
      expect((await fetch(`${shop.base}${path}`)).status, path).toBe(422)
    }
  },
)

test('plain digits are taken', async () => {
  expect((await fetch(`${shop.base}/api/mall/goods/${goods.goodsId}`)).status).toBe(200)
  expect((await fetch(`${shop.base}/api/mall/goods?limit=5`)).status).toBe(200)
})
