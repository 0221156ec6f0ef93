import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, InputNumber, Segmented, Select, Typography } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useRead } from '../../../shared/api/hooks.ts'
import type { Output } from '../../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../../shared/format.ts'
import { useBoth, useText } from '../../../shared/i18n/index.ts'
import { MoneyInput } from '../../../shared/parts/inputs.tsx'
import './bundle.css'
import { splitFen } from './split.ts'
import { bundleText } from './text.ts'

export type BundleValues = NonNullable<Output<'catalog.getGoods'>['skus'][number]['bundle']>
type Part = BundleValues['parts'][number]
type Found = Output<'catalog.listSkus'>['items'][number]

const PARTS_MAX = 10
const FOUND_MAX = 30
export const emptyBundle = (): BundleValues => ({ policy: 'rest', parts: [] })

/** Builds a bundle: its parts, what of the price is whose, and what comes out of it. A field of the form. */
export function BundleEditor({
  value = emptyBundle(),
  onChange,
  priceFen,
  id,
}: {
  readonly value?: BundleValues | null
  readonly onChange?: (value: BundleValues) => void
  readonly priceFen: number
  readonly id?: string
}) {
  const t = useText(bundleText)
  const { policy, parts } = value ?? emptyBundle()
  const isTyped = parts.some(({ shareFen }) => shareFen !== null)
  const shares = splitFen(priceFen, parts.map(weightOf))
  const change = (next: readonly Part[]) => onChange?.({ policy, parts: [...next] })
  const put = (index: number, patch: Partial<Part>) =>
    change(parts.map((part, at) => (at === index ? { ...part, ...patch } : part)))
  const add = (part: Part) => change([...parts, { ...part, shareFen: isTyped ? (weightOf(part) ?? 0) : null }])
  const shareAnew = (typed: boolean) =>
    change(parts.map((part, index) => ({ ...part, shareFen: typed ? (shares[index] ?? 0) : null })))
  return (
    <div className="bundle" id={id}>
      <div className="bundle-add">
        <PartPicker taken={parts} disabled={parts.length >= PARTS_MAX} onPick={(sku) => add(partOf(sku))} />
        <Button
          icon={<PlusOutlined />}
          disabled={parts.length >= PARTS_MAX || parts.some(({ points }) => points !== null)}
          onClick={() => add(somePoints())}
        >
          {t('addPoints')}
        </Button>
      </div>
      {parts.length === 0 ? (
        <Typography.Text type="secondary">{t('none')}</Typography.Text>
      ) : (
        <>
          <ul className="bundle-parts">
            {parts.map((part, index) => (
              <PartRow
                key={part.skuId ?? 'points'}
                part={part}
                shareFen={shares[index] ?? 0}
                isTyped={isTyped}
                onChange={(patch) => put(index, patch)}
                onRemove={() => change(parts.filter((_, at) => at !== index))}
              />
            ))}
          </ul>
          <div className="bundle-shares">
            <Segmented<boolean>
              size="small"
              value={isTyped}
              onChange={shareAnew}
              options={[
                { value: false, label: t('sharesByPrice') },
                { value: true, label: t('sharesTyped') },
              ]}
            />
            <Typography.Text type="secondary">{t('shareHint')}</Typography.Text>
          </div>
          <Sums parts={parts} priceFen={priceFen} isTyped={isTyped} />
        </>
      )}
      <div className="bundle-policy">
        <Typography.Text>{t('policy')}</Typography.Text>
        <Select
          value={policy}
          aria-label={t('policy')}
          onChange={(next) => onChange?.({ policy: next, parts })}
          options={[
            { value: 'rest', label: t('policyRest') },
            { value: 'hold', label: t('policyHold') },
            { value: 'refund', label: t('policyRefund') },
          ]}
        />
        <Typography.Text type="secondary">
          {t(policy === 'hold' ? 'policyHoldHint' : policy === 'refund' ? 'policyRefundHint' : 'policyRestHint')}
        </Typography.Text>
      </div>
    </div>
  )
}

/** As the server weighs it: what was typed, else its own price; a point without a share is a fen. */
const weightOf = ({ shareFen, priceFen, quantity, points }: Part): number =>
  shareFen ?? (points !== null ? points : (priceFen ?? 0) * quantity)

const partOf = (sku: Found): Part => ({
  skuId: sku.id,
  points: null,
  quantity: 1,
  shareFen: null,
  kind: sku.kind === 'topup' ? 'topup' : 'card',
  goodsId: sku.goodsId,
  goodsTitle: sku.goodsTitle,
  goodsTitleEn: sku.goodsTitleEn,
  title: sku.title,
  titleEn: sku.titleEn,
  priceFen: sku.priceFen,
  costFen: sku.costFen,
  available: sku.stock.unlimited ? null : sku.stock.available,
  reason: sku.state === 'on' && sku.goodsState === 'on' ? null : 'off_shelf',
})

const somePoints = (): Part => ({
  skuId: null,
  points: 100,
  quantity: 1,
  shareFen: null,
  kind: 'points',
  goodsId: null,
  goodsTitle: '',
  goodsTitleEn: '',
  title: '',
  titleEn: '',
  priceFen: null,
  costFen: null,
  available: null,
  reason: null,
})

function PartPicker({
  taken,
  disabled,
  onPick,
}: {
  readonly taken: readonly Part[]
  readonly disabled: boolean
  readonly onPick: (sku: Found) => void
}) {
  const t = useText(bundleText)
  const both = useBoth()
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim())
  const found = useRead(
    'catalog.listSkus',
    { query: { q: wanted || undefined, pageSize: FOUND_MAX } },
    { keep: true, staleMs: 30_000 },
  )
  const fits = (found.data?.items ?? []).filter(
    (sku) => sku.kind !== 'bundle' && sku.kind !== 'link' && !taken.some(({ skuId }) => skuId === sku.id),
  )
  return (
    <Select<number>
      showSearch={{ filterOption: false, searchValue: text, onSearch: setText }}
      value={null}
      placeholder={t('add')}
      aria-label={t('add')}
      disabled={disabled}
      style={{ flex: 1, minWidth: 0 }}
      onSelect={(id) => {
        const sku = fits.find((one) => one.id === id)
        if (sku) onPick(sku)
        setText('')
      }}
      options={fits.map((sku) => ({
        value: sku.id,
        label: `${both(sku.goodsTitle, sku.goodsTitleEn)} / ${both(sku.title, sku.titleEn)} · ${formatMoney(sku.priceFen)}`,
      }))}
    />
  )
}

function PartRow({
  part,
  shareFen,
  isTyped,
  onChange,
  onRemove,
}: {
  readonly part: Part
  readonly shareFen: number
  readonly isTyped: boolean
  readonly onChange: (patch: Partial<Part>) => void
  readonly onRemove: () => void
}) {
  const t = useText(bundleText)
  const both = useBoth()
  const name =
    part.points === null
      ? `${both(part.goodsTitle, part.goodsTitleEn)} / ${both(part.title, part.titleEn)}`
      : t('points')
  return (
    <li className="bundle-part">
      <div className="bundle-part-name">
        {name}
        <Typography.Text type={part.reason === null ? 'secondary' : 'danger'} className="num">
          {part.reason !== null && t('off')}
          {part.reason === null && part.points === null && (
            <>
              {part.kind === 'topup' && `${t('topUp')} · `}
              {t('own', { price: formatMoney(part.priceFen ?? 0) })}
              {' · '}
              {part.available === null ? t('notCounted') : t('left', { count: formatCount(part.available) })}
            </>
          )}
        </Typography.Text>
      </div>
      <InputNumber
        aria-label={`${name} ${t(part.points === null ? 'quantity' : 'points')}`}
        min={1}
        max={part.points === null ? 1_000 : 100_000_000}
        precision={0}
        value={part.points ?? part.quantity}
        onChange={(count) => count !== null && onChange(part.points === null ? { quantity: count } : { points: count })}
        prefix={part.points === null ? '×' : undefined}
        className="bundle-part-count"
      />
      <div className="bundle-part-share">
        {isTyped ? (
          <MoneyInput
            value={part.shareFen}
            placeholder={t('share')}
            onChange={(fen) => onChange({ shareFen: fen ?? 0 })}
          />
        ) : (
          <Typography.Text className="num">{formatMoney(shareFen)}</Typography.Text>
        )}
      </div>
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined />}
        aria-label={`${t('take')} ${name}`}
        onClick={onRemove}
      />
    </li>
  )
}

/** What comes out of it: shares, prices and costs together, and how many bundles there are. */
function Sums({
  parts,
  priceFen,
  isTyped,
}: {
  readonly parts: readonly Part[]
  readonly priceFen: number
  readonly isTyped: boolean
}) {
  const t = useText(bundleText)
  const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0)
  const sharesFen = sum(weightOf)
  const apartFen = sum(({ priceFen: own, quantity }) => (own ?? 0) * quantity)
  const costFen = sum(({ costFen: own, quantity }) => (own ?? 0) * quantity)
  const isKnown = parts.every(({ points, costFen: own }) => points !== null || own !== null)
  const marginFen = priceFen - costFen
  const counts = parts.flatMap(({ available, quantity, reason }) =>
    reason !== null ? [0] : available === null ? [] : [Math.max(0, Math.floor(available / quantity))],
  )
  return (
    <div className="bundle-sums num">
      {isTyped && (
        <span>
          {t('sharesSum', { sum: formatMoney(sharesFen) })}
          {sharesFen !== priceFen && (
            <Typography.Text type="warning"> {t('sharesScale', { price: formatMoney(priceFen) })}</Typography.Text>
          )}
        </span>
      )}
      <span>{t('apart', { amount: formatMoney(apartFen) })}</span>
      <span>{t(isKnown ? 'cost' : 'costUnknown', { amount: formatMoney(costFen) })}</span>
      {marginFen >= 0 ? (
        <strong>{t('margin', { amount: formatMoney(marginFen) })}</strong>
      ) : (
        <Typography.Text type="danger" strong>
          {t('loss', { amount: formatMoney(-marginFen) })}
        </Typography.Text>
      )}
      <strong>
        {counts.length === 0 ? t('stockUnlimited') : t('stock', { count: formatCount(Math.min(...counts)) })}
      </strong>
    </div>
  )
}
