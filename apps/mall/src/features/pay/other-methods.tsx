import { Link } from 'react-router'
import { useMe, useMethods, useRechargeOffer } from '../../shared/api/queries.ts'
import type { Order, PaymentMethod } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { MethodIcon } from '../../shared/ui/method-icon.tsx'
import { takes, useMethodNote } from '../../shared/ui/method-note.tsx'
import { moneyText } from '../../shared/ui/money.tsx'
import { Card } from '../../shared/ui/page.tsx'
import css from './pay.module.css'

export function OtherMethods({
  order,
  chosen,
  busy,
  onChoose,
}: {
  readonly order: Order
  readonly chosen: string | undefined
  readonly busy: boolean
  readonly onChoose: (gateway: string) => void
}) {
  const { t, own } = useI18n()
  const noteOf = useMethodNote()
  const dueFen = order.totalFen - order.balanceFen
  const { data: methods = [] } = useMethods(dueFen)
  const { data: me } = useMe()
  const { data: offer } = useRechargeOffer()
  const isPurseShort = me != null && me.balanceFen < dueFen
  const others = methods.filter(
    ({ gateway, needsMember }) => gateway !== chosen && (!needsMember || (me != null && !order.recharge)),
  )
  if (others.length === 0) return null
  return (
    <Card title={t('pay.otherMethod')}>
      <div className={css.methods}>
        {others.map((method) => (
          <button
            key={method.gateway}
            type="button"
            className={css.method}
            disabled={busy || short(method)}
            onClick={() => onChoose(method.gateway)}
          >
            <MethodIcon gateway={method.gateway} />
            <span className={css.methodName}>{own(method.name, method.nameEn)}</span>
            <span className={css.methodNote}>{note(method)}</span>
          </button>
        ))}
      </div>
      {offer?.enabled && !order.recharge && others.some(({ gateway }) => gateway === 'balance') && isPurseShort && (
        <p className={css.hint}>
          <Link to="/recharge">{t('wallet.recharge')}</Link>
        </p>
      )}
    </Card>
  )

  function short(method: PaymentMethod): boolean {
    return !takes(method, dueFen) || (method.gateway === 'balance' && isPurseShort)
  }
  function note(method: PaymentMethod): string {
    if (method.gateway !== 'balance') return noteOf(method, dueFen)
    if (!me) return ''
    const amount = moneyText(me.balanceFen)
    return short(method)
      ? t('checkout.balanceShort', { amount, missing: moneyText(dueFen - me.balanceFen) })
      : t('checkout.balance', { amount })
  }
}
