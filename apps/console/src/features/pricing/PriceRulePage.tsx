import { App, Form, InputNumber, Segmented, Skeleton, Typography } from 'antd'
import { useDeferredValue, useMemo } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Input as In, Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage, pathOf } from '../../shared/templates/FormPage.tsx'
import { DemandFields } from './DemandFields.tsx'
import { Preview } from './Preview.tsx'
import { PriceMoves } from './PriceHistory.tsx'
import { pricingText } from './text.ts'
import { NO_RULE, ruleOf, START, startOfCodes, type Values, valuesOf } from './values.ts'
import { REFRESH } from './words.ts'
import './pricing.css'

type Target = In<'suppliers.previewPriceRules'>['body']['target']
/** The rule of one SKU, with what has become of it. */
export function SkuPricePage() {
  const t = useText(pricingText)
  const skuId = Number(useParams().skuId)
  const known = useRead('suppliers.listPriceRules', { query: { skuId } })
  const sku = useRead('suppliers.readSkuSupply', { params: { skuId } })
  const rule = known.data?.items[0]?.rule
  const initial = useMemo(() => {
    if (!known.data || !sku.data) return undefined
    if (rule) return valuesOf(rule)
    return sku.data.kind === 'card' ? startOfCodes(sku.data.priceFen) : START
  }, [known.data, sku.data, rule])
  return (
    <RuleForm
      title={sku.data ? t('formOf', { goods: `${sku.data.goodsTitle} / ${sku.data.skuTitle}` }) : t('title')}
      back={`/skus/${skuId}/supply`}
      target={{ skuIds: [skuId] }}
      bases={sku.data?.kind === 'card' ? OWN_ONLY : COST_OR_OWN}
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
      bases={COST_ONLY}
      initial={initial}
      error={supplier.error}
    />
  )
}

function RuleForm({
  title,
  back,
  target,
  bases,
  initial,
  error,
  after,
}: {
  readonly title: string
  readonly back: string
  readonly target: Target
  readonly bases: Bases
  readonly initial: Values | undefined
  readonly error: unknown
  readonly after?: React.ReactNode
}) {
  const t = useText(pricingText)
  const may = useMay()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const values = Form.useWatch([], { form, preserve: true }) as Partial<Values> | undefined
  const rule = useDeferredValue(ruleOf(values))
  const preview = useRead(
    'suppliers.previewPriceRules',
    { body: { target, rule: rule ?? NO_RULE } },
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
      ? items[0]?.refusal
        ? t('nobodyBecause', { refusal: items[0].refusal })
        : t('nobody')
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
      fieldOf={(path) => pathOf(path.replace(/^rule\./, ''))}
    >
      <div className="columns">
        <div className="span-6 stack">
          <RuleFields bases={bases} />
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

type Bases = readonly Values['basis'][]
const COST_ONLY: Bases = ['cost']
const OWN_ONLY: Bases = ['own']
const COST_OR_OWN: Bases = ['cost', 'own']

function RuleFields({ bases }: { readonly bases: Bases }) {
  const t = useText(pricingText)
  const isOwn = Form.useWatch<Values['basis'] | undefined>('basis') === 'own'
  return (
    <>
      <Section title={t('partMarkup')}>
        <div className="form-grid">
          <Form.Item className="wide" name="basis" label={t('basis')} hidden={bases.length === 1}>
            <Segmented options={bases.map((value) => ({ value, label: t(`basis_${value}`) }))} />
          </Form.Item>
          {isOwn ? (
            <Form.Item
              className="wide"
              name="baseFen"
              label={t('base')}
              extra={t('baseHint')}
              rules={[{ required: true }]}
            >
              <MoneyInput min={0.01} max={10_000_000} />
            </Form.Item>
          ) : (
            <>
              <Form.Item name="markup" label={t('markup')} rules={[{ required: true }]}>
                <InputNumber<number> min={0} max={10_000} precision={2} suffix="%" style={{ width: '100%' }} />
              </Form.Item>
              <Form.Item name="markupFen" label={t('fixed')} rules={[{ required: true }]}>
                <MoneyInput max={1_000_000} />
              </Form.Item>
            </>
          )}
          <Form.Item className="wide" name="rounding" label={t('rounding')} style={{ marginBottom: 0 }}>
            <Segmented
              className="price-rounding"
              options={(['none', 'tenth', 'yuan', 'nine'] as const).map((value) => ({
                value,
                label: t(`round_${value}`),
              }))}
            />
          </Form.Item>
        </div>
      </Section>
      <DemandFields />
      <Section title={t('partGuard')}>
        <div className="form-grid">
          <Form.Item name="floorFen" label={t('floor')} rules={[{ required: true }]}>
            <MoneyInput min={0.01} max={10_000_000} />
          </Form.Item>
          <Form.Item
            name="ceilingFen"
            label={t('ceiling')}
            dependencies={['floorFen']}
            rules={[
              ({ getFieldValue }) => ({
                validator: async (_rule, value: number | null | undefined) => {
                  if (typeof value === 'number' && value < Number(getFieldValue('floorFen'))) {
                    throw new Error(t('ceilingBelow'))
                  }
                },
              }),
            ]}
          >
            <MoneyInput min={0.01} max={10_000_000} placeholder={t('ceilingNone')} />
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
