import { ArrowRightOutlined, DeleteOutlined, DownOutlined, UpOutlined } from '@ant-design/icons'
import { Alert, Button, Form, InputNumber, Select, Switch, Tag, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import { formatCount, formatSeconds } from '../../shared/format.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Hao } from '../../shared/parts/values.tsx'
import { type BuyerField, marginHao, type OfferDraft, type Supply, type SupplyValues, suggest } from './offers.ts'
import { percentOf } from './parts.tsx'
import { sourceText } from './sourceText.ts'

type Props = {
  readonly offer: OfferDraft
  readonly at: number
  readonly count: number
  readonly supply: Supply
  readonly missing: readonly BuyerField[]
  readonly onChange: (offer: OfferDraft) => void
  readonly onMove: (to: number) => void
  readonly onRemove: () => void
}

/** One source: what it costs and how well it does, its place among the others, and what fills its fields. */
export function OfferCard({ offer, at, count, supply, missing, onChange, onMove, onRemove }: Props) {
  const t = useText(sourceText)
  const policy = Form.useWatch('policy') as SupplyValues['policy'] | undefined
  const named = `${offer.supplier} ${offer.product}`
  return (
    <article className={offer.enabled ? 'sku' : 'sku supply-off'} aria-label={named}>
      <header className="sku-head">
        {policy === 'fixed' && <span className="setup-number">{at + 1}</span>}
        <div className="supply-candidate-name">
          <Link to={`/suppliers/${offer.supplierId}`}>
            <strong>{offer.supplier}</strong>
          </Link>{' '}
          {offer.product}
        </div>
        <Troubles offer={offer} />
        <Switch
          size="small"
          checked={offer.enabled}
          aria-label={`${t('enabled')} ${named}`}
          onChange={(enabled) => onChange({ ...offer, enabled })}
        />
        <span style={{ whiteSpace: 'nowrap' }}>
          {policy === 'fixed' && (
            <>
              <Button
                type="text"
                size="small"
                icon={<UpOutlined />}
                aria-label={`${t('moveUp')} ${named}`}
                disabled={at === 0}
                onClick={() => onMove(at - 1)}
              />
              <Button
                type="text"
                size="small"
                icon={<DownOutlined />}
                aria-label={`${t('moveDown')} ${named}`}
                disabled={at === count - 1}
                onClick={() => onMove(at + 1)}
              />
            </>
          )}
          <Button
            type="text"
            size="small"
            danger
            icon={<DeleteOutlined />}
            aria-label={`${t('remove')} ${named}`}
            onClick={onRemove}
          />
        </span>
      </header>
      <div className="supply-figures">
        <Figures offer={offer} priceFen={supply.priceFen} />
        {policy === 'weighted' && <Weight offer={offer} onChange={onChange} />}
      </div>
      <Mapping offer={offer} form={supply.formFields} missing={missing} onChange={onChange} />
    </article>
  )
}

function Troubles({ offer }: { readonly offer: OfferDraft }) {
  const t = useText(sourceText)
  const { isNew, onSale, currency, supplierState, breaker } = offer
  return (
    <span className="supply-chips">
      {isNew && <Tag color="processing">{t('fresh')}</Tag>}
      {!onSale && <Tag color="error">{t('offShelf')}</Tag>}
      {currency !== 'CNY' && <Tag color="error">{t('otherCurrency', { currency })}</Tag>}
      {supplierState !== null && supplierState !== 'on' && <StateTag kind="supplier" state={supplierState} />}
      {breaker !== null && breaker !== 'closed' && <StateTag kind="breaker" state={breaker} />}
    </span>
  )
}

function Figures({ offer, priceFen }: { readonly offer: OfferDraft; readonly priceFen: number }) {
  const t = useText(sourceText)
  const { costHao, currency, stock, quality } = offer
  const margin = marginHao(priceFen, costHao)
  return (
    <>
      <span>
        {t('cost')} <Hao hao={costHao} currency={currency} />
      </span>
      {currency === 'CNY' && (
        <span>
          {t('margin')}{' '}
          <Typography.Text type={margin < 0 ? 'danger' : 'success'}>
            <Hao hao={margin} />
          </Typography.Text>
        </span>
      )}
      <span>
        {t('stock')} {stock === null ? t('stockNotTold') : formatCount(stock)}
      </span>
      <span>
        {quality === null || quality.tries === 0
          ? t('noQuality')
          : t('quality', {
              percent: percentOf(quality.arrived / quality.tries),
              p50: quality.p50 === null ? '–' : formatSeconds(quality.p50),
            })}
      </span>
    </>
  )
}

function Weight({ offer, onChange }: { readonly offer: OfferDraft; readonly onChange: (offer: OfferDraft) => void }) {
  const t = useText(sourceText)
  const offers = (Form.useWatch('offers') as readonly OfferDraft[] | undefined) ?? []
  const all = offers.reduce((sum, one) => sum + (one.enabled ? one.weight : 0), 0)
  return (
    <span className="supply-weight">
      <InputNumber
        size="small"
        min={1}
        max={100}
        precision={0}
        prefix={t('weight')}
        aria-label={t('weight')}
        value={offer.weight}
        onChange={(weight) => onChange({ ...offer, weight: weight ?? 1 })}
        style={{ width: 110 }}
      />
      {offer.enabled && all > 0 && (
        <Typography.Text type="secondary">
          {t('share', { percent: Math.round((offer.weight / all) * 100) })}
        </Typography.Text>
      )}
    </span>
  )
}

/** The supplier was not to be reached when the product was added, or lists products without their forms. */
function Unknown({
  offer,
  form,
  onChange,
}: {
  readonly offer: OfferDraft
  readonly form: readonly BuyerField[]
  readonly onChange: (offer: OfferDraft) => void
}) {
  const t = useText(sourceText)
  const ask = useAction('suppliers.fetchProduct', {
    onDone: ({ fields }) => onChange({ ...offer, fields, fieldMap: suggest(fields ?? [], form, offer.fieldMap) }),
  })
  return (
    <p className="supply-mapping-note">
      <Typography.Text type="warning">{t('fieldsUnknown')}</Typography.Text>{' '}
      <Button
        size="small"
        loading={ask.running}
        onClick={() => void ask.go({ params: { productId: offer.productId }, body: {} })}
      >
        {t('askFields')}
      </Button>
    </p>
  )
}

function Mapping({
  offer,
  form,
  missing,
  onChange,
}: {
  readonly offer: OfferDraft
  readonly form: readonly BuyerField[]
  readonly missing: readonly BuyerField[]
  readonly onChange: (offer: OfferDraft) => void
}) {
  const t = useText(sourceText)
  const both = useBoth()
  if (offer.fields === null) return <Unknown offer={offer} form={form} onChange={onChange} />
  const changed = offer.templateChanges.map(({ change, label }) => t(`change_${change}`, { field: label }))
  if (offer.fields.length === 0 && changed.length === 0) return <p className="supply-mapping-note">{t('noFields')}</p>
  const map = (key: string, to: string | undefined) => {
    const { [key]: _before, ...others } = offer.fieldMap
    onChange({ ...offer, fieldMap: to === undefined ? others : { ...others, [key]: to } })
  }
  return (
    <fieldset className="supply-mapping">
      <legend>{t('mapping')}</legend>
      {changed.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('templateChanged', { changes: changed.join(both('，', ', ')) })}
          style={{ marginBottom: 8 }}
        />
      )}
      {offer.fields.map((field) => {
        const label = both(field.labelZh, field.labelEn)
        const lacks = missing.includes(field)
        const chosen = form.some(({ key }) => key === offer.fieldMap[field.key]) ? offer.fieldMap[field.key] : undefined
        return (
          <div key={field.key} className="supply-map">
            <span>
              {label} {/* Some suppliers have no other name for it. */}
              {field.key !== label && (
                <Typography.Text type="secondary" className="num" style={{ fontSize: 12 }}>
                  {field.key}
                </Typography.Text>
              )}
              {!field.required && <span className="field-optional">{t('optional')}</span>}
            </span>
            <ArrowRightOutlined className="supply-arrow" />
            <Select
              size="small"
              allowClear
              aria-label={`${t('supplierField')} ${label} ${t('buyerField')}`}
              {...(lacks ? { status: 'error' as const } : {})}
              placeholder={field.required ? t('buyerField') : t('mapNone')}
              value={chosen ?? null}
              onChange={(to: string | null | undefined) => map(field.key, to ?? undefined)}
              options={form.map(({ key, labelZh, labelEn }) => ({ value: key, label: both(labelZh, labelEn) }))}
            />
          </div>
        )
      })}
      {missing.length > 0 && (
        <Typography.Text type="danger" style={{ fontSize: 13 }}>
          {t('mapMissing')}
        </Typography.Text>
      )}
    </fieldset>
  )
}
