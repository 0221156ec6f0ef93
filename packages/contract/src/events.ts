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
  'refund.requested',
  'refund.done',
  'refund.failed',
  'supply.wanted',
  'supply.accepted',
  'supply.arrived',
  'supply.refused',
  'supply.contradicted',
  'stock.changed',
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
] as const
export type EventType = (typeof EVENT_TYPES)[number]
export type EventSchemas = Partial<Record<EventType, z.ZodType>>
