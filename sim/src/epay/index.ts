import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { openSender } from '../sender.ts'
import { virtualClock } from '../virtual-clock.ts'
import { type ApiParts, addApi, buildHttp, type Received } from './api.ts'
import { type Books, type Merchant, openBooks } from './books.ts'
import { addCashier } from './cashier.ts'
import { type EpayControl, epayControl } from './control.ts'
import { buildControlHttp } from './control-http.ts'
import { openDesk } from './desk.ts'
import { EPAY_FAULTS } from './faults.ts'
import { openNoticeOffice } from './notices.ts'
import { newKeyPair } from './signing.ts'
import { platformOf, wireClock } from './wire.ts'

export type { EpayControl } from './control.ts'
export type { EpayFaultInput, EpayFaultKind } from './faults.ts'

type EpayOptions = {
  readonly host: string
  readonly port?: number | undefined
  readonly controlPort?: number | undefined
  /** Where the books are kept; absent: only in memory. */
  readonly dataDir?: string | undefined
  /** Same seed, same calls: same numbers and keys for MD5. Absent: random, kept with the books. */
  readonly seed?: string | undefined
}

export type EpayStandIn = {
  /** Base URL for the merchant's calls and the payment pages. */
  readonly url: string
  readonly controlUrl: string
  /** The merchant of a demonstration shop, with what it fills in for MD5 (`key`) and for RSA (the other two). */
  readonly merchant: {
    readonly pid: string
    readonly key: string
    readonly merchantPrivateKey: string
    readonly platformPublicKey: string
  }
  readonly control: EpayControl
  readonly close: () => Promise<void>
}

/** Starts the operator. Orders, refunds and unacknowledged notices of an earlier run are found again in `dataDir`. */
export async function startEpay(options: EpayOptions): Promise<EpayStandIn> {
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'epay.jsonl')
  const books = openBooks({ file, seed: options.seed ?? randomBytes(32).toString('hex') })
  if (!books.platforms.has('platform')) books.save('platform', { id: 'platform', keys: newKeyPair() })
  const merchant = keepMerchant(books, '1001', '权枢演示商店')
  keepMerchant(books, '1002', '别家商店')
  const clock = virtualClock()
  const wire = wireClock()
  const faults = faultSwitch(EPAY_FAULTS)
  const sender = openSender()
  const received: Received[] = []
  let datedBackMs = 0

  const notices = openNoticeOffice({ books, clock, wire, faults, sender })
  const desk = openDesk({ books, clock, faults, dated: () => Date.now() - datedBackMs })
  const dateBack = (ms: number): void => {
    datedBackMs = ms
  }
  const control = epayControl({ books, desk, notices, faults, clock, wire, received, dateBack, merchant })
  let url = ''
  const parts: ApiParts = { books, desk, notices, faults, wire, received, origin: () => url }
  const app = buildHttp()
  addApi(app, parts)
  addCashier(app, parts)
  const controlApp = buildControlHttp(control)
  url = await listen(app, options.host, options.port)
  const controlUrl = await listen(controlApp, options.host, options.controlPort)

  return {
    url,
    controlUrl,
    merchant: {
      pid: merchant.pid,
      key: merchant.key,
      merchantPrivateKey: merchant.keys.privateKey,
      platformPublicKey: platformOf(books).keys.publicKey,
    },
    control,
    close: async () => {
      clock.stop()
      await Promise.all([app.close(), controlApp.close()])
      sender.close()
      books.close()
    },
  }
}

function keepMerchant(books: Books, pid: string, name: string): Merchant {
  const known = books.merchants.get(pid)
  if (known) return known
  const merchant: Merchant = { pid, name, key: books.nextToken(), keys: newKeyPair(), isActive: true }
  books.save('merchant', merchant)
  return merchant
}
