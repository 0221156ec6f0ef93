import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Goods, Sku } from '../../shared/api/types.ts'
import { checkoutLink } from '../../shared/basket.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { unitPriceFor } from '../../shared/price.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { BoltIcon } from '../../shared/ui/icons.tsx'
import { StruckMoney } from '../../shared/ui/money.tsx'
import { Price } from '../../shared/ui/price.tsx'
import { Bone, Notice } from '../../shared/ui/states.tsx'
import { StockWord } from '../../shared/ui/stock.tsx'
import { BundleParts } from './bundle-parts.tsx'
import css from './goods-page.module.css'
import { LinkPromise } from './link-promise.tsx'
import { NumberOffer } from './number-offer.tsx'
import { PriceTiers } from './price-tiers.tsx'
import { QuantityField } from './quantity-field.tsx'
import { ServicePromise } from './service-promise.tsx'
import { SkuChooser } from './sku-chooser.tsx'

/** Name, price, choice and the way to the checkout; on phones the last part is fixed at the bottom of the screen. */
export function BuyPanel({ goods }: { readonly goods: Goods }) {
  const { t, own } = useI18n()
  const [params, setParams] = useSearchParams()
  const [wanted, setWanted] = useState(1)
  // The tile answers at once; the address, from which a shared link or a way back opens, follows.
  const [chosen, setChosen] = useState(() => Number(params.get('sku')))
  const sku = chosenSku(goods.skus, chosen)
  if (!sku) return <Bone height={200} />

  // What one person may have is too much for one order as well.
  const most = Math.min(sku.maxQty, goods.limitPerPerson ?? sku.maxQty)
  const quantity = Math.min(wanted, Math.max(1, most))
  const unit = unitPriceFor(sku, quantity)
  const subtitle = own(goods.subtitle, goods.subtitleEn)
  const topUp = sku.kind === 'topup'
  const formFields = sku.bundle?.formFields ?? goods.formFields
  return (
    <div className={css.panel}>
      <div className={css.head}>
        <h1>{own(goods.title, goods.titleEn)}</h1>
        {subtitle && <p className={css.subtitle}>{subtitle}</p>}
        {goods.tags.length > 0 && (
          <div className={css.meta}>
            {goods.tags.map((tag) => (
              <span key={tag.id} className={css.tag}>
                {own(tag.name, tag.nameEn)}
              </span>
            ))}
          </div>
        )}
        <div className={css.priceRow}>
          <Price fen={unit} points={sku.pricePoints} className={css.price ?? ''} />
          {sku.marketPriceFen !== null && <StruckMoney fen={sku.marketPriceFen} />}
          <span className={css.stock}>
            <StockWord stock={sku.stock} />
          </span>
        </div>
      </div>
      <NotOnSale goods={goods} />
      {goods.skus.length > 1 && (
        <fieldset className={css.group}>
          <legend>{t('goods.choose')}</legend>
          <SkuChooser
            skus={goods.skus}
            chosen={sku.id}
            onChoose={(skuId) => {
              setChosen(skuId)
              setParams({ sku: String(skuId) }, { replace: true, preventScrollReset: true })
            }}
          />
        </fieldset>
      )}
      {sku.bundle && <BundleParts bundle={sku.bundle} priceFen={sku.priceFen} />}
      <Specs sku={sku} />
      <div className={css.quantityRow}>
        <div>
          <p className={css.groupTitle}>{t('common.quantity')}</p>
          <p className={css.limits}>{limits(goods)}</p>
        </div>
        <QuantityField value={quantity} max={Math.max(1, most)} disabled={most < 1} onChange={setWanted} />
      </div>
      {goods.sellable && sku.pick !== 'none' && sku.stock.state !== 'sold_out' && (
        <NumberOffer goodsId={goods.id} sku={sku} />
      )}
      <PriceTiers sku={sku} quantity={quantity} />
      <div className={css.promise}>
        <BoltIcon />
        <div>
          {sku.kind === 'service' ? (
            <ServicePromise skuId={sku.id} />
          ) : sku.kind === 'link' ? (
            <LinkPromise skuId={sku.id} />
          ) : (
            <>
              <b>{t(topUp ? 'goods.promiseTopUp' : 'goods.promise')}</b>
              <p>{t(topUp ? 'goods.promiseTopUpText' : 'goods.promiseText')}</p>
              <p>{t(topUp ? 'goods.topUpNote' : 'goods.virtualNote')}</p>
              {sku.laterDays !== null && <p>{t('goods.laterNote', { days: sku.laterDays })}</p>}
              {sku.openedBy !== 'order' && (
                <p>{t(sku.openedBy === 'member' ? 'goods.forMember' : 'goods.forDevice')}</p>
              )}
            </>
          )}
          {formFields.length > 0 && (
            <p>
              {t('goods.sellerForm', {
                fields: formFields.map((field) => own(field.labelZh, field.labelEn)).join(' / '),
              })}
            </p>
          )}
        </div>
      </div>
      <div className={css.bar}>
        <div className={css.barTotal}>
          <span>{t('goods.total')}</span>
          <Price fen={unit * quantity} points={sku.pricePoints * quantity} />
        </div>
        <BuyButton goods={goods} sku={sku} quantity={quantity} />
      </div>
      <div className={css.room} />
    </div>
  )

  function limits({ limitPerPerson, limitDays, limitPerOrder }: Goods): string {
    if (limitPerPerson === null) return t('goods.limitPerOrder', { count: limitPerOrder })
    return limitDays === null
      ? t('goods.limitPerPerson', { count: limitPerPerson })
      : t('goods.limitInDays', { count: limitPerPerson, days: limitDays })
  }
}

function BuyButton({ goods, sku, quantity }: { readonly goods: Goods; readonly sku: Sku; readonly quantity: number }) {
  const { t } = useI18n()
  const soldOut = sku.stock.state === 'sold_out' || sku.maxQty < 1
  if (!goods.sellable || soldOut) {
    return (
      <Button look="primary" size="large" disabled>
        {goods.sellable ? t('goods.soldOut') : t(`goods.${goods.reason ?? 'off_shelf'}`)}
      </Button>
    )
  }
  return (
    <ButtonLink look="primary" size="large" to={checkoutLink([{ goodsId: goods.id, skuId: sku.id, quantity }])}>
      {t('goods.buy')}
    </ButtonLink>
  )
}

function NotOnSale({ goods }: { readonly goods: Goods }) {
  const { t, time } = useI18n()
  if (!goods.sellable) {
    return (
      <Notice tone="warn">
        {goods.reason === 'not_yet' && goods.onAt
          ? t('goods.notYetAt', { at: time(goods.onAt) })
          : t(`goods.${goods.reason ?? 'off_shelf'}`)}
      </Notice>
    )
  }
  return goods.offAt && <Notice tone="info">{t('goods.endsAt', { at: time(goods.offAt) })}</Notice>
}

function Specs({ sku }: { readonly sku: Sku }) {
  const specs = Object.entries(sku.specs)
  if (specs.length === 0) return null
  return (
    <dl className={css.specs}>
      {specs.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The one in the address, else the first that can be bought, else the first. */
const chosenSku = (skus: readonly Sku[], asked: number): Sku | undefined =>
  skus.find(({ id }) => id === asked) ?? skus.find(({ stock }) => stock.state !== 'sold_out') ?? skus[0]
