import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import {
  asks,
  both,
  calls,
  long,
  type Matrix,
  order,
  PATIENCE_MS,
  SLOW_MS,
  type Source,
  type Trouble,
} from './matrix.ts'
import { type CodeSupplier, openSupplier, TOP_UP_SUPPLIERS, type TopUpSupplier } from './real-suppliers.ts'
import { codesOf, type Goods, type House, isDelivered, type Shop, someCodes } from './shop.ts'
import { openReloadly, type ReloadlyFault } from './small-reloadly.ts'
import { joinShop, openKey, openLine } from './two-shops.ts'

const SALE_FEN = 5_000

type CodeTrouble = Trouble & {
  readonly only?: readonly CodeSupplier[]
  /** Goods of their own: whose price is raised, or of which the shop has had one. */
  readonly shelf?: 'dear' | 'again'
}
const YUAN = [...TOP_UP_SUPPLIERS, 'kakayun'] as const
const ABROAD = ['tremendous'] as const

const TROUBLES: readonly CodeTrouble[] = [
  { name: 'nothing goes wrong', end: 'done', make: () => undefined },
  { name: 'accepts, then cuts the line', end: 'done', ...calls('api.cut') },
  { name: 'cuts the line before', end: 'never', ...calls('api.reset') },
  { name: 'slower than our patience', end: 'done', ...calls('api.slow', 1, { ms: PATIENCE_MS + 500 }) },
  { name: 'half of an answer', end: 'done', ...calls('api.malformed') },
  { name: 'not found at first', end: 'hidden', ...both(calls('api.cut'), order('order.not_found', { ms: SLOW_MS })) },
  { name: 'long, then done', end: 'late', ...long },
  { name: 'failed', end: 'refused', ...order('order.fail') },
  { name: 'out of stock', end: 'refused', ...order('order.no_stock') },
  { name: 'balance used up', end: 'refused', ...order('order.no_balance') },
  // What is wrong with the codes themselves.
  { name: 'a part', end: 'part', quantity: 3, only: YUAN, ...order('order.partial', { count: 1 }) },
  { name: 'cards nobody can read', end: 'unreadable', ...order('card.garbled') },
  { name: 'used cards', end: 'done', ...order('card.used') },
  { name: 'a card of an earlier order', end: 'known', shelf: 'again', ...order('card.repeat') },
  { name: 'done without cards', end: 'untold', ...order('card.none') },
  {
    name: 'one card too few',
    end: 'untold',
    quantity: 2,
    only: ['kasushou', 'kayixin', 'kakayun'],
    ...order('card.fewer'),
  },
  { name: 'one card too many', end: 'untold', only: YUAN, ...order('card.more') },
  // The protocol of the three is gone through with top-ups.
  { name: '429', end: 'done', only: ABROAD, ...calls('api.busy') },
  { name: '500', end: 'never', only: ABROAD, ...calls('api.error') },
  { name: '502 after buying', end: 'done', only: ABROAD, ...calls('api.broken') },
  { name: 'an answer to something else', end: 'done', only: ABROAD, ...calls('api.nonsense') },
  { name: 'does not know itself', end: 'done', only: ABROAD, ...calls('api.unsure') },
  { name: 'asking: line cut', end: 'done', only: ABROAD, ...both(calls('api.cut'), asks('api.cut')) },
  {
    name: 'asking: 429, then 500',
    end: 'done',
    only: ABROAD,
    ...both(calls('api.cut'), asks('api.busy', 1), asks('api.error', 1)),
  },
  {
    name: 'found, then not found',
    end: 'done',
    only: ABROAD,
    ...both(calls('api.cut'), order('query.not_found', { times: 2 })),
  },
  { name: 'callback before a cut line', end: 'done', only: ABROAD, ...both(order('callback.early'), calls('api.cut')) },
  { name: 'callback never', end: 'late', only: ABROAD, ...both(long, order('callback.never')) },
  { name: 'callback forged', end: 'late', only: ABROAD, ...both(long, order('callback.forge')) },
  { name: 'callback says failed first', end: 'late', only: ABROAD, ...both(long, order('callback.contrary')) },
  { name: 'callback says failed after', end: 'late', only: ABROAD, ...both(long, order('callback.contrary_after')) },
  { name: 'written down, paid later', end: 'late', only: ABROAD, ...order('order.unpaid') },
  { name: 'long, then failed', end: 'refused_late', only: ABROAD, ...both(long, order('order.fail')) },
  // No ceiling can be sent there: what it costs is known when it is bought, and booked as it was.
  { name: 'price raised', end: 'done', only: ABROAD, shelf: 'dear', ...order('order.price_up', { amount: 20_000 }) },
  { name: 'delisted', end: 'refused', only: ABROAD, ...order('order.delisted') },
  { name: 'not sold to us', end: 'refused', only: ABROAD, ...order('order.reject') },
]

export const PAIRS: readonly (readonly [CodeSupplier, TopUpSupplier])[] = [
  ['fulu', 'kasushou'],
  ['kasushou', 'kayixin'],
  ['kayixin', 'fulu'],
  ['tremendous', 'kasushou'],
  ['kakayun', 'kasushou'],
]

type LineTrouble = Trouble<string> & { readonly shelf?: 'slow' | 'failing' | 'gone' | 'dear' | 'poor' | 'known' }
const silent = { make: () => undefined }

type Broken = Parameters<Awaited<ReturnType<typeof openLine>>['break']>
const lineTroubles = (
  lines: (...faults: readonly Broken[]) => { readonly make: (no: string) => void },
): readonly LineTrouble[] => [
  { name: 'nothing goes wrong', end: 'done', ...silent },
  { name: 'accepts, then cuts the line', end: 'done', ...lines(['cut_after']) },
  { name: 'cuts the line before', end: 'never', ...lines(['cut_before']) },
  { name: 'slower than our patience', end: 'done', ...lines(['slow', { ms: PATIENCE_MS + 500 }]) },
  { name: '429', end: 'done', ...lines(['busy']) },
  { name: '500', end: 'never', ...lines(['error']) },
  { name: '502 after buying', end: 'done', ...lines(['broken']) },
  { name: 'half of an answer', end: 'done', ...lines(['garbled']) },
  { name: 'an answer to something else', end: 'done', ...lines(['nonsense']) },
  { name: 'asking: line cut', end: 'done', ...lines(['cut_after'], ['cut_before', { on: 'ask' }]) },
  {
    name: 'asking: 429, then 500',
    end: 'done',
    ...lines(['cut_after'], ['busy', { on: 'ask' }], ['error', { on: 'ask' }]),
  },
  { name: 'long, then done', end: 'late', shelf: 'slow', ...silent },
  { name: 'long, then failed', end: 'refused_late', shelf: 'failing', ...silent },
  { name: 'out of stock', end: 'refused', shelf: 'gone', ...silent },
  { name: 'price raised', end: 'refused', shelf: 'dear', ...silent },
  { name: 'balance used up', end: 'refused', shelf: 'poor', ...silent },
  { name: 'a card that we have had', end: 'known', shelf: 'known', ...silent },
]

type ReloadlyTrouble = Omit<Trouble, 'make'> & { readonly fault?: ReloadlyFault; readonly isRising?: true }
const RELOADLY_TROUBLES: readonly ReloadlyTrouble[] = [
  { name: 'nothing goes wrong', end: 'done' },
  { name: 'accepts, then cuts the line', end: 'done', fault: 'cut' },
  { name: 'cuts the line before', end: 'never', fault: 'reset' },
  { name: '429', end: 'done', fault: 'busy' },
  { name: '500', end: 'never', fault: 'error' },
  { name: '502 after buying', end: 'done', fault: 'broken' },
  { name: 'half of an answer', end: 'done', fault: 'half' },
  { name: 'an answer to something else', end: 'done', fault: 'nonsense' },
  { name: 'not found at first', end: 'hidden', fault: 'hidden' },
  { name: 'long, then done', end: 'late', fault: 'long' },
  { name: 'long, then failed', end: 'refused_late', fault: 'long_failed' },
  { name: 'failed', end: 'refused', fault: 'failed' },
  { name: 'out of stock', end: 'refused', fault: 'gone' },
  { name: 'balance used up', end: 'refused', fault: 'poor' },
  { name: 'cards nobody can read', end: 'unreadable', fault: 'garbled' },
  { name: 'done without cards', end: 'untold', fault: 'none' },
  { name: 'one card too many', end: 'untold', fault: 'more' },
  { name: 'price raised', end: 'refused', isRising: true },
  // Between the last question and the order: it is bought, booked as it was, and named.
  { name: 'price raised on the way', end: 'done', fault: 'dearer' },
]

/**
 * Whatever a supplier of codes does: of the three, of one that is joined by a profile, of one that sells links for dollars, of
 * Reloadly, and of another shop like this one. What the next source does is crossed with it where it is asked at all; otherwise
 * it would gladly sell, and must not be asked.
 */
export async function codesMatrix(
  house: House,
  { place, play, crossed }: Matrix,
  pairs: typeof PAIRS = PAIRS,
): Promise<void> {
  const line = await openLine(house)
  const lines = (...faults: readonly Parameters<typeof line.break>[]) => ({
    make: (no: string) => {
      for (const [fault, about] of faults) line.break(fault, { ...about, no })
    },
  })
  const LINE_TROUBLES = lineTroubles(lines)

  describe.concurrent.each(pairs)('codes of %s, then of %s', (firstKind, secondKind) => {
    test('bought at most once, nobody’s twice, told as it is, and in the books', async () => {
      const [a, b] = await Promise.all([openSupplier(firstKind, 'card'), openSupplier(secondKind, 'card')])
      for (const id of ['800001', '800002', '800003']) {
        a.sellCards(id, a.kind === 'tremendous' ? '0' : '36')
        b.sellCards(id, '40')
      }
      const shop = await house.newShop()
      const [first, second] = [await a.join(shop, 'first'), await b.join(shop, 'second')]
      const sell = (id: string) => sold(shop, [first.offer(id), second.offer(id)])
      const shelves = { usual: await sell('800001'), dear: await sell('800002'), again: await sell('800003') }
      const earlier = await shop.place(shelves.again)
      await shop.pay(earlier.no)
      const [had = ''] = codesOf(await shop.seen(earlier, isDelivered))

      const cells = await Promise.all(
        TROUBLES.filter(({ only }) => !only || only.includes(firstKind)).flatMap((trouble) =>
          crossed(trouble).map(async (next) => {
            const cell = await place(shop, shelves[trouble.shelf ?? 'usual'], trouble, next.name)
            trouble.make({ supplier: a, no: `${cell.no}0101` })
            next.make({ supplier: b, no: `${cell.no}0102` })
            return cell
          }),
        ),
      )
      await play(shop, [a, b], cells)
      if (cells.some(({ trouble }) => trouble.end === 'known'))
        await expectKeptMasked(house, shop, had.split('----').at(-1) ?? '')
    }, 150_000)
  })

  test.concurrent('codes of another shop, then of kayixin: bought at most once, nobody’s twice, told as it is, and in both books', async () => {
    const [upstream, b] = await Promise.all([openSupplier('kasushou', 'card'), openSupplier('kayixin', 'card')])
    const [seller, shop] = [await house.newShop(), await house.newShop()]
    b.sellCards('800001', '40')
    for (const id of ['810001', '810002']) {
      upstream.sellCards(id, '20')
      upstream.control.addFault({ kind: 'order.slow', goods: id, ms: SLOW_MS } as never)
    }
    upstream.control.addFault({ kind: 'order.fail', goods: '810002' } as never)
    const bought = await upstream.join(seller, 'upstream')
    const [known] = someCodes(1)
    const atSeller = {
      usual: await seller.stock(40, { sku: { priceFen: 4_000 } }),
      slow: await sold(seller, [bought.offer('810001')], 4_000),
      failing: await sold(seller, [bought.offer('810002')], 4_000),
      gone: await seller.stock(4, { sku: { priceFen: 4_000 } }),
      dear: await seller.stock(4, { sku: { priceFen: 4_000 } }),
      poor: await seller.stock(4, { sku: { priceFen: 4_000 } }),
      known: await seller.stock([known ?? ''], { sku: { priceFen: 4_000 } }),
    }
    await shop.stock([known ?? ''])
    const [rich, poor] = [await openKey(seller, 1_000_000, { priceBp: 9_000 }), await openKey(seller, 1_000_000)]
    const joined = await joinShop(shop, line.url, rich, atSeller.usual.skuId)
    const drained = await joinShop(shop, line.url, poor, atSeller.poor.skuId)
    const { offer } = await b.join(shop, 'second')
    const { items } = await joined.products()
    const offerOf = ({ skuId }: Goods) => ({
      productId: items.find(({ remoteId }) => remoteId === String(skuId))?.id ?? 0,
    })
    const next = offer('800001')
    const sell = (goods: Goods) => sold(shop, [offerOf(goods), next])
    const shelves = {
      usual: await sell(atSeller.usual),
      slow: await sell(atSeller.slow),
      failing: await sell(atSeller.failing),
      gone: await sell(atSeller.gone),
      dear: await sell(atSeller.dear),
      poor: await sold(shop, [{ productId: drained.product.id }, next]),
      known: await sell(atSeller.known),
    }

    const cells = await Promise.all(
      LINE_TROUBLES.flatMap((trouble) =>
        crossed(trouble).map(async (second) => {
          const cell = await place(shop, shelves[trouble.shelf ?? 'usual'], trouble, second.name)
          trouble.make(`${cell.no}0101`)
          second.make({ supplier: b, no: `${cell.no}0102` })
          return cell
        }),
      ),
    )
    // What happens at the other shop before anything is bought there, and is not told to this one.
    const gone = await seller.place(atSeller.gone, 4)
    await seller.pay(gone.no)
    await seller.staff.call('wholesale.setPrice', {
      params: { wholesaleKeyId: rich.id, skuId: atSeller.dear.skuId },
      body: { priceFen: SALE_FEN + 1 },
    })
    await seller.staff.call(
      'members.adjustBalance',
      { params: { id: poor.memberId }, body: { amountFen: -1_000_000, reason: '取回' } },
      { idempotencyKey: randomUUID() },
    )

    const bookOf = async (no: OrderNo) => {
      const [row] = await house.query<{ pieces: string; times: string; fen: string }>(
        `select coalesce(sum(g.pieces), 0) as pieces, count(*) filter (where g.pieces > 0) as times,
         coalesce(sum(l.amount_fen - l.refunded_fen), 0) as fen
       from wholesale.orders w
       join orders.lines l on l.tenant_id = $1 and l.order_no = w.order_no
       cross join lateral (
         select count(*) as pieces from entitlements.grants g
         where g.tenant_id = $1 and g.order_no = w.order_no and g.state <> 'revoked'
       ) g
       where w.tenant_id = $1 and w.outer_no like $2`,
        [seller.tenantId, `${no}____`],
      )
      return { pieces: Number(row?.pieces), times: Number(row?.times), fen: Number(row?.fen) }
    }
    const peer: Source = {
      kind: 'quanshu',
      handedOut: async (no) => (await bookOf(no)).pieces,
      soldTimes: async (no) => (await bookOf(no)).times,
      charged: async (no) => (await bookOf(no)).fen,
      pass: upstream.pass,
    }
    await play(shop, [peer, b], cells, [seller])
    await expectBooksRight(house, seller.tenantId)
    if (cells.some(({ trouble }) => trouble.end === 'known'))
      await expectKeptMasked(house, shop, known?.split('----').at(-1) ?? '')
  }, 150_000)

  test.concurrent('codes of Reloadly, then of kayixin: bought at most once, nobody’s twice, told as it is, and in the books', async () => {
    const [reloadly, b] = [await openReloadly(), await openSupplier('kayixin', 'card')]
    b.sellCards('800001', '40')
    const shop = await house.newShop()
    const { supplierId, usual, rising } = await reloadly.join(shop)
    const { offer } = await b.join(shop, 'second')
    const goods = await sold(shop, [usual, offer('800001')])
    const dear = await sold(shop, [rising, offer('800001')])
    const cells = await Promise.all(
      RELOADLY_TROUBLES.flatMap((trouble) =>
        crossed(trouble).map(async (second) => {
          const cell = await place(shop, trouble.isRising ? dear : goods, trouble, second.name)
          if (trouble.fault) reloadly.break(trouble.fault, `${cell.no}0101`)
          second.make({ supplier: b, no: `${cell.no}0102` })
          return cell
        }),
      ),
    )
    reloadly.raise()
    await play(shop, [reloadly.source, b], cells)
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    const span = { from: new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10), to: today }
    const { total } = await shop.staff.call('suppliers.quality', { params: { supplierId }, query: span })
    expect(total.dear).toBe(cells.filter(({ trouble }) => trouble.name === 'price raised on the way').length)
  }, 150_000)
}

/** Codes of these sources, none of them on the shelf. */
async function sold(
  shop: Shop,
  offers: readonly { readonly productId: number }[],
  priceFen = SALE_FEN,
): Promise<Goods> {
  const goods = await shop.stock(0, { sku: { priceFen } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      ...{ policy: 'cheapest', source: 'own_first', leastMarginFen: 0 },
      offers: offers.map(({ productId }) => ({ productId, fieldMap: {} })),
    },
  })
  return goods
}

/** The code that came a second time is written down, and nowhere in the clear. */
async function expectKeptMasked(house: House, { tenantId }: Shop, secret: string): Promise<void> {
  expect(secret.length).toBeGreaterThan(5)
  const rows = await house.query<{ outcome: string; text: string }>(
    `select c.outcome, to_jsonb(c)::text || to_jsonb(p)::text || to_jsonb(l)::text as text
     from suppliers.purchase_cards c
     join suppliers.purchases p on p.tenant_id = $1 and p.id = c.purchase_id
     join orders.lines l on l.tenant_id = $1 and l.order_no = p.order_no and l.line_no = p.line_no
     where c.tenant_id = $1 and c.outcome <> 'taken'`,
    [tenantId],
  )
  expect(rows.map(({ outcome }) => outcome)).toEqual(['duplicate'])
  for (const { text } of rows) expect(text).not.toContain(secret)
}
