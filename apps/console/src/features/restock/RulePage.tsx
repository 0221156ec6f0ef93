import { Alert, Empty, Form, InputNumber, Switch, Typography } from 'antd'
import { useDeferredValue, useMemo } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { BudgetSelect } from './BudgetSelect.tsx'
import { restockText } from './text.ts'
import { useRestockActions } from './useRestockActions.tsx'
import { nameOf, REFRESH } from './words.ts'

/** As one types them: numbers may be missing. */
type CoverValues = {
  readonly days: number | null
  readonly salesDays: number | null
  readonly least: number | null
  readonly most: number | null
}
type Values = {
  readonly enabled: boolean
  readonly threshold: number
  readonly target: number
  readonly byDemand: boolean
  readonly cover: CoverValues
  readonly budgetId: number | undefined
  readonly maxUnitFen: number | null
}

const PIECES_MAX = 1_000_000
const COVER_DAYS_MAX = 60
const SALES_DAYS = [3, 30] as const
const RECENT = 5
const NOTHING: CoverValues = { days: null, salesDays: null, least: null, most: null }
const FRESH_COVER = { days: 5, salesDays: 7, least: 10, most: 1_000 } as const
const FRESH = {
  enabled: true,
  threshold: 20,
  target: 100,
  byDemand: false,
  cover: FRESH_COVER,
  maxUnitFen: null,
} as const

/** When one variant is filled up, and what was bought for it lately. */
export function RulePage() {
  const t = useText(restockText)
  const may = useMay()
  const navigate = useNavigate()
  const skuId = Number(useParams().skuId)
  const rules = useRead('restock.listRules', { query: { skuId } })
  const budgets = useRead('restock.listBudgets', {})
  const sku = useRead('suppliers.readSkuSupply', { params: { skuId } })
  const rule = rules.data?.items[0]
  const initial = useMemo((): Values | undefined => {
    if (!rules.data || !budgets.data) return undefined
    if (!rule) return { ...FRESH, budgetId: budgets.data.items[0]?.id }
    const { enabled, threshold, target, cover, budgetId, maxUnitFen } = rule
    return {
      enabled,
      threshold,
      target,
      byDemand: cover !== null,
      cover: cover ?? FRESH_COVER,
      budgetId,
      maxUnitFen,
    }
  }, [rules.data, budgets.data, rule])
  const save = useAction('restock.saveRule', { showProblem: false, refresh: REFRESH, done: t('saved') })
  const { ask } = useRestockActions()
  return (
    <FormPage<Values>
      title={sku.data ? t('ruleTitle', { goods: nameOf(sku.data) }) : t('rules')}
      hint={t('ruleHint')}
      back="/restocks/rules"
      initial={initial}
      error={rules.error ?? budgets.error ?? sku.error}
      onRetry={() => void rules.refetch()}
      locked={may('suppliers.manage') ? undefined : t('readOnly')}
      actions={
        sku.data && (
          <ActionButton permission="suppliers.manage" onClick={() => ask({ ...sku.data, skuId })}>
            {t('askNow')}
          </ActionButton>
        )
      }
      onSave={async ({ budgetId, maxUnitFen, byDemand, cover, ...rest }) => {
        await save.run({
          params: { skuId },
          body: {
            ...rest,
            cover: byDemand ? wholeCover(cover) : null,
            budgetId: budgetId ?? 0,
            maxUnitFen: maxUnitFen ?? null,
          },
        })
        setTimeout(() => void navigate('/restocks/rules'))
      }}
    >
      <div className="columns">
        <div className="span-6 stack">
          <Section title={t('rule')}>
            <div className="form-grid">
              <Form.Item className="wide" name="enabled" label={t('enabled')} valuePropName="checked">
                <Switch />
              </Form.Item>
              <Form.Item name="threshold" label={t('threshold')} rules={[{ required: true }]}>
                <InputNumber<number> min={1} max={PIECES_MAX} precision={0} style={{ width: '100%' }} />
              </Form.Item>
              <Form.Item name="target" label={t('target')} rules={[{ required: true }]}>
                <InputNumber<number> min={1} max={PIECES_MAX} precision={0} style={{ width: '100%' }} />
              </Form.Item>
              <Demand skuId={skuId} />
            </div>
          </Section>
          <Section title={t('money')}>
            <div className="form-grid">
              <Form.Item
                name="budgetId"
                label={t('budget')}
                extra={<Link to="/restocks/budgets">{t('budgets')}</Link>}
                rules={[{ required: true, message: t('budgetNone') }]}
              >
                <BudgetSelect />
              </Form.Item>
              <Form.Item name="maxUnitFen" label={t('maxUnit')} extra={t('maxUnitHint')}>
                <MoneyInput min={0.01} max={1_000_000} />
              </Form.Item>
            </div>
          </Section>
        </div>
        <div className="span-6 stack">
          <Section title={t('history')}>
            <Recent skuId={skuId} />
          </Section>
        </div>
      </div>
    </FormPage>
  )
}

const wholeCover = ({ days, salesDays, least, most }: CoverValues) => ({
  days: days ?? 0,
  salesDays: salesDays ?? 0,
  least: least ?? 0,
  most: most ?? 0,
})

/** How much follows what is sold, and what that would want now. Its fields stay while it is off, so that switching back loses nothing. */
function Demand({ skuId }: { readonly skuId: number }) {
  const t = useText(restockText)
  const byDemand = Form.useWatch<boolean | undefined>('byDemand')
  const number = (name: keyof CoverValues, label: string, min: number, max: number, unit?: string) => (
    <Form.Item name={['cover', name]} label={label} rules={[{ required: byDemand === true }]} hidden={!byDemand}>
      <InputNumber<number> min={min} max={max} precision={0} suffix={unit} style={{ width: '100%' }} />
    </Form.Item>
  )
  return (
    <>
      <Form.Item
        className="wide"
        name="byDemand"
        label={t('byDemand')}
        extra={t('byDemandHint')}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      {number('days', t('coverDays'), 1, COVER_DAYS_MAX, t('days'))}
      {number('salesDays', t('salesDays'), ...SALES_DAYS, t('days'))}
      {number('least', t('coverLeast'), 0, PIECES_MAX)}
      {number('most', t('coverMost'), 1, PIECES_MAX)}
      {byDemand && <Preview skuId={skuId} />}
    </>
  )
}

function Preview({ skuId }: { readonly skuId: number }) {
  const t = useText(restockText)
  const cover = useDeferredValue(Form.useWatch<CoverValues | undefined>('cover'))
  const { days, salesDays, least, most } = cover ?? NOTHING
  const isWhole = days !== null && salesDays !== null && least !== null && most !== null && least <= most
  const { data } = useRead(
    'restock.previewCover',
    {
      params: { skuId },
      query: isWhole ? { coverDays: days, salesDays, least, most } : {},
    },
    { enabled: isWhole, keep: true },
  )
  if (!data || !isWhole) return null
  const { sold, available, wanted, below, isLongEnough } = data
  return (
    <Alert
      className="wide"
      type="info"
      showIcon
      title={isLongEnough ? t('wouldWant', { wanted }) : t('tooShort')}
      description={
        isLongEnough
          ? t('wouldWhy', { sold, salesDays, coverDays: days, available, below, wanted })
          : t('tooShortWhy', { sold, salesDays })
      }
    />
  )
}

function Recent({ skuId }: { readonly skuId: number }) {
  const t = useText(restockText)
  const { data } = useRead('restock.list', { query: { skuId, pageSize: RECENT } }, { refreshMs: 5_000 })
  if (!data || data.items.length === 0) {
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('emptyTitle')} />
  }
  return data.items.map((restock) => (
    <div key={restock.id} className="line-item">
      <span className="line-main">
        <Link to={`/restocks/${restock.id}`}>#{restock.id}</Link> <StateTag kind="restock" state={restock.state} />
        <div>
          <Time value={restock.createdAt} />
        </div>
        {restock.demand && (
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {t('demandWhy', restock.demand)}
          </Typography.Text>
        )}
      </span>
      <span className="num">
        {restock.filled} / {restock.quantity}
      </span>
    </div>
  ))
}
