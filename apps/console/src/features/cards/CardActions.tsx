import { EllipsisOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output, Row } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { RevealButton } from '../../shared/parts/reveal.tsx'
import { useMay } from '../../shared/session.tsx'
import { CardHistory } from './CardHistory.tsx'
import { cardText } from './text.ts'

type Card = Row<'vault.listCards'>
const REFRESH = ['vault.', 'stock.']

/** What may be done with one code now. */
export function CardActions({
  card,
  onChanged,
}: {
  readonly card: Card
  readonly onChanged?: (card: Output<'vault.voidCard'>) => void
}) {
  const t = useText(cardText)
  const common = useText(commonText)
  const may = useMay()
  const confirm = useConfirmDanger()
  const [showing, setShowing] = useState(false)
  const changed = onChanged ? { onDone: onChanged } : {}
  const voiding = useAction('vault.voidCard', { refresh: REFRESH, done: t('voided'), ...changed })
  const marking = useAction('vault.markCardUsed', { refresh: REFRESH, done: t('markedUsed'), ...changed })
  const object = `#${card.id} ${card.masked} · ${card.goodsTitle} / ${card.skuTitle}`
  const params = { cardId: card.id }
  const ask = (key: string) => {
    const isVoid = key === 'void'
    confirm({
      title: t(isVoid ? 'void' : 'markUsed'),
      object,
      consequence: t(isVoid ? (card.use ? 'voidCodeText' : 'voidText') : 'markUsedText'),
      askReason: true,
      danger: isVoid,
      onConfirm: (reason) => (isVoid ? voiding : marking).run({ params, body: { reason } }),
    })
  }
  const items = may('cards.manage')
    ? [
        ...(card.actions.includes('mark_used') ? [{ key: 'mark_used', label: t('markUsed') }] : []),
        ...(card.actions.includes('void') ? [{ key: 'void', label: t('void'), danger: true }] : []),
      ]
    : []
  return (
    <>
      {card.actions.includes('reveal') && <RevealButton card={card} />}
      <Button type="link" onClick={() => setShowing(true)}>
        {t('history')}
      </Button>
      {items.length > 0 && (
        <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => ask(key) }}>
          <Button type="link" icon={<EllipsisOutlined />} aria-label={common('more')} />
        </Dropdown>
      )}
      {showing && <CardHistory cardId={card.id} onClose={() => setShowing(false)} />}
    </>
  )
}
