import { createHash } from 'node:crypto'
import { checkFormValues, commonErrors, type mallOrderRoutes, orderErrors, refusalOf } from '@quanshu/contract'
import { assert, fenToYuan, type MemberId, type OrderNo, type Refusal, type TenantId } from '@quanshu/kernel'
import type { z } from 'zod'
import type { Idempotency, Session } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { offersOf } from '../../catalog/index.ts'
import { getSettings } from '../../tenancy/index.ts'
import { deviceHash, queryPasswordHash } from '../access.ts'
import { drawOrderNo, normaliseContact } from '../model.ts'
import { readViews, type SealedView } from '../queries/sealed-views.ts'

export type OrderInput = z.output<typeof mallOrderRoutes.place.body>

/** One order on its way into `orders.place`; hashes in hex. See db/functions/orders.sql. */
export type PlacingItem = {
  readonly no: OrderNo
  readonly requestKey: string
  readonly requestHash: string
  readonly memberId: MemberId | null
  readonly buyerKey: string
  readonly contact: string
  readonly locale: 'zh-CN' | 'en'
  readonly queryHash: string | null
  readonly deviceHash: string | null
  readonly ip: string | null
  readonly holdSeconds: number
  readonly capPerson: number
  readonly capIp: number
  readonly capDevice: number
  readonly payWith: string
  readonly balanceFen: number
  readonly channel: string
  readonly lines: OrderInput['lines']
}
export type PlacingResult =
  | { readonly no: OrderNo; readonly totalFen: number; readonly view: SealedView }
  | { readonly repeat: OrderNo; readonly sameRequest: boolean }
  | { readonly numberTaken: true }
  | { readonly code: string; readonly params: Readonly<Record<string, unknown>> }

/** Places and, when it is paid by balance or free, pays and delivers: the whole batch in one transaction. */
export type PlaceBatch = (tenantId: TenantId, items: readonly PlacingItem[]) => Promise<readonly PlacingResult[]>

/**
 * How placing and paying are grouped. Both lock the same accounts, the pieces of the SKUs that sell, so they take turns.
 * A call costs 2.5 to 5 ms of CPU before its first order (docs/adr/0019): hence the gathering, and the size.
 */
export const STOCK_BATCH = { max: 256, turnstile: 'stock', gatherMs: 20 } as const
const NUMBER_TRIES = 5

export type Placer = (caller: Caller, input: OrderInput, idempotency: Idempotency) => Promise<SealedView>
export type Caller = { readonly tenantId: TenantId; readonly session: Session; readonly ip: string | undefined }

/**
 * Places an order and answers it as its buyer may see it. The same `Idempotency-Key` with the same request gives the same
 * order again, as it is then.
 * @throws orders.* for everything a buyer can be told: price changed, sold out, limits, form, contact, balance
 */
export function createPlacer(platform: Platform, placeBatch: PlaceBatch): Placer {
  const place = platform.batcher<PlacingItem, PlacingResult>({
    name: 'orders.place',
    ...STOCK_BATCH,
    run: placeBatch,
  })
  return async (caller, input, idempotency) => {
    const item = await placingItem(platform, caller, input, idempotency)
    for (let turn = 0; turn < NUMBER_TRIES; turn += 1) {
      const result = await place(caller.tenantId, { ...item, no: drawOrderNo(platform.clock.now()) })
      if ('view' in result) return result.view
      if ('repeat' in result) {
        if (!result.sameRequest) throw commonErrors.idempotencyKeyReused()
        const [view] = await readViews(platform, caller.tenantId, [result.repeat])
        assert(view !== undefined, `order ${result.repeat} is repeated and cannot be read`)
        return view
      }
      if ('code' in result) throw refusalFrom(result)
    }
    throw commonErrors.busy()
  }
}

async function placingItem(
  platform: Platform,
  { tenantId, session, ip }: Caller,
  input: OrderInput,
  idempotency: Idempotency,
): Promise<Omit<PlacingItem, 'no'>> {
  const settings = await getSettings(platform, tenantId)
  const memberId = session.kind === 'member' ? session.memberId : null
  if (memberId === null && !settings['orders.guestCheckout']) throw orderErrors.guestsNotAllowed()
  if (memberId === null && (input.payWith === 'balance' || input.balanceFen > 0)) throw orderErrors.signInForBalance()
  if (memberId === null && !input.queryPassword && settings['orders.queryPasswordRequired']) {
    throw orderErrors.queryPasswordRequired()
  }
  const contact = normaliseContact(input.contact)
  refuseRepeatedSkus(input)
  const lines = await checkedLines(platform, tenantId, input)

  const sealer = await platform.crypto.sealer(tenantId)
  const password = input.queryPassword
  return {
    requestKey: createHash('sha256').update(`${idempotency.scope}\n${idempotency.key}`).digest('base64url'),
    requestHash: idempotency.fingerprint.toString('hex'),
    memberId,
    buyerKey: memberId === null ? `c:${contact}` : `m:${memberId}`,
    contact,
    locale: input.locale,
    queryHash: password ? queryPasswordHash(sealer, contact, password).toString('hex') : null,
    deviceHash: session.kind === 'staff' ? null : deviceHash(sealer, session.deviceId).toString('hex'),
    ip: ip ?? null,
    holdSeconds: settings['orders.holdMinutes'] * 60,
    capPerson: settings['orders.unpaidMaxPerPerson'],
    capIp: settings['orders.unpaidMaxPerIp'],
    capDevice: settings['orders.unpaidMaxPerDevice'],
    payWith: input.payWith,
    balanceFen: input.balanceFen,
    channel: 'mall',
    lines,
  }
}

function refuseRepeatedSkus({ lines }: OrderInput): void {
  if (new Set(lines.map((line) => line.skuId)).size < lines.length) throw orderErrors.duplicateLine()
}

/** Price and stock are judged in the database; the form, which is only stored there, is judged here. */
async function checkedLines(platform: Platform, tenantId: TenantId, input: OrderInput): Promise<OrderInput['lines']> {
  const offers = await offersOf(
    platform,
    tenantId,
    input.lines.map((line) => line.skuId),
  )
  return input.lines.map((line) => {
    const fields = offers.get(line.skuId)?.formFields ?? []
    const [fault] = checkFormValues(fields, line.form)
    if (fault) {
      const field = fields.find(({ key }) => key === fault.key)
      const label = (input.locale === 'en' && field?.labelEn) || field?.labelZh || fault.key
      throw orderErrors.formField({ label, field: fault.key, problem: fault.fault, skuId: line.skuId })
    }
    const form = Object.fromEntries(Object.entries(line.form).map(([key, value]) => [key, value.trim()]))
    return { ...line, form }
  })
}

function refusalFrom({
  code,
  params,
}: {
  readonly code: string
  readonly params: Readonly<Record<string, unknown>>
}): Refusal {
  const { unitPriceFen } = params
  return refusalOf(
    code,
    typeof unitPriceFen === 'number' ? { ...params, unitPriceYuan: fenToYuan(unitPriceFen) } : params,
  )
}
