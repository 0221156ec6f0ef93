import type { Output, Row } from '../../shared/api/index.ts'

export type Supply = Output<'suppliers.readSkuSupply'>
export type Product = Row<'suppliers.listProducts'>
export type BuyerField = Supply['formFields'][number]
type Offer = Supply['offers'][number]

/** A source while it is edited: what is saved of it, and what is shown beside. */
export type OfferDraft = Omit<Offer, 'id' | 'position' | 'quality' | 'supplierState' | 'breaker'> & {
  readonly quality: Offer['quality'] | null
  readonly supplierState: Offer['supplierState'] | null
  readonly breaker: Offer['breaker'] | null
  readonly isNew: boolean
}

export type SupplyValues = {
  readonly policy: Supply['policy']
  readonly source: Supply['source']
  readonly guarded: boolean
  readonly leastMarginFen: number | null
  readonly accountCheck: Supply['accountCheck']
  readonly offers: readonly OfferDraft[]
}

export function valuesOf(supply: Supply): SupplyValues {
  return {
    policy: supply.policy,
    source: supply.source,
    guarded: supply.leastMarginFen !== null,
    leastMarginFen: supply.leastMarginFen ?? 0,
    accountCheck: supply.accountCheck,
    offers: supply.offers.map(({ id: _id, position: _position, ...offer }) => ({
      ...offer,
      fields: offer.fields ?? unasked(supply.kind),
      isNew: false,
    })),
  }
}

/** Codes are for whoever has them: where nothing was said, nothing is asked for. */
export const unasked = (kind: Supply['kind']): OfferDraft['fields'] => (kind === 'card' ? [] : null)

/** Whether a product can stand behind variants of this kind. */
export const fits = (product: Pick<Product, 'kind'>, kind: Supply['kind']): boolean =>
  (product.kind === 'direct') === (kind === 'topup')

export function bodyOf({ policy, source, guarded, leastMarginFen, accountCheck, offers }: SupplyValues) {
  return {
    policy,
    source,
    leastMarginFen: guarded ? (leastMarginFen ?? 0) : null,
    accountCheck,
    offers: offers.map(({ productId, weight, enabled, fieldMap }) => ({
      productId,
      weight,
      enabled,
      fieldMap: { ...fieldMap },
    })),
  }
}

/** A product as a source that nobody has saved yet; `fields` null: the supplier has not said what it asks for. */
export function draftOf(product: Product, fields: OfferDraft['fields'], formFields: readonly BuyerField[]): OfferDraft {
  return {
    productId: product.id,
    product: product.name,
    supplierId: product.supplierId,
    supplier: product.supplier,
    supplierState: null,
    breaker: null,
    costHao: product.costHao,
    currency: product.currency,
    stock: product.stock,
    onSale: product.onSale,
    weight: 1,
    enabled: true,
    fieldMap: suggest(fields ?? [], formFields, {}),
    fields,
    templateChanges: [],
    quality: null,
    isNew: true,
  }
}

/**
 * What of the buyer's form fills each field of a supplier. What was chosen stays; else the one of the same key, of the
 * same name, the only one of a telling kind, or the only one there is.
 */
export function suggest(
  asked: readonly BuyerField[],
  form: readonly BuyerField[],
  chosen: Readonly<Record<string, string>>,
): Record<string, string> {
  const [only, second] = form
  const ofKind = (type: BuyerField['type']) => {
    const some = form.filter((one) => one.type === type)
    return type !== 'text' && some.length === 1 ? some[0] : undefined
  }
  return Object.fromEntries(
    asked.flatMap((field) => {
      const kept = form.find(({ key }) => key === chosen[field.key])
      const match =
        kept ??
        form.find(({ key }) => key === field.key) ??
        form.find(({ labelZh }) => labelZh === field.labelZh) ??
        ofKind(field.type) ??
        (asked.length === 1 && !second ? only : undefined)
      return match ? [[field.key, match.key]] : []
    }),
  )
}

/** What a source asks for and nothing of the buyer's form fills. */
export const missingOf = ({ fields, fieldMap }: OfferDraft, form: readonly BuyerField[]): readonly BuyerField[] =>
  (fields ?? []).filter(({ key, required }) => required && !form.some((field) => field.key === fieldMap[key]))

/** Names that a goods' form may have; suppliers name their fields as they like, in Chinese too. */
const OWN_KEY = /^[a-z][a-zA-Z0-9_]{0,39}$/

function keyBeside(wanted: string, taken: readonly string[]): string {
  const base = OWN_KEY.test(wanted) ? wanted : 'account'
  let number = 1
  const name = () => (number === 1 ? base : `${base.slice(0, 36)}${number}`)
  while (taken.includes(name())) number += 1
  return name()
}

/**
 * Fields that some source asks for and the buyer's form lacks, each once, as they go into the form. Where the supplier's name
 * cannot stand there, another is made; the map finds the field by what it is called.
 */
export function newFormFields(offers: readonly OfferDraft[], form: readonly BuyerField[]): readonly BuyerField[] {
  const wanted = offers.flatMap((offer) => missingOf(offer, form))
  const each = wanted.filter(
    (field, index) =>
      wanted.findIndex((one) => one.key === field.key) === index &&
      !form.some((one) => one.key === field.key || one.labelZh === field.labelZh),
  )
  const taken = form.map(({ key }) => key)
  return each.map((field) => {
    const key = keyBeside(field.key, taken)
    taken.push(key)
    // What was topped up cannot be taken back from a wrong account.
    return { ...field, key, confirmTwice: field.type !== 'select' }
  })
}

/** What is left of the price of one piece, in hao. */
export const marginHao = (priceFen: number, costHao: number): number => priceFen * 100 - costHao
