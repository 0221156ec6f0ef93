import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { type FaultSwitch, faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { openSender } from '../sender.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import { type Books, type Credentials, openBooks } from './books.ts'
import { type CallbackWire, openCallbackOffice } from './callbacks.ts'
import { type NewGoods, newGoods, type SupplierControl, supplierControl } from './control.ts'
import { buildControlHttp } from './control-http.ts'
import { type Desk, openDesk } from './desk.ts'
import { SUPPLIER_FAULTS, type SupplierFaultKind } from './faults.ts'
import { neededHao } from './money.ts'
import { buildHttp, type Counter, type CounterWire, openCounter } from './serve.ts'
import type { Pace } from './take-order.ts'

export type SupplierOptions = {
  readonly host: string
  readonly port?: number | undefined
  readonly controlPort?: number | undefined
  /** Where the books are kept; absent: only in memory. */
  readonly dataDir?: string | undefined
  /** Same seed, same calls: same numbers, secrets and cards. Absent: random, kept with the books. */
  readonly seed?: string | undefined
}
export type SupplierStandIn<Own extends Credentials> = {
  /** Base URL of the customer's calls, byte for byte before the protocol's own paths. */
  readonly url: string
  readonly controlUrl: string
  /** What the customer fills in. */
  readonly credentials: Own
  readonly control: SupplierControl
  readonly close: () => Promise<void>
}

/** What the four suppliers share behind their wires. */
export type Supplier<Own extends Credentials> = {
  readonly credentials: Own
  readonly books: Books
  readonly desk: Desk
  readonly counter: Counter
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<SupplierFaultKind>
}
/** One supplier's protocol: what he sells, how he signs, what he answers. */
export type Protocol<Own extends Credentials> = {
  readonly name: string
  readonly goods: readonly NewGoods[]
  /** Prepaid at the start, as text. */
  readonly balance: string
  readonly newCredentials: (nextToken: () => string) => Own
  readonly callbacks: (credentials: Own, books: Books) => CallbackWire
  readonly counter: (credentials: Own) => CounterWire
  readonly addApi: (app: FastifyInstance, supplier: Supplier<Own>) => void
}

/** Top-ups take a moment, cards are there at once. */
const PACE: Pace = { topupMs: 50, cardMs: 0 }

/** Starts a supplier. Orders, stock, balance and unheard callbacks of an earlier run are found again in `dataDir`. */
export async function startSupplier<Own extends Credentials>(
  protocol: Protocol<Own>,
  options: SupplierOptions,
): Promise<SupplierStandIn<Own>> {
  const books = openBooks({
    file: options.dataDir === undefined ? undefined : join(options.dataDir, `${protocol.name}.jsonl`),
    seed: options.seed ?? randomBytes(32).toString('hex'),
    goods: protocol.goods.map(newGoods),
    balanceHao: neededHao(protocol.balance),
    newCredentials: protocol.newCredentials,
  })
  // They were made by `newCredentials`, now or in an earlier run.
  const credentials = books.account().credentials as Own
  const clock = virtualClock()
  const faults = faultSwitch(SUPPLIER_FAULTS)
  const sender = openSender()
  const pace = { ...PACE }
  const callbacks = openCallbackOffice({ books, clock, faults, sender, wire: protocol.callbacks(credentials, books) })
  const desk = openDesk({ books, clock, faults, callbacks, pace })
  const counter = openCounter({ faults, clock, wire: protocol.counter(credentials) })
  const app = buildHttp()
  protocol.addApi(app, { credentials, books, desk, counter, clock, faults })
  const door = doorOf(app.server)
  const control = supplierControl({ books, desk, callbacks, counter, faults, clock, pace, ...door })
  const controlApp = buildControlHttp(control)
  const url = await listen(app, options.host, options.port)
  const controlUrl = await listen(controlApp, options.host, options.controlPort)

  return {
    url,
    controlUrl,
    credentials,
    control,
    close: async () => {
      clock.stop()
      // The server of a supplier that is down cannot be closed once more.
      await door.up()
      await Promise.all([app.close(), controlApp.close()])
      sender.close()
      books.close()
    },
  }
}

/** Closes and opens a listener on the same port again: in between connections are refused, not answered with an error. */
function doorOf(server: Server): { readonly down: () => Promise<void>; readonly up: () => Promise<void> } {
  let address: AddressInfo | undefined
  return {
    down: async () => {
      if (address) return
      address = server.address() as AddressInfo
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
    up: async () => {
      if (!address) return
      const { port, address: host } = address
      address = undefined
      await new Promise<void>((resolve) => server.listen(port, host, resolve))
    },
  }
}
