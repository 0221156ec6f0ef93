import { randomUUID } from 'node:crypto'
import { startFulu } from '@quanshu/sim/fulu'
import { startKasushou } from '@quanshu/sim/kasushou'
import { startKayixin } from '@quanshu/sim/kayixin'
import { PROFILE_HOUSES } from '@quanshu/sim/profiles'
import { startTremendous } from '@quanshu/sim/tremendous'
import { afterAll } from 'vitest'
import { type SupplierAdapter, type SupplierAdapters, supplierAdapters } from '../../src/modules/suppliers/index.ts'
import type { Outbound } from '../../src/platform/outbound/index.ts'
import { type Shop, until } from './shop.ts'

const GOODS = '会员测试直充'

/** Suppliers behind their real adapters, each played by a stand-in of its own. */

export const TOP_UP_SUPPLIERS = ['fulu', 'kasushou', 'kayixin'] as const
export type TopUpSupplier = (typeof TOP_UP_SUPPLIERS)[number]
export type CodeSupplier = TopUpSupplier | 'tremendous' | 'kakayun'
/** Joined by a profile and nothing else. */
export const PROFILED = ['kakayun', 'dayuanren', 'chengquan', 'fengzhushou', 'lansexiongdi', 'zhichong'] as const
export type ProfiledSupplier = (typeof PROFILED)[number]

/** Dollars, sold in these faces; a rate that makes no whole fen, in thousandths. */
const ABROAD = { face: '5', rate: 7_251, settings: { rates: 'USD=7.251' } }

const KINDS = {
  fulu: {
    start: async () => {
      const standIn = await startFulu({ host: '127.0.0.1' })
      const { appKey, appSecret } = standIn.credentials
      return { standIn, identity: appKey, secrets: { appSecret } }
    },
    /** Goods of the stand-in's own list whose buyers fill in what ours do. */
    like: '10000001',
    placing: 'fulu.order.direct.add',
    asking: 'fulu.order.info.get',
  },
  kasushou: {
    start: async () => {
      const standIn = await startKasushou({ host: '127.0.0.1' })
      const { userId, apiKey } = standIn.credentials
      return { standIn, identity: userId, secrets: { key: apiKey } }
    },
    like: '1001',
    placing: 'order/buy',
    asking: 'order/info',
  },
  kayixin: {
    start: async () => {
      const standIn = await startKayixin({ host: '127.0.0.1' })
      const { appId, appSecret } = standIn.credentials
      return { standIn, identity: appId, secrets: { key: appSecret } }
    },
    like: '201068',
    placing: 'order/create',
    asking: 'order/getDetail',
  },
  tremendous: {
    start: async () => {
      const standIn = await startTremendous({ host: '127.0.0.1' })
      return { standIn, identity: 'balance', secrets: standIn.credentials }
    },
    like: '',
    placing: 'POST /orders',
    asking: 'GET /orders/:id',
  },
  kakayun: {
    start: async () => {
      const standIn = await PROFILE_HOUSES.kakayun({ host: '127.0.0.1' })
      const { userId, key } = standIn.credentials
      return { standIn, identity: userId, secrets: { key } }
    },
    like: '2478510',
    placing: 'dockapiv3/order/create',
    asking: 'dockapiv3/order/get',
  },
  dayuanren: {
    start: async () => {
      const standIn = await PROFILE_HOUSES.dayuanren({ host: '127.0.0.1' })
      const { userId, apiKey } = standIn.credentials
      return { standIn, identity: userId, secrets: { key: apiKey } }
    },
    like: '68',
    placing: 'yrapi.php/index/recharge',
    asking: 'yrapi.php/index/check',
  },
  chengquan: {
    start: async () => {
      const standIn = await PROFILE_HOUSES.chengquan({ host: '127.0.0.1' })
      const { appId, key } = standIn.credentials
      return { standIn, identity: appId, secrets: { key } }
    },
    like: '68',
    placing: 'order/directCharge',
    asking: 'order/get',
  },
  fengzhushou: {
    start: async () => {
      const standIn = await PROFILE_HOUSES.fengzhushou({ host: '127.0.0.1' })
      const { projectCode, signKey } = standIn.credentials
      return { standIn, identity: projectCode, secrets: { key: signKey } }
    },
    like: '68',
    placing: 'fzs-stdopen-api/api/v1/sendgoods',
    asking: 'fzs-stdopen-api/api/v1/queryorder',
  },
  lansexiongdi: {
    start: async () => {
      const standIn = await PROFILE_HOUSES.lansexiongdi({ host: '127.0.0.1' })
      const { merchantId, key } = standIn.credentials
      return { standIn, identity: merchantId, secrets: { key } }
    },
    like: '68',
    placing: 'recharge/order',
    asking: 'recharge/query',
  },
  zhichong: {
    start: async () => {
      const standIn = await PROFILE_HOUSES.zhichong({ host: '127.0.0.1' })
      const { customerId, key } = standIn.credentials
      return { standIn, identity: customerId, secrets: { key } }
    },
    like: '68',
    placing: 'api/order/create',
    asking: 'api/order/query',
  },
} as const

export type RealSupplier = Awaited<ReturnType<typeof openSupplier>>

/** Starts the stand-in; it is stopped after the tests of the file. */
export async function openSupplier(kind: CodeSupplier | ProfiledSupplier, sold: 'direct' | 'card' = 'direct') {
  const { start, like, placing, asking } = KINDS[kind]
  const { standIn, identity, secrets } = await start()
  afterAll(() => standIn.close())
  const { control } = standIn
  control.setPace({ topupMs: 0 })
  control.setBalance('1000000')
  const { fields } = control.goods().find(({ id }) => id === like) ?? { fields: [] }
  const isAbroad = kind === 'tremendous'
  const fenOf = (text: string): number => {
    const hao = Math.round(Number(text) * 10_000)
    return Math.ceil((isAbroad ? Math.ceil((hao * ABROAD.rate) / 1_000) : hao) / 100)
  }
  /** What its interface does not list stands in its price list on paper. */
  const enterAll = async (shop: Pick<Shop, 'staff'>, supplierId: number): Promise<void> => {
    for (const { id, name, price } of control.goods().filter((one) => one.name.startsWith(GOODS))) {
      await shop.staff.call('suppliers.enterProduct', {
        params: { supplierId },
        body: {
          ...{ remoteId: id, name, kind: 'direct', costHao: Math.round(Number(price) * 10_000) },
          fields: [{ key: 'account', labelZh: '充值账号', type: 'text' }],
        },
      })
    }
  }
  const deliveriesOf = (orderNo: number) => control.deliveries().filter(({ outerNo }) => isOf(orderNo, outerNo))

  return {
    kind,
    url: standIn.url,
    /** What it and we sign with. */
    secrets: secrets as Readonly<Record<string, string>>,
    control,
    placing: sold === 'card' && kind === 'fulu' ? 'fulu.order.card.add' : placing,
    asking,
    /** Puts codes on its shelf, at this price; abroad that is added to the face. */
    sellCards: (id: string, price: string) =>
      control.addGoods({
        id,
        name: `${GOODS} ${id}`,
        kind: isAbroad ? 'link' : 'card',
        price,
        face: isAbroad ? '1' : '30',
        stock: 100_000,
        quantityMax: 100,
        fields: [],
      }),
    /** Puts top-ups on its shelf, at this price. */
    sell: (id: string, price: string, quantityMax = 100) =>
      control.addGoods({
        id,
        name: `${GOODS} ${id}`,
        kind: 'topup',
        price,
        face: '30',
        stock: 100_000,
        quantityMax,
        fields,
      }),
    /** Joins it to a shop: as it stands in its console, and what it sells is fetched. Answers products by its own ids. */
    async join(
      shop: Pick<Shop, 'staff' | 'base'>,
      name: string,
      how: { readonly baseUrl?: string; readonly concurrent?: number; readonly perMinute?: number } = {},
      goods: 'direct' | 'card' = sold,
    ) {
      const { id } = await shop.staff.call(
        'suppliers.create',
        {
          body: {
            name,
            adapter: kind,
            baseUrl: standIn.url,
            identity,
            secrets,
            concurrent: 24,
            perMinute: 60_000,
            ...(isAbroad && { settings: ABROAD.settings }),
            ...how,
          },
        },
        { idempotencyKey: randomUUID() },
      )
      control.setCallbackUrl(`${shop.base}/api/supply/${id}/notify`)
      const adapter = supplierAdapters.get(kind)
      if (adapter?.capabilities.products) {
        await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
      } else await enterAll(shop, id)
      const products = await until(`${name} to be synced`, async () => {
        const { items } = await shop.staff.call('suppliers.listProducts', {
          query: { supplierId: id, kind: [isAbroad ? 'link' : goods], q: GOODS, pageSize: 100 },
        })
        return items.length > 0 ? items : undefined
      })
      return {
        id,
        offer: (remoteId: string) => ({
          productId:
            products.find((one) => one.remoteId === (isAbroad ? `${remoteId}/${ABROAD.face}/USD` : remoteId))?.id ?? 0,
          fieldMap: Object.fromEntries(fields.map(({ key }) => [key, 'account'])),
        }),
      }
    },
    /** What it really handed out under the numbers of an order, */
    handedOut: (orderNo: number): number => deliveriesOf(orderNo).reduce((sum, { pieces }) => sum + pieces, 0),
    /** and under how many orders of its own book. */
    soldTimes: (orderNo: number): number => new Set(deliveriesOf(orderNo).map((one) => one.orderNo)).size,
    /** What it charged for them by its own book, in fen. */
    charged: (orderNo: number): number =>
      control
        .orders()
        .filter(({ outerNo, state }) => isOf(orderNo, outerNo) && state !== 'unpaid')
        .reduce((sum, { total, refunded }) => sum + fenOf(String(Number(total) - Number(refunded))), 0),
    /** Time passes there. What our balance did not suffice for is paid meanwhile. */
    pass: async (ms: number): Promise<void> => {
      const unpaid = control.orders().filter(({ state }) => state === 'unpaid')
      await Promise.all(unpaid.map(({ outerNo }) => control.settle(outerNo, 'success')))
      await control.advance(ms)
    },
  }
}

/** Numbers of purchases are the order's, with two digits of line and two of turn behind it. */
export const isOf = (orderNo: number, purchaseNo: string): boolean => purchaseNo.slice(0, -4) === String(orderNo)

/** The real adapters with less patience about orders, so that a supplier that is too slow is so within a test's time. */
export function hurriedAdapters(timeoutMs: number): SupplierAdapters {
  const hurried = (outbound: Outbound): Outbound => ({
    ...outbound,
    call: (request) => outbound.call({ ...request, timeoutMs }),
  })
  return new Map(
    [...supplierAdapters].map(([kind, adapter]) => {
      return [
        kind,
        {
          ...adapter,
          place: (outbound, ...rest) => adapter.place(hurried(outbound), ...rest),
          ask: (outbound, ...rest) => adapter.ask(hurried(outbound), ...rest),
        } satisfies SupplierAdapter,
      ]
    }),
  )
}
