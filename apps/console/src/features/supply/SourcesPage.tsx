import { App, Form } from 'antd'
import { useMemo, useState } from 'react'
import { Link, useLocation, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Money } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { AccountCheckSection } from './AccountCheckSection.tsx'
import { CardSourceSection } from './CardSourceSection.tsx'
import { GuardSection } from './GuardSection.tsx'
import { OffersSection } from './OffersSection.tsx'
import { bodyOf, type Product, type Supply, type SupplyValues, valuesOf } from './offers.ts'
import { PolicySection } from './PolicySection.tsx'
import { Preview } from './Preview.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import { sourceText } from './sourceText.ts'
import './supply.css'

const PREVIEW_MS = 10_000

/** Who may deliver a SKU, how one of them is chosen, and whom it would be now. */
export function SourcesPage() {
  const t = useText(sourceText)
  const common = useText(commonText)
  const may = useMay()
  const { message } = App.useApp()
  const skuId = Number(useParams().skuId)
  const [form] = Form.useForm<SupplyValues>()
  const [touched, setTouched] = useState(false)
  const params = { skuId }
  const { data, error, refetch } = useRead('suppliers.readSkuSupply', { params }, { refreshMs: PREVIEW_MS })
  const initial = useMemo(() => (data ? valuesOf(data) : undefined), [data])
  const update = useAction('suppliers.saveSkuSupply', { showProblem: false, refresh: REFRESH_AFTER })
  const save = async (values: SupplyValues) => {
    await update.run({ params, body: bodyOf(values) })
    setTouched(false)
    void message.success(common('saved'))
  }
  return (
    <FormPage<SupplyValues>
      title={data ? t('titleOf', { goods: data.goodsTitle, sku: data.skuTitle }) : t('title')}
      {...(data ? { hint: <Hint supply={data} /> } : {})}
      back={data ? `/goods/${data.goodsId}` : '/goods'}
      form={form}
      initial={initial}
      error={error}
      onRetry={() => void refetch()}
      onSave={save}
      locked={may('suppliers.manage') ? undefined : t('readOnly')}
    >
      {data && <Body supply={data} touched={touched} onTouch={() => setTouched(true)} />}
    </FormPage>
  )
}

function Hint({ supply }: { readonly supply: Supply }) {
  const t = useText(sourceText)
  return (
    <>
      {t('price')} <Money fen={supply.priceFen} /> · <Link to={`/goods/${supply.goodsId}`}>{t('goods')}</Link> ·{' '}
      {supply.kind === 'card' && (
        <>
          <Link to={`/skus/${supply.skuId}/restock`}>{t('restock')}</Link> ·{' '}
        </>
      )}
      <Link to={`/skus/${supply.skuId}/price`}>{t('priceRule')}</Link>
    </>
  )
}

function Body({
  supply,
  touched,
  onTouch,
}: {
  readonly supply: Supply
  readonly touched: boolean
  readonly onTouch: () => void
}) {
  const state = useLocation().state as { readonly add?: readonly Product[] } | null
  return (
    <div className="columns">
      <div className="span-8 stack">
        {supply.kind === 'card' && <CardSourceSection supply={supply} />}
        <Form.Item name="offers" noStyle>
          <OffersSection supply={supply} add={state?.add ?? []} onTouch={onTouch} />
        </Form.Item>
        <PolicySection />
        <GuardSection priceFen={supply.priceFen} />
        {supply.kind === 'topup' && <AccountCheckSection />}
      </div>
      <div className="span-4 stack">
        <Preview supply={supply} stale={touched} />
      </div>
    </div>
  )
}
