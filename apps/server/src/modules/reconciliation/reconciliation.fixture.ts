import { Readable } from 'node:stream'
import { type TestPlatform, type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { type BillOutcome, paymentsModule } from '../payments/index.ts'
import { closeDays } from './commands/close-days.ts'
import { reconcileDay } from './commands/reconcile-day.ts'
import { uploadBill } from './commands/upload-bill.ts'
import type { AskAgain, Reconciler } from './model.ts'
import { type CaseView, casesBelow } from './queries/cases.ts'
import { type DayView, readDay } from './queries/days.ts'

export const GATEWAY = 'sim-pay'

export type Receipt = {
  readonly id: number
  readonly orderNo: number
  readonly tradeNo: string
  readonly fen: number
  readonly at: string
}
export type Refund = Receipt & { readonly refundNo: string }
export type FileLine = {
  readonly type?: 'PAYMENT' | 'REFUND' | 'PAYOUT'
  readonly tradeNo: string
  readonly outTradeNo?: string
  readonly refundNo?: string
  readonly fen: number
  readonly fee?: number
  readonly currency?: string
  readonly status?: 'SUCCESS' | 'PROCESSING' | 'FAILED'
  readonly at: string
}

/** A moment of a Beijing day. */
export const at = (day: string, time = '12:00:00'): string => new Date(`${day}T${time}+08:00`).toISOString()
export const nextDay = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

export function billText(lines: readonly FileLine[]): string {
  const rows = lines.map((line, index) =>
    [
      index + 1,
      line.type ?? 'PAYMENT',
      line.tradeNo,
      line.outTradeNo ?? '',
      line.refundNo ?? '',
      line.fen,
      line.fee ?? 0,
      line.currency ?? 'CNY',
      line.status ?? 'SUCCESS',
      line.at,
    ].join(','),
  )
  const heading = 'line,type,trade_no,out_trade_no,out_refund_no,amount,fee,currency,status,time'
  return `${[heading, ...rows, `#end,${lines.length}`].join('\n')}\n`
}

export const lineOf = (receipt: Receipt, changes: Partial<FileLine> = {}): FileLine => ({
  tradeNo: receipt.tradeNo,
  outTradeNo: String(receipt.orderNo),
  fen: receipt.fen,
  fee: Math.round(receipt.fen * 0.006),
  at: receipt.at,
  ...changes,
})

export const refundLineOf = (refund: Refund, changes: Partial<FileLine> = {}): FileLine => ({
  type: 'REFUND',
  refundNo: refund.refundNo,
  ...lineOf(refund),
  fee: 0,
  ...changes,
})

/** The house with a gateway whose bills the test writes; its file format is Sim Pay's. */
export async function reconciliationHouse() {
  const house = await testPlatform()
  const notHere = async (): Promise<never> => {
    throw new Error('nothing is settled here')
  }
  const { bills } = paymentsModule(house, { settle: notHere, refundEnded: notHere, chargeback: notHere })
  const files = new Map<string, BillOutcome | string>()
  let answer: Awaited<ReturnType<AskAgain>> = 'nothing'
  let onAsk: () => Promise<void> = async () => undefined
  const reconciler: Reconciler = {
    db: house.db,
    log: house.log,
    clock: house.clock,
    askAgain: async () => {
      await onAsk()
      return answer
    },
    statements: { adapters: [], fetch: async () => undefined, rates: async () => new Map() },
    bills: {
      gateways: [{ id: GATEWAY, name: { zh: '仿真支付', en: 'Sim Pay' } }],
      fetch: async (tenantId, _gateway, day) => {
        const file = files.get(`${tenantId} ${day}`) ?? { kind: 'not_ready', message: 'tomorrow' }
        if (typeof file !== 'string') return file
        return { kind: 'done', fileName: `${day}.csv`, body: Readable.from([Buffer.from(file)], { objectMode: false }) }
      },
      read: (gateway, body) => bills.read(gateway, body),
    },
  }
  return {
    house,
    reconciler,
    newShop: async () => shopOf(house, reconciler, files, await house.newTenant()),
    shopOf: (tenant: TestTenant) => shopOf(house, reconciler, files, tenant),
    whenAsked: (next: Awaited<ReturnType<AskAgain>>, work: () => Promise<void>) => {
      answer = next
      onAsk = work
    },
  }
}

let lastNo = Math.trunc(Math.random() * 1_000_000) * 1_000

export type Shop = ReturnType<typeof shopOf>

function shopOf(
  { owner, db }: TestPlatform,
  reconciler: Reconciler,
  files: Map<string, BillOutcome | string>,
  { tenantId, ctx }: TestTenant,
) {
  const query = async <T>(text: string, values: readonly unknown[] = []): Promise<readonly T[]> =>
    (await owner.query(text, [tenantId, ...values])).rows as T[]
  const move = (from: readonly [string, string], to: readonly [string, string], fen: number, cause: string) =>
    query(
      `select ledger.post($1::bigint, array[ledger.account($1::bigint, $2, $3, 'CNY')], array[ledger.account($1::bigint, $4, $5, 'CNY')],
         array[$6::bigint], array['test'], array[$7])`,
      [...from, ...to, fen, cause],
    )
  const readCases = (filter: { readonly day?: string; readonly unsettled?: boolean }): Promise<readonly CaseView[]> =>
    db.read(ctx, (tx) => casesBelow(tx, filter, Number.MAX_SAFE_INTEGER, 10_000))

  return {
    tenantId,
    ctx,
    query,
    /** Money that came: the receipt and its movement, as settling books them. */
    async receipt(
      fen: number,
      paidAt: string,
      more: { readonly receivedAt?: string; readonly tradeNo?: string } = {},
    ): Promise<Receipt> {
      const orderNo = 2_611_220_000_000_000 + ++lastNo
      const tradeNo = more.tradeNo ?? `T${lastNo}`
      const [row] = await query<{ id: number }>(
        `insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state, paid_at, received_at)
         values ($1, '${GATEWAY}', $2, $3, $4, 'CNY', 'applied', $5, $6) returning id`,
        [tradeNo, orderNo, fen, paidAt, more.receivedAt ?? paidAt],
      )
      await move(['cash.gateway', GATEWAY], ['cash.clearing', ''], fen, `order:${orderNo}`)
      return { id: row?.id ?? 0, orderNo, tradeNo, fen, at: paidAt }
    },
    /** Money that goes back; `done` unless said otherwise. */
    async refund(receipt: Receipt, fen: number, doneAt: string, state = 'done'): Promise<Refund> {
      const [row] = await query<{ id: number }>(
        `insert into payments.refunds (tenant_id, order_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, done_at)
         values ($1, $2, $3, '${GATEWAY}', $4, $5, 'source', $6::text, 'test', case when $6::text = 'done' then $7::timestamptz end) returning id`,
        [receipt.orderNo, receipt.id, receipt.tradeNo, fen, state, doneAt],
      )
      const refund = { ...receipt, id: row?.id ?? 0, fen, at: doneAt, refundNo: `${receipt.orderNo}R${row?.id}` }
      if (state === 'done')
        await move(['cash.clearing', ''], ['cash.gateway', GATEWAY], fen, `order:${receipt.orderNo}`)
      return refund
    },
    async endRefund(refund: Refund, doneAt: string): Promise<void> {
      await query(`update payments.refunds set state = 'done', done_at = $3 where tenant_id = $1 and id = $2`, [
        refund.id,
        doneAt,
      ])
      await move(['cash.clearing', ''], ['cash.gateway', GATEWAY], refund.fen, `order:${refund.orderNo}`)
    },
    /** What we asked the gateway for. */
    attempt: (orderNo: number, fen: number) =>
      query(
        `insert into payments.attempts (tenant_id, order_no, gateway, amount_fen) values ($1, $2, '${GATEWAY}', $3)`,
        [orderNo, fen],
      ),
    give: (day: string, lines: readonly FileLine[] | BillOutcome) =>
      void files.set(`${tenantId} ${day}`, 'kind' in lines ? lines : billText(lines)),
    run: (day: string, fetches = true) =>
      reconcileDay(reconciler, { tenantId, gateway: GATEWAY, day, askedBy: '', fetches }),
    upload: (day: string, content: string | Buffer, stream?: Readable) =>
      uploadBill(
        reconciler,
        ctx,
        { gateway: GATEWAY, day },
        {
          stream: stream ?? Readable.from([Buffer.from(content)], { objectMode: false }),
          fileName: 'bill.csv',
        },
      ),
    close: (day: string) => closeDays(reconciler, ctx, [{ gateway: GATEWAY, day }]),
    day: (day: string): Promise<DayView> => db.read(ctx, (tx) => readDay(reconciler, tx, GATEWAY, day)),
    cases: (day?: string) => readCases(day === undefined ? {} : { day }),
    unsettled: () => readCases({ unsettled: true }),
    /** Outcomes of a day that are not zero, by name; open ones in brackets. */
    async outcomes(day: string): Promise<Readonly<Record<string, string>>> {
      const { outcomes } = await db.read(ctx, (tx) => readDay(reconciler, tx, GATEWAY, day))
      return Object.fromEntries(
        outcomes.flatMap(({ outcome, count, open }) =>
          count > 0 ? [[outcome, open > 0 ? `${count} (${open})` : `${count}`]] : [],
        ),
      )
    },
    async balance(kind: string): Promise<number> {
      const rows = await query<{ sum: number }>(
        `select coalesce(sum(balance), 0)::bigint as sum from ledger.accounts where tenant_id = $1 and kind = $2`,
        [kind],
      )
      return rows[0]?.sum ?? 0
    },
  }
}
