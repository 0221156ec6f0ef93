import type { FastifyInstance } from 'fastify'
import type { Books, Credentials, Order } from '../suppliers/books.ts'
import type { NewGoods } from '../suppliers/control.ts'
import { type Answer, bodyOf, parseObject } from '../suppliers/serve.ts'
import {
  type Protocol,
  type Supplier,
  type SupplierOptions,
  type SupplierStandIn,
  startSupplier,
} from '../suppliers/supplier.ts'
import { type PlaceInput, type RefusalReason, SupplierRefusal } from '../suppliers/take-order.ts'

/** What a request or a callback says, in the order in which it stands there. */
export type Fields = Readonly<Record<string, unknown>>
type BodyKind = 'form' | 'json'

export type Asked<Own extends Credentials> = {
  readonly fields: Fields
  /** Empty when it is not there. */
  readonly text: (name: string) => string
  readonly supplier: Supplier<Own>
  /** Has the desk take an order. A number that was used is refused: these houses do not answer it a second time. */
  readonly place: (input: Omit<PlaceInput, 'terms'>) => Promise<Order>
}

/**
 * The wire of a house that is joined by a profile: what it hears and says, and how both are signed. The rest (goods, orders, money,
 * callbacks, faults) is what all stand-ins for suppliers share.
 */
export type Wire<Own extends Credentials> = {
  readonly id: string
  readonly goods: readonly NewGoods[]
  readonly newCredentials: (nextToken: () => string) => Own
  /** How it is spoken to; it answers in JSON. */
  readonly body: BodyKind
  /** Names under which a request carries the customer's number, and the goods. */
  readonly outerNo: readonly string[]
  readonly goodsId: string
  /** What is answered to who may not ask; undefined: he may. */
  readonly refuseStranger: (own: Own, fields: Fields) => Answer | undefined
  /** By the path without its first slash, which is the endpoint's name for faults. */
  readonly calls: Readonly<Record<string, (asked: Asked<Own>) => Promise<Answer> | Answer>>
  readonly refusal: (reason: RefusalReason) => Answer
  readonly busy: Answer
  readonly unsure: Answer
  readonly callback: {
    readonly body: BodyKind
    /** The order's end, signed with `key`. */
    readonly fields: (order: Order, own: Own, isForged: boolean, books: Books) => Fields
    readonly isAcknowledged: (body: string) => boolean
    readonly ladderMs: readonly number[]
  }
}

/** Starts a stand-in that speaks a wire. */
export const startWire = <Own extends Credentials>(
  wire: Wire<Own>,
  options: SupplierOptions,
): Promise<SupplierStandIn<Own>> => startSupplier(protocolOf(wire), options)

function protocolOf<Own extends Credentials>(wire: Wire<Own>): Protocol<Own> {
  const { id: name, goods, newCredentials, busy, unsure, callback } = wire
  return {
    ...{ name, goods, newCredentials, balance: '20000' },
    counter: () => ({ busy: () => busy, unsure: () => unsure }),
    callbacks: (own, books) => ({
      shape: (order, { isForged }) => {
        if (order.notifyUrl === '') return undefined
        return { url: order.notifyUrl, ...written(callback.body, callback.fields(order, own, isForged, books)) }
      },
      isAcknowledged: ({ status, body }) => status === 200 && callback.isAcknowledged(body),
      ladderMs: callback.ladderMs,
    }),
    addApi: (app, supplier) => addApi(app, supplier, wire),
  }
}

function addApi<Own extends Credentials>(app: FastifyInstance, supplier: Supplier<Own>, wire: Wire<Own>): void {
  for (const [endpoint, work] of Object.entries(wire.calls)) {
    app.post(`/${endpoint}`, (request, reply) => {
      const fields = read(wire.body, bodyOf(request))
      const text = (name: string): string => textOf(fields?.[name])
      const call = {
        endpoint,
        outerNo: wire.outerNo.map(text).find((no) => no !== ''),
        goodsId: text(wire.goodsId) || undefined,
      }
      return supplier.counter.serve(request, reply, call, async (answered) => {
        if (!fields) return wire.refusal('bad_request')
        const stranger = wire.refuseStranger(supplier.credentials, fields)
        if (stranger) return stranger
        try {
          const place: Asked<Own>['place'] = async (input) => {
            if (input.outerNo === '') throw new SupplierRefusal('bad_request')
            const { order, isNew } = await supplier.desk.place({ ...input, terms: bodyOf(request) }, answered)
            if (!isNew) throw new SupplierRefusal('number_used')
            return order
          }
          return await work({ fields, text, supplier, place })
        } catch (error) {
          if (error instanceof SupplierRefusal) return wire.refusal(error.reason)
          throw error
        }
      })
    })
  }
}

function read(kind: BodyKind, body: string): Fields | undefined {
  return kind === 'json' ? parseObject(body) : Object.fromEntries(new URLSearchParams(body))
}

function written(kind: BodyKind, fields: Fields) {
  if (kind === 'json') {
    return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(fields) }
  }
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [name, textOf(value)])
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(pairs).toString(),
  }
}

/** As it stands in a signature: PHP writes lists and objects as JSON there. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `a=1&b=2`, sorted by name. */
export const sortedPairs = (fields: Fields, isSigned: (name: string, value: string) => boolean): string =>
  Object.keys(fields)
    .sort()
    .map((name) => [name, textOf(fields[name])] as const)
    .filter(([name, value]) => name !== 'sign' && isSigned(name, value))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

export const isFilled = (_name: string, value: string): boolean => value !== ''

export const isFresh = (stamp: string, unitMs: number, withinSeconds: number): boolean =>
  /^\d{10,13}$/.test(stamp) && Math.abs(Date.now() - Number(stamp) * unitMs) <= withinSeconds * 1_000

/** They answer HTTP 200 throughout; what happened is a code in the body. */
export const answer = (body: object): Answer => ({ status: 200, body: JSON.stringify(body) })

/** What nobody who signs it knows. */
export const NOBODYS_KEY = '0'.repeat(32)

/** Top-ups whose buyers fill in one account, and what these houses sell of them. */
export const TOP_UPS: readonly NewGoods[] = [
  topUp('68', '星幕视频会员月卡', '15.2000', '30'),
  topUp('69', '话费100元', '98.5000', '100'),
  topUp('70', '峡谷点券60', '5.7350', '6'),
]
function topUp(id: string, name: string, price: string, face: string): NewGoods {
  const fields = [{ key: 'account', label: '充值账号', hint: '请输入充值账号', isRequired: true }]
  return { id, name, kind: 'topup', category: '权益充值', price, face, fields }
}
