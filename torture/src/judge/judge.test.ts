import { expect, test } from 'vitest'
import { type Diary, type OrderNote, openDiary } from '../diary.ts'
import type { ShopFacts } from './facts.ts'
import { judge } from './index.ts'

/** Everything may be changed, to plant what must be found. */
type Loose<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Loose<Item>[] : T[K] }
type Story = { readonly diary: Diary; readonly shop: Loose<ShopFacts> }

const SHOP = 'torture-1'
const FAYS = '13900000001'

/**
 * A true story: Ann (guest, gateway) has one code, which staff replaced; Ben (member, balance) has two; Cid's order was
 * refunded to its source; Dot was refused; Eve paid twice and got the second back;
 * Fay's account was topped up.
 */
function trueStory(): Story {
  const diary = openDiary()
  const order = (name: string, facts: Partial<OrderNote>): OrderNote => {
    const note: OrderNote = {
      shop: SHOP,
      buyer: name,
      memberId: null,
      contact: `${name}@x.test`,
      queryPassword: 'p',
      account: undefined,
      key: name,
      totalFen: 1_000,
      quantity: 1,
      payWith: 'sim-pay',
      wasUncertain: false,
      outcome: 'ok',
      refusal: undefined,
      nos: new Set(),
      wasPaidAtGateway: true,
      wasCancelled: false,
      states: ['pending', 'delivered'],
      shown: new Map(),
      finalCodes: undefined,
      ...facts,
    }
    diary.orders.set(note.contact, note)
    return note
  }
  const held = (code: string, piece = 1) => ({ code, lineNo: 1, piece })
  order('ann', {
    nos: new Set([1]),
    shown: new Map([
      [11, held('A')],
      [12, held('B')],
    ]),
    finalCodes: new Map([[12, held('B')]]),
  })
  order('ben', {
    nos: new Set([2]),
    memberId: 7,
    buyer: 'member 7',
    payWith: 'balance',
    totalFen: 2_000,
    shown: new Map([
      [21, held('C')],
      [22, held('D', 2)],
    ]),
    finalCodes: new Map([
      [21, held('C')],
      [22, held('D', 2)],
    ]),
  })
  order('cid', {
    nos: new Set([3]),
    states: ['delivered', 'refunded'],
    shown: new Map([[31, held('E')]]),
    finalCodes: new Map(),
  })
  order('dot', { outcome: 'refused', refusal: 'orders.sold_out', states: [] })
  order('eve', { nos: new Set([5]), shown: new Map([[51, held('F')]]), finalCodes: new Map([[51, held('F')]]) })
  diary.replacements.push({ shop: SHOP, no: 1, grantId: 11, wasUncertain: false, outcome: 'ok' })
  diary.refunds.push({ shop: SHOP, no: 3, lineNo: null, wasUncertain: false, outcome: 'ok' })
  diary.topUps.push({ shop: SHOP, memberId: 7, amountFen: 5_000, wasUncertain: false, outcome: 'ok' })
  const codes = ['A', 'B', 'C', 'D', 'E', 'F', 'G']
  diary.imports.push({
    shop: SHOP,
    skuId: 1,
    batchId: 9,
    codes,
    lines: 8,
    invalidLines: 1,
    cuts: 0,
    outcome: 'ok',
  })
  order('fay', { nos: new Set([6]), account: FAYS })

  const paid = { memberId: null as number | null, totalFen: 1_000, paidFen: 1_000, refundedFen: 0 }
  const grant = (id: number, orderNo: number, cardId: number | null, more = {}) => ({
    id,
    orderNo,
    lineNo: 1,
    piece: 1,
    turn: 1,
    state: 'active',
    cardId,
    ...more,
  })
  const shop: Loose<ShopFacts> = {
    slug: SHOP,
    orders: [
      { no: 1, state: 'delivered', contact: 'ann@x.test', ...paid },
      { no: 2, state: 'delivered', contact: 'ben@x.test', ...paid, memberId: 7, totalFen: 2_000, paidFen: 2_000 },
      { no: 3, state: 'refunded', contact: 'cid@x.test', ...paid, refundedFen: 1_000 },
      { no: 5, state: 'delivered', contact: 'eve@x.test', ...paid },
      { no: 6, state: 'delivered', contact: 'fay@x.test', ...paid },
    ],
    lines: [
      { orderNo: 1, lineNo: 1, quantity: 1, state: 'delivered' },
      { orderNo: 2, lineNo: 1, quantity: 2, state: 'delivered' },
      { orderNo: 3, lineNo: 1, quantity: 1, state: 'refunded' },
      { orderNo: 5, lineNo: 1, quantity: 1, state: 'delivered' },
      { orderNo: 6, lineNo: 1, quantity: 1, state: 'delivered' },
    ],
    grants: [
      grant(11, 1, 1, { state: 'revoked' }),
      grant(12, 1, 2, { turn: 2 }),
      grant(21, 2, 3),
      grant(22, 2, 4, { piece: 2 }),
      grant(31, 3, 5, { state: 'revoked' }),
      grant(51, 5, 6),
      grant(61, 6, null),
    ],
    cards: codes.map((code, n) => ({ id: n + 1, batchId: 9, skuId: 1, state: 'delivered', code })),
    receipts: [
      { orderNo: 1, gateway: 'sim-pay', tradeNo: 'T1', amountFen: 1_000, state: 'applied' },
      { orderNo: 2, gateway: 'balance', tradeNo: 'B2', amountFen: 2_000, state: 'applied' },
      { orderNo: 3, gateway: 'sim-pay', tradeNo: 'T3', amountFen: 1_000, state: 'applied' },
      { orderNo: 5, gateway: 'sim-pay', tradeNo: 'T5', amountFen: 1_000, state: 'applied' },
      { orderNo: 5, gateway: 'sim-pay', tradeNo: 'T6', amountFen: 1_000, state: 'refunded' },
      { orderNo: 6, gateway: 'sim-pay', tradeNo: 'T7', amountFen: 1_000, state: 'applied' },
    ],
    refunds: [
      { id: 1, orderNo: 3, lineNo: 1, amountFen: 1_000, target: 'source', state: 'done', requestedBy: 'staff' },
      { id: 2, orderNo: 5, lineNo: null, amountFen: 1_000, target: 'source', state: 'done', requestedBy: 'system' },
    ],
    purchases: [{ orderNo: 6, state: 'done', arrived: 1 }],
    supplied: new Map([[FAYS, 1]]),
    batches: [{ id: 9, state: 'ready', linesRead: 8, imported: 7, duplicates: 0, invalid: 1 }],
    purses: [{ memberId: 7, balance: 3_000 }],
    gatewayBalance: -3_000,
    gateway: {
      trades: ['T1', 'T3', 'T5', 'T6', 'T7'].map((tradeNo, n) => ({
        tradeNo,
        outTradeNo: String([1, 3, 5, 5, 6][n]),
        amount: 1_000,
        refunded: 0,
      })),
      refunds: [
        { outRefundNo: '3R1', outTradeNo: '3', amount: 1_000, status: 'SUCCESS' },
        { outRefundNo: '5R2', outTradeNo: '5', amount: 1_000, status: 'SUCCESS' },
      ],
      notices: [{ outTradeNo: '1', tradeNo: 'T1', acknowledged: true }],
    },
    toldBalances: new Map([[7, 3_000]]),
  }
  return { diary, shop }
}

const rulesBroken = ({ diary, shop }: Story): readonly string[] => [
  ...new Set(judge(diary, [shop as ShopFacts]).map(({ rule }) => rule)),
]
const noteOf = ({ diary }: Story, name: string): OrderNote => {
  const note = diary.orders.get(`${name}@x.test`)
  if (!note) throw new Error(`no ${name} in the story`)
  return note
}
const at = <T>(items: readonly T[], index: number): T => {
  const item = items[index]
  if (item === undefined) throw new Error(`nothing at ${index}`)
  return item
}
const without = <T>(items: T[], matches: (item: T) => boolean): void => {
  items.splice(0, items.length, ...items.filter((item) => !matches(item)))
}

test('a diary and books that tell the same story are not complained about', () => {
  const { diary, shop } = trueStory()
  expect(judge(diary, [shop as ShopFacts])).toEqual([])
})

test.each<readonly [rule: string, plant: string, (story: Story) => void]>([
  [
    'no code is shown to two',
    'a code is shown to two',
    (story) => void noteOf(story, 'eve').shown.set(51, { code: 'C', lineNo: 1, piece: 1 }),
  ],
  ['no acknowledged order is missing', 'an order is gone', ({ shop }) => without(shop.orders, ({ no }) => no === 5)],
  [
    'one request is one order',
    'a double click made two',
    ({ shop }) => void shop.orders.push({ ...at(shop.orders, 3), no: 6 }),
  ],
  [
    'one request is one order',
    'a double click was answered with two numbers',
    (story) => void noteOf(story, 'eve').nos.add(6),
  ],
  [
    'a refused order does not exist',
    'a refused order was placed all the same',
    ({ shop }) => void shop.orders.push({ ...at(shop.orders, 3), no: 4, contact: 'dot@x.test' }),
  ],
  [
    'no order comes from nowhere',
    'an order of nobody',
    ({ shop }) => void shop.orders.push({ ...at(shop.orders, 3), no: 8, contact: 'gus@x.test' }),
  ],
  [
    'an order is as it was placed',
    'another total',
    ({ shop }) => void Object.assign(at(shop.orders, 0), { totalFen: 999, paidFen: 999 }),
  ],
  [
    'an order agrees with what was told',
    'a delivered order is cancelled',
    ({ shop }) => void Object.assign(at(shop.orders, 0), { state: 'cancelled' }),
  ],
  [
    'every order is decided',
    'an order stays pending',
    ({ shop }) => void Object.assign(at(shop.orders, 0), { state: 'pending' }),
  ],
  [
    'paid means delivered, refunded or a named exception',
    'a paid order waits for ever',
    ({ shop }) => {
      Object.assign(at(shop.orders, 0), { state: 'paid' })
      Object.assign(at(shop.lines, 0), { state: 'waiting' })
    },
  ],
  [
    'a line is delivered whole or not at all',
    'a piece is missing',
    ({ shop }) => without(shop.grants, ({ id }) => id === 22),
  ],
  [
    'a shown code stays its buyer’s',
    'the grant of a shown code is gone',
    ({ shop }) => without(shop.grants, ({ id }) => id === 51),
  ],
  [
    'a shown code stays its buyer’s',
    'a grant holds another code than was shown',
    ({ shop }) => void Object.assign(at(shop.grants, 5), { cardId: 7 }),
  ],
  [
    'a shown code stays its buyer’s',
    'a code was taken away unasked',
    ({ shop }) => void Object.assign(at(shop.grants, 5), { state: 'revoked' }),
  ],
  [
    'a card has one owner',
    'a card is granted twice',
    ({ shop }) => void Object.assign(at(shop.grants, 0), { cardId: 6 }),
  ],
  [
    'the buyer sees what the books grant',
    'the page shows less than is granted',
    (story) => {
      noteOf(story, 'ben').finalCodes = new Map()
    },
  ],
  [
    'money that was taken is received',
    'a trade without a receipt',
    ({ shop }) => without(shop.receipts, ({ tradeNo }) => tradeNo === 'T6'),
  ],
  [
    'money is received once',
    'a trade received twice',
    ({ shop }) => void shop.receipts.push({ ...at(shop.receipts, 4) }),
  ],
  [
    'a receipt says what was taken',
    'a fen too little is received',
    ({ shop }) => void Object.assign(at(shop.receipts, 0), { amountFen: 999 }),
  ],
  [
    'nothing is received that nobody paid',
    'a receipt without a trade',
    ({ shop }) =>
      Object.assign(shop.gateway, { trades: shop.gateway.trades.filter(({ tradeNo }) => tradeNo !== 'T6') }),
  ],
  [
    'every true notice is acknowledged in the end',
    'a notice was never acknowledged',
    ({ shop }) => void Object.assign(at(shop.gateway.notices, 0), { acknowledged: false }),
  ],
  [
    'an order is paid by what was received',
    'an order is paid without a receipt',
    ({ shop }) => without(shop.receipts, ({ tradeNo }) => tradeNo === 'B2'),
  ],
  [
    'an order says what was refunded',
    'a fen of a refund is not booked',
    ({ shop }) => void Object.assign(at(shop.orders, 2), { refundedFen: 999 }),
  ],
  [
    'every refund ends',
    'a refund hangs',
    ({ shop }) => void Object.assign(at(shop.refunds, 0), { state: 'processing' }),
  ],
  [
    'a refund is what the gateway says',
    'a refund is done here and not there',
    ({ shop }) => void Object.assign(at(shop.gateway.refunds, 0), { status: 'FAILED' }),
  ],
  [
    'no refund comes from nowhere',
    'the gateway refunded what nobody asked',
    ({ shop }) => without(shop.refunds, ({ id }) => id === 2),
  ],
  [
    'an acknowledged refund exists',
    'an acknowledged refund is gone',
    ({ shop }) => without(shop.refunds, ({ id }) => id === 1),
  ],
  ['nobody is refunded unasked', 'a refund nobody asked for', ({ diary }) => void diary.refunds.splice(0)],
  [
    'an acknowledged replacement exists',
    'an acknowledged replacement is gone',
    ({ shop }) => without(shop.grants, ({ id }) => id === 12),
  ],
  [
    'the ledger agrees with the gateway',
    'a fen off in the ledger',
    (story) => void Object.assign(story.shop, { gatewayBalance: -1_999 }),
  ],
  [
    'a purse holds what was put in and not spent',
    'a fen off in a purse',
    (story) => {
      Object.assign(story.shop, { purses: [{ memberId: 7, balance: 2_999 }], toldBalances: new Map([[7, 2_999]]) })
    },
  ],
  [
    'a member is told the balance there is',
    'a member is told another balance',
    (story) => void Object.assign(story.shop, { toldBalances: new Map([[7, 5_000]]) }),
  ],
  ['no piece is lost', 'a code is lost', ({ shop }) => without(shop.cards, ({ code }) => code === 'G')],
  ['a code is one card', 'a code is there twice', ({ shop }) => void shop.cards.push({ ...at(shop.cards, 6), id: 8 })],
  [
    'no card comes from nowhere',
    'a card nobody imported',
    ({ shop }) => void shop.cards.push({ ...at(shop.cards, 6), id: 8, code: 'H' }),
  ],
  [
    'every line of an import counts once',
    'a line counted twice',
    ({ shop }) => void Object.assign(at(shop.batches, 0), { duplicates: 1 }),
  ],
  [
    'an import counts its cards',
    'a card not counted',
    ({ shop }) => void Object.assign(at(shop.batches, 0), { imported: 6, duplicates: 1 }),
  ],
  [
    'every batch is on sale in the end',
    'a batch stays suspended',
    ({ shop }) => void Object.assign(at(shop.batches, 0), { state: 'suspended' }),
  ],
  ['nothing is bought twice', 'two arrive', ({ shop }) => Object.assign(shop, { supplied: new Map([[FAYS, 2]]) })],
  [
    'nothing is bought that nobody paid',
    'it arrives unpaid',
    ({ shop }) => void Object.assign(at(shop.orders, 4), { state: 'expired', paidFen: 0 }),
  ],
  [
    'what arrived is in the books',
    'it is not',
    ({ shop }) => void Object.assign(at(shop.purchases, 0), { arrived: 0 }),
  ],
  ['delivered means arrived', 'nothing arrived', ({ shop }) => Object.assign(shop, { supplied: new Map() })],
  ['an import that ended is there', 'a batch is gone', ({ shop }) => void shop.batches.splice(0)],
])('%s: noticed when %s', (rule, _plant, plant) => {
  const story = trueStory()
  plant(story)
  expect(rulesBroken(story)).toContain(rule)
})

test('a top-up of which nobody could say what became of it may be there or not, but not by half', () => {
  const story = trueStory()
  story.diary.topUps.push({ shop: SHOP, memberId: 7, amountFen: 800, wasUncertain: true, outcome: 'refused' })
  expect(rulesBroken(story)).toEqual([])
  Object.assign(story.shop, { purses: [{ memberId: 7, balance: 3_800 }], toldBalances: new Map([[7, 3_800]]) })
  expect(rulesBroken(story)).toEqual([])
  Object.assign(story.shop, { purses: [{ memberId: 7, balance: 3_400 }], toldBalances: new Map([[7, 3_400]]) })
  expect(rulesBroken(story)).toEqual(['a purse holds what was put in and not spent'])
})
