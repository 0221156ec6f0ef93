import { randomInt } from 'node:crypto'
import { LINE_STATES, type LineState, ORDER_STATES, type OrderState, orderErrors } from '@quanshu/contract'
import { assert, defineStates, type OrderNo, type StateTable, shopDay } from '@quanshu/kernel'

/**
 * The order as its buyer knows it. A late payment brings an expired or cancelled order back to life. What is paid and
 * delivered in one transaction is never seen as paid: `paid` is an order that still waits for a code.
 */
export const orderStates = defineStates<OrderState>('order', 'pending', {
  pending: ['paid', 'delivered', 'cancelled', 'expired'],
  paid: ['delivered', 'refunded'],
  delivered: ['refunded'],
  cancelled: ['paid', 'delivered'],
  expired: ['paid', 'delivered'],
  refunded: [],
} satisfies StateTable<OrderState>)

/** One line's fulfilment. An exception waits for a person: it is retried or refunded, never forgotten. */
export const lineStates = defineStates<LineState>('line', 'waiting', {
  // A part of a bundle that is held back may be refunded while it waits for the others.
  waiting: ['dormant', 'supplying', 'delivered', 'exception', 'refunding', 'refunded', 'cancelled'],
  // Delivered is what was never activated until its end.
  dormant: ['supplying', 'delivered', 'refunding', 'refunded'],
  // What people of the shop work on may be given back for while it is open; what a supplier brings may not.
  supplying: ['delivered', 'exception', 'refunding', 'refunded'],
  delivered: ['refunding', 'refunded', 'exception'],
  exception: ['waiting', 'supplying', 'delivered', 'exception', 'refunding', 'refunded'],
  // A refund of pieces, or of an amount, that failed and was then made leaves a line that is delivered.
  refunding: ['refunded', 'exception'],
  // What is left of the amount may still go back.
  refunded: ['refunding', 'exception'],
  cancelled: ['waiting'],
} satisfies StateTable<LineState>)

assert(orderStates.states.length === ORDER_STATES.length, 'every order state of the contract has a row in the table')
assert(lineStates.states.length === LINE_STATES.length, 'every line state of the contract has a row in the table')

const RANDOM_PART = 10_000_000_000

/**
 * A fresh order number: yyMMdd of the shop's day and 10 random digits. It tells the day, but neither how much a shop
 * sells nor the next number. Two of a day meet once in 10^10; the unique key notices and another is drawn.
 */
export function drawOrderNo(now: Date): OrderNo {
  const day = Number(shopDay(now).replaceAll('-', '').slice(2))
  return (day * RANDOM_PART + randomInt(RANDOM_PART)) as OrderNo
}

const PHONE = /^1[3-9]\d{9}$/
const EMAIL = /^[^\s@]{1,64}@[^\s@.]{1,63}(?:\.[^\s@.]{1,63}){1,4}$/

/** Characters that hide or turn round what is read: control, format (bidi, zero width), private use, unassigned. */
const INVISIBLE = /\p{C}/u

/**
 * A contact as it is stored and compared: look-alike forms folded (NFKC), mobile numbers without spaces or dashes,
 * email addresses in lower case.
 * @throws orders.contact_invalid
 */
export function normaliseContact(typed: string): string {
  const text = typed.trim().normalize('NFKC')
  if (INVISIBLE.test(text)) throw orderErrors.contactInvalid()
  const phone = text.replace(/[\s-]/g, '').replace(/^\+?86(?=1)/, '')
  if (PHONE.test(phone)) return phone
  const email = text.toLowerCase()
  if (EMAIL.test(email)) return email
  throw orderErrors.contactInvalid()
}

/** `138****0000`, `zh***@example.com`: enough to recognise one's own, too little to write to. */
export function maskContact(contact: string): string {
  const at = contact.indexOf('@')
  if (at < 0) return contact.length < 8 ? '***' : `${contact.slice(0, 3)}****${contact.slice(-4)}`
  return `${contact.slice(0, Math.min(2, Math.max(1, at - 1)))}***${contact.slice(at)}`
}
