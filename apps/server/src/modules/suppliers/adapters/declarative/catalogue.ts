import { type FormField, patternProblem, type SupplierProductReading } from '@quanshu/contract'
import type { SupplierProduct } from '../../supplier.ts'
import { toHao } from '../hao.ts'
import type { Json } from '../json.ts'
import { at, textAt } from '../path.ts'

const FIELDS_MAX = 30

/** A product as a profile reads it. Undefined when number, name or price cannot be read: nobody could buy it. */
export function readProduct(
  reading: SupplierProductReading,
  item: Json,
  currency: string,
): SupplierProduct | undefined {
  const remoteId = textAt(item, reading.remoteId) ?? ''
  const name = textAt(item, reading.name)?.trim() ?? ''
  const costHao = toHao(textAt(item, reading.cost) ?? '', reading.unit)
  if (remoteId === '' || remoteId.length > 100 || name === '' || costHao === undefined || costHao < 0) return undefined
  const kind = textAt(item, reading.kind) ?? ''
  const onSale = textAt(item, reading.onSale)
  return {
    remoteId,
    name: name.slice(0, 200),
    kind: (Object.hasOwn(reading.kinds, kind) ? reading.kinds[kind] : undefined) ?? reading.otherKind,
    faceHao: worthOf(textAt(item, reading.face) ?? '', reading.unit),
    costHao,
    currency,
    stock: countAt(item, reading.stock) ?? null,
    minQuantity: countAt(item, reading.minQuantity) || 1,
    maxQuantity: countAt(item, reading.maxQuantity) || null,
    onSale: onSale === undefined || reading.onSaleValues.length === 0 || reading.onSaleValues.includes(onSale),
    fields: readFields(reading, item),
  }
}

/** Below zero is no worth: some write -1 for products of free amount. */
function worthOf(text: string, unit: 'yuan' | 'fen'): number | null {
  const hao = toHao(text, unit)
  return hao === undefined || hao < 0 ? null : hao
}

/** Below zero is how some say that they do not tell. */
function countAt(item: Json, path: string | undefined): number | undefined {
  const text = textAt(item, path) ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function readFields(reading: SupplierProductReading, item: Json): readonly FormField[] | null {
  if (!reading.fields) return null
  const list = at(item, reading.fields.at)
  if (!Array.isArray(list)) return null
  return list.slice(0, FIELDS_MAX).flatMap((one) => readField(reading.fields, one) ?? [])
}

function readField(reading: SupplierProductReading['fields'], one: Json): FormField | undefined {
  const key = textAt(one, reading?.key)?.trim() ?? ''
  if (!reading || key === '') return undefined
  const name = textAt(one, reading.name)?.trim() || key
  const required =
    reading.required === undefined || reading.requiredValues.includes(textAt(one, reading.required) ?? '')
  const pattern = textAt(one, reading.pattern)?.replace(/^\/?\^?|\$?\/?$/g, '') ?? ''
  const options = optionsOf(reading, one)
  return {
    key: key.slice(0, 60),
    labelZh: name.slice(0, 40),
    labelEn: '',
    type: options.length > 0 ? 'select' : 'text',
    required,
    hintZh: (textAt(one, reading.hint) ?? '').slice(0, 120),
    hintEn: '',
    confirmTwice: false,
    ...(options.length > 0 && { options }),
    ...(options.length === 0 && pattern !== '' && patternProblem(pattern) === undefined && { pattern }),
  }
}

function optionsOf(
  reading: NonNullable<SupplierProductReading['fields']>,
  one: Json,
): { value: string; labelZh: string; labelEn: string }[] {
  const list = reading.options === undefined ? undefined : at(one, reading.options)
  if (!Array.isArray(list)) return []
  return list.slice(0, 100).flatMap((option) => {
    const value = textAt(option, reading.optionValue ?? '') ?? ''
    const labelZh = textAt(option, reading.optionName ?? '') || value
    return value === '' ? [] : [{ value: value.slice(0, 60), labelZh: labelZh.slice(0, 60), labelEn: '' }]
  })
}
