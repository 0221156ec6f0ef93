import { App, Form, InputNumber, Segmented, Skeleton, Typography } from 'antd'
import { useDeferredValue, useMemo } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Input as In, Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { Preview } from './Preview.tsx'
import { PriceMoves } from './PriceHistory.tsx'
import { pricingText } from './text.ts'
import { REFRESH, type Rule } from './words.ts'
import './pricing.css'

type Target = In<'suppliers.previewPriceRules'>['body']['target']
type Values = Omit<Rule, 'markupBp' | 'jumpBp'> & { readonly markup: number; readonly jump: number }

const START: Values = {
  markup: 10,
  markupFen: 0,
  floorFen: 100,
  leastMarginFen: 0,
  rounding: 'tenth',
  jump: 20,
}

/** The rule of one SKU, with what has become of it. */
export function SkuPricePage() {
  const t = useText(pricingText)
  const skuId = Number(useParams().skuId)
  const known = useRead('suppliers.listPriceRules', { query: { skuId } })
  const sku = useRead('suppliers.readSkuSupply', { params: { skuId } })
  const rule = known.data?.items[0]?.rule
  const initial = useMemo(() => (known.data ? valuesOf(rule) : undefined), [known.data, rule])
  return (
    <RuleForm
      title={sku.data ? t('formOf', { goods: `${sku.data.goodsTitle} / ${sku.data.skuTitle}` }) : t('title')}
      back={`/skus/${skuId}/supply`}
      target={{ skuIds: [skuId] }}
      initial={initial}
      error={known.error ?? sku.error}
      after={
        known.data?.items[0] && (
          <Section title={t('history')}>
            <PriceMoves skuId={skuId} />
          </Section>
        )
      }
    />
  )
}

/** One rule for all that a supplier stands behind. */
export function SupplierPricePage() {
  const t = useText(pricingText)
  const supplierId = Number(useParams().id)
  const supplier = useRead('suppliers.read', { params: { supplierId } })
  const initial = useMemo(() => (supplier.data ? START : undefined), [supplier.data])
  return (
    <RuleForm
      title={supplier.data ? t('formOfSupplier', { supplier: supplier.data.name }) : t('title')}
      back={`/suppliers/${supplierId}`}
      target={{ supplierId }}
      initial={initial}
      error={supplier.error}
    />
  )
}

function RuleForm({
  title,
  back,
  target,
  initial,
  error,
  after,
}: {
  readonly title: string
  readonly back: string
  readonly target: Target
  readonly initial: Values | undefined
  readonly error: unknown
  readonly after?: React.ReactNode
}) {
  const t = useText(pricingText)
  const may = useMay()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const values = Form.useWatch([], form) as Partial<Values> | undefined
  const rule = useDeferredValue(ruleOf(values))
  const preview = useRead(
    'suppliers.previewPriceRules',
    { body: { target, rule: rule ?? ruleOf(START) ?? NO_RULE } },
    { enabled: rule !== undefined && may('suppliers.manage'), keep: true },
  )
  const save = useAction('suppliers.savePriceRules', { showProblem: false, refresh: REFRESH })
  const items = preview.data?.items
  const shown = (items ?? []).flatMap(({ skuId, toFen }) => (toFen === null ? [] : [{ skuId, toFen }]))
  const switchOn = async (given: Values) => {
    const wanted = ruleOf(given)
    if (!wanted || shown.length === 0) return
    const { saved, moved } = await save.run({ body: { target, rule: wanted, shown } })
    void message.success(t('switchedOn', { saved, moved }))
    setTimeout(() => void navigate('/price-rules'))
  }
  const locked = may('suppliers.manage')
    ? items && shown.length === 0
      ? `${t('nobody')}${items[0]?.refusal ? `：${items[0].refusal}` : ''}`
      : undefined
    : t('readOnly')
  return (
    <FormPage<Values>
      title={title}
      hint={t('formHint')}
      back={back}
      form={form}
      initial={initial}
      error={error ?? preview.error}
      onRetry={() => void preview.refetch()}
      onSave={switchOn}
      saveText={t('switchOn')}
      locked={locked}
    >
      <div className="columns">
        <div className="span-6 stack">
          <RuleFields />
          {after}
        </div>
        <div className="span-6 stack">
          <Section title={t('preview')} extra={<Counted items={items} />}>
            {items ? <Preview items={items} /> : <Skeleton active />}
          </Section>
        </div>
      </div>
    </FormPage>
  )
}

function Counted({ items }: { readonly items: Output<'suppliers.previewPriceRules'>['items'] | undefined }) {
  const t = useText(pricingText)
  if (!items) return null
  const priced = items.filter(({ toFen }) => toFen !== null)
  const moved = priced.filter(({ toFen, priceFen }) => toFen !== priceFen).length
  return (
    <Typography.Text type="secondary">
      {t('previewOf', { moved, same: priced.length - moved, left: items.length - priced.length })}
    </Typography.Text>
  )
}

function RuleFields() {
  const t = useText(pricingText)
  return (
    <>
      <Section title={t('partMarkup')}>
        <div className="form-grid">
          <Form.Item name="markup" label={t('markup')} rules={[{ required: true }]}>
            <InputNumber<number> min={0} max={10_000} precision={2} suffix="%" style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="markupFen" label={t('fixed')} rules={[{ required: true }]}>
            <MoneyInput max={1_000_000} />
          </Form.Item>
          <Form.Item className="wide" name="rounding" label={t('rounding')} style={{ marginBottom: 0 }}>
            <Segmented
              options={(['none', 'tenth', 'yuan', 'nine'] as const).map((value) => ({
                value,
                label: t(`round_${value}`),
              }))}
            />
          </Form.Item>
        </div>
      </Section>
      <Section title={t('partGuard')}>
        <div className="form-grid">
          <Form.Item name="floorFen" label={t('floor')} rules={[{ required: true }]}>
            <MoneyInput min={0.01} max={10_000_000} />
          </Form.Item>
          <Form.Item name="leastMarginFen" label={t('least')} rules={[{ required: true }]}>
            <MoneyInput max={1_000_000} />
          </Form.Item>
          <Form.Item
            className="wide"
            name="jump"
            label={t('jump')}
            extra={t('jumpHint')}
            rules={[{ required: true }]}
            style={{ marginBottom: 0 }}
          >
            <InputNumber<number> min={0.01} max={10_000} precision={2} prefix="±" suffix="%" style={{ width: 180 }} />
          </Form.Item>
        </div>
      </Section>
    </>
  )
}

const valuesOf = (rule: Rule | undefined): Values =>
  rule ? { ...rule, markup: rule.markupBp / 100, jump: rule.jumpBp / 100 } : START

const NO_RULE: Rule = { markupBp: 0, markupFen: 0, floorFen: 1, leastMarginFen: 0, rounding: 'none', jumpBp: 1 }

/** Undefined while a field is empty. */
function ruleOf(values: Partial<Values> | undefined): Rule | undefined {
  const { markup, markupFen, floorFen, leastMarginFen, rounding, jump } = values ?? {}
  if (typeof markup !== 'number' || typeof markupFen !== 'number' || typeof floorFen !== 'number') return undefined
  if (typeof leastMarginFen !== 'number' || typeof jump !== 'number' || rounding === undefined) return undefined
  return {
    markupBp: Math.round(markup * 100),
    markupFen,
    floorFen,
    leastMarginFen,
    rounding,
    jumpBp: Math.round(jump * 100),
  }
}
