import { Alert, Progress } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Money, Time } from '../../shared/parts/values.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { recallText } from './text.ts'
import type { Recall } from './useRecallActions.tsx'

/** Why a batch was recalled, how far it is put right, and what its supplier owes. */
export function RecallHead({ batchId, recall }: { readonly batchId: number; readonly recall: Recall }) {
  const t = useText(recallText)
  const open = useAction('fulfilment.openRecallRecovery', { refresh: ['fulfilment.'], done: t('recoveryOpened') })
  const { claim, pieces } = recall
  const all = Object.values(pieces).reduce((sum, count) => sum + count, 0)
  const done = all - pieces.open - pieces.queued - pieces.failed - pieces.awaiting
  return (
    <div className="stack" style={{ marginBottom: 16 }}>
      {!recall.listed && recall.closedAt === null && (
        <Alert type="info" showIcon title={t('listingTitle')} description={t('listingText')} />
      )}
      <Section>
        <Facts
          items={[
            [
              t('progress'),
              <div key="progress" style={{ maxWidth: 360 }}>
                <Progress
                  aria-label={t('progress')}
                  percent={all === 0 ? 100 : Math.floor((done / all) * 100)}
                  status={pieces.failed > 0 ? 'exception' : done === all ? 'success' : 'active'}
                  size="small"
                />
                <span className="num">
                  {t('progressOf', {
                    done: formatCount(done),
                    all: formatCount(all),
                    orders: formatCount(recall.orders),
                  })}
                </span>
              </div>,
            ],
            [t('reason'), recall.reason],
            recall.evidence !== '' && [t('evidence'), recall.evidence],
            [
              t('begun'),
              <span key="begun">
                {t('by_at', { by: recall.begunBy })}
                <Time value={recall.begunAt} />
              </span>,
            ],
            recall.closedAt !== null && [
              t('closed'),
              <span key="closed">
                {t('by_at', { by: recall.closedBy ?? '' })}
                <Time value={recall.closedAt} /> · {recall.closeNote}
              </span>,
            ],
            [t('supplier'), claim.supplier || t('noSupplier')],
            [
              t('claim'),
              <span key="claim">
                <Money fen={claim.amountFen} strong />{' '}
                <span style={{ color: 'var(--muted)' }}>
                  {t('claimOf', {
                    stopped: formatCount(claim.stopped),
                    putRight: formatCount(claim.putRight),
                    cost: `¥${(claim.costFen / 100).toFixed(2)}`,
                  })}
                </span>{' '}
                {claim.supplier !== '' && claim.amountFen > 0 && (
                  <ActionButton
                    type="link"
                    size="small"
                    permission="suppliers.manage"
                    loading={open.running}
                    onClick={() => void open.go({ params: { batchId }, body: {} })}
                  >
                    {t('openRecovery')}
                  </ActionButton>
                )}
              </span>,
            ],
          ]}
        />
      </Section>
    </div>
  )
}
