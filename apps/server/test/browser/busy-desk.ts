import { randomUUID } from 'node:crypto'
import { type Client, createClient, type OutputOf } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import { eventually } from '../harness/index.ts'

const PASSWORD = 'Quanshu-demo-2026'

/** Where each piece of work lies. */
export type BusyDesk = {
  /** Paid, and no source delivers it any more. */
  readonly stuckNo: number
  /** A series of redeem codes of which one was redeemed, and one that was never handed out. */
  readonly redeemedBatchId: number
  readonly redeemBatchId: number
  /** Has an interface, and a deposit that somebody else has to agree to. */
  readonly supplierId: number
  /** Has people instead of an interface. */
  readonly byHandId: number
}

/** Work of every kind waits for the staff of the demo shop, so that pictures and dialogs are about something. */
export async function busyDesk(address: string): Promise<BusyDesk> {
  const client = () => createClient({ baseUrl: address, locale: 'zh-CN', fetch: createCookieFetch() })
  const [owner, finance] = [client(), client()]
  for (const [who, of] of [
    ['owner', owner],
    ['finance', finance],
  ] as const) {
    await of.call('identity.signIn', { body: { email: `${who}@demo.quanshu.test`, password: PASSWORD } })
  }
  const { items: suppliers } = await owner.call('suppliers.list', { query: {} })
  const supplierId = suppliers[0]?.id ?? 0
  await depositToApprove(owner, finance, supplierId)
  return {
    stuckNo: await stuckTopUp(owner, client()),
    redeemedBatchId: await redeemed(owner, client()),
    redeemBatchId: await series(owner, '周年庆赠礼'),
    supplierId,
    byHandId: await byHand(owner),
  }
}

async function depositToApprove(owner: Client, finance: Client, supplierId: number): Promise<void> {
  const { versions } = await owner.call('tenancy.getSettings', {})
  await owner.call('tenancy.saveSettings', {
    body: { values: { 'suppliers.moneyApprovalAboveFen': 100_000 }, versions },
  })
  await finance.call(
    'suppliers.recordMoney',
    {
      params: { supplierId },
      body: {
        kind: 'deposit',
        amountFen: 500_000,
        reference: `ICBC-${randomUUID().slice(0, 8)}`,
        at: new Date().toISOString(),
      },
    },
    { idempotencyKey: randomUUID() },
  )
}

/** Its sources are switched off between the order and the payment. */
async function stuckTopUp(owner: Client, buyer: Client): Promise<number> {
  const goods = await goodsWith(buyer, ({ skus }) => skus[0]?.kind === 'topup')
  const [sku] = goods.skus
  const params = { skuId: sku?.id ?? 0 }
  const account = '13800138000'
  const { no } = await buyer.call(
    'orders.place',
    {
      body: {
        lines: [
          {
            skuId: params.skuId,
            quantity: 1,
            unitPriceFen: sku?.priceFen ?? 0,
            form: Object.fromEntries(goods.formFields.map(({ key }) => [key, account])),
          },
        ],
        contact: 'chen.yu@example.com',
        queryPassword: randomUUID(),
        payWith: 'sim-pay',
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const { policy, source, leastMarginFen, accountCheck, offers } = await owner.call('suppliers.readSkuSupply', {
    params,
  })
  const save = (enabled: boolean) =>
    owner.call('suppliers.saveSkuSupply', {
      params,
      body: {
        ...{ policy, source, leastMarginFen, accountCheck },
        offers: offers.map(({ productId, weight, fieldMap }) => ({ productId, weight, fieldMap, enabled })),
      },
    })
  await save(false)
  const { payment } = await buyer.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } })
  const url = payment?.cashier?.way === 'redirect' ? payment.cashier.url : ''
  await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' })
  await eventually(`${no} is stuck`, async () => {
    const { items } = await owner.call('fulfilment.listExceptions', { query: { q: String(no) } })
    return items.length > 0
  })
  await save(true)
  return no
}

type Goods = OutputOf<'catalog.mallGetGoods'>

/** The first of the demo shop's goods that are so. */
async function goodsWith(client: Client, isSo: (goods: Goods) => boolean): Promise<Goods> {
  const { items } = await client.call('catalog.mallListGoods', { query: { limit: 50 } })
  for (const { id } of items) {
    const goods = await client.call('catalog.mallGetGoods', { params: { id } })
    if (isSo(goods)) return goods
  }
  throw new Error('the demo shop has no such goods')
}

async function series(owner: Client, name: string): Promise<number> {
  const goods = await goodsWith(owner, ({ formFields, skus }) => formFields.length === 0 && skus[0]?.kind === 'card')
  const { id } = await owner.call('redeem.createBatch', {
    body: { name, skuId: goods.skus[0]?.id ?? 0, codes: 3, validDays: 90 },
  })
  const params = { redeemBatchId: id }
  await eventually(`${name} is made`, async () => (await owner.call('redeem.getBatch', { params })).state === 'ready')
  return id
}

async function redeemed(owner: Client, buyer: Client): Promise<number> {
  const redeemBatchId = await series(owner, '会员日赠礼')
  const file = await owner.download('redeem.exportCodes', { params: { redeemBatchId }, body: { reason: '印成卡片' } })
  const [, row = ''] = (await file.text()).trim().split('\r\n')
  const [code = ''] = row.split(',')
  await buyer.call(
    'redeem.redeem',
    { body: { code, contact: 'mei.lin@example.com', queryPassword: 'gift-2026' } },
    { idempotencyKey: randomUUID() },
  )
  return redeemBatchId
}

async function byHand(owner: Client): Promise<number> {
  const { id } = await owner.call(
    'suppliers.create',
    {
      body: {
        name: '蓝海供货',
        adapter: 'workspace',
        baseUrl: '',
        identity: '',
        settings: {},
        concurrent: 16,
        perMinute: 6_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  return id
}
