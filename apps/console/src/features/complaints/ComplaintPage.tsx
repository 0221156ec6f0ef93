import type { PurchaseState } from '@quanshu/contract'
import { Alert, Image, Space, Timeline, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { newKey, useAction, useRead } from '../../shared/api/hooks.ts'
import { fileUrl, type Output } from '../../shared/api/index.ts'
import { type Say, useList, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { stateText } from '../../shared/states.ts'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { complaintText } from './text.ts'

type Complaint = Output<'fulfilment.getComplaint'>
type Action = Complaint['actions'][number]
type T = Say<keyof typeof complaintText.keys>
const REFRESH_MS = 10_000
const REFRESH_AFTER = ['fulfilment.', 'orders.', 'vault.', 'stock.', 'payments.']

/** One complaint: what the buyer says, what is known about the code, what the house proposes, and the decision. */
export function ComplaintPage() {
  const t = useText(complaintText)
  const state = useText(stateText)
  const complaintId = Number(useParams().complaintId)
  const read = useRead('fulfilment.getComplaint', { params: { complaintId } }, { refreshMs: REFRESH_MS })
  return (
    <DetailPage
      read={read}
      back="/complaints"
      title={(complaint) =>
        complaint
          ? [complaint.goodsTitle, complaint.skuTitle].filter(Boolean).join(' / ')
          : t('titleOf', { id: complaintId })
      }
      tags={(complaint) => <StateTag kind="complaint" state={complaint.state} />}
      actions={(complaint) => <Deeds complaint={complaint} />}
    >
      {(complaint) => (
        <>
          <Proposal complaint={complaint} />
          <Said complaint={complaint} />
          <CodeFacts complaint={complaint} />
          <Section title={t('logTitle')}>
            <Timeline
              items={complaint.log.map((entry, at) => ({
                key: `${entry.at}-${at}`,
                color: entry.about === 'complaint' ? 'blue' : entry.about === 'reveal' ? 'orange' : 'gray',
                content: (
                  <>
                    {sentenceOf(entry, t, state)}{' '}
                    <Typography.Text type="secondary">
                      {entry.by && entry.by !== 'system' && entry.by !== 'buyer' ? `${entry.by} · ` : ''}
                      <Time value={entry.at} />
                    </Typography.Text>
                  </>
                ),
              }))}
            />
          </Section>
        </>
      )}
    </DetailPage>
  )
}

/** One entry of the history as a sentence; `state` names what became of a purchase. */
function sentenceOf(
  { about, kind, note, detail }: Complaint['log'][number],
  t: T,
  state: Say<keyof typeof stateText.keys>,
): string {
  if (about === 'reveal') return t('revealed')
  if (about === 'purchase')
    return t('purchase', { no: String(detail.no ?? ''), state: state(`purchase.${kind as PurchaseState}`) })
  const key = `${about === 'card' ? 'card' : 'log'}.${kind}`
  if (!(key in complaintText.keys)) return kind
  const word = typeof detail.word === 'string' ? t(`word.${detail.word as NonNullable<Complaint['word']>}`) : ''
  return t(key as keyof typeof complaintText.keys, { note, word })
}

function Proposal({ complaint }: { readonly complaint: Complaint }) {
  const t = useText(complaintText)
  const list = useList()
  const { proposal, why } = complaint
  if (!proposal) return null
  return (
    <Alert
      type="info"
      showIcon
      style={{ marginBottom: 16 }}
      title={t('proposalTitle', { action: t(`action.${proposal.action}`) })}
      description={
        <>
          <div>{t(`because.${proposal.because}`)}</div>
          {why.length > 0 && (
            <div>
              {t('whyTitle')}: {list(why.map((one) => t(`why.${one}`)))}
            </div>
          )}
        </>
      }
    />
  )
}

function Said({ complaint }: { readonly complaint: Complaint }) {
  const t = useText(complaintText)
  return (
    <Section title={t('facts')}>
      <Facts
        items={[
          [
            t('order'),
            <Copyable key="order" text={String(complaint.orderNo)}>
              <Link to={`/orders/${complaint.orderNo}`}>{complaint.orderNo}</Link>
            </Copyable>,
          ],
          [t('reason'), <StateTag key="reason" kind="complaintReason" state={complaint.reason} />],
          complaint.note !== '' && [t('note'), complaint.note],
          complaint.contest !== null && [t('contest'), complaint.contest],
          complaint.answer !== '' && [t('answer'), complaint.answer],
          [t('amount'), <Money key="amount" fen={complaint.amountFen} strong />],
          [t('contact'), complaint.contactMasked],
          [t('others'), complaint.othersOfBuyer],
          [t('reportedAt'), <Time key="reported" value={complaint.reportedAt} />],
          complaint.pictures.length > 0 && [
            t('pictures'),
            <Image.PreviewGroup key="pictures">
              <Space wrap>
                {complaint.pictures.map(({ id }, index) => (
                  <Image
                    key={id}
                    width={96}
                    src={fileUrl(`/api/console/complaints/${complaint.id}/pictures/${id}`)}
                    alt={t('pictureOf', { index: index + 1 })}
                  />
                ))}
              </Space>
            </Image.PreviewGroup>,
          ],
        ]}
      />
    </Section>
  )
}

function CodeFacts({ complaint }: { readonly complaint: Complaint }) {
  const t = useText(complaintText)
  const may = useMay()
  const { batch, recovery, word } = complaint
  const batchWords = t('batchOf', {
    id: complaint.batchId,
    delivered: batch.delivered,
    complaints: batch.complaints,
    putRight: batch.putRight,
  })
  return (
    <Section title={t('code')}>
      <Facts
        items={[
          [
            t('code'),
            may('stock.read') ? (
              <Link key="card" to={`/cards?card=${complaint.cardId}`} className="num">
                {complaint.masked}
              </Link>
            ) : (
              <span key="card" className="num">
                {complaint.masked}
              </span>
            ),
          ],
          [t('cardState'), <StateTag key="state" kind="card" state={complaint.cardState} />],
          [t('deliveredAt'), <Time key="delivered" value={complaint.deliveredAt} />],
          complaint.supplier !== '' && [t('supplier'), complaint.supplier],
          [t('word'), word === null ? t('wordNone') : t(`word.${word}`)],
          [
            t('batch'),
            may('stock.read') ? (
              <Link key="batch" to={`/batches/${complaint.batchId}`}>
                {batchWords}
              </Link>
            ) : (
              batchWords
            ),
          ],
          batch.costFen !== null && [t('cost'), <Money key="cost" fen={batch.costFen} />],
          recovery !== null && [
            t('recovery'),
            <Space key="recovery">
              <Link to="/recoveries">R{recovery.id}</Link>
              <StateTag kind="recovery" state={recovery.state} />
              <Money fen={recovery.claimedFen} />
            </Space>,
          ],
        ]}
      />
    </Section>
  )
}

const BEST_LAST: readonly Action[] = ['check', 'reject', 'refund', 'buy', 'replace']

function Deeds({ complaint }: { readonly complaint: Complaint }) {
  const t = useText(complaintText)
  const confirm = useConfirmDanger()
  const decide = useAction('fulfilment.decideComplaint', {
    refresh: REFRESH_AFTER,
    done: t('done'),
    showProblem: false,
  })
  const ask = (action: Action): void => {
    const key = newKey()
    confirm({
      title: t(`action.${action}`),
      object: `${complaint.orderNo} · ${complaint.goodsTitle} · ${t('piece', { piece: complaint.piece })}`,
      ...(action === 'refund' ? { amountFen: complaint.amountFen } : {}),
      consequence: t(`text.${action}`),
      askReason: true,
      ...(action === 'reject' ? { reasonHint: t('rejectReasonHint') } : {}),
      danger: action === 'refund' || action === 'reject',
      onConfirm: (reason) => decide.run({ params: { complaintId: complaint.id }, body: { action, reason } }, key),
    })
  }
  return (
    <Space wrap>
      {BEST_LAST.filter((action) => complaint.actions.includes(action)).map((action) => (
        <ActionButton
          key={action}
          danger={action === 'reject'}
          {...(complaint.proposal?.action === action ? { type: 'primary' as const } : {})}
          onClick={() => ask(action)}
        >
          {t(`action.${action}`)}
        </ActionButton>
      ))}
    </Space>
  )
}
