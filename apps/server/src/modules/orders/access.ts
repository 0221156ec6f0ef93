import { timingSafeEqual } from 'node:crypto'
import { commonErrors } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Crypto } from '../../platform/crypto/index.ts'
import type { Cookies, Session } from '../../platform/http/index.ts'
import type { SealedView } from './queries/sealed-views.ts'

/**
 * Who may see what of an order. The buyer: the signed-in member who placed it, or the browser that did. Whoever looked
 * it up gets a ticket in a cookie: with the query password for the codes, with the number alone for the state only.
 */
export type Access = 'codes' | 'status'

const TICKETS_COOKIE = 'qs_orders'
const TICKETS_MAX = 5
const TICKET_LIFETIME_S = 2 * 60 * 60
const TICKETS_PURPOSE = 'orders.tickets'

type Ticket = readonly [no: OrderNo, access: Access]

export type Visitor = { readonly tenantId: TenantId; readonly session: Session; readonly cookies: Cookies }

/** @throws common.not_found for whoever has no business with the order, as for an order that is not there */
export async function accessTo(crypto: Crypto, visitor: Visitor, view: SealedView | undefined): Promise<Access> {
  if (!view) throw commonErrors.notFound()
  const { session, tenantId } = visitor
  if (session.kind === 'member' && view.memberId === session.memberId) return 'codes'
  if (session.kind !== 'staff' && view.memberId === null && view.deviceHash !== null) {
    if ((await deviceHash(crypto, tenantId, session.deviceId)).toString('hex') === view.deviceHash) return 'codes'
  }
  const access = (await readTickets(crypto, visitor)).find(([no]) => no === view.no)?.[1]
  if (!access) throw commonErrors.notFound()
  return access
}

export function deviceHash(crypto: Crypto, tenantId: TenantId, deviceId: string): Promise<Buffer> {
  return crypto.fingerprint(tenantId, 'orders.device', deviceId)
}

/** Bound to the contact, so that equal passwords of two people do not look equal in the database. */
export function queryPasswordHash(
  crypto: Crypto,
  tenantId: TenantId,
  contact: string,
  password: string,
): Promise<Buffer> {
  return crypto.fingerprint(tenantId, 'orders.query_password', `${contact}\u0000${password}`)
}

/** Remembers in the visitor's cookie what a look-up opened; the newest five orders, all for two hours from now. */
export async function grantTickets(
  crypto: Crypto,
  visitor: Visitor,
  opened: ReadonlyMap<OrderNo, Access>,
): Promise<void> {
  const tickets = new Map(opened)
  for (const [no, access] of await readTickets(crypto, visitor)) if (!tickets.has(no)) tickets.set(no, access)
  const until = Math.floor(Date.now() / 1000) + TICKET_LIFETIME_S
  const list = [...tickets].slice(0, TICKETS_MAX).map(([no, access]) => `${no}-${access}`)
  const text = [...list, until].join('.')
  const signature = await crypto.fingerprint(visitor.tenantId, TICKETS_PURPOSE, text)
  visitor.cookies.set(TICKETS_COOKIE, `${text}.${signature.toString('base64url')}`, {
    maxAgeSeconds: TICKET_LIFETIME_S,
  })
}

/** One signature over all of it: a list cannot be put together from parts of others. */
const TICKETS = /^((?:\d{16}-(?:codes|status)\.){1,5}(\d{10}))\.([\w-]{43})$/

async function readTickets(crypto: Crypto, { tenantId, cookies }: Visitor): Promise<readonly Ticket[]> {
  const match = TICKETS.exec(cookies.get(TICKETS_COOKIE) ?? '')
  if (!match) return []
  const [, text = '', until, signature = ''] = match
  const genuine = await crypto.fingerprint(tenantId, TICKETS_PURPOSE, text)
  if (!timingSafeEqual(genuine, Buffer.from(signature, 'base64url'))) return []
  if (Number(until) <= Date.now() / 1000) return []
  return text.split('.').slice(0, -1).map(ticketOf)
}

function ticketOf(text: string): Ticket {
  const [no, access] = text.split('-')
  return [Number(no) as OrderNo, access as Access]
}
