import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type {
  WholesaleBulk,
  WholesaleBulkPlace,
  WholesaleKeyState,
  WholesaleOrderState,
  WholesalePlace,
} from '@quanshu/contract'
import { defineStates, type StateTable, type TenantId, type WholesaleCall, wholesaleText } from '@quanshu/kernel'
import type { Where } from '../../platform/crypto/index.ts'
import type { Ctx } from '../../platform/db/index.ts'
import type { SealedView } from '../orders/index.ts'

/** Paused: no new orders; what was ordered is still told. Revoked is for good. */
export const keyStates = defineStates<WholesaleKeyState>('wholesale key', 'on', {
  on: ['paused', 'revoked'],
  paused: ['on', 'revoked'],
  revoked: [],
} satisfies StateTable<WholesaleKeyState>)

const KEY = /^qk_([0-9a-z]{1,11})_[\w-]{22}$/
const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** Names its shop, so that no look-up over all shops is needed: 122 bits of it nobody can guess. */
export const newKey = (tenantId: TenantId): string =>
  `qk_${tenantId.toString(36)}_${randomBytes(16).toString('base64url')}`

/** The shop that a key says it is of. Undefined: it is no key. */
export function tenantOfKey(key: string): TenantId | undefined {
  const [, digits] = KEY.exec(key) ?? []
  const tenantId = digits === undefined ? Number.NaN : Number.parseInt(digits, 36)
  return Number.isSafeInteger(tenantId) && tenantId > 0 ? (tenantId as TenantId) : undefined
}

/** Signs calls and, as Standard Webhooks have it, callbacks. */
export const newSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
const secretBytes = (secret: string): Buffer => Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')

export const secretPlace = (id: number): Where => ({ table: 'wholesale.keys', column: 'secret', row: id })
export const previousPlace = (id: number): Where => ({ table: 'wholesale.keys', column: 'previous', row: id })

export const signatureOf = (secret: string, call: WholesaleCall): Buffer =>
  createHmac('sha256', secretBytes(secret)).update(wholesaleText(call)).digest()

/** Every secret is tried, so that it takes the same time whichever is right. */
export function isSigned(secrets: readonly string[], call: WholesaleCall, signature: string): boolean {
  const given = Buffer.from(/^[0-9a-f]{64}$/.test(signature) ? signature : '', 'hex')
  return secrets
    .map((secret) => {
      const right = signatureOf(secret, call)
      return given.length === right.length && timingSafeEqual(given, right)
    })
    .includes(true)
}

/** Undefined: it is no address and no network. */
export function networkOf(text: string): BlockList | undefined {
  const [address = '', bits] = text.split('/')
  const family = isIP(address)
  if (family === 0 || text.split('/').length > 2) return undefined
  const list = new BlockList()
  const kind = family === 6 ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, kind)
  else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)) {
    list.addSubnet(address, Number(bits), kind)
  } else return undefined
  return list
}

/** IPv4 written as IPv6 is IPv4. None: from anywhere. */
export function mayCallFrom(networks: readonly string[], ip: string): boolean {
  if (networks.length === 0) return true
  const address = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(address)
  if (family === 0) return false
  return networks.some((network) => networkOf(network)?.check(address, family === 6 ? 'ipv6' : 'ipv4') === true)
}

/** What makes two orders under one number the same: not where the caller wants to be told, nor how the order came. */
export function contentHash({ productId, quantity, fields, ceilingFen }: WholesalePlace): Buffer {
  return hash('sha256', JSON.stringify([productId, quantity, byName(fields), ceilingFen]), 'buffer')
}

/** The same of a bulk order: the order of its lines counts, as they are told by their place. */
export function bulkHash({ totalCeilingFen, allowRepeats, lines }: WholesaleBulkPlace): Buffer {
  const said = lines.map(({ ref, productId, quantity, fields }) => [ref, productId, quantity, byName(fields)])
  return hash('sha256', JSON.stringify([totalCeilingFen, allowRepeats, said]), 'buffer')
}

const byName = (fields: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))

/** As an order's: nothing is over while a line waits, or is being seen to by machines or people. */
export function bulkStateOf({
  waiting,
  processing,
  done,
  partial,
  failed,
  cancelled,
}: WholesaleBulk['counts']): WholesaleOrderState {
  if (waiting + processing > 0) return 'processing'
  if (done + partial === 0) return 'failed'
  return partial + failed + cancelled === 0 ? 'done' : 'partial'
}

/** Why no source delivered; any other reason is one that people saw to. */
const NOT_TO_BE_HAD = ['no_source', 'loss_guard', 'account_refused', 'out_of_stock']

/** Of a line that failed: what refused it when it was ordered, or what its order was stuck with. */
export function failedBecauseOf({
  fault,
  exceptionReason,
}: {
  readonly fault: string | null
  readonly exceptionReason: string | null
}): string {
  if (fault !== null) return fault === 'orders.sold_out' ? 'out_of_stock' : fault
  return exceptionReason !== null && NOT_TO_BE_HAD.includes(exceptionReason) ? exceptionReason : 'refunded'
}

/**
 * How an order of another shop stands. An exception is being seen to by people: it may still be delivered, so it is processing;
 * it ends by delivery or by its money going back.
 */
export function standingOf({ lines: [line] }: Pick<SealedView, 'lines'>): {
  readonly state: WholesaleOrderState
  readonly arrived: number
} {
  if (!line) return { state: 'failed', arrived: 0 }
  if (line.state === 'refunded' || line.state === 'cancelled') return { state: 'failed', arrived: 0 }
  if (line.state !== 'delivered') return { state: 'processing', arrived: 0 }
  const arrived = line.kind !== 'topup' ? (line.codes?.length ?? 0) : line.deliveredQuantity
  if (arrived === 0) return { state: 'failed', arrived }
  return { state: arrived >= line.quantity ? 'done' : 'partial', arrived }
}

/** A code in the two parts that shops exchange. */
export const numberAndSecret = ([first = '', ...rest]: readonly string[]) =>
  rest.length === 0 ? { number: '', secret: first } : { number: first, secret: rest.join('----') }

/** Work that no person asked for. */
export const systemCtx = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'wholesale' },
  requestId: 'wholesale',
  locale: 'zh-CN',
})
