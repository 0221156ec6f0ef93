import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { AccountDialog, type ShownAccount } from '../../shared/accounts/account-dialog.tsx'
import { call, problemOf } from '../../shared/api/client.ts'
import { useMethods } from '../../shared/api/queries.ts'
import type { Me, PaymentMethod, Quote, Shop } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { focusFirstFault } from '../../shared/ui/field.tsx'
import { moneyText } from '../../shared/ui/money.tsx'
import { Card, Columns } from '../../shared/ui/page.tsx'
import payBar from '../../shared/ui/pay-bar.module.css'
import { Price, usePriceText } from '../../shared/ui/price.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { BuyerFields } from './buyer-fields.tsx'
import css from './checkout.module.css'
import { ContactFields } from './contact-fields.tsx'
import { type Draft, draftMemory, faultsOf } from './draft.ts'
import { LineList } from './line-list.tsx'
import { askOf, type Line, quotedLine } from './lines.ts'
import { balancePart, MemberPart } from './member-part.tsx'
import { firstUsable, PaymentChoice } from './payment-choice.tsx'
import { PriceChangedDialog } from './price-changed-dialog.tsx'
import { Refusal } from './refusal.tsx'
import { useAccountCheck } from './use-account-check.ts'
import { usePlaceOrder } from './use-place-order.ts'

export type CheckoutProps = {
  readonly lines: readonly Line[]
  readonly quote: Quote
  readonly shop: Shop
  readonly methods: readonly PaymentMethod[]
  readonly me: Me | null
}

/** From what is bought to a placed order. Whatever goes wrong, everything typed stays. */
export function CheckoutForm({ lines: wanted, quote, shop, methods: methodsAtQuote, me }: CheckoutProps) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const form = useRef<HTMLFormElement>(null)
  const [shown, setShown] = useState(quote)
  const [changed, setChanged] = useState<Quote>()
  const [draft, setDraft] = useState<Draft>(draftMemory.read)
  const [tried, setTried] = useState(false)
  const lines = wanted.map((line) => ({
    ...line,
    later: line.sku.laterDays !== null && draft.later.includes(line.sku.id),
  }))
  const place = usePlaceOrder()
  const account = useAccountCheck(lines, draft)
  const [asking, setAsking] = useState<{ readonly accounts: readonly ShownAccount[]; readonly prices: Quote }>()
  const client = useQueryClient()

  useEffect(() => draftMemory.write(draft), [draft])

  const guest = me === null
  const part = balancePart(me, shown.totalFen, methodsAtQuote)
  const balanceFen = draft.usesBalance ? part : 0
  const dueFen = shown.totalFen - balanceFen
  const { data: offered = methodsAtQuote } = useMethods(dueFen)
  // The balance gives what it has already; another way brings the rest.
  const methods = balanceFen > 0 ? offered.filter(({ gateway }) => gateway !== 'balance') : offered
  const usable = { methods, me, totalFen: dueFen }
  // A member who owes no money needs no way to pay.
  const nothingDue = dueFen === 0 && me !== null
  const payWith = nothingDue ? 'balance' : firstUsable(usable, draft.payWith)
  const feeFen = nothingDue ? 0 : (methods.find(({ gateway }) => gateway === payWith)?.feeFen ?? 0)
  const payableFen = dueFen + feeFen
  const pointsMissing = me === null ? 0 : Math.max(0, shown.totalPoints - me.points)
  const faults = { ...account.faults, ...faultsOf(draft, lines, shop, guest) }
  const shownFaults = tried ? faults : {}
  const blocked = shown.lines.find((line) => !line.sellable)
  const closedToGuests = guest && !shop.guestCheckout

  // After the next draw the faults are marked; the first one takes the focus.
  const showFaults = () => requestAnimationFrame(() => focusFirstFault(form.current))

  const submit = async (prices: Quote) => {
    setTried(true)
    if (Object.keys(faults).length > 0) return void showFaults()
    const isShut = payWith === undefined || blocked || closedToGuests || pointsMissing > 0
    if (isShut || place.isPending || account.isChecking) return
    const checked = await account.check()
    if (checked.kind === 'wrong') showFaults()
    else if (checked.kind === 'confirm') setAsking({ accounts: checked.accounts, prices })
    else send(prices)
  }

  const send = (prices: Quote) => {
    if (payWith === undefined) return
    place.mutate(
      { lines, draft: { ...draft, payWith }, shown: prices, guest, balanceFen },
      { onError: (error) => void askAgainAtNewPrice(problemOf(error).code) },
    )
  }

  const askAgainAtNewPrice = async (code: string) => {
    if (code !== 'orders.price_changed' && code !== 'orders.points_price_changed') return
    const asked = lines.map(askOf)
    void client.invalidateQueries({ queryKey: ['goods'] })
    try {
      setChanged(await call('orders.quote', { body: { lines: asked } }))
    } catch {
      // The refusal itself, with the new price in its sentence, stays on the page.
    }
  }

  const total = (
    <div className={payBar.total}>
      <span>{t('checkout.total')}</span>
      <Price fen={payableFen} points={shown.totalPoints} className={payBar.totalMoney ?? ''} />
    </div>
  )
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void submit(shown)
      }}
    >
      <Columns
        main={
          <>
            <Card title={t('checkout.lines')}>
              <LineList lines={lines} quote={shown} />
            </Card>
            <BuyerFields lines={lines} draft={draft} faults={shownFaults} onChange={setDraft} />
            <ContactFields draft={draft} faults={shownFaults} guest={guest} shop={shop} onChange={setDraft} />
            <MemberPart
              quote={shown}
              me={me}
              part={part}
              usesBalance={draft.usesBalance}
              onUseBalance={(usesBalance) => setDraft({ ...draft, usesBalance })}
            />
            {!nothingDue && (
              <PaymentChoice
                {...usable}
                chosen={payWith}
                onChoose={(gateway) => setDraft({ ...draft, payWith: gateway })}
              />
            )}
          </>
        }
        side={
          <Card className={payBar.summary} title={t('order.summary')}>
            <dl className={css.sums}>
              {lines.map((line) => (
                <SumRow key={line.sku.id} line={line} quote={shown} />
              ))}
              {balanceFen > 0 && (
                <>
                  <dt>{t('checkout.balanceRow')}</dt>
                  <dd>-{moneyText(balanceFen)}</dd>
                </>
              )}
              {feeFen > 0 && (
                <>
                  <dt>{t('checkout.fee')}</dt>
                  <dd>{moneyText(feeFen)}</dd>
                </>
              )}
            </dl>
            {total}
            <div className={payBar.bar}>
              <Refusal
                problem={changed || !place.error ? undefined : problemOf(place.error)}
                lines={lines}
                faultCount={tried ? Object.keys(faults).length : 0}
                closedToGuests={closedToGuests}
                blocked={blocked}
                pointsMissing={pointsMissing}
              />
              <div className={payBar.barRow}>
                <div className={payBar.barTotal}>{total}</div>
                <Button
                  type="submit"
                  look="primary"
                  size="large"
                  block
                  busy={place.isPending || account.isChecking}
                  disabled={payWith === undefined || blocked !== undefined || closedToGuests || pointsMissing > 0}
                >
                  {place.isPending
                    ? t('checkout.submitting')
                    : account.isChecking
                      ? t('accounts.checking')
                      : payWith === 'balance' && payableFen > 0
                        ? `${t('checkout.payBalance')} ${priceText(payableFen, shown.totalPoints)}`
                        : t('checkout.submit')}
                </Button>
              </div>
            </div>
            <Notice tone="info">{t('checkout.secure')}</Notice>
          </Card>
        }
      />
      {asking && (
        <AccountDialog
          accounts={asking.accounts}
          yes={t('accounts.yes')}
          onBack={() => setAsking(undefined)}
          onYes={() => {
            account.confirm()
            setAsking(undefined)
            send(asking.prices)
          }}
        />
      )}
      {changed && (
        <PriceChangedDialog
          lines={lines}
          shown={shown}
          now={changed}
          onThinkAgain={() => {
            setShown(changed)
            setChanged(undefined)
            place.reset()
          }}
          onAccept={() => {
            setShown(changed)
            setChanged(undefined)
            void submit(changed)
          }}
        />
      )}
    </form>
  )
}

function SumRow({ line, quote }: { readonly line: Line; readonly quote: Quote }) {
  const { own } = useI18n()
  const priceText = usePriceText()
  const price = quotedLine(quote, line.sku.id)
  return (
    <>
      <dt>
        {own(line.goods.title, line.goods.titleEn)} × {line.quantity}
      </dt>
      <dd>{priceText(price?.amountFen ?? 0, (price?.unitPoints ?? 0) * line.quantity)}</dd>
    </>
  )
}
