import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type Shop } from '../suppliers/shop.fixture.ts'
import { signatureOf as chengquan } from './chengquan.ts'
import { signatureOf as dayuanren } from './dayuanren.ts'
import { signatureOf as fengzhushou } from './fengzhushou.ts'
import { PROFILE_HOUSES, startProfileHouses } from './index.ts'
import { signatureOf as kakayun } from './kakayun.ts'
import { signatureOf as lansexiongdi } from './lansexiongdi.ts'
import type { Fields } from './wire.ts'
import { signatureOf as zhichong } from './zhichong.ts'

type House = {
  readonly sign: (fields: Fields, key: string) => string
  readonly body: 'form' | 'json'
  readonly balance: string
  readonly place: string
  /** Of an order for one piece under a number. */
  readonly order: (no: string, url: string) => Fields
  readonly isYes: (answer: Fields) => boolean
  readonly acknowledgement: string
}
const ms = () => String(Date.now())
const seconds = () => String(Math.floor(Date.now() / 1_000))

const HOUSES: Readonly<Record<keyof typeof PROFILE_HOUSES, House>> = {
  dayuanren: {
    ...{ sign: dayuanren, body: 'form', balance: 'yrapi.php/index/user', place: 'yrapi.php/index/recharge' },
    order: (no, url) => ({
      ...{ userid: '10001', out_trade_num: no, product_id: '68', mobile: '13800138000', price: '15.2' },
      notify_url: url,
    }),
    isYes: ({ errno }) => errno === 0,
    acknowledgement: 'success',
  },
  chengquan: {
    ...{ sign: chengquan, body: 'form', balance: 'user/balance/get', place: 'order/directCharge' },
    order: (no, url) => ({
      ...{ app_id: '15020190001', timestamp: ms(), order_no: no, product_id: '68', amount: '1', version: '1.1.0' },
      ...{ recharge_number: '13800138000', notify_url: url },
    }),
    isYes: ({ code }) => code === 7000,
    acknowledgement: 'OK',
  },
  fengzhushou: {
    ...{ sign: fengzhushou, body: 'json', balance: 'fzs-stdopen-api/api/v1/balance' },
    place: 'fzs-stdopen-api/api/v1/sendgoods',
    order: (no, url) => ({
      ...{ projectCode: 'P10001', timestamp: ms(), skuCode: '68', channelOrderNo: no, account: '13800138000', num: 1 },
      callbackUrl: url,
    }),
    isYes: ({ retcode }) => retcode === 0,
    acknowledgement: '{"code":"0"}',
  },
  kakayun: {
    ...{ sign: kakayun, body: 'json', balance: 'dockapiv3/user/info', place: 'dockapiv3/order/create' },
    order: (no, url) => ({
      ...{ userid: '10052', timestamp: Number(seconds()), goodsid: '2478510', buynum: 1, attach: '13800138000' },
      ...{ usorderno: no, maxmoney: '15.2000', callbackurl: url },
    }),
    isYes: ({ code }) => code === 1,
    acknowledgement: 'ok',
  },
  lansexiongdi: {
    ...{ sign: lansexiongdi, body: 'form', balance: 'recharge/info', place: 'recharge/order' },
    order: (no, url) => ({
      ...{ merchantId: '23329', timeStamp: seconds(), version: '1.0', outTradeNo: no, productId: '68', number: '1' },
      ...{ rechargeAccount: '13800138000', accountType: '1', notifyUrl: url },
    }),
    isYes: ({ code }) => code === '2000' || code === '0000',
    acknowledgement: 'success',
  },
  zhichong: {
    ...{ sign: zhichong, body: 'form', balance: 'api/user/balance', place: 'api/order/create' },
    order: (no, url) => ({
      ...{ customerId: '8801', customerOrderNo: no, goodsId: '68', account: '13800138000', num: '1', notifyURL: url },
    }),
    isYes: ({ code }) => code === 0,
    acknowledgement: 'success',
  },
}

test('咔咔云 signs as its documentation’s example does', () => {
  const fields = { userid: '10052', timestamp: 1_735_002_156, goodsid: '720938', buynum: 1, attach: '13088888888' }
  expect(kakayun(fields, '9aa3034b6beba7cf5bfcf6089218a674')).toBe('82a4da7502872e7a128b510d10cad6ab')
})

describe.each(Object.entries(HOUSES))('%s', (id, house) => {
  let standIn: Awaited<ReturnType<(typeof PROFILE_HOUSES)[keyof typeof PROFILE_HOUSES]>>
  let shop: Shop
  let key: string
  beforeAll(async () => {
    shop = await openShop(house.acknowledgement)
    standIn = await PROFILE_HOUSES[id as keyof typeof PROFILE_HOUSES]({ host: '127.0.0.1', seed: 'test' })
    standIn.control.setPace({ topupMs: 0 })
    key = Object.values(standIn.credentials)[1] ?? ''
  })
  afterAll(async () => {
    await standIn.close()
    shop.close()
  })

  async function call(path: string, fields: Fields, secret = key): Promise<Fields> {
    const signed = { ...fields, sign: house.sign(fields, secret) }
    const body =
      house.body === 'json'
        ? JSON.stringify(signed)
        : new URLSearchParams(Object.entries(signed).map(([name, value]): [string, string] => [name, String(value)]))
    const answer = await fetch(`${standIn.url}/${path}`, { method: 'POST', body })
    return (await answer.json()) as Fields
  }
  const whoAsks = (): Fields => {
    const [name, who] = Object.entries(house.order('', ''))[0] ?? []
    const { timestamp, timeStamp } = house.order('', '')
    return {
      [name ?? '']: who,
      ...(timestamp !== undefined && { timestamp }),
      ...(timeStamp !== undefined && { timeStamp }),
    }
  }

  test('only who signs well is served', async () => {
    expect(house.isYes(await call(house.balance, whoAsks()))).toBe(true)
    expect(house.isYes(await call(house.balance, whoAsks(), 'guessed'))).toBe(false)
    expect(house.isYes(await call(house.balance, { ...whoAsks(), [Object.keys(whoAsks())[0] ?? '']: '1' }))).toBe(false)
  })

  test('a number buys once, and its end is called back until it is heard', async () => {
    const no = '26112200000000000001'
    expect(house.isYes(await call(house.place, house.order(no, shop.url)))).toBe(true)
    expect(house.isYes(await call(house.place, house.order(no, shop.url)))).toBe(false)
    expect(standIn.control.delivered(no)).toMatchObject({ orders: 1, pieces: 1 })
    expect(await shop.about(no)).toHaveLength(1)
    await expect.poll(() => standIn.control.sendings().map(({ isAcknowledged }) => isAcknowledged)).toEqual([true])

    shop.answer = { status: 200, body: 'what?' }
    const unheard = '26112200000000000002'
    await call(house.place, house.order(unheard, shop.url))
    await shop.about(unheard)
    shop.answer = { status: 200, body: house.acknowledgement }
    await standIn.control.advance(3_600_000)
    expect((await shop.about(unheard, 2)).length).toBe(2)
  })
})

test('all of them start together, each where a shop finds it', async () => {
  const houses = await startProfileHouses({})
  const { close, ...all } = houses
  expect(new Set(Object.values(all).map(({ url }) => url)).size).toBe(Object.keys(PROFILE_HOUSES).length)
  await close()
})
