import { Link, useLocation } from 'react-router'
import { useRechargeOffer } from '../../shared/api/queries.ts'
import type { Me, PaymentMethod } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { takes, useMethodNote } from '../../shared/ui/method-note.tsx'
import { MethodRadios } from '../../shared/ui/method-radios.tsx'
import { moneyText } from '../../shared/ui/money.tsx'

type Usable = { readonly methods: readonly PaymentMethod[]; readonly me: Me | null; readonly totalFen: number }

const canUse = (method: PaymentMethod, { me, totalFen }: Usable): boolean =>
  takes(method, totalFen) &&
  (!method.needsMember || (me !== null && (method.gateway !== 'balance' || me.balanceFen >= totalFen)))

/** The chosen way if it can be used, else the first that can; undefined when there is none. */
export function firstUsable(usable: Usable, chosen: string): string | undefined {
  const possible = usable.methods.filter((method) => canUse(method, usable))
  return (possible.find(({ gateway }) => gateway === chosen) ?? possible[0])?.gateway
}

export function PaymentChoice({
  chosen,
  onChoose,
  ...usable
}: Usable & { readonly chosen: string | undefined; readonly onChoose: (gateway: string) => void }) {
  const noteOf = useMethodNote()
  return (
    <MethodRadios
      methods={usable.methods}
      chosen={chosen}
      canUse={(method) => canUse(method, usable)}
      noteOf={(method) =>
        method.needsMember ? <MemberNote method={method} {...usable} /> : noteOf(method, usable.totalFen)
      }
      onChoose={onChoose}
    />
  )
}

function MemberNote({ method, me, totalFen }: Usable & { readonly method: PaymentMethod }) {
  const { t } = useI18n()
  const { pathname, search } = useLocation()
  const { data: offer } = useRechargeOffer()
  if (me === null) {
    return (
      <Link to={`/sign-in?${new URLSearchParams({ next: pathname + search })}`}>{t('checkout.signInForBalance')}</Link>
    )
  }
  if (method.gateway !== 'balance') return null
  const amount = moneyText(me.balanceFen)
  if (me.balanceFen >= totalFen) return t('checkout.balance', { amount })
  return (
    <>
      {t('checkout.balanceShort', { amount, missing: moneyText(totalFen - me.balanceFen) })}{' '}
      {offer?.enabled && <Link to="/recharge">{t('wallet.recharge')}</Link>}
    </>
  )
}
