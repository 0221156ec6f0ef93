import { randomBytes, randomUUID } from 'node:crypto'
import type { BundlePolicy } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { seeded } from './seeded.ts'
import { type Goods, openHouse, type Shop } from './shop.ts'
import { joinSupplier, topUpBy } from './top-ups.ts'

/**
 * Bundles of each policy, codes bought just in time and services by hand, with everything that may become of them and of their
 * money in random order: arrivals and refusals of suppliers, refunds of lines, pieces and amounts, approvals, failures, late
 * successes, disputes, replacements, people at work, points that are spent.
 */
const seed = Number(process.env.QUANSHU_RANDOM_PARTS_SEED ?? 4_000)
const count = Number(process.env.QUANSHU_RANDOM_PARTS_ORDERS ?? 8)
const ORDERS_A_SHOP = 8
const KINDS = [
  'hold',
  'hold',
  'hold',
  'refund',
  'refund',
  'rest',
  'hold gift',
  'hold mixed',
  'refund mixed',
  'bought',
  'bought',
  'service',
  'hold service',
  'hold balance',
  'bought and card',
  'hold free',
] as const
type Kind = (typeof KINDS)[number]

const charge = scriptedSupplier('charge', { costHao: 50_000 })
const cards = scriptedSupplier('cards', { kind: 'card', costHao: 50_000, fields: [] } as never)
const house = await openHouse({
  supplierAdapters: new Map([charge, cards].map(({ adapter }) => [adapter.id, adapter])),
})
charge.state.usual = { accept: 1_000_000 }
cards.state.usual = { accept: 1_000_000 }
await house.query(`create or replace function payments.begin_refund(p_tenant bigint, p_id bigint) returns jsonb
  language sql security definer set search_path = pg_catalog as $$ select null::jsonb $$`)

type World = { shop: Shop; goods: Map<string, Goods>; bought: Goods }
async function openWorld(): Promise<World> {
  const shop = await house.newShop({ 'payments.letGoMaxFen': 300 })
  const [a, b] = [await shop.stock(60, { sku: { priceFen: 500 } }), await shop.stock(60, { sku: { priceFen: 500 } })]
  const { goods: top } = await topUpBy(shop, ['charge'], 1_000)
  const bought = await shop.stock(4, { sku: { priceFen: 1_000 } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: bought.skuId },
    body: {
      policy: 'cheapest',
      source: 'supplier_first',
      leastMarginFen: 0,
      offers: [{ productId: (await joinSupplier(shop, 'cards')).productId, fieldMap: {} }],
    } as never,
  })
  const service = await shop.stock(0, { sku: { kind: 'service', priceFen: 1_000 } })
  const bundle = (policy: BundlePolicy, parts: readonly object[]) =>
    shop.stock(0, { sku: { kind: 'bundle', priceFen: 3_000, bundle: { policy, parts } } })
  const [t, x, y, z, s] = [top, a, b, bought, service].map(({ skuId }) => ({ skuId }))
  const goods = new Map<string, Goods>()
  for (const policy of ['hold', 'refund', 'rest'] as const)
    goods.set(
      policy,
      await bundle(
        policy,
        [{ ...t, quantity: 2 }, x, { ...y, quantity: 2 }, { points: 100 }].map((one) => one as object),
      ),
    )
  goods.set(
    'hold gift',
    await bundle('hold', [
      { ...t, shareFen: 2_000 },
      { ...x, shareFen: 1_000 },
      { points: 50, shareFen: 0 },
    ] as object[]),
  )
  goods.set('hold service', await bundle('hold', [s, t, x, { points: 10 }] as object[]))
  goods.set('hold free', await bundle('hold', [t, z, x] as object[]))
  goods.set('bought', bought)
  goods.set('service', service)
  goods.set('card', a)
  return { shop, goods, bought }
}
type Life = {
  shop: Shop
  world: World
  kind: Kind
  no: OrderNo
  memberId: number
  due: number
  log: string[]
  disputes: Map<string, [string, number]>
  isTwice: boolean
}
async function begin(world: World, kind: Kind): Promise<Life> {
  const { shop, goods } = world
  const isMixed = kind.endsWith('mixed')
  const isBalance = kind.endsWith('balance')
  const member = await shop.member(isMixed ? 900 : isBalance ? 10_000 : 0)
  const base = kind.replace(/ (mixed|balance)$/, '')
  const lines =
    base === 'bought and card'
      ? [
          { of: goods.get('bought'), quantity: 2 },
          { of: goods.get('card'), quantity: 1 },
        ]
      : [{ of: goods.get(base), quantity: base === 'bought' ? 2 : 1 }]
  const total = lines.reduce((sum, { of, quantity }) => sum + (of?.priceFen ?? 0) * quantity, 0)
  const form =
    base.startsWith('bought') || base === 'service'
      ? {}
      : { form: base === 'hold service' ? { p2_account: 'x' } : { p1_account: 'x' } }
  const view = await member.visitor.call(
    'orders.place',
    {
      body: {
        lines: lines.map(({ of, quantity }) => ({
          skuId: of?.skuId ?? 0,
          quantity,
          unitPriceFen: of?.priceFen ?? 0,
          unitPoints: 0,
          ...form,
        })),
        contact: '13800000000',
        queryPassword: 'query-pw-7391',
        payWith: isBalance ? 'balance' : 'sim-pay',
        ...(isMixed && { balanceFen: 900 }),
      } as never,
    },
    { idempotencyKey: randomUUID() },
  )
  return {
    shop,
    world,
    kind,
    no: view.no as OrderNo,
    memberId: member.id,
    due: isBalance ? 0 : total - (isMixed ? 900 : 0),
    log: [`kind ${kind} ${view.no}`],
    disputes: new Map(),
    isTwice: false,
  }
}
const rows = <T = Record<string, unknown>>({ shop, no }: Life, text: string) =>
  house.query<T>(text, [shop.tenantId, no])
type Move = [string, ...unknown[]]

let lastCard = 9_000_000_000
const nextCard = () => {
  lastCard += 1
  return lastCard
}
async function news(id: number, quantity: number, isCard: boolean, random: () => number): Promise<Move> {
  const roll = random()
  const base = { id, remoteNo: `R${id}`, message: '', code: null, about: null, serial: null, final: false, lease: null }
  if (roll < 0.3)
    return [
      'fulfilment.purchase_news',
      [{ ...base, kind: 'refused', code: 'R1', message: 'no', about: random() < 0.3 ? 'account' : 'stock' }],
    ]
  const arrived = roll < 0.45 ? Math.max(1, quantity - 1) : quantity
  const kind = arrived < quantity ? 'partial' : 'done'
  if (!isCard)
    return [
      'fulfilment.purchase_news',
      [{ ...base, kind, arrived, costHao: 50_000 * arrived, code: 'P', about: 'other' }],
    ]
  const known = Array.from({ length: arrived }, () => ({ id: nextCard() }))
  const list = known.map((one, n) => ({
    id: Number(one.id),
    fingerprint: randomBytes(32).toString('base64'),
    sealed: randomBytes(60).toString('base64'),
    masked: '••••',
    validTo: null,
    problem: n === 0 && random() < 0.3 ? 'expired' : null,
  }))
  return [
    'fulfilment.purchase_news',
    [{ ...base, kind, arrived, costHao: 50_000 * arrived, cards: list, code: 'P', about: 'other' }],
  ]
}

async function draw(life: Life, random: () => number): Promise<Move | null> {
  const { no } = life
  const pick = <T>(some: readonly T[]): T | undefined => some[Math.floor(random() * some.length)]
  const receipts = await rows<{ id: number; tradeNo: string; fen: number; state: string }>(
    life,
    `select id, trade_no as "tradeNo", amount_fen as fen, state from payments.receipts where tenant_id = $1 and order_no = $2 and gateway <> 'balance' order by id`,
  )
  const pay = (amountFen: number): Move => [
    'fulfilment.settle',
    [
      {
        orderNo: no,
        gateway: 'sim-pay',
        tradeNo: `T${no}-${receipts.length}`,
        amountFen,
        currency: 'CNY',
        asked: true,
        paidAt: new Date(),
      },
    ],
  ]
  if (life.due > 0 && receipts.length === 0) return pay(life.due + (random() < 0.85 ? 0 : -200))
  const [only] = receipts
  if (only?.state === 'unmatched' && receipts.length === 1 && random() < 0.8)
    return ['fulfilment.handle_receipt', only.id, 'apply', 'note', 'finance', 300]
  const purchases = await rows<{ id: number; quantity: number; kind: string }>(
    life,
    `select p.id, p.quantity, l.kind from suppliers.purchases p join orders.lines l on l.tenant_id = $1 and l.order_no = p.order_no and l.line_no = p.line_no
      where p.tenant_id = $1 and p.order_no = $2 and p.state in ('accepted', 'unknown', 'sending')`,
  )
  const tasks = await rows<{ id: number; state: string; line_no: number }>(
    life,
    'select id, state, line_no from fulfilment.tasks where tenant_id = $1 and order_no = $2',
  )
  const refunds = await rows<{ id: number; state: string; target: string; replaced: boolean }>(
    life,
    `select id, state, target, replaced_by is not null as replaced from payments.refunds
      where tenant_id = $1 and order_no = $2 and chargeback_id is null and sent_as is null and target <> 'let_go' order by id`,
  )
  const grants = await rows<{ id: number; line_no: number; kind: string; state: string }>(
    life,
    "select id, line_no, kind, state from entitlements.grants where tenant_id = $1 and order_no = $2 and state <> 'revoked'",
  )
  const lines = await rows<{ line_no: number }>(
    life,
    'select line_no from orders.lines where tenant_id = $1 and order_no = $2 order by line_no',
  )
  const roll = random()
  if (roll < 0.18) {
    const one = pick(purchases)
    return one ? await news(one.id, one.quantity, one.kind === 'card', random) : null
  }
  if (roll < 0.24) return ['fulfilment.deliver', [no], 'support']
  if (roll < 0.3) {
    const task = pick(tasks)
    const said = { staffId: 1, actor: 'w', any: true, proof: '', reason: 'no', pictures: [], question: 'q', fields: [] }
    if (!task) return ['fulfilment.settle_bundles', no]
    if (task.state === 'waiting')
      return (
        pick<Move>([
          ['fulfilment.take_tasks', [task.id], 1, 'w'],
          ['fulfilment.take_tasks', [task.id], 1, 'w'],
          ['fulfilment.cancel_task', no, task.line_no, 'buyer'],
        ]) ?? null
      )
    return (
      pick<Move>([
        ['fulfilment.finish_task', task.id, said],
        ['fulfilment.reject_task', task.id, said],
        ['fulfilment.move_task', task.id, 'ask', said],
        ['fulfilment.answer_task', no, task.line_no, {}, ''],
      ]) ?? null
    )
  }
  if (roll < 0.36) {
    const grant = pick(grants.filter(({ kind }) => kind === 'card'))
    if (!grant) return null
    return random() < 0.5
      ? ['fulfilment.replace', no, grant.id, 'bad', 'support']
      : ['fulfilment.mark_used', no, grant.id, random() < 0.7, 'buyer']
  }
  if (roll < 0.4) return ['ledger.adjust_member', life.memberId, 'point', -Math.ceil(random() * 80), 'spent']
  if (roll < 0.56) {
    const known = pick([...life.disputes])
    const tell = (disputeNo: string, [tradeNo, amountFen]: [string, number], state: string | undefined): Move => [
      'fulfilment.chargeback',
      'sim-pay',
      { tradeNo, amountFen, disputeNo, state, reason: 'random' },
    ]
    if (known && random() < 0.5) return tell(...known, pick(['won', 'won', 'lost']))
    const receipt = pick(receipts)
    if (!receipt) return null
    const fen = pick([receipt.fen, receipt.fen, 300, 700, Math.ceil(random() * receipt.fen)]) ?? 1
    const disputeNo = `D${no}-${life.disputes.size}`
    life.disputes.set(disputeNo, [receipt.tradeNo, fen])
    return tell(disputeNo, [receipt.tradeNo, fen], pick(['opened', 'opened', 'lost']))
  }
  if (roll < 0.78) {
    const one = pick(
      refunds.filter(
        ({ state, target }) => target === 'hand' || ['awaiting', 'requested', 'processing', 'failed'].includes(state),
      ),
    )
    if (!one) return null
    if (one.state === 'awaiting')
      return random() < 0.7
        ? ['fulfilment.approve_refund', one.id, 2, 'boss', 'allow']
        : ['fulfilment.decline_refund', one.id, 'boss', 'no']
    if (one.state !== 'failed' && one.target !== 'hand') {
      const done = random() < 0.45
      return ['fulfilment.refund_ended', one.id, done, done ? null : 'refused']
    }
    const next = random()
    if ((one.replaced || one.target === 'hand') && process.env.QUANSHU_RANDOM_PARTS_ONCE) return null
    if (one.replaced || one.target === 'hand' || next < 0.15) {
      life.isTwice = true
      return ['fulfilment.refund_ended', one.id, true, null]
    }
    return next < 0.65
      ? ['payments.retry_refund', one.id]
      : ['fulfilment.refund_by_hand', one.id, 'finance', 'note', `H${one.id}`]
  }
  if (roll < 0.8) return life.due > 0 ? pay(life.due) : null
  const takes = pick(['line', 'line', 'line', 'nothing', 'pieces', 'again'])
  const grant = pick(grants)
  const lineNo = takes === 'pieces' ? (grant?.line_no ?? 1) : (pick(lines)?.line_no ?? 1)
  return [
    'fulfilment.refund',
    no,
    {
      lineNo: takes === 'line' && random() < 0.25 ? null : lineNo,
      takes,
      grants: takes === 'pieces' && grant ? [grant.id] : [],
      amountFen:
        takes === 'nothing'
          ? Math.ceil(random() * 600)
          : takes === 'pieces' && random() < 0.3
            ? Math.ceil(random() * 300)
            : null,
      to: random() < 0.65 ? 'source' : 'balance',
      reason: random() < 0.5 ? 'chargeback' : 'other',
      actor: 'support',
      staffId: 1,
      used: random() < 0.7 ? 'allow' : 'refuse',
      ...(random() < 0.25 && { approvalAboveFen: 400 }),
    },
  ]
}
async function play({ shop, log }: Life, [name, ...args]: Move) {
  const answer = await (house.platform.db.call as (...call: unknown[]) => Promise<unknown>)(
    shop.tenantId,
    name,
    ...args,
  ).catch((error: Error) => {
    if (name === 'ledger.adjust_member') return 'not there'
    log.push(`${name} ${JSON.stringify(args)} !! ${error.message}`)
    throw new Error(`${error.message}\n${log.join('\n')}`)
  })
  log.push(`${name} ${JSON.stringify(args)} -> ${JSON.stringify(answer)}`)
  return answer as Record<string, unknown>
}
async function faultsOf(life: Life): Promise<string[]> {
  const found: string[] = []
  for (const one of await rows(
    life,
    `select n.line_no, n.state from fulfilment.needs n join orders.lines l on l.tenant_id = $1 and l.order_no = n.order_no and l.line_no = n.line_no
      where n.tenant_id = $1 and n.order_no = $2 and l.refunded_quantity = l.quantity and n.state in ('wanted', 'buying')`,
  ))
    found.push(`line ${one.line_no} is taken back and ${one.state}`)
  for (const one of await rows(
    life,
    `select t.line_no, t.state from fulfilment.tasks t join orders.lines l on l.tenant_id = $1 and l.order_no = t.order_no and l.line_no = t.line_no
      where t.tenant_id = $1 and t.order_no = $2 and l.refunded_quantity = l.quantity and t.state in ('waiting', 'accepted', 'asking', 'answered')`,
  ))
    found.push(`line ${one.line_no} is taken back and its task ${one.state}`)
  for (const one of await rows(
    life,
    `select l.line_no, l.state from orders.lines l join orders.orders o on o.tenant_id = $1 and o.no = $2
      where l.tenant_id = $1 and l.order_no = $2 and l.refunded_quantity = l.quantity and l.state in ('delivered', 'waiting', 'supplying')`,
  ))
    found.push(`line ${one.line_no} is taken back and ${one.state}`)
  for (const one of await rows(
    life,
    `select l.line_no, count(*) from orders.lines l join entitlements.grants g on g.tenant_id = $1 and g.order_no = $2 and g.line_no = l.line_no and g.state <> 'revoked'
      where l.tenant_id = $1 and l.order_no = $2 and l.refunded_quantity = l.quantity group by l.line_no`,
  ))
    found.push(`line ${one.line_no} is taken back and ${one.count} rights live`)
  const [all] = await rows(
    life,
    `select coalesce(sum(r.amount_fen), 0) as came, coalesce((select sum(c.amount_fen) from payments.chargebacks c join payments.receipts p on p.tenant_id = $1 and p.id = c.receipt_id and p.state = 'applied' where c.tenant_id = $1 and c.order_no = $2 and c.state <> 'won'), 0) as banks,
      coalesce((select sum(amount_fen) from payments.refunds where tenant_id = $1 and order_no = $2 and state = 'done' and chargeback_id is null and sent_as is null and target <> 'let_go'), 0) as back
      from payments.receipts r where r.tenant_id = $1 and r.order_no = $2 and r.state = 'applied'`,
  )
  const living = await rows(
    life,
    "select from entitlements.grants where tenant_id = $1 and order_no = $2 and state = 'active' and kind = 'card'",
  )
  // What was under way when a bank took its payment arrives all the same; workers may have begun it a moment before.
  const underWay = await rows(
    life,
    `select from suppliers.purchases p join payments.chargebacks c on c.tenant_id = $1 and c.order_no = $2
      where p.tenant_id = $1 and p.order_no = $2 and p.created_at < c.opened_at + interval '1 second'
        and (p.ended_at is null or p.ended_at >= c.opened_at) limit 1`,
  )
  const taken = life.log.some((line) => line.includes('"takes":"line"') && line.includes('"ok":true'))
  if (
    all &&
    Number(all.came) > 0 &&
    Number(all.banks) >= Number(all.came) &&
    living.length > 0 &&
    underWay.length === 0 &&
    !life.kind.endsWith('mixed') &&
    !taken
  )
    found.push(`banks have ${all.banks} of ${all.came}, and ${living.length} codes live`)
  return found
}
/** Staff end it: what suppliers still bring is refused, what can be is given back, and what is promised is sent. */
async function end(life: Life): Promise<string[]> {
  const open = async () =>
    await rows<{ id: number }>(
      life,
      "select id from suppliers.purchases where tenant_id = $1 and order_no = $2 and state in ('planned', 'sending', 'accepted', 'unknown')",
    )
  const refused = (id: number): Move => [
    'fulfilment.purchase_news',
    [{ id, kind: 'refused', code: 'R1', message: 'no', about: 'account', final: false, lease: null }],
  ]
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    const waiting = await rows(
      life,
      "select from fulfilment.needs where tenant_id = $1 and order_no = $2 and state in ('wanted', 'buying')",
    )
    if (waiting.length === 0) break
    await rows(
      life,
      "update fulfilment.needs set due_at = now() where tenant_id = $1 and order_no = $2 and state = 'wanted'",
    )
    for (const { id } of await open()) await play(life, refused(id))
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  const over = async () => {
    for (const { id } of await rows<{ id: number }>(
      life,
      "select id from payments.refunds where tenant_id = $1 and order_no = $2 and state = 'awaiting'",
    ))
      await play(life, ['fulfilment.decline_refund', id, 'boss', 'no'])
    for (const { id } of await rows<{ id: number }>(
      life,
      "select id from payments.refunds where tenant_id = $1 and order_no = $2 and state = 'failed' and replaced_by is null and target = 'source'",
    ))
      await play(life, ['payments.retry_refund', id])
    for (const { id } of await rows<{ id: number }>(
      life,
      "select id from payments.refunds where tenant_id = $1 and order_no = $2 and state in ('requested', 'processing')",
    ))
      await play(life, ['fulfilment.refund_ended', id, true, null])
  }
  await over()
  await play(life, ['fulfilment.settle_bundles', life.no])
  const lines = await rows<{ line_no: number }>(
    life,
    `select line_no from orders.lines where tenant_id = $1 and order_no = $2 and state in ('waiting', 'supplying', 'exception', 'refunding')
    and exists (select from orders.orders where tenant_id = $1 and no = $2 and state in ('paid', 'delivered', 'refunded'))`,
  )
  for (const { line_no } of lines)
    for (const to of ['source', 'balance'])
      await play(life, [
        'fulfilment.refund',
        life.no,
        {
          lineNo: line_no,
          takes: 'line',
          grants: [],
          amountFen: null,
          to,
          reason: 'other',
          actor: 'support',
          staffId: 1,
          used: 'allow',
        },
      ])
  await over()
  const stuck = await rows<Record<string, unknown>>(
    life,
    `select line_no, kind, state, exception_reason as reason, held_back, refunding_fen, refunded_fen, amount_fen, refunded_quantity from orders.lines
    where tenant_id = $1 and order_no = $2 and state not in ('delivered', 'refunded')
    and exists (select from orders.orders where tenant_id = $1 and no = $2 and state in ('paid', 'delivered', 'refunded'))`,
  )
  return stuck.map((line) => `cannot be ended: ${JSON.stringify(line)}`)
}

test('whatever becomes of parts, bought codes and services, the books are right and everything can be ended', async () => {
  const bad: string[] = []
  for (let first = 0; first < count; first += ORDERS_A_SHOP) {
    const world = await openWorld()
    for (let turn = first; turn < Math.min(count, first + ORDERS_A_SHOP); turn += 1) {
      const random = seeded(seed + turn)
      const life = await begin(world, KINDS[Math.floor(random() * KINDS.length)] ?? 'hold')
      let faults: string[] = []
      try {
        for (let step = 0; step < 16 && faults.length === 0; step += 1) {
          const moves: Move[] = []
          for (let n = step > 1 && random() < 0.25 ? 3 : 1; n > 0; n -= 1) {
            const move = await draw(life, random)
            if (move) moves.push(move)
          }
          await Promise.all(moves.map((move) => play(life, move)))
          faults = await faultsOf(life)
        }
        if (faults.length === 0) faults = await end(life)
        if (faults.length === 0) faults = await faultsOf(life)
        await expectBooksRight(house, world.shop.tenantId, ['nothing is refunded beyond what came, or was let go of'])
      } catch (error) {
        faults.push(String((error as Error).message).slice(0, 3_000))
      }
      if (faults.length > 0) {
        bad.push(`SEED ${seed + turn}\n${faults.join('\n')}\n${life.log.join('\n')}`)
        break
      }
    }
    const { checks } = await auditBooks(house.platform, world.shop.tenantId, { isWhole: true, graceSeconds: 60 })
    const told = checks.flatMap(({ violations }) => violations)
    const real = told.filter(({ code }) => !['refund_twice', 'refund_over_receipt', 'cipher_closed'].includes(code))
    if (real.length > 0) bad.push(`AUDIT of shop from ${seed + first}: ${JSON.stringify(real)}`)
  }
  if (bad.length > 0) throw new Error(bad.join('\n\n'))
}, 600_000)
