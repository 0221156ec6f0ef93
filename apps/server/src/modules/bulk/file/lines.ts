import {
  BULK_LINE_QUANTITY_MAX,
  BULK_REFERENCE_MAX,
  bulkLineErrors,
  checkFormValues,
  type FormFault,
  type FormField,
} from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import { normaliseContact } from '../../orders/index.ts'
import { isBulkKind } from '../model.ts'
import { fieldNamed } from './columns.ts'
import type { Catalogue, KnownSku } from './goods.ts'

/** A line as the file says it; nothing of it is believed. */
export type RawLine = {
  readonly lineNo: number
  readonly goods: string
  readonly quantity: string
  readonly contact: string
  readonly reference: string
  /** By a name of the field. */
  readonly form: Readonly<Record<string, string>>
  /** Why it could not even be read. */
  readonly fault?: Refusal
}

/** A line as it is kept. */
export type CheckedLine = {
  readonly lineNo: number
  readonly skuId: number | null
  readonly quantity: number
  readonly form: Readonly<Record<string, string>>
  readonly contact: string
  readonly reference: string
  readonly fault: string | null
  readonly faultParams: Readonly<Record<string, unknown>>
}

export type Checker = (line: RawLine) => CheckedLine

export type Rules = {
  readonly catalogue: Catalogue
  /** For lines that name no goods. */
  readonly skuId: number | null
  readonly allowRepeats: boolean
  readonly isGift: boolean
  readonly locale: 'zh-CN' | 'en'
}

/** Judges lines one after the other: what was said before in the same file counts. */
export function createChecker(rules: Rules): Checker {
  const references = new Map<string, number>()
  const accounts = new Map<string, number>()

  /** @throws Refusal why it is no order */
  function judged(line: RawLine): Omit<CheckedLine, 'lineNo' | 'fault' | 'faultParams'> {
    if (line.fault) throw line.fault
    const sku = skuOf(rules, line.goods)
    const quantity = quantityOf(line.quantity)
    const contact = contactOf(line.contact)
    const form = formOf(sku, line.form, rules.locale)
    const { reference } = line
    if (reference.length > BULK_REFERENCE_MAX) throw bulkLineErrors.referenceLong({ limit: BULK_REFERENCE_MAX })
    const referred = references.get(reference)
    if (reference !== '' && referred !== undefined) throw bulkLineErrors.referenceTwice({ line: referred })
    // Codes may go to one person in several lines; an account that is topped up twice is a line that was pasted twice.
    const account = Object.keys(form).length === 0 ? '' : `${sku.skuId} ${JSON.stringify(form)}`
    const repeated = account === '' || rules.allowRepeats ? undefined : accounts.get(account)
    if (repeated !== undefined) throw bulkLineErrors.repeated({ line: repeated })
    if (reference !== '') references.set(reference, line.lineNo)
    if (account !== '') accounts.set(account, line.lineNo)
    return { skuId: sku.skuId, quantity, form, contact, reference }
  }

  return (line) => {
    try {
      return { lineNo: line.lineNo, ...judged(line), fault: null, faultParams: {} }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return {
        lineNo: line.lineNo,
        skuId: null,
        quantity: 1,
        form: {},
        contact: '',
        reference: line.reference.slice(0, BULK_REFERENCE_MAX),
        fault: error.code,
        faultParams: error.params,
      }
    }
  }
}

function skuOf({ catalogue, skuId, isGift }: Rules, goods: string): KnownSku {
  if (goods === '' && skuId === null) throw bulkLineErrors.noGoods()
  const found = goods === '' ? catalogue.byId(skuId ?? 0) : catalogue.byWords(goods)
  if (found === 'several') throw bulkLineErrors.ambiguousGoods({ text: goods })
  if (!found) throw bulkLineErrors.unknownGoods({ text: goods || String(skuId) })
  if (!isBulkKind(found.kind)) throw bulkLineErrors.kind()
  if (!found.sellable) throw bulkLineErrors.offShelf()
  if (found.pricePoints > 0 && !isGift) throw bulkLineErrors.pointsPrice()
  return found
}

function quantityOf(typed: string): number {
  const quantity = typed === '' ? 1 : Number(typed)
  if (!/^\d{0,6}(?:\.0+)?$/.test(typed) || quantity < 1 || quantity > BULK_LINE_QUANTITY_MAX) {
    throw bulkLineErrors.quantity({ limit: BULK_LINE_QUANTITY_MAX })
  }
  return quantity
}

/** @throws bulkLineErrors.contact */
export function contactOf(typed: string): string {
  if (typed === '') return ''
  try {
    return normaliseContact(typed)
  } catch {
    throw bulkLineErrors.contact()
  }
}

const FAULTS: Readonly<Record<FormFault, (params: { label: string }) => Refusal>> = {
  required: bulkLineErrors.fieldRequired,
  tooLong: bulkLineErrors.fieldTooLong,
  badFormat: bulkLineErrors.fieldBadFormat,
  notAnOption: bulkLineErrors.fieldNotAnOption,
  unknownField: bulkLineErrors.fieldUnknown,
}

/** The answers to what these goods ask for. A column that only other goods of the file have is empty here and left out. */
function formOf(
  { formFields }: KnownSku,
  values: RawLine['form'],
  locale: Rules['locale'],
): Readonly<Record<string, string>> {
  const form: Record<string, string> = {}
  for (const [name, typed] of Object.entries(values)) {
    const value = typed.trim()
    if (value === '') continue
    const field = fieldNamed(formFields, name)
    if (!field) throw bulkLineErrors.fieldUnknown({ label: name })
    form[field.key] = optionOf(field, value)
  }
  const found = fieldFault(formFields, form, locale)
  if (found) throw found.fault
  return form
}

/** The first answer that does not fit its field, and why. */
export function fieldFault(
  formFields: readonly FormField[],
  form: Readonly<Record<string, string>>,
  locale: Rules['locale'],
): { readonly key: string; readonly fault: Refusal } | undefined {
  const [first] = checkFormValues(formFields, form)
  if (!first) return undefined
  const field = formFields.find(({ key }) => key === first.key)
  return { key: first.key, fault: FAULTS[first.fault]({ label: labelOf(field, locale) || first.key }) }
}

/** People write what they read: the words of a choice stand for its value. */
function optionOf(field: FormField, value: string): string {
  const option = field.options?.find(
    ({ labelZh, labelEn }) => value === labelZh || (labelEn !== '' && value === labelEn),
  )
  return option?.value ?? value
}

export const labelOf = (field: FormField | undefined, locale: 'zh-CN' | 'en'): string =>
  (locale === 'en' && field?.labelEn) || field?.labelZh || ''
