import { createHmac, timingSafeEqual } from 'node:crypto'
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
const KEY_PURPOSE = 'orders.ticket'

export type Visitor = { readonly tenantId: TenantId; readonly session: Session; readonly cookies: Cookies }

/** @throws common.not_found for whoever has no business with the order, as for an order that is not there */
export async function accessTo(crypto: Crypto, visitor: Visitor, view: SealedView | undefined): Promise<Access> {
  if (!view) throw commonErrors.notFound()
  const { session, tenantId } = visitor
  if (session.kind === 'member' && view.memberId === session.memberId) return 'codes'
  if (session.kind !== 'staff' && view.memberId === null && view.deviceHash !== null) {
    if ((await deviceHash(crypto, tenantId, session.deviceId)).toString('hex') === view.deviceHash) return 'codes'
  }
  const access = (await readTickets(crypto, visitor)).get(view.no)
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

/** Remembers in the visitor's cookie what a look-up opened; the newest five orders. */
export async function grantTickets(
  crypto: Crypto,
  visitor: Visitor,
  opened: ReadonlyMap<OrderNo, Access>,
): Promise<void> {
  const tickets = new Map([...opened, ...[...(await readTickets(crypto, visitor))].filter(([no]) => !opened.has(no))])
  const until = Math.floor(Date.now() / 1000) + TICKET_LIFETIME_S
  const key = await crypto.fingerprint(visitor.tenantId, KEY_PURPOSE, '')
  const text = [...tickets].slice(0, TICKETS_MAX).map(([no, access]) => `${no}-${access}-${until}`)
  visitor.cookies.set(TICKETS_COOKIE, text.map((ticket) => `${ticket}-${sign(key, ticket)}`).join('.'), {
    maxAgeSeconds: TICKET_LIFETIME_S,
  })
}

async function readTickets(crypto: Crypto, { tenantId, cookies }: Visitor): Promise<ReadonlyMap<OrderNo, Access>> {
  const text = cookies.get(TICKETS_COOKIE)
  if (!text) return new Map()
  const key = await crypto.fingerprint(tenantId, KEY_PURPOSE, '')
  const now = Date.now() / 1000
  const tickets = new Map<OrderNo, Access>()
  for (const part of text.split('.').slice(0, TICKETS_MAX)) {
    const match = /^((\d{16})-(codes|status)-(\d{10}))-([\w-]{43})$/.exec(part)
    if (!match) continue
    const [, ticket = '', no, access, until, signature = ''] = match
    const genuine = timingSafeEqual(Buffer.from(signature), Buffer.from(sign(key, ticket)))
    if (genuine && Number(until) > now) tickets.set(Number(no) as OrderNo, access as Access)
  }
  return tickets
}

const sign = (key: Buffer, ticket: string): string => createHmac('sha256', key).update(ticket).digest('base64url')
