import type { Client } from '@quanshu/client'
import type { OrderView } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { noteView, type OrderNote } from '../diary.ts'
import { type BuyErrand, isTopUp } from '../plan/errands.ts'
import type { Shop, Visitor } from './shop.ts'
import { insist, type World } from './world.ts'

const READ_FOR_MS = 5_000
const LOOK_EVERY_MS = 300
/** A shop that does not answer is tried again after a while. */
const CLOSED_MS = 400
const QUERY_PASSWORD = 'torture-7391'

export type Buyer = { readonly name: string; readonly visitor: Visitor; readonly memberId: number | null }

/** One purchase as a person makes it, over a network that may go away at any moment. */
export async function buy(world: World, shop: Shop, buyer: Buyer, errand: BuyErrand, turn: number): Promise<void> {
  if (!(await hasCookie(world, buyer.visitor))) return await world.rest(CLOSED_MS)
  const note = openNote(shop, buyer, errand, turn)
  world.diary.orders.set(note.contact, note)
  await place(world, shop, buyer, errand, note)
  const [no] = note.nos
  if (note.outcome !== 'ok' || no === undefined) return
  world.placed.push({ shop, no })
  const order = { world, shop, buyer, errand, note, no: no as OrderNo }
  await goOn(order)
  if (errand.next !== 'abandon' && errand.next !== 'pay_and_leave') await read(order)
  if (errand.marksUsed) await markUsed(order)
}

/** A top-up that is paid from the purse may have arrived by the time one of two is answered. */
const WAY: readonly OrderView['state'][] = ['pending', 'paid', 'delivered', 'refunded']

type Order = {
  readonly world: World
  readonly shop: Shop
  readonly buyer: Buyer
  readonly errand: BuyErrand
  readonly note: OrderNote
  readonly no: OrderNo
}

/** A browser's first page gives it the cookie under which a repeated request is known again. */
async function hasCookie(world: World, visitor: Visitor): Promise<boolean> {
  const page = await world.ask('catalog.mallShelves', (signal) =>
    visitor.main.call('catalog.mallShelves', {}, { signal }),
  )
  return page.kind === 'ok'
}

function openNote(shop: Shop, buyer: Buyer, errand: BuyErrand, turn: number): OrderNote {
  const contact = `${buyer.name}.${turn}@${shop.slug}.test`
  return {
    shop: shop.slug,
    buyer: buyer.memberId === null ? contact : `member ${buyer.memberId} of ${shop.slug}`,
    memberId: buyer.memberId,
    contact,
    queryPassword: QUERY_PASSWORD,
    account: errand.lines.some(({ sku }) => isTopUp(sku)) ? newAccount() : undefined,
    key: `${buyer.name}-${turn}`,
    totalFen: linesOf(shop, errand).reduce((sum, line) => sum + line.quantity * line.unitPriceFen, 0),
    quantity: errand.lines.reduce((sum, line) => sum + line.quantity, 0),
    payWith: errand.payWith,
    wasUncertain: false,
    outcome: 'asked',
    refusal: undefined,
    nos: new Set(),
    wasPaidAtGateway: false,
    wasCancelled: false,
    states: [],
    shown: new Map(),
    finalCodes: undefined,
  }
}

let accounts = 0
const newAccount = (): string => `139${String(++accounts).padStart(8, '0')}`

const linesOf = (shop: Shop, errand: BuyErrand) =>
  errand.lines.map(({ sku, quantity }) => {
    const { id: skuId, priceFen: unitPriceFen } = shop.skus[sku] ?? { id: 0, priceFen: 0 }
    return { skuId, quantity, unitPriceFen }
  })

function place(world: World, shop: Shop, buyer: Buyer, errand: BuyErrand, note: OrderNote): Promise<void> {
  const { contact, queryPassword, payWith } = note
  const form = note.account === undefined ? {} : { account: note.account }
  const body = { lines: linesOf(shop, errand).map((line) => ({ ...line, form })), contact, queryPassword, payWith }
  return insist(world, 'orders.place', {
    visitor: buyer.visitor,
    isDouble: errand.isDoubleClick,
    earlier: (one: OrderView, other: OrderView) => WAY.indexOf(one.state) - WAY.indexOf(other.state),
    send: (client, signal) => client.call('orders.place', { body }, { idempotencyKey: note.key, signal }),
    uncertain: () => {
      note.wasUncertain = true
    },
    settle: (answer) => {
      if (answer.kind === 'ok') {
        note.outcome = 'ok'
        note.nos.add(answer.value.no)
        noteView(world.diary, note, answer.value)
      } else {
        note.outcome = 'refused'
        note.refusal = answer.code
      }
    },
  })
}

async function goOn(order: Order): Promise<void> {
  const { errand, note } = order
  if (errand.payWith === 'balance' && errand.next !== 'cancel_while_paying') return
  switch (errand.next) {
    case 'pay':
    case 'pay_and_leave':
      return await pay(order)
    case 'abandon':
      return
    case 'cancel':
      return await cancel(order)
    case 'cancel_while_paying':
      return void (await Promise.all([pay(order), cancel(order)]))
    case 'cancel_then_pay':
      await openCashier(order)
      await cancel(order)
      return await payAtGateway(order, true)
    case 'pay_both_ways':
      await openCashier(order)
      await Promise.all([payAtGateway(order, false), payFromBalance(order)])
      return
  }
  throw new Error(`${note.key} does not know how to go on`)
}

async function pay(order: Order): Promise<void> {
  await openCashier(order)
  await payAtGateway(order, false)
}

/** Asks for the cashier once more; the gateway may not have answered when the order was placed. */
async function openCashier({ world, buyer, note, no, errand }: Order): Promise<void> {
  if (errand.payWith === 'balance') return
  const view = await world.ask('orders.pay', (signal) =>
    buyer.visitor.main.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } }, { signal }),
  )
  if (view.kind === 'ok') noteView(world.diary, note, view.value)
}

/** Whatever the driver hears of it: the gateway's books say in the end whether money was taken. */
async function payAtGateway({ world, shop, errand, note, no }: Order, late: boolean): Promise<void> {
  const { standIns } = world.house
  if (errand.noticeFault) await standIns.addFault({ ...errand.noticeFault, key: String(no) })
  const refusal = await standIns.pay(shop.merchantId, no, late)
  if (refusal === undefined) note.wasPaidAtGateway = true
}

async function payFromBalance({ world, buyer, note, no }: Order): Promise<void> {
  const view = await world.ask('orders.pay', (signal) =>
    buyer.visitor.main.call('orders.pay', { params: { no }, body: { payWith: 'balance' } }, { signal }),
  )
  if (view.kind === 'ok') noteView(world.diary, note, view.value)
}

async function cancel({ world, buyer, note, no }: Order): Promise<void> {
  const view = await world.ask('orders.cancel', (signal) =>
    buyer.visitor.main.call('orders.cancel', { params: { no }, body: {} }, { signal }),
  )
  if (view.kind !== 'ok') return
  note.wasCancelled = true
  // Beside a payment under way the two answers may come in either order.
  if (note.wasPaidAtGateway) return
  noteView(world.diary, note, view.value)
}

async function read(order: Order): Promise<void> {
  const { world, shop, errand, note, no } = order
  const deadline = performance.now() + READ_FOR_MS
  if (errand.reads === 'stream') {
    await follow(order, deadline)
  } else {
    // Somebody else's browser has only the number and the password.
    const client = errand.reads === 'lookup' ? shop.newVisitor().main : order.buyer.visitor.main
    for (;;) {
      const view = await look(world, client, errand.reads, note, no)
      if (view) noteView(world.diary, note, view)
      if ((view && isOver(view)) || performance.now() > deadline || world.isOver()) break
      await world.rest(LOOK_EVERY_MS)
    }
  }
  if (note.states.at(-1) === 'delivered') {
    world.delivered.push({ shop, no, grantIds: [...note.shown.keys()] })
  }
}

const isOver = ({ state }: OrderView): boolean => state !== 'pending' && state !== 'paid'

async function look(
  world: World,
  client: Client,
  how: BuyErrand['reads'],
  note: OrderNote,
  no: OrderNo,
): Promise<OrderView | undefined> {
  if (how === 'lookup') {
    const body = { no, queryPassword: note.queryPassword }
    const found = await world.ask('orders.lookup', (signal) => client.call('orders.lookup', { body }, { signal }))
    return found.kind === 'ok' ? found.value.items[0] : undefined
  }
  if (how === 'list') await world.ask('orders.mine', (signal) => client.call('orders.mine', { query: {} }, { signal }))
  const view = await world.ask('orders.get', (signal) => client.call('orders.get', { params: { no } }, { signal }))
  return view.kind === 'ok' ? view.value : undefined
}

/** Looks at an order once more when everything is over. Undefined when nobody answers. */
export async function lastLook(world: World, visitor: Visitor, note: OrderNote): Promise<OrderView | undefined> {
  const [no] = note.nos
  if (no === undefined) return undefined
  for (let tries = 0; tries < 3; tries += 1) {
    const view = await look(world, visitor.main, 'page', note, no as OrderNo)
    if (view) return view
  }
  return undefined
}

/** The page that waits: every change is pushed to it. */
function follow({ world, buyer, note, no }: Order, deadline: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      stop()
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(end, Math.max(0, deadline - performance.now()))
    const stop = buyer.visitor.main.stream(
      'orders.stream',
      { params: { no } },
      (view) => {
        noteView(world.diary, note, view)
        if (isOver(view) || world.isOver()) end()
      },
      { onProblem: end },
    )
  })
}

async function markUsed({ world, buyer, note, no }: Order): Promise<void> {
  const [grantId] = note.shown.keys()
  if (grantId === undefined) return
  await world.ask('orders.markGrant', (signal) =>
    buyer.visitor.main.call('orders.markGrant', { params: { no, grantId }, body: { used: true } }, { signal }),
  )
}
