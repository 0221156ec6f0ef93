import { hash } from 'node:crypto'
import {
  accountErrors,
  checkFormValues,
  commonErrors,
  type mallOrderRoutes,
  orderErrors,
  refusalOf,
} from '@quanshu/contract'
import { assert, fenToYuan, type MemberId, type OrderNo, Refusal, type TenantId } from '@quanshu/kernel'
import type { z } from 'zod'
import type { Idempotency, Session } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Offer, offersOf } from '../../catalog/index.ts'
import { askTopUp, openChannel } from '../../stock/index.ts'
import { getSettings } from '../../tenancy/index.ts'
import { deviceHash, queryPasswordHash } from '../access.ts'
import { drawOrderNo, normaliseContact } from '../model.ts'
import { type Ask, createShelfWatch, type ShelfWatch, type Wanted } from '../queries/look-at-shelf.ts'
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
const SOLD_OUT = 'orders.sold_out'
const PART_SHORT = 'orders.bundle_part_short'

export type Placer = (caller: Caller, input: OrderInput, idempotency: Idempotency) => Promise<SealedView>
export type Caller = { readonly tenantId: TenantId; readonly session: Session; readonly ip: string | undefined }

/**
 * Places an order and answers it as its buyer may see it. The same `Idempotency-Key` with the same request gives the same
 * order again, as it is then.
 * @throws orders.* for everything a buyer can be told: price changed, sold out, limits, form, contact, balance
 */
export function createPlacer(platform: Platform, placeBatch: PlaceBatch): Placer {
  const shelf = createShelfWatch(platform)
  const place = platform.batcher<Placing, PlacingResult>({
    name: 'orders.place',
    ...STOCK_BATCH,
    run: (tenantId, placings) => placeWhatIsThere(shelf, placeBatch, tenantId, placings),
  })
  return async (caller, input, idempotency) => {
    const { tenantId } = caller
    const checked = await checkedInput(platform, caller, input)
    const requestKey = hash('sha256', `${idempotency.scope}\n${idempotency.key}`, 'base64url')
    // The shelf that is watched is the total warehouse's; a channel's own is asked by placing.
    const wanted = input.channel === undefined ? wantedAsShown(checked.offers, input) : []
    const ask: Ask = { requestKey, wanted }
    await shelf.refuseSoldOut(tenantId, ask)
    const item = await placingItem(platform, caller, { ...input, ...checked }, { ...idempotency, requestKey })
    for (let turn = 0; turn < NUMBER_TRIES; turn += 1) {
      const no = drawOrderNo(platform.clock.now())
      const result = await place(tenantId, { ask, item: { ...item, no } })
      if ('view' in result) {
        if (input.channel !== undefined) await noteSold(platform, tenantId, input.channel)
        return result.view
      }
      if ('repeat' in result) {
        if (!result.sameRequest) throw commonErrors.idempotencyKeyReused()
        const [view] = await readViews(platform, tenantId, [result.repeat])
        assert(view !== undefined, `order ${result.repeat} is repeated and cannot be read`)
        return view
      }
      if ('code' in result) throw refusalFrom(result)
    }
    throw commonErrors.busy()
  }
}

type Placing = { readonly ask: Ask; readonly item: PlacingItem }

/** Those who came before it was known that the shelf is empty hear it here, without being placed. */
async function placeWhatIsThere(
  shelf: ShelfWatch,
  placeBatch: PlaceBatch,
  tenantId: TenantId,
  placings: readonly Placing[],
): Promise<readonly (PlacingResult | Refusal)[]> {
  const refusals = await shelf.sift(
    tenantId,
    placings.map(({ ask }) => ask),
  )
  const items = placings.filter((_, index) => refusals[index] === undefined).map(({ item }) => item)
  const placed = items.length === 0 ? [] : await placeBatch(tenantId, items)
  for (const result of placed) {
    if (!('code' in result)) continue
    if (result.code === SOLD_OUT) shelf.noteShort(tenantId, Number(result.params.skuId))
    if (result.code === PART_SHORT) shelf.noteShort(tenantId, Number(result.params.partSkuId))
  }
  assert(placed.length === items.length, `${placed.length} results for ${items.length} placed items`)
  const results = placed.values()
  return refusals.map((refusal) => refusal ?? (results.next().value as PlacingResult))
}

type Checked = { readonly contact: string; readonly lines: OrderInput['lines']; readonly offers: Offers }

/** All that can be said without the database's hot tables, and costs no hash. */
async function checkedInput(platform: Platform, { tenantId, session }: Caller, input: OrderInput): Promise<Checked> {
  const settings = await getSettings(platform, tenantId)
  if (session.kind !== 'member') {
    if (!settings['orders.guestCheckout']) throw orderErrors.guestsNotAllowed()
    if (input.payWith === 'balance' || input.balanceFen > 0) throw orderErrors.signInForBalance()
    if (!input.queryPassword && settings['orders.queryPasswordRequired']) throw orderErrors.queryPasswordRequired()
  }
  await refuseClosedChannel(platform, tenantId, input.channel)
  const contact = normaliseContact(input.contact)
  refuseRepeatedSkus(input)
  const offers = await offersOf(
    platform,
    tenantId,
    input.lines.map(({ skuId }) => skuId),
  )
  if (session.kind !== 'member') refuseForMembers(offers)
  return { contact, lines: checkedLines(offers, input), offers }
}

async function placingItem(
  platform: Platform,
  { tenantId, session, ip }: Caller,
  input: OrderInput,
  request: Idempotency & { readonly requestKey: string },
): Promise<Omit<PlacingItem, 'no'>> {
  const { contact, queryPassword: password } = input
  const settings = await getSettings(platform, tenantId)
  const memberId = session.kind === 'member' ? session.memberId : null
  const sealer = await platform.crypto.sealer(tenantId)
  return {
    requestKey: request.requestKey,
    requestHash: request.fingerprint.toString('hex'),
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
    channel: input.channel ?? 'mall',
    lines: input.lines,
  }
}

/** The order is placed whatever becomes of this; the next round of the rules finds what was missed. */
async function noteSold(platform: Platform, tenantId: TenantId, channel: string): Promise<void> {
  await askTopUp(platform, tenantId, channel).catch((error: unknown) =>
    platform.log.warn({ err: error, tenantId, channel }, 'rules of the channel were not looked at'),
  )
}

/** A code is in a link that anybody may type; only an open channel's orders carry it. @throws orderErrors.channelClosed */
async function refuseClosedChannel({ db }: Platform, tenantId: TenantId, channel: string | undefined): Promise<void> {
  if (channel === undefined) return
  const ctx = {
    tenantId,
    actor: { kind: 'system', name: 'orders' },
    requestId: 'orders.place',
    locale: 'zh-CN',
  } as const
  await db
    .read(ctx, (tx) => openChannel(tx, channel))
    .catch((error) => {
      throw error instanceof Refusal ? orderErrors.channelClosed() : error
    })
}

function refuseRepeatedSkus({ lines }: OrderInput): void {
  if (new Set(lines.map((line) => line.skuId)).size < lines.length) throw orderErrors.duplicateLine()
}

type Offers = ReadonlyMap<number, Offer>

/** Of codes that only their member may open a guest would have nothing. @throws orderErrors.signInForBound */
export function refuseForMembers(offers: Offers): void {
  const bound = [...offers.values()].find(({ isForMembers }) => isForMembers)
  if (bound) throw orderErrors.signInForBound({ title: bound.goodsTitle })
}

/** Price and stock are judged in the database; the form, which is only stored there, is judged here. */
function checkedLines(offers: Offers, input: OrderInput): OrderInput['lines'] {
  return input.lines.map((line) => {
    const fields = offers.get(line.skuId)?.formFields ?? []
    const { formAgain, ...kept } = line
    // Its account is asked for when it is activated.
    if (line.later) return { ...kept, form: {} }
    const form = checkedForm(fields, line, input.locale)
    refuseOtherRepeat(fields, form, formAgain, input.locale)
    return { ...kept, form }
  })
}

/** What was typed, without spaces at its ends. @throws orders.form_field for the first that does not fit its field */
export function checkedForm(
  fields: Offer['formFields'],
  { skuId, form }: Pick<OrderInput['lines'][number], 'skuId' | 'form'>,
  locale: OrderInput['locale'],
): OrderInput['lines'][number]['form'] {
  const [fault] = checkFormValues(fields, form)
  if (fault) {
    const field = fields.find(({ key }) => key === fault.key)
    const label = (locale === 'en' && field?.labelEn) || field?.labelZh || fault.key
    throw orderErrors.formField({ label, field: fault.key, problem: fault.fault, skuId })
  }
  return Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim()]))
}

/**
 * A page sends what was typed the second time; who orders by program types nothing, and leaves it out.
 * @throws accounts.repeat_differs for the first field that is not the same
 */
export function refuseOtherRepeat(
  fields: Offer['formFields'],
  form: Readonly<Record<string, string>>,
  again: Readonly<Record<string, string>> | undefined,
  locale: OrderInput['locale'],
): void {
  if (again === undefined) return
  const other = fields.find(
    ({ key, confirmTwice }) => confirmTwice && (form[key] ?? '') !== (again[key] ?? '').trim() && key in form,
  )
  if (other) {
    throw accountErrors.repeatDiffers({ label: (locale === 'en' && other.labelEn) || other.labelZh, field: other.key })
  }
}

/**
 * What an order asks for, when it would get as far as the shelf: the database speaks of the shelf's order, price and limit
 * before it speaks of pieces, and so whoever shows another price is not told "sold out" instead. None when it would not.
 */
function wantedAsShown(offers: Offers, { lines }: OrderInput): readonly Wanted[] {
  const wanted: Wanted[] = []
  for (const { skuId, quantity, unitPriceFen } of lines) {
    const offer = offers.get(skuId)
    if (!offer?.sellable || quantity > offer.limitPerOrder) return []
    const isPrice = unitPriceFen === offer.priceFen || offer.tiers.some((tier) => tier.unitPriceFen === unitPriceFen)
    if (!isPrice) return []
    // Of what others deliver there is no shelf of ours to look at.
    if (offer.kind === 'bundle') wanted.push(...partsAsShown(offer, quantity))
    else if (offer.kind === 'card') wanted.push({ skuId, quantity, goodsTitle: offer.goodsTitle })
  }
  return wanted
}

const partsAsShown = ({ skuId, goodsTitle, parts }: Offer, quantity: number): readonly Wanted[] =>
  parts.map((part) => ({ ...part, quantity: part.quantity * quantity, bundle: { skuId, goodsTitle } }))

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
