import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Received } from './api.ts'
import type { Account, Books, Dispute, Intent, Session } from './books.ts'
import { type Desk, StripeRefusal } from './desk.ts'
import type { StripeFault, StripeFaultInput, StripeFaultKind } from './faults.ts'
import { showDispute, showMovement, showRefund, showSession } from './views.ts'
import type { Sending, WebhookOffice } from './webhooks.ts'

type Shown = Record<string, unknown>
type PayReport = {
  readonly paid: number
  readonly refused: readonly { readonly paymentNo: string; readonly code: string }[]
}

/** What tests and demonstrations do to Stripe. Over HTTP it is the control port, in process this object. */
export type StripeControl = {
  readonly addFault: (fault: StripeFaultInput) => StripeFault
  readonly faults: () => readonly StripeFault[]
  readonly clearFaults: (id?: number) => void
  /** Sets the account's webhook address, as its owner does on Stripe's site. @returns the signing secret */
  readonly setWebhook: (url: string, accountId?: string) => string
  /** A new signing secret; the old one signs too for `overlapMs` (default none). @returns the new one */
  readonly rollWebhookSecret: (overlapMs?: number, accountId?: string) => string
  /** A new secret key; the old one is worth nothing at once. @returns the new one */
  readonly rollSecretKey: (accountId?: string) => string
  /** Pays open pages by their payment numbers; resolves when the account was told. */
  readonly pay: (paymentNos: readonly string[]) => Promise<PayReport>
  readonly repeatNotices: (paymentNo: string, count?: number) => Promise<readonly Sending[]>
  readonly openDispute: (
    paymentNo: string,
    options?: { readonly inquiry?: boolean; readonly reason?: string },
  ) => Promise<Shown>
  readonly closeDispute: (disputeId: string, won: boolean) => Promise<Shown>
  /** What happens from now on is dated this long ago: for bills of days past. 0 ends it. */
  readonly dateBack: (ms: number) => void
  readonly advance: (ms: number) => Promise<void>
  readonly received: () => readonly Received[]
  readonly sendings: () => readonly Sending[]
  readonly books: (accountId?: string) => {
    readonly sessions: readonly Shown[]
    readonly refunds: readonly Shown[]
    readonly disputes: readonly Shown[]
    readonly movements: readonly Shown[]
  }
}

type ControlParts = {
  readonly books: Books
  readonly desk: Desk
  readonly office: WebhookOffice
  readonly faults: FaultSwitch<StripeFaultKind>
  readonly clock: VirtualClock
  readonly received: readonly Received[]
  readonly dateBack: (ms: number) => void
  readonly defaultAccountId: string
}

export function stripeControl(parts: ControlParts): StripeControl {
  const { books, desk, office, faults, clock } = parts
  const accountOf = (id = parts.defaultAccountId): Account => {
    const account = books.accounts.get(id)
    if (!account) throw new StripeRefusal('account_invalid', 404, `no account ${id}`)
    return account
  }
  const own = <T extends { readonly accountId: string }>(things: ReadonlyMap<string, T>, id: string): readonly T[] =>
    [...things.values()].filter(({ accountId }) => accountId === id)

  return {
    addFault: faults.add,
    faults: faults.list,
    clearFaults: faults.clear,
    setWebhook: (url, accountId) => {
      const account = accountOf(accountId)
      account.webhookUrl = url
      if (account.webhookSecrets.length === 0) account.webhookSecrets = [{ secret: `whsec_${books.nextToken()}` }]
      books.save('account', account)
      return account.webhookSecrets.at(-1)?.secret ?? ''
    },
    rollWebhookSecret: (overlapMs = 0, accountId) => {
      const account = accountOf(accountId)
      const secret = `whsec_${books.nextToken()}`
      const expiresAtMs = clock.now() + overlapMs
      account.webhookSecrets = [...account.webhookSecrets.map((old) => ({ expiresAtMs, ...old })), { secret }]
      books.save('account', account)
      return secret
    },
    rollSecretKey: (accountId) => {
      const account = accountOf(accountId)
      account.secretKey = `sk_test_${books.nextToken()}`
      books.save('account', account)
      return account.secretKey
    },
    pay: (paymentNos) => payAll(books, desk, paymentNos),
    repeatNotices: (paymentNo, count = 1) => office.repeat(paymentNo, count),
    openDispute: async (paymentNo, options) =>
      showDispute(books, await desk.dispute(paidBy(books, paymentNo), options)),
    closeDispute: async (id, won) => showDispute(books, await desk.closeDispute(disputeOf(books, id), won)),
    dateBack: parts.dateBack,
    advance: clock.advance,
    received: () => parts.received,
    sendings: office.sendings,
    books: (accountId = parts.defaultAccountId) => ({
      sessions: own(books.sessions, accountId).map((each) => showSession(books, each)),
      refunds: own(books.refunds, accountId).map((each) => showRefund(books, each)),
      disputes: own(books.disputes, accountId).map((each) => showDispute(books, each)),
      movements: own(books.movements, accountId).map((each) => showMovement(books, each)),
    }),
  }
}

async function payAll(books: Books, desk: Desk, paymentNos: readonly string[]): Promise<PayReport> {
  const refused: { paymentNo: string; code: string }[] = []
  const bySession = new Map([...books.sessions.values()].map((session) => [session.reference, session]))
  for (const paymentNo of paymentNos) {
    const session: Session | undefined = bySession.get(paymentNo)
    try {
      if (!session) throw new StripeRefusal('resource_missing', 404, 'no such page')
      await desk.pay(session)
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error
      refused.push({ paymentNo, code: error.code })
    }
  }
  return { paid: paymentNos.length - refused.length, refused }
}

function paidBy(books: Books, paymentNo: string): Intent {
  const intent = [...books.intents.values()].find(({ reference }) => reference === paymentNo)
  if (!intent) throw new StripeRefusal('resource_missing', 404, 'no such payment')
  return intent
}

function disputeOf(books: Books, id: string): Dispute {
  const dispute = books.disputes.get(id)
  if (!dispute) throw new StripeRefusal('resource_missing', 404, 'no such dispute')
  return dispute
}
