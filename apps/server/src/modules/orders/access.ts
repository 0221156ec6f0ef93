import { timingSafeEqual } from 'node:crypto'
import { commonErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import type { Sealer } from '../../platform/crypto/index.ts'
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

export type Visitor = { readonly session: Session; readonly cookies: Cookies }
/** The shop's own. */
type Hasher = Pick<Sealer, 'fingerprint'>

/** @throws common.not_found for whoever has no business with the order, as for an order that is not there */
export function accessTo(sealer: Hasher, visitor: Visitor, view: SealedView | undefined): Access {
  if (!view) throw commonErrors.notFound()
  const { session } = visitor
  if (session.kind === 'member' && view.memberId === session.memberId) return 'codes'
  if (session.kind !== 'staff' && view.memberId === null && view.deviceHash !== null) {
    if (deviceHash(sealer, session.deviceId).toString('hex') === view.deviceHash) return 'codes'
  }
  const access = ticketFor(sealer, visitor, view.no)
  if (!access) throw commonErrors.notFound()
  return access
}

export const deviceHash = (sealer: Hasher, deviceId: string): Buffer => sealer.fingerprint('orders.device', deviceId)

/** Bound to the contact, so that equal passwords of two people do not look equal in the database. */
export const queryPasswordHash = (sealer: Hasher, contact: string, password: string): Buffer =>
  sealer.fingerprint('orders.query_password', `${contact}\u0000${password}`)

/**
 * Remembers in the visitor's cookie what a look-up opened; the newest five orders, each for two hours. Older tickets go
 * along as they came: they prove themselves when they are used.
 */
export function grantTickets(sealer: Hasher, { cookies }: Visitor, opened: ReadonlyMap<OrderNo, Access>): void {
  const now = Math.floor(Date.now() / 1000)
  const fresh = [...opened].slice(0, TICKETS_MAX).map(([no, access]) => {
    const claim = `${no}-${access}-${now + TICKET_LIFETIME_S}`
    return `${claim}-${signature(sealer, claim).toString('base64url')}`
  })
  const older = ticketsIn(cookies).filter(({ no, until }) => until > now && !opened.has(no))
  const tickets = [...fresh, ...older.map(({ text }) => text)].slice(0, TICKETS_MAX)
  cookies.set(TICKETS_COOKIE, tickets.join('.'), { maxAgeSeconds: TICKET_LIFETIME_S })
}

/** What a ticket of this visitor opens of the order. */
function ticketFor(sealer: Hasher, { cookies }: Visitor, orderNo: OrderNo): Access | undefined {
  const now = Date.now() / 1000
  return ticketsIn(cookies).find(
    ({ no, until, claim, mac }) =>
      no === orderNo && until > now && timingSafeEqual(signature(sealer, claim), Buffer.from(mac, 'base64url')),
  )?.access
}

const TICKET = /^((\d{16})-(codes|status)-(\d{10}))-([\w-]{43})$/

/** As the visitor sent them, nothing proven yet. */
function ticketsIn(cookies: Cookies) {
  const tickets = cookies.get(TICKETS_COOKIE)?.split('.', TICKETS_MAX) ?? []
  return tickets.flatMap((text) => {
    const match = TICKET.exec(text)
    if (!match) return []
    const [, claim = '', no, access, until, mac = ''] = match
    return [{ text, claim, no: Number(no) as OrderNo, access: access as Access, until: Number(until), mac }]
  })
}

const signature = (sealer: Hasher, claim: string): Buffer => sealer.fingerprint('orders.ticket', claim)
