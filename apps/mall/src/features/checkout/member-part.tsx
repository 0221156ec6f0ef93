import { Link, useLocation } from 'react-router'
import type { Me, PaymentMethod, Quote } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { MethodIcon } from '../../shared/ui/method-icon.tsx'
import { leastOf } from '../../shared/ui/method-note.tsx'
import ways from '../../shared/ui/methods.module.css'
import { moneyText } from '../../shared/ui/money.tsx'
import { Card } from '../../shared/ui/page.tsx'

/**
 * What a balance can bring beside another way to pay: all of it, when it is not enough for the whole, and never so much that
 * no way takes the rest.
 */
export function balancePart(me: Me | null, totalFen: number, methods: readonly PaymentMethod[]): number {
  if (me === null || me.balanceFen >= totalFen) return 0
  return Math.max(0, Math.min(me.balanceFen, totalFen - leastOf(methods)))
}

/** What the member brings: the points that are asked for, and the balance beside another way to pay. */
export function MemberPart({
  quote,
  me,
  part,
  usesBalance,
  onUseBalance,
}: {
  readonly quote: Quote
  readonly me: Me | null
  /** What the balance can bring. */
  readonly part: number
  readonly usesBalance: boolean
  readonly onUseBalance: (use: boolean) => void
}) {
  const { t } = useI18n()
  if (quote.totalPoints === 0 && part === 0) return null
  return (
    <Card title={t('checkout.memberPart')}>
      <div className={ways.methods}>
        {quote.totalPoints > 0 && (
          <div className={ways.method} data-static>
            <MethodIcon gateway="points" />
            <span className={ways.methodName}>{t('checkout.payPoints', { count: quote.totalPoints })}</span>
            <span className={ways.methodNote}>
              <PointsNote me={me} asked={quote.totalPoints} />
            </span>
          </div>
        )}
        {part > 0 && (
          <label className={ways.method}>
            <input type="checkbox" checked={usesBalance} onChange={(event) => onUseBalance(event.target.checked)} />
            <MethodIcon gateway="balance" />
            <span className={ways.methodName}>{t('checkout.useBalance')}</span>
            <span className={ways.methodNote}>
              {usesBalance
                ? t('checkout.balanceUsed', { amount: moneyText(part), rest: moneyText(quote.totalFen - part) })
                : t('checkout.balanceUsable', { amount: moneyText(part) })}
            </span>
          </label>
        )}
      </div>
    </Card>
  )
}

function PointsNote({ me, asked }: { readonly me: Me | null; readonly asked: number }) {
  const { t } = useI18n()
  const { pathname, search } = useLocation()
  if (me === null) {
    return (
      <Link to={`/sign-in?${new URLSearchParams({ next: pathname + search })}`}>{t('checkout.signInForBalance')}</Link>
    )
  }
  return me.points >= asked
    ? t('checkout.pointsThere', { count: me.points })
    : t('checkout.pointsShort', { count: me.points, missing: asked - me.points })
}
