import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { testPlatform } from '../../../../test/harness/index.ts'
import type { Accounts, OpenAccount } from '../accounts.ts'
import type { PaymentPorts } from '../settle.ts'
import { createReceiveNotice } from './receive-notice.ts'

/** What a gateway says is about its own refunds, whatever number it names. */

const SECRET = 'whsec_test'
const account = { secrets: { secretKey: 'sk_test_1', webhookSecret: SECRET }, merchantId: 'acct_1' }
const accounts = { find: async () => account as unknown as OpenAccount } as Partial<Accounts> as Accounts

const house = await testPlatform()
const told: unknown[] = []
const notHere = async (): Promise<never> => {
  throw new Error('nothing else is told here')
}
const ports = {
  settle: notHere,
  chargeback: notHere,
  refundEnded: async (_tenantId: unknown, refundId: number) => told.push(refundId),
} as unknown as PaymentPorts
const receive = createReceiveNotice(house, accounts, ports)

const ORDER_NO = 2_611_220_000_000_001
const { tenantId } = await house.newTenant()
const refundAt = async (gateway: string): Promise<number> => {
  const { rows } = await house.owner.query<{ id: number }>(
    `with receipt as (
       insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state)
       values ($1, $2, 'T' || $2, $3, 100, 'CNY', 'applied') returning id
     )
     insert into payments.refunds (tenant_id, order_no, receipt_id, gateway, trade_no, amount_fen, target, reason)
     select $1, $3, id, $2, 'T' || $2, 100, 'source', 'test' from receipt returning id`,
    [tenantId, gateway, ORDER_NO],
  )
  return rows[0]?.id ?? 0
}
const own = await refundAt('stripe')
const others = await refundAt('sim-pay')

/** Stripe says that the refund with this number is done. */
async function notice(no: string) {
  const at = Math.trunc(house.clock.now().getTime() / 1000)
  const refund = {
    id: 're_1',
    object: 'refund',
    amount: 100,
    currency: 'cny',
    status: 'succeeded',
    metadata: { refund_no: no },
  }
  const event = { type: 'refund.updated', created: at, livemode: false, data: { object: refund } }
  const body = Buffer.from(JSON.stringify(event))
  const signature = createHmac('sha256', SECRET).update(`${at}.`).update(body).digest('hex')
  const headers = { 'stripe-signature': `t=${at},v1=${signature}` }
  const answer = await receive(
    tenantId,
    'stripe',
    { body, headers, method: 'POST', path: '/', query: '' } as never,
    '192.0.2.1',
  )
  return { status: answer.status, told: told.splice(0) }
}

test.each([
  ['its own', `${ORDER_NO}R${own}`, true],
  ['another gateway’s', `${ORDER_NO}R${others}`, false],
  ['its own under another order', `${ORDER_NO + 1}R${own}`, false],
  ['nobody’s', `${ORDER_NO}R999999`, false],
])('a refund’s end that a gateway tells: %s', async (_whose, no, isTaken) => {
  expect(await notice(no)).toEqual({ status: isTaken ? 200 : 400, told: isTaken ? [own] : [] })
})
