import { type KeyObject, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { virtualClock } from '../virtual-clock.ts'
import { addApi, buildHttp, type Received } from './api.ts'
import { openBillOffice } from './bills.ts'
import { type Books, type Merchant, openBooks } from './books.ts'
import { addCashier } from './cashier.ts'
import { type AlipayControl, alipayControl } from './control.ts'
import { buildControlHttp } from './control-http.ts'
import { ALIPAY_FAULTS } from './faults.ts'
import { openGateway } from './gateway.ts'
import { type KeyBook, keepKeys, privateKeyOf } from './keys.ts'
import { openNoticeOffice } from './notices.ts'

export { type BillRow, billZip } from './bill.ts'
export type { AlipayControl } from './control.ts'
export type { AlipayFaultInput, AlipayFaultKind } from './faults.ts'

type AlipayOptions = {
  readonly host: string
  readonly port?: number | undefined
  readonly controlPort?: number | undefined
  /** Where books and keys are kept; absent: only in memory. */
  readonly dataDir?: string | undefined
  /** Same seed, same calls: same numbers and tokens (keys are always random). Absent: random, kept with the books. */
  readonly seed?: string | undefined
  /** Of every hundred yuan, what the gateway keeps. Default 0.6. */
  readonly feePercent?: number | undefined
}

/** What a shop puts into its settings to use this gateway. Keys are base64 of DER, as the key tool gives them. */
export type AlipayMerchant = {
  readonly appId: string
  readonly sellerId: string
  readonly name: string
  readonly appPrivateKey: string
  readonly alipayPublicKey: string
  /** The key the gateway signs with once the fault `key.replaced` is on. */
  readonly nextAlipayPublicKey: string
}

export type Alipay = {
  /** The gateway's address, `…/gateway.do`. */
  readonly url: string
  readonly controlUrl: string
  /** The app a demo shop uses. */
  readonly merchant: AlipayMerchant
  /** Another seller's app. */
  readonly stranger: AlipayMerchant
  readonly control: AlipayControl
  readonly close: () => Promise<void>
}

const CLOCK_OFF_MS = 10 * 60_000

/** Starts the gateway. Trades, refunds and unacknowledged notices of an earlier run are found again in `dataDir`. */
export async function startAlipay(options: AlipayOptions): Promise<Alipay> {
  const inDataDir = (name: string) => (options.dataDir === undefined ? undefined : join(options.dataDir, name))
  const keys = await keepKeys(inDataDir('alipay-keys.json'))
  const books = openBooks({ file: inDataDir('alipay.jsonl'), seed: options.seed ?? randomBytes(32).toString('hex') })
  const clock = virtualClock()
  const faults = faultSwitch(ALIPAY_FAULTS)
  const isOn = (kind: (typeof ALIPAY_FAULTS)[number]) => faults.list().find((fault) => fault.kind === kind)
  // Times on the wire are the machine's, unless the fault says the gateway's clock is wrong; deadlines follow `clock`.
  const wallClock = (): number => {
    const off = isOn('clock.off')
    return Date.now() + (off ? (off.ms ?? CLOCK_OFF_MS) : 0)
  }
  const signing = { now: privateKeyOf(keys.platform.privateKey), next: privateKeyOf(keys.next.privateKey) }
  const signingKey = (): KeyObject => (isOn('key.replaced') ? signing.next : signing.now)

  const merchant = keepMerchant(books, keys, 0, '2021000000000001', '2088000000000001', '权枢演示商店')
  const stranger = keepMerchant(books, keys, 1, '2021000000000002', '2088000000000002', '别家商店')
  const notices = openNoticeOffice({ books, clock, faults, wallClock, signingKey })
  const gateway = openGateway({
    ...{ books, clock, faults, wallClock, feePercent: options.feePercent ?? 0.6 },
    onRefunded: (trade, refund) => void notices.announceRefund(trade, refund),
  })
  const bills = openBillOffice(books, clock, faults)
  const received: Received[] = []
  const control = alipayControl({ books, gateway, notices, bills, faults, clock, received })

  let origin = ''
  const app = buildHttp()
  const parts = { books, gateway, notices, bills, faults, clock, wallClock, signingKey, received, origin: () => origin }
  addApi(app, {
    ...parts,
    payNow: async (trade) => {
      gateway.pay(trade)
      await notices.announcePaid(trade)
    },
  })
  addCashier(app, parts)
  const controlApp = buildControlHttp(control, merchant.appId)
  origin = await listen(app, options.host, options.port)
  const controlUrl = await listen(controlApp, options.host, options.controlPort)

  return {
    url: `${origin}/gateway.do`,
    controlUrl,
    merchant,
    stranger,
    control,
    close: async () => {
      clock.stop()
      await Promise.all([app.close(), controlApp.close()])
      notices.close()
      books.close()
    },
  }
}

function keepMerchant(
  books: Books,
  keys: KeyBook,
  index: number,
  appId: string,
  sellerId: string,
  name: string,
): AlipayMerchant {
  const own = keys.apps[index]
  if (!own) throw new Error(`no key pair for app ${appId}`)
  const known: Merchant = { appId, sellerId, name, appPublicKey: own.publicKey }
  if (!books.merchants.has(appId)) books.save('merchant', known)
  return {
    appId,
    sellerId,
    name,
    appPrivateKey: own.privateKey,
    alipayPublicKey: keys.platform.publicKey,
    nextAlipayPublicKey: keys.next.publicKey,
  }
}
