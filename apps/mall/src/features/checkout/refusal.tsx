import { Link, useLocation } from 'react-router'
import { isUncertain, numberParam, type Problem, textParam } from '../../shared/api/problem.ts'
import { checkoutLink, numbersLink } from '../../shared/basket.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { ButtonLink } from '../../shared/ui/button.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import type { Line, QuoteLine } from './lines.ts'

/** Why there is no order yet, and the next step. Stands right above the button, and is read aloud. */
export function Refusal({
  problem,
  lines,
  faultCount,
  closedToGuests,
  blocked,
  pointsMissing,
}: {
  readonly problem: Problem | undefined
  readonly lines: readonly Line[]
  readonly faultCount: number
  readonly closedToGuests: boolean
  readonly blocked: QuoteLine | undefined
  /** Points that a member would need in addition. */
  readonly pointsMissing: number
}) {
  const { t, own } = useI18n()
  const { pathname, search } = useLocation()
  const signIn = `/sign-in?${new URLSearchParams({ next: pathname + search })}`

  if (
    closedToGuests ||
    problem?.code === 'orders.guests_not_allowed' ||
    problem?.code === 'orders.sign_in_for_balance' ||
    problem?.code === 'orders.sign_in_for_points' ||
    problem?.code === 'orders.bundle_needs_member' ||
    problem?.code === 'orders.sign_in_for_bound'
  ) {
    return (
      <Notice tone="warn">
        <p>{problem?.message ?? t('checkout.signInForBalance')}</p>
        <ButtonLink size="small" to={signIn}>
          {t('checkout.signInFirst')}
        </ButtonLink>
      </Notice>
    )
  }
  if (faultCount > 0) return <Notice>{t('checkout.fixFields', { count: faultCount })}</Notice>
  if (problem?.code === 'orders.number_taken' || (!problem && blocked?.reason === 'number_taken')) {
    return <NumberTaken line={lines.find(({ cardId }) => cardId !== undefined)} />
  }
  if (problem?.code === 'orders.sold_out') return <SoldOut problem={problem} lines={lines} />
  if (problem) return <Sentence problem={problem} />
  if (blocked) {
    const line = lines.find(({ sku }) => sku.id === blocked.skuId)
    return (
      <Notice>{t('checkout.notSellable', { title: line ? own(line.goods.title, line.goods.titleEn) : '' })}</Notice>
    )
  }
  if (pointsMissing > 0) return <Notice tone="warn">{t('checkout.pointsShortText', { missing: pointsMissing })}</Notice>
  return null
}

/** Somebody else was quicker: leads to the numbers that are left. */
function NumberTaken({ line }: { readonly line: Line | undefined }) {
  const { t } = useI18n()
  return (
    <Notice>
      <p>{t('numbers.taken')}</p>
      {line && (
        <ButtonLink size="small" to={numbersLink(line.goods.id, line.sku.id)}>
          {t('numbers.chooseAnother')}
        </ButtonLink>
      )}
    </Notice>
  )
}

function Sentence({ problem }: { readonly problem: Problem }) {
  const { t } = useI18n()
  return (
    <Notice>
      <p>{isUncertain(problem) ? t('checkout.networkKept') : problem.message}</p>
      {problem.fields.map((field) => (
        <p key={field.path}>
          {field.path}: {field.message}
        </p>
      ))}
      {problem.code === 'orders.too_many_unpaid' && (
        <Link to="/orders?state=pending">
          <u>{t('checkout.seeUnpaid')}</u>
        </Link>
      )}
    </Notice>
  )
}

/** Too few are left: takes what there is, or leads back to choose something else. */
function SoldOut({ problem, lines }: { readonly problem: Problem; readonly lines: readonly Line[] }) {
  const { t, own } = useI18n()
  const skuId = numberParam(problem, 'skuId')
  const line = lines.find(({ sku }) => sku.id === skuId) ?? lines[0]
  const available = numberParam(problem, 'available') ?? 0
  const title = line ? own(line.goods.title, line.goods.titleEn) : textParam(problem, 'title')
  return (
    <Notice>
      <p>{available > 0 ? t('checkout.soldOutLeft', { title, available }) : t('checkout.soldOutNone', { title })}</p>
      {line &&
        (available > 0 ? (
          <ButtonLink
            size="small"
            replace
            to={checkoutLink(lines.map((each) => itemOf(each, each === line ? available : each.quantity)))}
          >
            {t('checkout.takeLeft', { count: available })}
          </ButtonLink>
        ) : (
          <ButtonLink size="small" to={`/goods/${line.goods.id}`}>
            {t('checkout.backToGoods')}
          </ButtonLink>
        ))}
    </Notice>
  )
}

const itemOf = ({ goods, sku }: Line, quantity: number) => ({ goodsId: goods.id, skuId: sku.id, quantity })
