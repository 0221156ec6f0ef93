import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing } from '../../shared/parts/values.tsx'
import { cardText } from './text.ts'

/** Which delivery of its code this is; leads to all of them. */
export function CardUse({ card }: { readonly card: Pick<Row<'vault.listCards'>, 'use'> }) {
  const t = useText(cardText)
  if (!card.use) return <Nothing />
  const { codeId, no, of } = card.use
  return (
    <Link
      to={`/cards?codeId=${codeId}`}
      title={`${of === null ? t('useOfMany', { no }) : t('useOf', { no, of })} · ${t('allUses')}`}
      className="num"
    >
      {no}/{of ?? '∞'}
    </Link>
  )
}
