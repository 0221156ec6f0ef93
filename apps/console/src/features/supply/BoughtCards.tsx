import type { BoughtCardOutcome } from '@quanshu/contract/supply'
import { Alert, Tag, Typography } from 'antd'
import { Link } from 'react-router'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useMay } from '../../shared/session.tsx'
import { purchaseText } from './purchaseText.ts'

type Purchase = Output<'suppliers.readPurchase'>

const COLOURS: Readonly<Record<BoughtCardOutcome, string>> = {
  taken: 'success',
  duplicate: 'error',
  format: 'error',
  expired: 'error',
}

/** The codes that came, masked, those that cannot be sold first: the proof for a claim on the supplier. */
export function BoughtCards({ purchase: { cards, bad } }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  const may = useMay()
  if (cards.length === 0) return null
  return (
    <section>
      <Typography.Title level={5}>{t('cards')}</Typography.Title>
      {bad > 0 && (
        <Alert
          type="error"
          showIcon
          title={t('badCards', { count: bad })}
          description={t('badCardsText')}
          style={{ marginBottom: 10 }}
        />
      )}
      <ul className="supply-bought">
        {cards.map(({ piece, outcome, masked, cardId, batchId }) => (
          <li key={piece}>
            <Typography.Text type="secondary" className="num">
              {piece}
            </Typography.Text>
            <code>{masked}</code>
            <Tag color={COLOURS[outcome]} variant="filled">
              {t(`card_${outcome}`)}
            </Tag>
            {cardId !== null && batchId !== null && may('stock.read') && (
              <Link to={`/batches/${batchId}`}>
                {t(outcome === 'taken' ? 'cardBatch' : 'cardKnown', { batch: batchId, card: cardId })}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
