import { DownloadOutlined } from '@ant-design/icons'
import { Alert, App, Button, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { download, type Output } from '../../shared/api/index.ts'
import { formatCount, formatMoney, formatSeconds } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { useNotice } from '../../shared/parts/notice.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { Draft } from './Draft.tsx'
import { GoodsTable } from './GoodsTable.tsx'
import { LineList } from './LineList.tsx'
import { ProgressBar, ProgressLegend } from './Progress.tsx'
import { bulkText } from './text.ts'
import { useBulkActions } from './useBulkActions.tsx'

type Bulk = Output<'bulk.get'>

const MOVING_MS = 1_500
const RESTING_MS = 15_000

/** One bulk order: what was read, how far it is, its money, its lines and the file of what came. */
export function BulkPage() {
  const t = useText(bulkText)
  const params = { bulkId: Number(useParams().bulkId) }
  const first = useRead('bulk.get', { params })
  const moves = isMoving(first.data)
  const read = useRead('bulk.get', { params }, { refreshMs: moves ? MOVING_MS : RESTING_MS })
  return (
    <DetailPage
      read={read}
      back="/bulk"
      title={(bulk) => bulk?.name ?? t('number', { id: params.bulkId })}
      tags={(bulk) => <StateTag kind="bulk" state={bulk.state} />}
      actions={(bulk) => <Actions bulk={bulk} />}
    >
      {(bulk) => (
        <>
          {bulk.state === 'draft' ? <Draft bulk={bulk} /> : <Moving bulk={bulk} />}
          {bulk.skus.length > 0 && <GoodsTable bulk={bulk} />}
          <Section title={t('facts')}>
            <BulkFacts bulk={bulk} />
          </Section>
          {bulk.lines > 0 && <LineList bulk={bulk} moves={moves} />}
        </>
      )}
    </DetailPage>
  )
}

const isMoving = (bulk: Bulk | undefined): boolean =>
  bulk !== undefined && bulk.finishedAt === null && (bulk.state === 'running' || bulk.counts.underWay > 0)

function Moving({ bulk }: { readonly bulk: Bulk }) {
  const t = useText(bulkText)
  const { counts, state, etaSeconds } = bulk
  return (
    <>
      {bulk.origin === 'api' && <Alert type="info" showIcon title={t('apiText')} />}
      {counts.attention > 0 && (
        <Alert type="warning" showIcon title={t('attentionText', { count: formatCount(counts.attention) })} />
      )}
      <Section title={t('moving')}>
        <ProgressBar counts={counts} />
        <ProgressLegend counts={counts} />
        {state === 'paused' && (
          <div className="bulk-note">
            <Typography.Text type="warning">{t('pausedText', { count: formatCount(counts.waiting) })}</Typography.Text>
          </div>
        )}
        {isMoving(bulk) && (
          <div className="bulk-note">
            <span className="num">
              {etaSeconds !== null
                ? t('eta', { time: formatSeconds(Math.max(1, etaSeconds)) })
                : counts.waiting === 0 && counts.underWay > 0 && t('supplying')}
            </span>
            <Typography.Text type="secondary">{t('mayLeave')}</Typography.Text>
          </div>
        )}
      </Section>
      {bulk.payer === 'member' && (
        <Section title={t('money')}>
          <Facts
            items={[
              [t('total'), <Money key="total" fen={bulk.money.totalFen} strong />],
              bulk.money.heldFen > 0 && [t('held'), <Money key="held" fen={bulk.money.heldFen} />],
              [t('paid'), <Money key="paid" fen={bulk.money.paidFen} />],
              [t('delivered'), <Money key="delivered" fen={bulk.money.deliveredFen} />],
              [t('refunded'), <Money key="refunded" fen={bulk.money.refundedFen} />],
              bulk.money.freedFen > 0 && [t('freed'), <Money key="freed" fen={bulk.money.freedFen} />],
              bulk.purseFreeFen !== null && [t('purseFree'), formatMoney(bulk.purseFreeFen)],
            ]}
          />
        </Section>
      )}
    </>
  )
}

function BulkFacts({ bulk }: { readonly bulk: Bulk }) {
  const t = useText(bulkText)
  const may = useMay()
  return (
    <Facts
      items={[
        [t('lines'), formatCount(bulk.lines)],
        [t('pieces'), formatCount(bulk.pieces)],
        [
          t('payer'),
          bulk.memberId === null ? (
            t('payerShop')
          ) : may('members.read') ? (
            <Link key="member" to={`/members/${bulk.memberId}`}>
              {bulk.memberName ?? `#${bulk.memberId}`}
            </Link>
          ) : (
            (bulk.memberName ?? `#${bulk.memberId}`)
          ),
        ],
        bulk.origin === 'api' && [t('origin'), t('originApi')],
        bulk.originKeyId !== null && [
          t('originKey'),
          may('wholesale.read') ? (
            <Link key="key" to={`/wholesale/${bulk.originKeyId}?tab=bulk`}>
              {bulk.createdBy}
            </Link>
          ) : (
            bulk.createdBy
          ),
        ],
        bulk.originNo !== '' && [t('originNo'), <Copyable key="no" text={bulk.originNo} />],
        bulk.origin === 'console' && bulk.lines > 0 && [t('fileName'), bulk.fileName || t('pastedName')],
        bulk.contactMasked !== '' && [t('contact'), bulk.contact ?? bulk.contactMasked],
        bulk.origin === 'console' && [t('createdBy'), bulk.createdBy],
        [t('createdAt'), <Time key="created" value={bulk.createdAt} />],
        bulk.origin === 'console' && bulk.confirmedAt !== null && [t('confirmedBy'), bulk.confirmedBy],
        bulk.origin === 'console' &&
          bulk.confirmedAt !== null && [t('confirmedAt'), <Time key="confirmed" value={bulk.confirmedAt} />],
        bulk.finishedAt !== null && [t('finishedAt'), <Time key="finished" value={bulk.finishedAt} />],
        bulk.note !== '' && [t('note'), bulk.note],
      ]}
    />
  )
}

function Actions({ bulk }: { readonly bulk: Bulk }) {
  const t = useText(bulkText)
  const actions = useBulkActions(bulk)
  const can = (action: Bulk['actions'][number]) => bulk.actions.includes(action)
  const short = bulk.purseFreeFen !== null && bulk.purseFreeFen < bulk.money.totalFen
  return (
    <>
      {can('download') && <Downloads bulk={bulk} onCodes={actions.downloadCodes} />}
      {can('retry') && (
        <ActionButton permission="bulk.manage" onClick={actions.retry}>
          {t('retry')}
        </ActionButton>
      )}
      {can('pause') && (
        <ActionButton permission="bulk.manage" onClick={actions.pause}>
          {t('pause')}
        </ActionButton>
      )}
      {can('cancel') && (
        <ActionButton danger permission="bulk.manage" onClick={actions.cancel}>
          {t(bulk.state === 'draft' ? 'cancelDraft' : 'cancel')}
        </ActionButton>
      )}
      {can('resume') && (
        <ActionButton type="primary" permission="bulk.manage" onClick={actions.resume}>
          {t('resume')}
        </ActionButton>
      )}
      {can('confirm') && (
        <ActionButton
          type="primary"
          permission={bulk.payer === 'shop' ? 'bulk.give' : 'bulk.manage'}
          without="explain"
          refusal={
            short
              ? t('purseShort', { missing: formatMoney(bulk.money.totalFen - (bulk.purseFreeFen ?? 0)) })
              : undefined
          }
          onClick={actions.confirm}
        >
          {t('confirm')}
        </ActionButton>
      )}
    </>
  )
}

/** The file of what came, at any time; with codes it is asked why. */
function Downloads({ bulk, onCodes }: { readonly bulk: Bulk; readonly onCodes: () => void }) {
  const t = useText(bulkText)
  const may = useMay()
  const { message } = App.useApp()
  const notice = useNotice()
  const fetchIt = async (query: { format: 'xlsx' | 'csv'; problemsOnly?: 'true' }) => {
    try {
      const name = await download('bulk.exportResult', { params: { bulkId: bulk.id }, query: query as never })
      void message.success(t('downloaded', { name }))
    } catch (error) {
      notice(error)
    }
  }
  const hasCodes = may('bulk.export') && bulk.skus.some(({ kind }) => kind === 'card' || kind === 'link')
  return (
    <Dropdown
      menu={{
        items: [
          ...(hasCodes ? [{ key: 'codes', label: t('downloadCodes'), onClick: onCodes }] : []),
          { key: 'xlsx', label: `${t('downloadPlain')} · xlsx`, onClick: () => void fetchIt({ format: 'xlsx' }) },
          { key: 'csv', label: `${t('downloadPlain')} · csv`, onClick: () => void fetchIt({ format: 'csv' }) },
          {
            key: 'problems',
            label: t('downloadProblems'),
            onClick: () => void fetchIt({ format: 'xlsx', problemsOnly: 'true' }),
          },
        ],
      }}
    >
      <Button icon={<DownloadOutlined />}>{t('download')}</Button>
    </Dropdown>
  )
}
