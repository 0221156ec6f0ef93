import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../../sim/src/main.ts', import.meta.url))
const ENDS_WITH_US = new URL('preload.ts', import.meta.url).href
const CALL_TIMEOUT_MS = 60_000
/** Those whose top-ups the shops sell, by the name of their adapter. The dearer one is asked when the other refuses. */
export const SUPPLIERS: readonly string[] = ['kasushou', 'kayixin']

/** What the gateway's own books say. Amounts in fen. */
export type GatewayTrade = {
  readonly tradeNo: string
  readonly outTradeNo: string
  readonly amount: number
  readonly refunded: number
}
export type GatewayRefund = {
  readonly outRefundNo: string
  readonly outTradeNo: string
  readonly amount: number
  readonly status: 'PROCESSING' | 'SUCCESS' | 'FAILED'
}
export type GatewayNotice = { readonly outTradeNo: string; readonly tradeNo: string; readonly acknowledged: boolean }
export type GatewayBooks = {
  readonly trades: readonly GatewayTrade[]
  readonly refunds: readonly GatewayRefund[]
  readonly notices: readonly GatewayNotice[]
}
export type SupplierAddress = {
  readonly supplier: string
  readonly url: string
  readonly controlUrl: string
  readonly credentials: Readonly<Record<string, string>>
}
/** What really left a supplier's house for an account. */
export type SupplierDelivery = { readonly supplier: string; readonly account: string; readonly pieces: number }
type Addresses = {
  readonly paygate: {
    readonly url: string
    readonly controlUrl: string
    readonly merchantId: string
    readonly secret: string
  }
  readonly sms: { readonly url: string; readonly accessKeyId: string; readonly accessKeySecret: string }
  readonly mail: { readonly smtpUrl: string }
  readonly suppliers: readonly SupplierAddress[]
}

/** The outside services, in a process of their own that lives on when ours die. */
export type StandIns = {
  readonly addresses: Addresses
  /** A merchant of its own for a shop. */
  readonly addMerchant: (id: string, secret: string, name: string) => Promise<void>
  /** Somebody pays; resolves when the first notice was answered, or not. Answers the gateway's refusal. */
  readonly pay: (merchantId: string, orderNo: number, late?: boolean) => Promise<string | undefined>
  readonly addFault: (fault: Readonly<Record<string, unknown>>) => Promise<void>
  readonly addSupplierFault: (supplier: string, fault: Readonly<Record<string, unknown>>) => Promise<void>
  /** Money and goods enough for a run. */
  readonly fillSupplier: (supplier: string) => Promise<void>
  readonly supplied: () => Promise<readonly SupplierDelivery[]>
  readonly clearFaults: () => Promise<void>
  /** Time goes by at the gateway and at the suppliers: notices climb their ladders, what is slow arrives. */
  readonly advance: (ms: number) => Promise<void>
  readonly books: (merchantId: string) => Promise<GatewayBooks>
  readonly smsCode: (phone: string) => Promise<string | undefined>
  readonly pause: () => () => void
  readonly stop: () => Promise<void>
}

export async function startStandIns(dataDir: string): Promise<StandIns> {
  const child = fork(PROGRAM, [], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: ['--import', ENDS_WITH_US],
    env: { ...process.env, SIM_DATA: dataDir },
  })
  if (!child.stdout) throw new Error('a piped output is there')
  const addresses = await addressesOf(child.stdout)
  const controlAt = async (url: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(url + path, {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (!answer.ok) throw new Error(`the control at ${url} answered ${answer.status}: ${await answer.text()}`)
    return await answer.json()
  }
  const control = (method: string, path: string, body?: unknown) =>
    controlAt(addresses.paygate.controlUrl, method, path, body)
  const suppliers = addresses.suppliers.filter(({ supplier }) => SUPPLIERS.includes(supplier))
  const supplierAt = (name: string): SupplierAddress => {
    const found = suppliers.find(({ supplier }) => supplier === name)
    if (!found) throw new Error(`no supplier ${name} in this house`)
    return found
  }
  const everySupplier = (method: string, path: string, body?: unknown) =>
    Promise.all(suppliers.map(({ controlUrl }) => controlAt(controlUrl, method, path, body)))
  return {
    addresses,
    addMerchant: async (id, secret, name) => void (await control('POST', '/merchants', { id, secret, name })),
    pay: async (merchantId, orderNo, late = false) => {
      const orders = [{ outTradeNo: String(orderNo), late }]
      const report = (await control('POST', '/pay', { merchant_id: merchantId, orders })) as {
        readonly refused: readonly { readonly code: string }[]
      }
      return report.refused[0]?.code
    },
    addFault: async (fault) => void (await control('POST', '/faults', fault)),
    addSupplierFault: async (name, fault) =>
      void (await controlAt(supplierAt(name).controlUrl, 'POST', '/faults', fault)),
    fillSupplier: async (name) => {
      const { controlUrl } = supplierAt(name)
      await controlAt(controlUrl, 'POST', '/balance', { balance: '9000000' })
      const goods = (await controlAt(controlUrl, 'GET', '/goods')) as readonly { readonly id: string }[]
      for (const { id } of goods) {
        await controlAt(controlUrl, 'POST', `/goods/${encodeURIComponent(id)}`, { stock: 1_000_000 })
      }
    },
    supplied: async () => {
      const books = (await everySupplier('GET', '/deliveries')) as readonly (readonly Omit<
        SupplierDelivery,
        'supplier'
      >[])[]
      return books.flatMap((deliveries, index) =>
        deliveries.map(({ account, pieces }) => ({ supplier: suppliers[index]?.supplier ?? '', account, pieces })),
      )
    },
    clearFaults: async () =>
      void (await Promise.all([control('DELETE', '/faults'), everySupplier('DELETE', '/faults')])),
    advance: async (ms) =>
      void (await Promise.all([control('POST', '/advance', { ms }), everySupplier('POST', '/advance', { ms })])),
    books: async (merchantId) => booksOf((await control('GET', `/books?merchant_id=${merchantId}`)) as RawBooks),
    smsCode: async (phone) => {
      const answer = await fetch(`${addresses.sms.url}/inbox.json?phone=${phone}`)
      const [newest] = (await answer.json()) as readonly { readonly params: { readonly code?: string } }[]
      return newest?.params.code
    },
    pause: () => {
      child.kill('SIGSTOP')
      return () => void child.kill('SIGCONT')
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(force)
    },
  }
}

/** The program prints its addresses as one JSON text over several lines. */
async function addressesOf(output: NodeJS.ReadableStream): Promise<Addresses> {
  let said = ''
  for await (const chunk of output) {
    said += String(chunk)
    if (/^\}\s*$/m.test(said)) return JSON.parse(said) as Addresses
  }
  throw new Error(`the stand-ins did not start: ${said}`)
}

type RawBooks = {
  readonly payments: readonly {
    readonly out_trade_no: string
    readonly trades: readonly { readonly trade_no: string; readonly amount: number; readonly refunded: number }[]
  }[]
  readonly refunds: readonly {
    readonly out_refund_no: string
    readonly out_trade_no: string
    readonly amount: number
    readonly status: GatewayRefund['status']
  }[]
  readonly notices: readonly {
    readonly out_trade_no: string
    readonly trade_no: string
    readonly acknowledged: boolean
  }[]
}

function booksOf(raw: RawBooks): GatewayBooks {
  return {
    trades: raw.payments.flatMap((payment) =>
      payment.trades.map((trade) => ({
        tradeNo: trade.trade_no,
        outTradeNo: payment.out_trade_no,
        amount: trade.amount,
        refunded: trade.refunded,
      })),
    ),
    refunds: raw.refunds.map((refund) => ({
      outRefundNo: refund.out_refund_no,
      outTradeNo: refund.out_trade_no,
      amount: refund.amount,
      status: refund.status,
    })),
    notices: raw.notices.map((notice) => ({
      outTradeNo: notice.out_trade_no,
      tradeNo: notice.trade_no,
      acknowledged: notice.acknowledged,
    })),
  }
}
