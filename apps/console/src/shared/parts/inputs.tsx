import { DatePicker, InputNumber, type InputNumberProps, Select, Typography } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useRead } from '../api/hooks.ts'
import { formatMoney, fromWall, toWall } from '../format.ts'
import { commonText } from '../i18n/common.ts'
import { say, useBoth } from '../i18n/index.ts'

/** The fields of forms beside antd's own. Each takes `value` and `onChange`, as `Form.Item` gives them. */

type FieldProps<T> = {
  readonly value?: T | null | undefined
  readonly onChange?: (value: T | null) => void
  readonly disabled?: boolean
  readonly id?: string
  readonly placeholder?: string
}

/** Yuan on the screen, fen in the form. */
export function MoneyInput({
  value,
  onChange,
  ...rest
}: FieldProps<number> & Pick<InputNumberProps<number>, 'min' | 'max' | 'style' | 'size' | 'autoFocus' | 'onBlur'>) {
  return (
    <InputNumber<number>
      min={0}
      max={10_000_000}
      precision={2}
      step={1}
      prefix="¥"
      controls={false}
      style={{ width: '100%' }}
      {...rest}
      value={value === null || value === undefined ? null : value / 100}
      onChange={(yuan) => onChange?.(yuan === null ? null : Math.round(yuan * 100))}
    />
  )
}

/** A moment on the shop's clock; an instant in the form. `endOfDay` for "until": a day picked alone ends at 23:59:59. */
export function InstantInput({
  value,
  onChange,
  endOfDay = false,
  ...rest
}: FieldProps<string> & { readonly endOfDay?: boolean }) {
  return (
    <DatePicker
      showTime={endOfDay ? { defaultOpenValue: toWall('2000-01-01T15:59:59Z') } : true}
      format="YYYY-MM-DD HH:mm:ss"
      style={{ width: '100%' }}
      {...rest}
      value={value ? toWall(value) : null}
      onChange={(wall) => onChange?.(wall ? fromWall(wall) : null)}
    />
  )
}

const GOODS_SHOWN = 30

/** One piece of goods, found by its name. */
export function GoodsPicker({ value, onChange, ...rest }: FieldProps<number>) {
  const both = useBoth()
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim())
  const found = useRead(
    'catalog.listGoods',
    { query: { q: wanted || undefined, pageSize: GOODS_SHOWN } },
    { keep: true, staleMs: 30_000 },
  )
  return (
    <Select<number>
      {...rest}
      showSearch={{ filterOption: false, onSearch: setText }}
      style={{ width: '100%' }}
      value={value ?? null}
      loading={found.isFetching}
      onChange={(next) => onChange?.(next)}
      options={(found.data?.items ?? []).map(({ id, title, titleEn }) => ({ value: id, label: both(title, titleEn) }))}
    />
  )
}

const SKUS_SHOWN = 30

/** One SKU, found by the name of its goods, its own name or its id. */
export function SkuPicker({
  value,
  onChange,
  style,
  allowClear = false,
  without,
  ...rest
}: FieldProps<number> & {
  readonly style?: React.CSSProperties
  readonly allowClear?: boolean
  /** A kind that cannot be chosen here. */
  readonly without?: 'link'
}) {
  const both = useBoth()
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim())
  const found = useRead(
    'catalog.listSkus',
    { query: { q: wanted || undefined, pageSize: SKUS_SHOWN } },
    { keep: true, staleMs: 30_000 },
  )
  // A value that came with the page may not be among the first hits.
  const known = found.data?.items.some((sku) => sku.id === value) ?? true
  const chosen = useRead(
    'catalog.listSkus',
    { query: { q: String(value), pageSize: SKUS_SHOWN } },
    { enabled: typeof value === 'number' && !known, staleMs: 30_000 },
  )
  const items = [
    ...(found.data?.items ?? []),
    ...(known ? [] : (chosen.data?.items.filter((sku) => sku.id === value) ?? [])),
  ]
  return (
    <Select<number>
      {...(rest.id === undefined ? { 'aria-label': rest.placeholder ?? say(commonText, 'sku') } : {})}
      {...rest}
      showSearch={{ filterOption: false, onSearch: setText }}
      allowClear={allowClear}
      style={{ width: '100%', ...style }}
      value={value ?? null}
      loading={found.isFetching}
      popupMatchSelectWidth={false}
      onChange={(next) => onChange?.(next ?? null)}
      options={items
        .filter(({ kind }) => kind !== without)
        .map((sku) => ({
          value: sku.id,
          label: `${both(sku.goodsTitle, sku.goodsTitleEn)} / ${both(sku.title, sku.titleEn)}`,
          sku,
        }))}
      optionRender={({ data: { sku, label } }) => (
        <span style={{ display: 'flex', justifyContent: 'space-between', gap: 24 }}>
          <span>{label}</span>
          <Typography.Text type="secondary" className="num">
            {formatMoney(sku.priceFen)} · {sku.stock.unlimited ? say(commonText, 'unlimited') : sku.stock.available}
          </Typography.Text>
        </span>
      )}
    />
  )
}
