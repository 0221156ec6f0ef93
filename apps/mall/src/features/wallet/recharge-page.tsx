import { rechargeBonus } from '@quanshu/contract/recharge'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../shared/api/client.ts'
import { useMe, useMethods, useRechargeOffer } from '../../shared/api/queries.ts'
import type { PaymentMethod, RechargeOffer } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { WalletIcon } from '../../shared/ui/icons.tsx'
import { leastOf, takes } from '../../shared/ui/method-note.tsx'
import { Money, moneyText } from '../../shared/ui/money.tsx'
import { Card, Columns, Page } from '../../shared/ui/page.tsx'
import payBar from '../../shared/ui/pay-bar.module.css'
import { Bone, EmptyState, ErrorState, Loading, Notice } from '../../shared/ui/states.tsx'
import { AmountChoice, type Chosen } from './amount-choice.tsx'
import { MemberOnly } from './member-only.tsx'
import { MethodChoice } from './method-choice.tsx'
import { fenOf, rulesInWords } from './rules.ts'
import { useRecharge } from './use-recharge.ts'
import css from './wallet.module.css'

/** How much, what comes on top, and by which way: then it goes on as with every order. */
export function RechargePage() {
  const { t } = useI18n()
  const offer = useRechargeOffer()
  return (
    <Page title={t('wallet.recharge')}>
      <MemberOnly next="/recharge">
        {offer.data === undefined ? (
          offer.isError ? (
            <ErrorState problem={problemOf(offer.error)} onRetry={() => void offer.refetch()} />
          ) : (
            <Bones />
          )
        ) : offer.data.enabled ? (
          <RechargeForm offer={offer.data} />
        ) : (
          <EmptyState title={t('wallet.offTitle')} text={t('wallet.offText')} icon={<WalletIcon />}>
            <ButtonLink to="/wallet">{t('wallet.title')}</ButtonLink>
          </EmptyState>
        )}
      </MemberOnly>
    </Page>
  )
}

function RechargeForm({ offer: asSet }: { readonly offer: RechargeOffer }) {
  const { t } = useI18n()
  const { data: me } = useMe()
  const recharge = useRecharge()
  const [picked, setPicked] = useState<Chosen>()
  const [typed, setTyped] = useState('')
  const [tried, setTried] = useState(false)
  const [gateway, setGateway] = useState('')
  const asked = picked === 'own' ? fenOf(typed) : (picked ?? asSet.amounts[0])
  const { data: all } = useMethods(asked !== undefined && asked <= asSet.maxFen ? asked : 0)
  // The balance is what is topped up.
  const methods = all?.filter((method) => !method.needsMember)
  const minFen = Math.max(asSet.minFen, leastOf(methods ?? []))
  const offer = { ...asSet, minFen, amounts: asSet.amounts.filter((amount) => amount >= minFen) }
  const chosen = picked ?? offer.amounts[0] ?? 'own'
  const amountFen = chosen === 'own' ? fenOf(typed) : chosen
  const fits = amountFen !== undefined && amountFen >= offer.minFen && amountFen <= offer.maxFen
  const bonusFen = fits ? rechargeBonus(offer.rules, amountFen) : 0
  const possible = methods?.filter((one) => !fits || takes(one, amountFen))
  const method = possible?.find((one) => one.gateway === gateway) ?? possible?.[0]
  const payableFen = (fits ? amountFen : 0) + (method?.feeFen ?? 0)
  const problem = recharge.error ? problemOf(recharge.error) : undefined

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!fits || !method || recharge.isPending) return
    recharge.mutate({ amountFen, bonusFen, payWith: method.gateway })
  }
  const total = (
    <div className={payBar.total}>
      <span>{t('wallet.payable')}</span>
      <Money fen={payableFen} className={payBar.totalMoney ?? ''} />
    </div>
  )
  return (
    <form noValidate onSubmit={submit}>
      <Columns
        main={
          <>
            <AmountChoice
              offer={offer}
              chosen={chosen}
              typed={typed}
              fault={chosen === 'own' && !fits && (tried || typed !== '')}
              onChoose={setPicked}
              onType={setTyped}
            />
            <MethodChoice
              methods={methods}
              amountFen={fits ? amountFen : Number.POSITIVE_INFINITY}
              chosen={method?.gateway}
              onChoose={setGateway}
            />
          </>
        }
        side={
          <Card title={t('wallet.summary')} className={payBar.summary}>
            <Sums
              amountFen={fits ? amountFen : 0}
              bonusFen={bonusFen}
              method={method}
              balanceFen={me?.balanceFen ?? 0}
            />
            {total}
            <div className={payBar.bar}>
              {problem && <Notice>{problem.status === 0 ? t('errors.offlineText') : problem.message}</Notice>}
              <div className={payBar.barRow}>
                <div className={payBar.barTotal}>{total}</div>
                <Button
                  type="submit"
                  look="primary"
                  size="large"
                  block
                  busy={recharge.isPending}
                  disabled={method === undefined}
                >
                  {bonusFen > 0
                    ? t('wallet.submitWithBonus', { bonus: moneyText(bonusFen) })
                    : fits
                      ? t('wallet.submit', { amount: moneyText(amountFen) })
                      : t('wallet.recharge')}
                </Button>
              </div>
            </div>
            {offer.rules.length > 0 && (
              <ul className={css.rules}>
                {rulesInWords(offer.rules, t).map((words) => (
                  <li key={words}>{words}</li>
                ))}
              </ul>
            )}
          </Card>
        }
      />
    </form>
  )
}

function Sums({
  amountFen,
  bonusFen,
  method,
  balanceFen,
}: {
  readonly amountFen: number
  readonly bonusFen: number
  readonly method: PaymentMethod | undefined
  readonly balanceFen: number
}) {
  const { t } = useI18n()
  const rows: readonly (readonly [string, number] | false)[] = [
    [t('wallet.amount'), amountFen],
    bonusFen > 0 && [t('wallet.bonus'), bonusFen],
    method !== undefined && method.feeFen > 0 && [t('checkout.fee'), method.feeFen],
    [t('wallet.balanceThen'), balanceFen + amountFen + bonusFen],
  ]
  return (
    <dl className={css.sums}>
      {rows
        .filter((row) => row !== false)
        .map(([name, fen]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{moneyText(fen)}</dd>
          </div>
        ))}
    </dl>
  )
}

const Bones = () => (
  <Loading>
    <Columns
      main={
        <>
          <Bone height={240} radius={14} />
          <Bone height={180} radius={14} />
        </>
      }
      side={<Bone height={220} radius={14} />}
    />
  </Loading>
)
