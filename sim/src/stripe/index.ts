import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { openSender } from '../sender.ts'
import { virtualClock } from '../virtual-clock.ts'
import { addApi, buildHttp, type Received } from './api.ts'
import { type Account, type Books, openBooks } from './books.ts'
import { addCashier } from './cashier.ts'
import { type StripeControl, stripeControl } from './control.ts'
import { buildControlHttp } from './control-http.ts'
import { openDesk } from './desk.ts'
import { STRIPE_FAULTS } from './faults.ts'
import { openWebhookOffice } from './webhooks.ts'

export type { StripeControl } from './control.ts'
export type { StripeFaultInput, StripeFaultKind } from './faults.ts'
export { signatureHeader } from './webhooks.ts'

type StripeOptions = {
  readonly host: string
  readonly port?: number | undefined
  readonly controlPort?: number | undefined
  /** Where the books are kept; absent: only in memory. */
  readonly dataDir?: string | undefined
  /** Same seed, same calls: same ids. Absent: random, kept with the books. */
  readonly seed?: string | undefined
}

export type StripeStandIn = {
  /** Base URL for the shop's calls and the payment pages. */
  readonly url: string
  readonly controlUrl: string
  /** The account of a demonstration shop. Its webhook is set with `control.setWebhook`. */
  readonly account: { readonly id: string; readonly secretKey: string }
  readonly control: StripeControl
  readonly close: () => Promise<void>
}

/** Starts Stripe. Payments, refunds, disputes and unacknowledged events of an earlier run are found again in `dataDir`. */
export async function startStripe(options: StripeOptions): Promise<StripeStandIn> {
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'stripe.jsonl')
  const books = openBooks({ file, seed: options.seed ?? randomBytes(32).toString('hex') })
  const clock = virtualClock()
  const faults = faultSwitch(STRIPE_FAULTS)
  const sender = openSender()
  const received: Received[] = []
  const account = keepAccount(books)
  let datedBackMs = 0
  const dated = (): number => Date.now() - datedBackMs

  const office = openWebhookOffice({ books, clock, faults, sender, dated })
  const desk = openDesk({ books, clock, faults, announce: office.announce, dated })
  const control = stripeControl({
    books,
    desk,
    office,
    faults,
    clock,
    received,
    dateBack: (ms) => {
      datedBackMs = ms
    },
    defaultAccountId: account.id,
  })
  let url = ''
  const app = buildHttp()
  addApi(app, { books, desk, faults, received, origin: () => url })
  addCashier(app, { books, desk })
  const controlApp = buildControlHttp(control)
  url = await listen(app, options.host, options.port)
  const controlUrl = await listen(controlApp, options.host, options.controlPort)

  return {
    url,
    controlUrl,
    account: { id: account.id, secretKey: account.secretKey },
    control,
    close: async () => {
      clock.stop()
      await Promise.all([app.close(), controlApp.close()])
      sender.close()
      books.close()
    },
  }
}

function keepAccount(books: Books): Account {
  const [known] = books.accounts.values()
  if (known) return known
  const account: Account = {
    id: `acct_${books.nextToken().slice(0, 16)}`,
    name: 'Quanshu demonstration shop',
    secretKey: `sk_test_${books.nextToken()}`,
    webhookSecrets: [],
  }
  books.save('account', account)
  return account
}
