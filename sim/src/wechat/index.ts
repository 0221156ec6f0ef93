import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { virtualClock } from '../virtual-clock.ts'
import { buildHttp, type Received } from './answering.ts'
import { addApi } from './api.ts'
import { openBillOffice } from './bill.ts'
import { type Books, type Merchant, openBooks } from './books.ts'
import { addCashier } from './cashier.ts'
import { type WechatControl, wechatControl } from './control.ts'
import { buildControlHttp } from './control-http.ts'
import { WECHAT_FAULTS } from './faults.ts'
import { openGateway } from './gateway.ts'
import { type KeyRing, newMerchant, openKeyRing } from './keys.ts'
import { type NoticeOffice, openNoticeOffice } from './notices.ts'
import { openSplits } from './splits.ts'
import { addWebAuth, appSecretOf } from './web-auth.ts'

export type { WechatControl, WechatPayOrder, WechatPayReport } from './control.ts'
export type { WechatFaultInput, WechatFaultKind } from './faults.ts'

type WechatOptions = {
  readonly host: string
  readonly port?: number | undefined
  readonly controlPort?: number | undefined
  /** Where the books and keys are kept; absent: only in memory. */
  readonly dataDir?: string | undefined
  /** Same seed, same calls: same numbers and tokens (never the same keys). Absent: random, kept with the books. */
  readonly seed?: string | undefined
}

/** What the merchant platform hands out, by the names that the shop's form uses. */
export type WechatAccount = {
  readonly merchantId: string
  readonly settings: {
    readonly appId: string
    readonly merchantSerial: string
    readonly publicKeyId: string
    readonly publicKey: string
    readonly platformCertificates: string
  }
  readonly secrets: { readonly privateKey: string; readonly apiV3Key: string; readonly appSecret: string }
}

export type Wechat = {
  /** Base URL for the merchant's calls and the cashier. */
  readonly url: string
  readonly controlUrl: string
  /** The merchant a demo shop uses. A second one exists so that a notice can be about the wrong one. */
  readonly merchant: Merchant
  readonly account: WechatAccount
  readonly control: WechatControl
  readonly close: () => Promise<void>
}

/** Starts the stand-in for WeChat Pay. What an earlier run wrote into `dataDir` is found again, keys included. */
export async function startWechat(options: WechatOptions): Promise<Wechat> {
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'wechat.jsonl')
  const books = openBooks({ file, seed: options.seed ?? randomBytes(32).toString('hex') })
  const clock = virtualClock()
  const faults = faultSwitch(WECHAT_FAULTS)
  const [keys, merchant] = await Promise.all([
    openKeyRing(books),
    keepMerchant(books, { mchid: '1900000109', appid: 'wxd678efh567hg6787', name: '权枢演示商店' }),
    keepMerchant(books, { mchid: '1900000209', appid: 'wx8888888888888888', name: '别家商店' }),
  ])
  const notices: NoticeOffice = openNoticeOffice(books, keys, clock, faults)
  const onRefundEnded = async (refund: Parameters<NoticeOffice['announceRefund']>[0]): Promise<void> => {
    await notices.announceRefund(refund)
  }
  const gateway = openGateway({ books, clock, faults, onRefundEnded })
  const received: Received[] = []
  const control = wechatControl({ books, keys, gateway, notices, faults, clock, received })
  const account = accountOf(merchant, keys)

  let url = ''
  const origin = (): string => url
  const app = buildHttp()
  addApi(app, {
    books,
    keys,
    gateway,
    notices,
    faults,
    received,
    origin,
    splits: openSplits(books, clock, faults),
    bills: openBillOffice(books, clock, faults),
  })
  addCashier(app, { books, gateway, notices, origin })
  addWebAuth(app, books)
  const controlApp = buildControlHttp(control, merchant.mchid, account)
  url = await listen(app, options.host, options.port)
  const controlUrl = await listen(controlApp, options.host, options.controlPort)
  return {
    url,
    controlUrl,
    merchant,
    account,
    control,
    close: async () => {
      clock.stop()
      await Promise.all([app.close(), controlApp.close()])
      notices.close()
      books.close()
    },
  }
}

async function keepMerchant(books: Books, identity: Pick<Merchant, 'mchid' | 'appid' | 'name'>): Promise<Merchant> {
  const known = books.merchants.get(identity.mchid)
  if (known) return known
  const merchant = await newMerchant(identity)
  books.save('merchant', merchant)
  return merchant
}

const accountOf = (merchant: Merchant, keys: KeyRing): WechatAccount => ({
  merchantId: merchant.mchid,
  settings: {
    appId: merchant.appid,
    merchantSerial: merchant.serial,
    publicKeyId: keys.publicKey().id,
    publicKey: keys.publicKey().publicPem,
    platformCertificates: keys.certificate().publicPem,
  },
  secrets: { privateKey: merchant.privateKey, apiV3Key: merchant.apiV3Key, appSecret: appSecretOf(merchant) },
})
