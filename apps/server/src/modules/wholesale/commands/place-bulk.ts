import {
  BULK_PIECES_MAX,
  bulkLineErrors,
  commonErrors,
  errorMessage,
  refusalOf,
  type WholesaleBulkPlace,
  wholesaleErrors,
  wholesaleLineErrors,
} from '@quanshu/contract'
import type { Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { InvalidInput } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl } from '../../../platform/outbound/index.ts'
import { fieldFault, wakeWorker } from '../../bulk/index.ts'
import { shopMark } from '../../tenancy/index.ts'
import { bulkHash, systemCtx } from '../model.ts'
import { findBulk } from '../queries/bulks.ts'
import type { OpenKey } from '../queries/open-key.ts'
import { type Priced, pricedFor } from '../queries/products.ts'

type Locale = 'zh-CN' | 'en'
type Answer =
  | { readonly bulkId: number; readonly totalFen: number }
  | { readonly numberTaken: true }
  | { readonly code: string; readonly params: Readonly<Record<string, unknown>> }
type Line = {
  readonly lineNo: number
  readonly skuId: number
  readonly quantity: number
  readonly form: Readonly<Record<string, string>>
  readonly reference: string
}

/** Of ten thousand bad lines a page is told. */
const FAULTS_MAX = 100

/**
 * Takes a bulk order of another shop: every line is judged first, then number, prices and the money for all of it are taken in one
 * transaction, or nothing is. The same number with the same content changes nothing.
 * @throws common.invalid_input naming bad lines by their index; wholesale.* and orders.balance_short: nothing was ordered;
 * wholesale.number_reused: something else was, before
 */
export async function placeBulk(
  platform: Platform,
  key: OpenKey,
  input: WholesaleBulkPlace,
  locale: Locale,
): Promise<void> {
  const { tenantId } = key
  const { outerNo, totalCeilingFen, trace } = input
  const requestHash = bulkHash(input)
  const isKnown = async (): Promise<boolean> => {
    const known = await platform.db.read(systemCtx(tenantId), (tx) => findBulk(tx, key.id, outerNo))
    if (known && !known.requestHash.equals(requestHash)) throw wholesaleErrors.numberReused()
    return known !== undefined
  }
  if (await isKnown()) return
  const pieces = input.lines.reduce((sum, { quantity }) => sum + quantity, 0)
  if (pieces > BULK_PIECES_MAX) throw wholesaleErrors.tooManyPieces({ limit: BULK_PIECES_MAX })
  const callbackUrl = input.callbackUrl ?? key.callbackUrl
  if (callbackUrl !== '' && !isAllowedUrl(callbackUrl, platform.config.allowInsecureEndpoints)) {
    throw wholesaleErrors.insecureAddress()
  }
  if (trace.includes(await shopMark(platform, tenantId))) throw wholesaleErrors.loop()
  const skuIds = [...new Set(input.lines.map(({ productId }) => Number(productId)))]
  const open = await platform.db.read(systemCtx(tenantId), (tx) => pricedFor(tx, key.id, skuIds))
  const lines = judged(input, new Map(open.map((sku) => [sku.skuId, sku])), locale)
  const item = { keyId: key.id, outerNo, requestHash: requestHash.toString('hex'), totalCeilingFen, callbackUrl, trace }
  for (let turn = 0; turn < RIVALS_MAX; turn += 1) {
    const taken = platform.db.write(systemCtx(tenantId), (tx) => take(tx, key, { ...item, lines }))
    const isOurs = await taken.then(
      () => true,
      (error: unknown) => (error instanceof NumberTaken ? false : Promise.reject(error)),
    )
    // A rival that was refused in the end has left the number free again.
    if (isOurs || (await isKnown())) return
  }
  throw commonErrors.busy()
}

/** A rival has the number since a moment: what was done is undone, and its order is looked for. */
class NumberTaken extends Error {}
const RIVALS_MAX = 5

type Item = { readonly outerNo: string; readonly lines: readonly Line[]; readonly [fact: string]: unknown }

async function take(tx: Tx, key: OpenKey, item: Item): Promise<void> {
  const { rows } = await sql<{ answer: Answer }>`
    select wholesale.place_bulk(${key.tenantId}::bigint, ${JSON.stringify(item)}::jsonb) as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('wholesale.place_bulk gave no answer')
  if ('code' in answer) throw refusalOf(answer.code, answer.params)
  if (!('bulkId' in answer)) throw new NumberTaken()
  const { bulkId, totalFen } = answer
  const { outerNo, lines } = item
  const detail = { key: key.name, outerNo, lines: lines.length, totalFen, memberId: key.memberId }
  tx.audit({ action: 'bulk.place_by_api', objectKind: 'bulk_order', objectId: bulkId, detail })
  wakeWorker(tx, bulkId)
}

type Fault = { readonly path: string; readonly refusal: Refusal }

/** @throws common.invalid_input with each bad line, by its index */
function judged(
  { lines, allowRepeats }: WholesaleBulkPlace,
  open: ReadonlyMap<number, Priced>,
  locale: Locale,
): readonly Line[] {
  const refs = new Map<string, number>()
  const accounts = new Map<string, number>()
  const faults: Fault[] = []
  const good: Line[] = []
  for (const [index, { ref, productId, quantity, fields }] of lines.entries()) {
    const skuId = Number(productId)
    const product = open.get(skuId)
    const form = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.trim()]))
    const account = Object.keys(form).length === 0 ? undefined : accountOf(skuId, form)
    const twin = refs.get(ref)
    const repeated = account === undefined || allowRepeats ? undefined : accounts.get(account)
    const wrongField = product && fieldFault(product.formFields, form, locale)
    const say = (path: string, refusal: Refusal) => faults.push({ path: `lines.${index}.${path}`, refusal })
    if (twin !== undefined) say('ref', wholesaleLineErrors.refTwice({ index: twin }))
    if (!product) say('productId', wholesaleErrors.unknownProduct())
    else if (!product.sellable) say('productId', bulkLineErrors.offShelf())
    else if (wrongField) say(`fields.${wrongField.key}`, wrongField.fault)
    else if (repeated !== undefined) say('fields', wholesaleLineErrors.repeated({ index: repeated }))
    refs.set(ref, twin ?? index)
    if (account !== undefined) accounts.set(account, repeated ?? index)
    good.push({ lineNo: index + 1, skuId, quantity, form, reference: ref })
  }
  if (faults.length === 0) return good
  throw new InvalidInput(
    faults.slice(0, FAULTS_MAX).map(({ path, refusal: { code, params } }) => ({
      in: 'body',
      path,
      code,
      message: errorMessage(code, params, locale),
    })),
  )
}

const accountOf = (skuId: number, form: Readonly<Record<string, string>>): string =>
  JSON.stringify([skuId, Object.entries(form).toSorted(byName)])
const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1)
