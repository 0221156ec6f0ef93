import { Alert, App, Button, Empty, Select, Typography } from 'antd'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { call } from '../../shared/api/index.ts'
import { formatHao } from '../../shared/format.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { OfferCard } from './OfferCard.tsx'
import {
  draftOf,
  fits,
  missingOf,
  newFormFields,
  type OfferDraft,
  type Product,
  type Supply,
  suggest,
  unasked,
} from './offers.ts'
import { sourceText } from './sourceText.ts'
import { useTakeForm } from './useTakeForm.tsx'

type Props = {
  readonly supply: Supply
  /** Products that somebody chose on another page to stand behind this SKU. */
  readonly add: readonly Product[]
  readonly onTouch: () => void
  readonly value?: readonly OfferDraft[]
  readonly onChange?: (offers: readonly OfferDraft[]) => void
}

/** The sources of a SKU in their order, and the way to further ones. */
export function OffersSection({ supply, add, onTouch, value = [], onChange }: Props) {
  const t = useText(sourceText)
  const both = useBoth()
  // Answers about several products come one after the other; each must find what the one before has put in.
  const latest = useRef(value)
  latest.current = value
  const put = (offers: readonly OfferDraft[]) => {
    latest.current = offers
    onTouch()
    onChange?.(offers)
  }
  const { adding, addProduct } = useAdd(supply, latest, put)
  useChosenElsewhere(add, addProduct)
  const lacking = newFormFields(value, supply.formFields)
  const take = useTakeForm(supply, (formFields) =>
    put(
      latest.current.map((offer) => ({ ...offer, fieldMap: suggest(offer.fields ?? [], formFields, offer.fieldMap) })),
    ),
  )
  const move = (from: number, to: number) => {
    const offers = [...value]
    const [moved] = offers.splice(from, 1)
    if (moved) offers.splice(to, 0, moved)
    put(offers)
  }
  return (
    <Section
      title={t('sources')}
      extra={
        <Link to={`/supplier-products?kind=${supply.kind === 'card' ? 'card,link' : 'direct'}`}>{t('browse')}</Link>
      }
    >
      <div className="stack">
        {lacking.length > 0 && (
          <Alert
            type="warning"
            showIcon
            title={t('formLacks', {
              fields: lacking.map(({ labelZh, labelEn }) => both(labelZh, labelEn)).join(both('、', ', ')),
            })}
            action={
              <ActionButton size="small" type="primary" {...take.button} onClick={() => take.ask(lacking)}>
                {t('takeForm')}
              </ActionButton>
            }
          />
        )}
        {value.length === 0 && !adding && (
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('emptyTitle')}>
            <Typography.Text type="secondary">
              {t(supply.kind === 'card' ? 'emptyCardText' : 'emptyText')}
            </Typography.Text>
          </Empty>
        )}
        {value.map((offer, at) => (
          <OfferCard
            key={offer.productId}
            offer={offer}
            at={at}
            count={value.length}
            supply={supply}
            missing={missingOf(offer, supply.formFields)}
            onChange={(next) => put(value.map((one, index) => (index === at ? next : one)))}
            onMove={(to) => move(at, to)}
            onRemove={() => put(value.filter((_, index) => index !== at))}
          />
        ))}
        <AddSource kind={supply.kind} loading={adding} onAdd={(product) => void addProduct(product)} />
      </div>
    </Section>
  )
}

/** Asks the supplier what the product's buyer fills in, and puts it at the end of the list. */
function useAdd(
  supply: Supply,
  latest: { readonly current: readonly OfferDraft[] },
  put: (offers: readonly OfferDraft[]) => void,
) {
  const t = useText(sourceText)
  const { message } = App.useApp()
  const [adding, setAdding] = useState(false)
  const addProduct = async (product: Product) => {
    if (!fits(product, supply.kind)) {
      return void message.warning(t(supply.kind === 'card' ? 'notCard' : 'notDirect', { name: product.name }))
    }
    if (latest.current.some(({ productId }) => productId === product.id)) {
      return void message.info(t('addedTwice', { name: product.name }))
    }
    setAdding(true)
    const told = await call('suppliers.fetchProduct', { params: { productId: product.id }, body: {} }).catch(
      () => undefined,
    )
    if (!told) void message.warning(t('askFailed', { name: product.name }))
    put([...latest.current, draftOf(told ?? product, told?.fields ?? unasked(supply.kind), supply.formFields)])
    setAdding(false)
  }
  return { adding, addProduct }
}

/** Takes up, once, what was chosen on the page that led here. */
function useChosenElsewhere(add: readonly Product[], addProduct: (product: Product) => Promise<unknown>): void {
  const done = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for what the page was opened with
  useEffect(() => {
    if (done.current) return
    done.current = true
    void (async () => {
      for (const product of add) await addProduct(product)
    })()
  }, [])
}

const PRODUCTS_SHOWN = 30

function AddSource({
  kind,
  loading,
  onAdd,
}: {
  readonly kind: Supply['kind']
  readonly loading: boolean
  readonly onAdd: (product: Product) => void
}) {
  const t = useText(sourceText)
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim())
  const found = useRead(
    'suppliers.listProducts',
    {
      query: {
        q: wanted || undefined,
        kind: kind === 'card' ? 'card,link' : 'direct',
        onSale: 'true',
        pageSize: PRODUCTS_SHOWN,
      },
    },
    { keep: true, staleMs: 30_000 },
  )
  const products = found.data?.items ?? []
  return (
    <Select<number, { readonly value: number; readonly label: string; readonly product: Product }>
      showSearch={{ filterOption: false, onSearch: setText, searchValue: text }}
      value={null}
      loading={loading || found.isFetching}
      disabled={loading}
      placeholder={loading ? t('adding') : t(kind === 'card' ? 'addCardPlaceholder' : 'addPlaceholder')}
      aria-label={t('add')}
      style={{ width: '100%' }}
      onChange={(id) => {
        const product = products.find((one) => one.id === id)
        setText('')
        if (product) onAdd(product)
      }}
      options={products.map((product) => ({ value: product.id, label: product.name, product }))}
      optionRender={({ data: { product } }) => (
        <span className="supply-option">
          <span>
            {product.name} <Typography.Text type="secondary">{product.supplier}</Typography.Text>
          </span>
          <Typography.Text type="secondary" className="num">
            {formatHao(product.costHao, product.currency)}
          </Typography.Text>
        </span>
      )}
      notFoundContent={
        <Link to="/suppliers">
          <Button type="link">{t('browse')}</Button>
        </Link>
      }
    />
  )
}
