import { Alert, Tabs } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { CodeList } from './CodeList.tsx'
import { PrintCodes } from './PrintCodes.tsx'
import { redeemText } from './text.ts'
import { UseList } from './UseList.tsx'
import { useRedeemActions } from './useRedeemActions.tsx'

type Batch = Output<'redeem.getBatch'>

const RUNNING_MS = 1_500
const RESTING_MS = 10_000

/** One series: how far it is used, its codes, and the orders they became. */
export function RedeemPage() {
  const t = useText(redeemText)
  const params = { redeemBatchId: Number(useParams().redeemBatchId) }
  const first = useRead('redeem.getBatch', { params })
  const refreshMs = first.data?.state === 'making' ? RUNNING_MS : RESTING_MS
  const read = useRead('redeem.getBatch', { params }, { refreshMs })
  const [values, change] = useUrlState()
  const tab = values.tab ?? 'codes'
  return (
    <DetailPage
      read={read}
      back={read.data?.linkSkuId ? '/redeem/links' : '/redeem'}
      title={(batch) => batch?.name ?? t('batch', { id: params.redeemBatchId })}
      tags={(batch) => <StateTag kind="redeemBatch" state={batch.state} />}
      actions={(batch) => <Actions batch={batch} />}
    >
      {(batch) => (
        <>
          {batch.state === 'making' && <Alert type="info" showIcon title={t('making')} />}
          <Section title={t('counts')}>
            <Facts items={countsOf(batch).map(([key, count]) => [t(key), formatCount(count)])} />
          </Section>
          <Section title={t('facts')}>
            <BatchFacts batch={batch} />
          </Section>
          <Tabs
            activeKey={tab}
            onChange={(key) =>
              change({
                tab: key === 'codes' ? undefined : key,
                page: undefined,
                standing: undefined,
                codeId: undefined,
              })
            }
            items={[
              { key: 'codes', label: t('tabCodes') },
              { key: 'uses', label: t('tabUses') },
            ]}
          />
          {tab === 'uses' ? (
            <UseList batchId={batch.id} />
          ) : (
            <CodeList batchId={batch.id} isMaking={batch.state === 'making'} />
          )}
        </>
      )}
    </DetailPage>
  )
}

const countsOf = ({ counts, linkSkuId }: Batch) =>
  [
    ...(linkSkuId === null
      ? ([
          ['made', counts.made],
          ['handedOut', counts.handedOut],
        ] as const)
      : ([['sold', counts.made]] as const)),
    ['uses', counts.uses],
    ['touched', counts.touched],
    ['usedUp', counts.usedUp],
    ['expired', counts.expired],
    ['void', counts.void],
  ] as const

function BatchFacts({ batch }: { readonly batch: Batch }) {
  const t = useText(redeemText)
  const may = useMay()
  const title = `${batch.goodsTitle} / ${batch.skuTitle} × ${batch.quantity}`
  return (
    <Facts
      items={[
        [
          t('goods'),
          may('stock.read') ? (
            <Link key="goods" to={`/stock?q=${encodeURIComponent(batch.goodsTitle)}`}>
              {title}
            </Link>
          ) : (
            title
          ),
        ],
        batch.linkSkuId === null && [t('codes'), formatCount(batch.codes)],
        [t('usesPerCode'), formatCount(batch.usesPerCode)],
        [t('perPerson'), batch.perPerson === null ? t('noLimit') : formatCount(batch.perPerson)],
        batch.validFrom !== null && [t('validFrom'), <Time key="from" value={batch.validFrom} />],
        (batch.validTo !== null || batch.validDays === null) && [
          t('validTo'),
          batch.validTo ? <Time key="to" value={batch.validTo} /> : t('never'),
        ],
        batch.validDays !== null && [t('validDays'), t('days', { count: batch.validDays })],
        [t('givesBack'), t(batch.givesBack ? 'yes' : 'no')],
        batch.kind === 'bundle' && [t('partPoints'), batch.partPoints?.toString() ?? t('partByDesk')],
        [t('whenShort'), t(batch.whenShort === 'wait' ? 'shortWait' : 'shortRefuse')],
        batch.linkSkuId === null && [
          t('exportedFact'),
          batch.exported ? (
            <span key="exported">
              <Time value={batch.exported.at} /> ·{' '}
              {t('exportedBy', {
                by: batch.exported.by,
                count: formatCount(batch.exported.codes),
                reason: batch.exported.reason,
              })}
            </span>
          ) : (
            t('neverExported')
          ),
        ],
        [t('createdBy'), batch.createdBy],
        [t('createdAt'), <Time key="at" value={batch.createdAt} />],
        batch.note !== '' && [t('note'), batch.note],
      ]}
    />
  )
}

function Actions({ batch }: { readonly batch: Batch }) {
  const t = useText(redeemText)
  const actions = useRedeemActions(batch)
  const [printing, setPrinting] = useState(false)
  const can = (action: Batch['actions'][number]) => batch.actions.includes(action)
  return (
    <>
      {can('export') && (
        <ActionButton type="primary" permission="redeem.export" onClick={actions.exportCodes}>
          {t('export')}
        </ActionButton>
      )}
      {batch.exported && (
        <ActionButton permission="redeem.export" onClick={() => setPrinting(true)}>
          {t('print')}
        </ActionButton>
      )}
      {can('resume') && (
        <ActionButton type="primary" permission="redeem.manage" onClick={actions.resume}>
          {t('resume')}
        </ActionButton>
      )}
      {can('suspend') && (
        <ActionButton danger permission="redeem.manage" onClick={actions.suspend}>
          {t('suspend')}
        </ActionButton>
      )}
      {can('void') && (
        <ActionButton danger permission="redeem.manage" onClick={actions.voidIt}>
          {t('voidIt')}
        </ActionButton>
      )}
      {printing && <PrintCodes title={`${batch.goodsTitle} ${batch.skuTitle}`} onClose={() => setPrinting(false)} />}
    </>
  )
}
