import type { z } from 'zod'

/** An event as a command announces it. `type` is in the catalogue below; `subject` is what it is about, e.g. `order:2611…`. */
export type EventInput = {
  readonly type: EventType
  readonly subject: string
  readonly payload: Readonly<Record<string, unknown>>
}

export const EVENT_TYPES = [
  'order.placed',
  'order.paid',
  'order.delivered',
  'order.exception',
  'order.cancelled',
  'order.expired',
  'order.refunded',
  'payment.received',
  'payment.rejected',
  'payment.chargeback',
  'refund.awaiting',
  'refund.requested',
  'refund.done',
  'refund.failed',
  'supply.wanted',
  'supply.accepted',
  'supply.arrived',
  'supply.refused',
  'supply.contradicted',
  'supply.price_held',
  'service.opened',
  'service.accepted',
  'service.put_back',
  'service.handed_over',
  'service.asked',
  'service.answered',
  'service.done',
  'service.rejected',
  'service.cancelled',
  'service.overdue',
  'stock.changed',
  'stock.low',
  'batch.imported',
  'batch.undone',
  'batch.suspended',
  'batch.resumed',
  'batch.exported',
  'batch.recalled',
  'card.revealed',
  'card.used',
  'goods.changed',
  'member.joined',
  'books.alarm',
  'reconciliation.differing',
  'webhook.disabled',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** What an endpoint of another system may ask to hear. Not what only concerns the shop's own desk. */
export const WEBHOOK_EVENTS = [
  'order.placed',
  'order.paid',
  'order.delivered',
  'order.exception',
  'order.cancelled',
  'order.expired',
  'order.refunded',
  'payment.received',
  'payment.chargeback',
  'refund.requested',
  'refund.done',
  'refund.failed',
  'stock.changed',
  'stock.low',
  'batch.imported',
  'batch.suspended',
  'batch.resumed',
  'card.used',
  'goods.changed',
  'member.joined',
] as const satisfies readonly EventType[]
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]
export type EventSchemas = Partial<Record<EventType, z.ZodType>>
