import { z } from 'zod'
import { formFields } from '../form-fields.ts'
import { route } from '../route.ts'
import { digits, fen, idParam, instant, ok, oneOrMore, orderNo, pageOf, pageQuery, sortBy } from '../schemas.ts'
import { ACTIVATION_STATES, LINE_STATES } from '../states.ts'
import { orderDetail } from './orders.ts'

/** Top-ups that were bought to be activated later. */

const anyone = { kind: 'public' } as const
const form = z.record(z.string().max(48), z.string().max(200))
const lineOfOrder = z.object({ no: orderNo, lineNo: digits(z.int().min(1).max(20)) })

export const mallActivationRoutes = {
  fields: route({
    id: 'fulfilment.readActivation',
    method: 'GET',
    path: '/api/mall/orders/:no/lines/:lineNo/activation',
    summary: 'What the buyer is asked before a right that was bought is activated',
    access: anyone,
    params: lineOfOrder,
    response: z.object({ formFields }),
    rateLimit: { max: 60, windowMs: 60_000 },
  }),
  activate: route({
    id: 'fulfilment.activate',
    method: 'POST',
    path: '/api/mall/orders/:no/lines/:lineNo/activate',
    summary: 'The buyer gives the account: the right is activated, once, and topped up from here on',
    access: anyone,
    params: lineOfOrder,
    body: z.object({ form, formAgain: form.optional() }),
    response: ok,
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  giveBack: route({
    id: 'fulfilment.returnUnactivated',
    method: 'POST',
    path: '/api/mall/orders/:no/lines/:lineNo/return',
    summary: 'The buyer wants the money back for a right that is not activated',
    access: anyone,
    params: lineOfOrder,
    body: z.object({}),
    response: ok,
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
} as const

export const activationRow = z.object({
  orderNo,
  lineNo: z.int(),
  goodsTitle: z.string(),
  skuTitle: z.string(),
  quantity: z.int(),
  amountFen: fen,
  contactMasked: z.string(),
  state: z.enum(ACTIVATION_STATES),
  /** How its line stands, which after the activation is that of a top-up. */
  lineState: z.enum(LINE_STATES),
  openedAt: instant,
  endsAt: instant,
  closedAt: instant.nullable(),
  by: z.enum(['buyer', 'staff']).nullable(),
  byName: z.string(),
})
export type ActivationRow = z.output<typeof activationRow>

export const activationRoutes = {
  list: route({
    id: 'fulfilment.listActivations',
    method: 'GET',
    path: '/api/console/activations',
    summary: 'Top-ups that were bought to be activated later: what waits, when it ends, and what became of the others',
    access: { kind: 'staff', permission: 'orders.read' },
    query: pageQuery.extend({
      sort: sortBy('endsAt', 'openedAt'),
      state: oneOrMore(ACTIVATION_STATES).optional(),
      /** Open, and its end is not further away than this. */
      endsInDays: digits(z.int().min(0).max(400)).optional(),
      skuId: idParam.optional(),
    }),
    response: pageOf(activationRow),
  }),
  fields: route({
    id: 'fulfilment.readActivationOfLine',
    method: 'GET',
    path: '/api/console/orders/:no/lines/:lineNo/activation',
    summary: 'What staff are asked who activate a right for its buyer, and why it may not be now',
    access: { kind: 'staff', permission: 'orders.read' },
    params: lineOfOrder,
    response: z.object({
      formFields,
      /** As a code and in words; null: it may be activated. */
      trouble: z.object({ code: z.string(), message: z.string() }).nullable(),
      /** A payer's bank has a part of its money: it is activated with a reason only, and not by its buyer. */
      isDisputed: z.boolean(),
    }),
  }),
  activate: route({
    id: 'fulfilment.activateByStaff',
    method: 'POST',
    path: '/api/console/orders/:no/lines/:lineNo/activate',
    summary: 'Activate a right in its buyer’s place, with the account that they gave',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: lineOfOrder,
    body: z.object({
      form,
      /** Asked for where the payment is disputed. */
      reason: z.string().trim().min(1).max(200).optional(),
    }),
    response: orderDetail,
  }),
} as const
