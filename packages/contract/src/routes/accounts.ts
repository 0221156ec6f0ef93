import { z } from 'zod'
import { formFields } from '../form-fields.ts'
import { route } from '../route.ts'
import { digits, id, idParam, instant, ok, orderNo, reason } from '../schemas.ts'
import { ACCOUNT_VERDICTS } from '../supply.ts'

/** Accounts that are topped up: checked before an order, and corrected after a supplier refused them. */

const anyone = { kind: 'public' } as const
const form = z.record(z.string().max(48), z.string().max(200))
const lineOfOrder = z.object({ no: orderNo, lineNo: digits(z.int().min(1).max(20)) })

export const mallAccountRoutes = {
  check: route({
    id: 'fulfilment.checkAccount',
    method: 'POST',
    path: '/api/mall/skus/:skuId/check-account',
    summary: 'Ask whether an account may be topped up, before there is an order; who asks too often learns nothing',
    access: anyone,
    params: z.object({ skuId: idParam }),
    body: z.object({ form }),
    response: z.object({
      verdict: z.enum(ACCOUNT_VERDICTS),
      /** Whose it is there, with its middle masked. */
      nickname: z.string().nullable(),
      /** The field that is wrong. */
      field: z.string().nullable(),
    }),
    rateLimit: { max: 30, windowMs: 60_000 },
  }),
  correct: route({
    id: 'fulfilment.correctAccount',
    method: 'POST',
    path: '/api/mall/orders/:no/lines/:lineNo/correct',
    summary: 'The buyer corrects an account that a supplier refused; it is bought anew under the next number',
    access: anyone,
    params: lineOfOrder,
    body: z.object({ form, formAgain: form.optional() }),
    response: ok,
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
  giveUp: route({
    id: 'fulfilment.giveUpAccount',
    method: 'POST',
    path: '/api/mall/orders/:no/lines/:lineNo/give-up',
    summary: 'The buyer wants the money back for a line whose account was refused',
    access: anyone,
    params: lineOfOrder,
    body: z.object({}),
    response: ok,
    rateLimit: { max: 20, windowMs: 60_000 },
  }),
} as const

export const lineAccount = z.object({
  /** As it stands now, with its fields in words. */
  form,
  formFields,
  /** Why it may not be corrected now, as a code and in words; null: it may. */
  trouble: z.object({ code: z.string(), message: z.string() }).nullable(),
  corrections: z.array(
    z.object({
      id,
      at: instant,
      by: z.enum(['buyer', 'staff']),
      byName: z.string(),
      /** Only what differs. */
      before: form,
      after: form,
    }),
  ),
})
export type LineAccount = z.output<typeof lineAccount>

export const accountRoutes = {
  read: route({
    id: 'fulfilment.readAccount',
    method: 'GET',
    path: '/api/console/orders/:no/lines/:lineNo/account',
    summary: 'The account of a top-up with everything that was corrected of it',
    access: { kind: 'staff', permission: 'orders.read' },
    params: lineOfOrder,
    response: lineAccount,
  }),
  correct: route({
    id: 'fulfilment.correctAccountByStaff',
    method: 'POST',
    path: '/api/console/orders/:no/lines/:lineNo/account',
    summary: 'Correct an account that a supplier refused, in the buyer’s place',
    access: { kind: 'staff', permission: 'orders.handle' },
    params: lineOfOrder,
    body: z.object({ form, reason }),
    response: lineAccount,
  }),
} as const
