import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import type { StaffErrand } from '../plan/errands.ts'
import type { Member, Shop, Visitor } from './shop.ts'
import { insist, type World } from './world.ts'

const REASON = '压力测试'

export type Clerk = {
  readonly shop: Shop
  readonly visitor: Visitor
  readonly members: readonly Member[]
  /** Batches of the shop that were imported whole. */
  readonly batchIds: () => readonly number[]
}

/** One act of the people at the console. */
export async function act(world: World, clerk: Clerk, errand: StaffErrand): Promise<void> {
  switch (errand.act) {
    case 'refund':
      return await refund(world, clerk, errand)
    case 'replace':
      return await replace(world, clerk, errand)
    case 'suspend_and_resume':
      return await suspendAndResume(world, clerk, errand)
    case 'top_up': {
      const member = chosen(clerk.members, errand.share)
      return member && (await topUp(world, clerk, member, errand.amountFen, errand.isDoubleClick))
    }
    case 'query_payment':
      return await queryPayment(world, clerk, errand)
    case 'retry_exceptions':
      return await handleExceptions(world, clerk, 'retry')
    case 'refund_exceptions':
      return await handleExceptions(world, clerk, 'refund')
    case 'cancel_order':
      return await cancelOrder(world, clerk, errand)
    case 'retry_refunds':
      return await retryRefunds(world, clerk)
  }
}

/** Puts money on a member's balance, exactly once however often it is asked. */
export function topUp(
  world: World,
  { shop, visitor }: Pick<Clerk, 'shop' | 'visitor'>,
  member: Member,
  amountFen: number,
  isDouble = false,
): Promise<void> {
  const note = { shop: shop.slug, memberId: member.id, amountFen, ...FRESH }
  world.diary.topUps.push(note)
  const key = randomUUID()
  return insist(world, 'members.adjustBalance', {
    visitor,
    isDouble,
    ...judged(note),
    send: (client, signal) =>
      client.call(
        'members.adjustBalance',
        { params: { id: member.id }, body: { amountFen, reason: REASON } },
        { idempotencyKey: key, signal },
      ),
  })
}

const FRESH = { wasUncertain: false, outcome: 'asked' as 'asked' | 'ok' | 'refused' | 'unknown' }

function judged(note: { wasUncertain: boolean; outcome: 'asked' | 'ok' | 'refused' | 'unknown' }) {
  return {
    uncertain: () => {
      note.wasUncertain = true
    },
    settle: ({ kind }: { readonly kind: 'ok' | 'refused' }) => {
      note.outcome = kind
    },
  }
}

async function refund(world: World, { shop, visitor }: Clerk, errand: StaffErrand): Promise<void> {
  const order = chosen(ofShop(world.delivered, shop), errand.share)
  if (!order) return
  const note = { shop: shop.slug, no: order.no, lineNo: null, ...FRESH }
  world.diary.refunds.push(note)
  const key = randomUUID()
  await insist(world, 'orders.refund', {
    visitor,
    isDouble: errand.isDoubleClick,
    ...judged(note),
    send: (client, signal) =>
      client.call(
        'orders.refund',
        { params: { no: order.no as OrderNo }, body: { lineNo: null, to: errand.to, reason: REASON } },
        { idempotencyKey: key, signal },
      ),
  })
}

async function replace(world: World, { shop, visitor }: Clerk, errand: StaffErrand): Promise<void> {
  const order = chosen(ofShop(world.delivered, shop), errand.share)
  const grantId = order && chosen(order.grantIds, (errand.share * 7) % 1)
  if (!order || grantId === undefined) return
  const note = { shop: shop.slug, no: order.no, grantId, ...FRESH }
  world.diary.replacements.push(note)
  const key = randomUUID()
  await insist(world, 'fulfilment.replaceGrant', {
    visitor,
    isDouble: errand.isDoubleClick,
    ...judged(note),
    send: (client, signal) =>
      client.call(
        'fulfilment.replaceGrant',
        { params: { no: order.no as OrderNo, grantId }, body: { reason: REASON } },
        { idempotencyKey: key, signal },
      ),
  })
}

async function suspendAndResume(world: World, { shop, visitor, batchIds }: Clerk, errand: StaffErrand): Promise<void> {
  const batchId = chosen(batchIds(), errand.share)
  if (batchId === undefined) return
  const name = `${shop.slug} ${batchId}`
  const note = world.diary.batches.get(name) ?? { shop: shop.slug, batchId, suspensions: 0 }
  world.diary.batches.set(name, note)
  note.suspensions += 1
  const suspended = await world.ask('vault.suspendBatch', (signal) =>
    visitor.main.call('vault.suspendBatch', { params: { batchId }, body: { reason: REASON } }, { signal }),
  )
  await world.rest(errand.lastsMs)
  await insist(world, 'vault.resumeBatch', {
    visitor,
    uncertain: () => undefined,
    // A refusal means that it is on sale: it was never suspended, or a colleague was quicker.
    settle: () => undefined,
    send: (client, signal) =>
      client.call('vault.resumeBatch', { params: { batchId }, body: { reason: REASON } }, { signal }),
  })
  // A process that stood still may suspend after this: once more, when everybody is back.
  if (suspended.kind === 'unknown') {
    const askAgain = async () =>
      (
        await world.ask('vault.resumeBatch', (signal) =>
          visitor.main.call('vault.resumeBatch', { params: { batchId }, body: { reason: REASON } }, { signal }),
        )
      ).kind !== 'unknown'
    world.open.push({ what: 'vault.resumeBatch', askAgain })
  }
}

async function queryPayment(world: World, { shop, visitor }: Clerk, errand: StaffErrand): Promise<void> {
  // The newest are the ones whose payment is still open.
  const order = chosen(ofShop(world.placed, shop).slice(-30), errand.share)
  if (!order) return
  await world.ask('orders.queryPayment', (signal) =>
    visitor.main.call('orders.queryPayment', { params: { no: order.no as OrderNo }, body: {} }, { signal }),
  )
}

async function cancelOrder(world: World, { shop, visitor }: Clerk, errand: StaffErrand): Promise<void> {
  const order = chosen(ofShop(world.placed, shop).slice(-30), errand.share)
  if (!order) return
  await world.ask('orders.cancelByStaff', (signal) =>
    visitor.main.call(
      'orders.cancelByStaff',
      { params: { no: order.no as OrderNo }, body: { reason: REASON } },
      { signal },
    ),
  )
}

async function handleExceptions(
  world: World,
  { shop, visitor }: Pick<Clerk, 'shop' | 'visitor'>,
  action: 'retry' | 'refund',
): Promise<void> {
  const listed = await world.ask('fulfilment.listExceptions', (signal) =>
    visitor.main.call('fulfilment.listExceptions', { query: { pageSize: 20 } }, { signal }),
  )
  if (listed.kind !== 'ok') return
  const lines = listed.value.items
    .filter(({ actions }) => actions.includes(action))
    .map(({ orderNo, lineNo }) => ({ orderNo, lineNo }))
  if (lines.length === 0) return
  if (action === 'refund') {
    for (const { orderNo: no, lineNo } of lines) {
      world.diary.refunds.push({ shop: shop.slug, no, lineNo, wasUncertain: true, outcome: 'unknown' })
    }
  }
  await world.ask('fulfilment.handleExceptions', (signal) =>
    visitor.main.call('fulfilment.handleExceptions', { body: { action, lines, reason: REASON } }, { signal }),
  )
}

/** Refunds the gateway would not make are asked for again. */
export async function retryRefunds(world: World, { visitor }: Pick<Clerk, 'visitor'>): Promise<void> {
  const listed = await world.ask('payments.listRefunds', (signal) =>
    visitor.main.call('payments.listRefunds', { query: { state: 'failed', pageSize: 100 } }, { signal }),
  )
  if (listed.kind !== 'ok') return
  for (const { id } of listed.value.items) {
    await world.ask('payments.retryRefund', (signal) =>
      visitor.main.call('payments.retryRefund', { params: { refundId: id }, body: { reason: REASON } }, { signal }),
    )
  }
}

const ofShop = <T extends { readonly shop: Shop }>(items: readonly T[], shop: Shop): readonly T[] =>
  items.filter((item) => item.shop === shop)

const chosen = <T>(items: readonly T[], share: number): T | undefined => items[Math.floor(share * items.length)]
