import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import {
  ARRIVED,
  asks,
  both,
  CHECKING,
  calls,
  long,
  MINUTE_MS,
  NOBODY,
  openMatrix,
  order,
  PATIENCE_MS,
  SECONDS,
  type Second,
  SLOW_MS,
  type Standing,
  type Trouble,
  UNDER_WAY,
  WAITING,
} from './matrix.ts'
import { hurriedAdapters, openSupplier, type RealSupplier, type TopUpSupplier } from './real-suppliers.ts'
import { type Goods, openHouse, until } from './shop.ts'

/**
 * Whatever one supplier of top-ups does, crossed with whatever the next one does, through the whole product: paid orders, the
 * real adapters, and at the end what the suppliers' own books say was handed out. `QUANSHU_MATRIX=1` prints the table. Codes:
 * codes-matrix.test.ts.
 */

const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
const PAIRS: readonly (readonly [TopUpSupplier, TopUpSupplier])[] = [
  ['fulu', 'kasushou'],
  ['kasushou', 'kayixin'],
  ['kayixin', 'fulu'],
]
const { place, payAll, standingsOf, hurry, letNotFoundBeProof, ownedPieces, expectCostsAsCharged, play } =
  await openMatrix(house)
const FORM = { account: '13800138000' }

type TopUpTrouble = Trouble & { readonly only?: readonly TopUpSupplier[]; readonly isDear?: true }

const TROUBLES: readonly TopUpTrouble[] = [
  { name: 'nothing goes wrong', end: 'done', make: () => undefined },
  { name: 'accepts, then cuts the line', end: 'done', ...calls('api.cut') },
  { name: 'cuts the line before', end: 'never', ...calls('api.reset') },
  { name: 'slower than our patience', end: 'done', ...calls('api.slow', 1, { ms: PATIENCE_MS + 500 }) },
  { name: '429', end: 'never', ...calls('api.busy') },
  { name: '500', end: 'never', ...calls('api.error') },
  { name: '502 after buying', end: 'done', ...calls('api.broken') },
  { name: 'half of an answer', end: 'done', ...calls('api.malformed') },
  { name: 'an answer to something else', end: 'done', ...calls('api.nonsense') },
  { name: 'does not know itself', end: 'done', ...calls('api.unsure') },
  { name: 'wrong signature', end: 'done', only: ['fulu'], ...both(calls('api.forged'), asks('api.forged')) },
  { name: 'asking: line cut', end: 'done', ...asks('api.cut') },
  { name: 'asking: 429, then 500', end: 'done', ...both(asks('api.busy', 1), asks('api.error', 1)) },
  { name: 'asking: half of an answer', end: 'done', ...asks('api.malformed') },
  { name: 'not found at first', end: 'hidden', ...both(calls('api.cut'), order('order.not_found', { ms: SLOW_MS })) },
  { name: 'found, then not found', end: 'done', ...order('query.not_found', { times: 2 }) },
  { name: 'callback before the answer', end: 'done', ...order('callback.early') },
  { name: 'callback before a cut line', end: 'done', ...both(order('callback.early'), calls('api.cut')) },
  { name: 'callback never', end: 'done', ...order('callback.never') },
  { name: 'callback lost', end: 'done', ...order('callback.lose') },
  { name: 'callback late', end: 'done', ...order('callback.delay', { ms: MINUTE_MS }) },
  { name: 'callback twice at once', end: 'done', ...order('callback.parallel', { count: 4 }) },
  { name: 'callback again later', end: 'done', ...order('callback.again', { ms: MINUTE_MS }) },
  { name: 'callback forged', end: 'done', ...order('callback.forge') },
  { name: 'callback says failed first', end: 'done', ...order('callback.contrary') },
  { name: 'callback says failed after', end: 'done', ...order('callback.contrary_after') },
  { name: 'callback with another amount', end: 'done', ...order('callback.amount', { amount: 1 }) },
  {
    name: 'callback about nobody’s order',
    end: 'done',
    ...order('callback.other_order', { value: '99999999999990101' }),
  },
  { name: 'callback half', end: 'done', ...order('callback.malformed') },
  { name: 'written down, paid later', end: 'late', ...order('order.unpaid') },
  { name: 'long, then done', end: 'late', ...long },
  { name: 'long, then failed', end: 'refused_late', ...both(long, order('order.fail')) },
  { name: 'failed', end: 'refused', ...order('order.fail') },
  { name: 'failed, callback says done', end: 'refused', ...both(order('order.fail'), order('callback.contrary')) },
  { name: 'a part', end: 'part', quantity: 3, only: ['kasushou', 'kayixin'], ...order('order.partial', { count: 1 }) },
  { name: 'price raised', end: 'refused', isDear: true, ...order('order.price_up', { amount: 150_000 }) },
  { name: 'balance used up', end: 'refused', ...order('order.no_balance') },
  { name: 'delisted', end: 'refused', ...order('order.delisted') },
  { name: 'out of stock', end: 'refused', ...order('order.no_stock') },
  { name: 'not sold to us', end: 'refused', ...order('order.reject') },
]

describe.concurrent.each(PAIRS)('%s, then %s', (firstKind, secondKind) => {
  test('bought at most once, told as it is, and in the books', async () => {
    const { shop, usual, dear, a, b } = await openMatrixShop(firstKind, secondKind)
    const cells = await Promise.all(
      TROUBLES.filter(({ only }) => !only || only.includes(firstKind)).flatMap((trouble) =>
        SECONDS.map(async (second) => {
          const cell = await place(shop, trouble.isDear ? dear : usual, trouble, second.name, FORM)
          trouble.make({ supplier: a, no: `${cell.no}0101` })
          second.make({ supplier: b, no: `${cell.no}0102` })
          return cell
        }),
      ),
    )
    await play(shop, [a, b], cells)
  }, 150_000)
})

describe('with lanes that close', () => {
  const withoutTrouble = TROUBLES[0] as TopUpTrouble
  beforeAll(() => house.query('drop trigger keep_open on suppliers.suppliers'))

  test.each(PAIRS)('%s is down: %s delivers, or it is waited for', async (firstKind, secondKind) => {
    const { shop, usual, a, b } = await openMatrixShop(firstKind, secondKind)
    const cells = await Promise.all(
      SECONDS.map(async (second) => {
        const cell = await place(shop, usual, withoutTrouble, second.name, FORM)
        // How often the one that is down is tried before its lane closes depends on who comes first.
        for (let turn = 2; turn < 20; turn += 1) second.make({ supplier: b, no: `${cell.no}01${padded(turn)}` })
        return cell
      }),
    )
    await a.control.down()
    await payAll(cells)
    const meanwhile: Readonly<Record<Second, Standing>> = {
      'is fine': ARRIVED,
      refuses: WAITING,
      'is unknown': CHECKING,
      'is slow': UNDER_WAY,
    }
    await until('everybody to be told as it is', async () => {
      await hurry(shop)
      return isDeepStrictEqual(
        await standingsOf(shop, cells),
        cells.map(({ second }) => meanwhile[second]),
      )
    })
    expect(a.control.deliveries()).toEqual([])
    await a.control.up()
    await house.query('update suppliers.suppliers set open_until = now() where tenant_id = $1 and open_until > now()', [
      shop.tenantId,
    ])
    await letPass(SLOW_MS + MINUTE_MS, a, b)
    await until('everything to arrive', async () => {
      await letNotFoundBeProof(shop)
      await hurry(shop)
      return (await standingsOf(shop, cells)).every((standing) => isDeepStrictEqual(standing, ARRIVED))
    })
    expect(cells.map(({ no }) => [a.handedOut(no), b.handedOut(no)])).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
      [0, 1],
    ])
    await expectCostsAsCharged(shop, [a, b], cells)
    await expectBooksRight(house, shop.tenantId)
  })

  test('every trouble at once closes lanes and opens them: what was handed out is what is owned, each once', async () => {
    const { shop, usual, a, b } = await openMatrixShop('kasushou', 'kayixin')
    // Time passes faster here than at the supplier, so what it hides would be taken for proof.
    const chosen = TROUBLES.filter(
      ({ only, isDear, end }) => end !== 'hidden' && !isDear && (!only || only.includes('kasushou')),
    )
    const cells = await Promise.all(
      chosen.map(async (trouble, at) => {
        const second = SECONDS[at % SECONDS.length] as (typeof SECONDS)[number]
        const cell = await place(shop, usual, trouble, second.name, FORM)
        for (let turn = 1; turn < 5; turn += 1) {
          trouble.make({ supplier: a, no: `${cell.no}01${padded(turn)}` })
          second.make({ supplier: b, no: `${cell.no}01${padded(turn)}` })
        }
        return cell
      }),
    )
    await payAll(cells)
    await until(
      'every order to have an end',
      async () => {
        await letPass(2 * MINUTE_MS, a, b)
        await letNotFoundBeProof(shop)
        await hurry(shop)
        await house.query(
          'update suppliers.suppliers set open_until = now() where tenant_id = $1 and open_until > now()',
          [shop.tenantId],
        )
        return (await standingsOf(shop, cells)).every(
          (standing) => isDeepStrictEqual(standing, ARRIVED) || isDeepStrictEqual(standing, NOBODY),
        )
      },
      45_000,
    )
    const owned = await ownedPieces(shop)
    const standings = await standingsOf(shop, cells)
    expect(
      cells.flatMap(({ no, quantity, trouble }, at) => {
        const handedOut = a.handedOut(no) + b.handedOut(no)
        const isRight =
          handedOut === (owned.get(no) ?? 0) &&
          (standings[at]?.progress === 'arrived' ? handedOut === quantity : handedOut < quantity)
        return isRight ? [] : [{ trouble: trouble.name, handedOut, owned: owned.get(no), standing: standings[at] }]
      }),
    ).toEqual([])
    await expectCostsAsCharged(shop, [a, b], cells)
    await expectBooksRight(house, shop.tenantId)
  })
})

async function openMatrixShop(firstKind: TopUpSupplier, secondKind: TopUpSupplier) {
  const [a, b] = await Promise.all([openSupplier(firstKind), openSupplier(secondKind)])
  // A price that is raised stays so for these goods.
  for (const id of ['700001', '700002']) {
    a.sell(id, '10.0000')
    b.sell(id, '12.0000')
  }
  const shop = await house.newShop()
  const [first, second] = [await a.join(shop, 'first'), await b.join(shop, 'second')]
  const sell = async (id: string): Promise<Goods> => {
    const goods = await shop.stock(0, {
      goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
      sku: { kind: 'topup', priceFen: 2_000 },
    })
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen: 0, offers: [first.offer(id), second.offer(id)] },
    })
    return goods
  }
  return { shop, a, b, usual: await sell('700001'), dear: await sell('700002') }
}

const letPass = (ms: number, ...suppliers: readonly RealSupplier[]) =>
  Promise.all(suppliers.map(({ pass }) => pass(ms)))
const padded = (turn: number): string => String(turn).padStart(2, '0')
