import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { virtualClock } from '../virtual-clock.ts'
import { addApi, buildHttp, type Received } from './api.ts'
import { openBillOffice } from './bill.ts'
import { type Merchant, openBooks } from './books.ts'
import { addCashier } from './cashier.ts'
import { type PaygateControl, paygateControl } from './control.ts'
import { buildControlHttp } from './control-http.ts'
import { PAYGATE_FAULTS } from './faults.ts'
import { openGateway } from './gateway.ts'
import { openNoticeOffice } from './notices.ts'

type PaygateOptions = {
  readonly host: string
  readonly port?: number | undefined
  readonly controlPort?: number | undefined
  /** Where the books are kept; absent: only in memory. */
  readonly dataDir?: string | undefined
  /** Same seed, same calls: same numbers and tokens. Absent: random, kept with the books. */
  readonly seed?: string | undefined
}

export type Paygate = {
  /** Base URL for the merchant's calls and the cashier. */
  readonly url: string
  readonly controlUrl: string
  /** The merchant a demo shop uses. A second one exists so that a notice can come from the wrong one. */
  readonly merchant: Merchant
  readonly control: PaygateControl
  readonly close: () => Promise<void>
}

/** Starts the gateway. Payments, refunds and unacknowledged notices of an earlier run are found again in `dataDir`. */
export async function startPaygate(options: PaygateOptions): Promise<Paygate> {
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'paygate.jsonl')
  const books = openBooks({ file, seed: options.seed ?? randomBytes(32).toString('hex') })
  const clock = virtualClock()
  const faults = faultSwitch(PAYGATE_FAULTS)
  const gateway = openGateway(books, clock, faults)
  const received: Received[] = []
  const merchant = keepMerchant(books, 'M10000001', '权枢演示商店')
  keepMerchant(books, 'M10000002', '别家商店')

  const notices = openNoticeOffice(books, clock, faults)
  const control = paygateControl({ books, gateway, notices, faults, clock, received })
  let url = ''
  const app = buildHttp()
  const bills = openBillOffice(books, clock, faults)
  addApi(app, { books, gateway, notices, bills, faults, received, origin: () => url })
  addCashier(app, { books, gateway, notices, clock })
  const controlApp = buildControlHttp(control, merchant.id)
  url = await listen(app, options.host, options.port)
  const controlUrl = await listen(controlApp, options.host, options.controlPort)

  return {
    url,
    controlUrl,
    merchant,
    control,
    close: async () => {
      clock.stop()
      await Promise.all([app.close(), controlApp.close()])
      notices.close()
      books.close()
    },
  }
}

function keepMerchant(books: ReturnType<typeof openBooks>, id: string, name: string): Merchant {
  const known = books.merchants.get(id)
  if (known) return known
  const merchant: Merchant = { id, secret: `sk_${books.nextToken()}${books.nextToken()}`, name }
  books.merchants.set(id, merchant)
  books.save('merchant', merchant)
  return merchant
}
