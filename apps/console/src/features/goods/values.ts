import type { Output } from '../../shared/api/index.ts'

type Detail = Output<'catalog.getGoods'>
export type Picture = Detail['pictures'][number]
type SkuDetail = Detail['skus'][number]
type Field = Detail['formFields'][number]

/** A SKU in the editor: specifications as a list that can be typed into, and what the server tells about it. */
export type SkuValues = Omit<
  SkuDetail,
  'id' | 'specs' | 'position' | 'stock' | 'low' | 'nextChange' | 'priceFen' | 'tiers'
> & {
  readonly id?: number
  readonly priceFen: number | null
  readonly specs: readonly { readonly name: string; readonly value: string }[]
  readonly tiers: readonly { readonly minQty: number | null; readonly unitPriceFen: number | null }[]
}

/** A field of the buyer's form; its options as lines of text. */
export type FieldValues = Omit<Field, 'options' | 'pattern'> & { readonly pattern: string; readonly options: string }

/** The goods as the editor holds them. */
export type GoodsValues = Pick<
  Detail,
  | 'title'
  | 'titleEn'
  | 'subtitle'
  | 'subtitleEn'
  | 'categoryId'
  | 'description'
  | 'descriptionEn'
  | 'guide'
  | 'guideEn'
  | 'onAt'
  | 'offAt'
  | 'stockDisplay'
  | 'limitPerPerson'
  | 'limitDays'
  | 'limitPerOrder'
  | 'codesByEmail'
  | 'codesBySms'
  | 'position'
> & {
  readonly tags: string[]
  readonly pictures: readonly Picture[]
  readonly formFields: readonly FieldValues[]
  readonly skus: readonly SkuValues[]
  readonly version: number
}

export const newSku = (): SkuValues => ({
  kind: 'card',
  bundle: null,
  title: '',
  titleEn: '',
  specs: [],
  priceFen: null,
  pricePoints: 0,
  free: false,
  marketPriceFen: null,
  costHintFen: null,
  tiers: [],
  holdMode: 'order',
  allocation: 'fifo',
  usesPerCode: 1,
  pick: 'none',
  pickFeeFen: 0,
  openedBy: 'order',
  laterDays: null,
  laterRefund: true,
  lowStockAt: 10,
  state: 'on',
})

export const newField = (taken: readonly string[]): FieldValues => ({
  key: keyBeside(taken),
  labelZh: '',
  labelEn: '',
  type: 'text',
  required: true,
  hintZh: '',
  hintEn: '',
  pattern: '',
  options: '',
  confirmTwice: false,
})

/** The first of `account`, `account2`, … that is free. */
function keyBeside(taken: readonly string[]): string {
  let number = 1
  const name = () => (number === 1 ? 'account' : `account${number}`)
  while (taken.includes(name())) number += 1
  return name()
}

export const emptyGoods = (): GoodsValues => ({
  title: '',
  titleEn: '',
  subtitle: '',
  subtitleEn: '',
  categoryId: null,
  tags: [],
  pictures: [],
  description: '',
  descriptionEn: '',
  guide: '',
  guideEn: '',
  formFields: [],
  onAt: null,
  offAt: null,
  stockDisplay: 'words',
  limitPerPerson: null,
  limitDays: null,
  limitPerOrder: 100,
  codesByEmail: null,
  codesBySms: false,
  position: 0,
  skus: [newSku()],
  version: 0,
})

export function valuesOf(detail: Detail): GoodsValues {
  return {
    ...detail,
    tags: [...detail.tags],
    formFields: detail.formFields.map((field) => ({
      ...field,
      pattern: field.pattern ?? '',
      options: (field.options ?? []).map(lineOf).join('\n'),
    })),
    skus: detail.skus.map((sku) => ({
      ...sku,
      specs: Object.entries(sku.specs).map(([name, value]) => ({ name, value })),
    })),
  }
}

/** What the server takes. Fields that the editor checks are complete by now. */
export function inputOf(values: GoodsValues) {
  return {
    title: values.title,
    titleEn: values.titleEn,
    subtitle: values.subtitle,
    subtitleEn: values.subtitleEn,
    categoryId: values.categoryId ?? null,
    tags: values.tags,
    pictureIds: values.pictures.map(({ id }) => id),
    description: values.description,
    descriptionEn: values.descriptionEn,
    guide: values.guide,
    guideEn: values.guideEn,
    formFields: values.formFields.map(fieldOf),
    onAt: values.onAt ?? null,
    offAt: values.offAt ?? null,
    stockDisplay: values.stockDisplay,
    limitPerPerson: values.limitPerPerson ?? null,
    limitDays: values.limitPerPerson ? (values.limitDays ?? null) : null,
    limitPerOrder: values.limitPerOrder,
    codesByEmail: values.codesByEmail ?? null,
    codesBySms: values.codesBySms,
    position: values.position ?? 0,
    skus: values.skus.map(skuOf),
  }
}

function skuOf(sku: SkuValues) {
  return {
    ...(sku.id === undefined ? {} : { id: sku.id }),
    kind: sku.kind,
    bundle: bundleOf(sku),
    title: sku.title,
    titleEn: sku.titleEn ?? '',
    specs: Object.fromEntries(
      (sku.specs ?? []).filter(({ name }) => name?.trim()).map(({ name, value }) => [name.trim(), value ?? '']),
    ),
    priceFen: sku.priceFen ?? 0,
    pricePoints: sku.kind === 'bundle' ? 0 : (sku.pricePoints ?? 0),
    free: sku.priceFen === 0 && !sku.pricePoints && sku.free,
    marketPriceFen: sku.marketPriceFen ?? null,
    costHintFen: sku.costHintFen ?? null,
    tiers: (sku.tiers ?? []).map(({ minQty, unitPriceFen }) => ({
      minQty: minQty ?? 0,
      unitPriceFen: unitPriceFen ?? 0,
    })),
    holdMode: sku.holdMode,
    allocation: sku.allocation,
    ...codeFormOf(sku),
    laterDays: sku.kind === 'topup' ? (sku.laterDays ?? null) : null,
    laterRefund: sku.laterRefund,
    lowStockAt: sku.lowStockAt ?? 0,
    state: sku.state,
  }
}

/** What is hidden in the editor says nothing: only codes are sold several times or chosen by number. */
function codeFormOf({ kind, allocation, usesPerCode, pick, pickFeeFen, openedBy }: SkuValues) {
  if (kind !== 'card') {
    const none = { pick: 'none', pickFeeFen: 0, openedBy: 'order' } as const
    return { allocation: 'fifo' as const, usesPerCode: 1, ...none }
  }
  const isLoop = allocation === 'loop'
  // An empty field is "no bound" in a loop, and once elsewhere.
  const uses = usesPerCode ?? (isLoop ? null : 1)
  return { usesPerCode: uses, pick: pick ?? 'none', pickFeeFen: pick === 'none' ? 0 : (pickFeeFen ?? 0), openedBy }
}

/** Only what the server is told; what it tells about the parts stays here. */
function bundleOf({ kind, bundle }: SkuValues) {
  if (kind !== 'bundle') return null
  return {
    policy: bundle?.policy ?? ('rest' as const),
    parts: (bundle?.parts ?? []).map(({ skuId, points, quantity, shareFen }) => ({
      skuId,
      points,
      quantity,
      shareFen,
    })),
  }
}

function fieldOf(field: FieldValues) {
  return {
    key: field.key,
    labelZh: field.labelZh,
    labelEn: field.labelEn ?? '',
    type: field.type,
    required: field.required,
    hintZh: field.hintZh ?? '',
    hintEn: field.hintEn ?? '',
    confirmTwice: field.confirmTwice,
    ...(field.confirmShown ? { confirmShown: true } : {}),
    ...(field.type === 'text' && field.pattern ? { pattern: field.pattern } : {}),
    ...(field.type === 'select' ? { options: optionsOf(field.options) ?? [] } : {}),
  }
}

/** `value=label=English label` a line; undefined when some line is not. */
export function optionsOf(lines: string) {
  const options = lines
    .split('\n')
    .map((line) => line.split('=').map((part) => part.trim()))
    .filter((parts) => parts.some((part) => part !== ''))
  if (options.some((parts) => !parts[0] || parts.length > 3)) return undefined
  return options.map(([value = '', labelZh = value, labelEn = '']) => ({ value, labelZh: labelZh || value, labelEn }))
}

const lineOf = ({ value, labelZh, labelEn }: { value: string; labelZh: string; labelEn: string }): string =>
  labelEn ? `${value}=${labelZh}=${labelEn}` : value === labelZh ? value : `${value}=${labelZh}`

/** Where the editor keeps what the server names. */
export function editorPath(path: string): (string | number)[] {
  const parts = path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  if (parts[0] === 'pictureIds') return ['pictures']
  if (parts[0] === 'formFields' && parts[2] === 'options') return parts.slice(0, 3)
  if (parts[0] === 'skus' && (parts[2] === 'specs' || parts[2] === 'bundle')) return parts.slice(0, 3)
  return parts
}
