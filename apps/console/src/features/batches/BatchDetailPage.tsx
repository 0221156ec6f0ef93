import { Alert, Button } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount, formatDuration } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { PiecesBar, PiecesLegend } from '../../shared/parts/PiecesBar.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { EditBatch } from './EditBatch.tsx'
import { GenerationProgress } from './GenerationProgress.tsx'
import { RecallSummary } from './RecallSummary.tsx'
import { batchText } from './text.ts'
import { useBatchActions } from './useBatchActions.tsx'

type Batch = Output<'vault.getBatch'>

/** One delivery of codes: where it came from, where its pieces are, and what can be done with all of them at once. */
export function BatchDetailPage() {
  const t = useText(batchText)
  const batchId = Number(useParams().batchId)
  const first = useRead('vault.getBatch', { params: { batchId } })
  const read = useRead(
    'vault.getBatch',
    { params: { batchId } },
    { refreshMs: first.data?.state === 'importing' ? 1_500 : false },
  )
  return (
    <DetailPage
      read={read}
      back="/batches"
      title={() => t('batch', { id: batchId })}
      tags={(batch) => <StateTag kind={batch.origin === 'generated' ? 'generation' : 'batch'} state={batch.state} />}
      actions={(batch) => <Actions batch={batch} />}
    >
      {(batch) => (
        <>
          {batch.failure && batch.state === 'interrupted' && (
            <Alert type="error" showIcon title={t('failure')} description={batch.failure.message} />
          )}
          {(batch.state === 'recalling' || batch.state === 'recalled') && (
            <RecallSummary batchId={batch.id} isOver={batch.state === 'recalled'} />
          )}
          {batch.origin === 'generated' && (batch.state === 'importing' || batch.state === 'interrupted') && (
            <GenerationProgress batch={batch} />
          )}
          <Section title={t('pieces')} extra={<Link to={`/cards?batchId=${batch.id}`}>{t('seeCards')}</Link>}>
            <PiecesBar pieces={batch.counts} />
            <PiecesLegend pieces={batch.counts} />
          </Section>
          <Section title={t('facts')}>
            <BatchFacts batch={batch} />
          </Section>
        </>
      )}
    </DetailPage>
  )
}

function BatchFacts({ batch }: { readonly batch: Batch }) {
  const t = useText(batchText)
  const may = useMay()
  const title = `${batch.goodsTitle} / ${batch.skuTitle}`
  const report = batch.duplicates + batch.invalid > 0 && may('cards.import')
  return (
    <Facts
      items={[
        [
          t('goods'),
          may('goods.read') ? (
            <Link key="goods" to={`/goods/${batch.goodsId}`}>
              {title}
            </Link>
          ) : (
            title
          ),
        ],
        batch.origin === 'import' && [t('fileName'), batch.fileName],
        batch.pattern !== null && [
          t('pattern'),
          <code key="pattern" style={{ overflowWrap: 'anywhere' }}>
            {batch.pattern}
          </code>,
        ],
        [
          t('imported'),
          <span key="imported" className="num">
            {batch.codes < batch.imported
              ? t('codesAndUses', { codes: formatCount(batch.codes), uses: formatCount(batch.imported) })
              : formatCount(batch.imported)}
          </span>,
        ],
        batch.origin === 'generated' && [t('exportedFact'), <Exported key="exported" batch={batch} />],
        batch.origin === 'import' && [
          t('importResult'),
          <span key="result">
            {t('unknownLines', { duplicates: formatCount(batch.duplicates), invalid: formatCount(batch.invalid) })}
            {report && (
              <>
                {' '}
                <Link to={`/imports/new?batch=${batch.id}`}>{t('seeReport')}</Link>
              </>
            )}
          </span>,
        ],
        batch.origin !== 'generated' && [t('supplier'), batch.supplier],
        [t('purchaseRef'), batch.purchaseRef],
        [t('cost'), <Money key="cost" fen={batch.costFen} />],
        // The cost is that of a use; in a loop, more of them are made as they are sold.
        batch.codes === batch.imported && [t('totalCost'), <Money key="total" fen={batch.costFen * batch.imported} />],
        [t('validFrom'), batch.validFrom && <Time key="from" value={batch.validFrom} />],
        [t('validTo'), batch.validTo ? <Time key="to" value={batch.validTo} /> : t('never')],
        [t('createdBy'), batch.createdBy],
        [
          t('createdAt'),
          <span key="at">
            <Time value={batch.createdAt} />
            {batch.finishedAt &&
              ` · ${t('took', { time: formatDuration(Date.parse(batch.finishedAt) - Date.parse(batch.createdAt)) })}`}
          </span>,
        ],
        batch.channels !== null && [t('channels'), batch.channels.join(', ')],
        batch.note !== '' && [t('note'), batch.note],
      ]}
    />
  )
}

function Exported({ batch: { exported } }: { readonly batch: Batch }) {
  const t = useText(batchText)
  if (!exported) return t('neverExported')
  return (
    <>
      <Time value={exported.at} /> ·{' '}
      {t('exportedBy', { by: exported.by, count: formatCount(exported.codes), reason: exported.reason })}
      {exported.handOut && ` · ${t('exportedHandOut')}`}
    </>
  )
}

function Actions({ batch }: { readonly batch: Batch }) {
  const t = useText(batchText)
  const may = useMay()
  const actions = useBatchActions(batch)
  const [editing, setEditing] = useState(false)
  const can = (action: Batch['actions'][number]) => batch.actions.includes(action)
  const manages = may('cards.manage')
  return (
    <>
      {can('resume_upload') && may('cards.import') && (
        <Link to={`/imports/new?batch=${batch.id}`}>
          <Button type="primary">{t('resumeUpload')}</Button>
        </Link>
      )}
      {can('resume_generation') && may('cards.generate') && (
        <Button type="primary" onClick={actions.resumeGeneration}>
          {t('resumeGeneration')}
        </Button>
      )}
      {can('cancel') && may(batch.origin === 'generated' ? 'cards.generate' : 'cards.import') && (
        <Button danger onClick={actions.cancel}>
          {t(batch.origin === 'generated' ? 'cancelGeneration' : 'cancel')}
        </Button>
      )}
      {can('export_codes') && (
        <ActionButton permission="cards.export" onClick={actions.exportCodes}>
          {t('exportCodes')}
        </ActionButton>
      )}
      {can('edit') && manages && <Button onClick={() => setEditing(true)}>{t('edit')}</Button>}
      {can('resume') && manages && (
        <Button type="primary" onClick={actions.resume}>
          {t('resume')}
        </Button>
      )}
      {can('suspend') && manages && (
        <Button danger onClick={actions.suspend}>
          {t('suspend')}
        </Button>
      )}
      {can('recall') && (
        <ActionButton danger permission="cards.recall" onClick={actions.recall}>
          {t('recall')}
        </ActionButton>
      )}
      {can('undo') && manages && (
        <Button danger onClick={actions.undo}>
          {t('undo')}
        </Button>
      )}
      {editing && <EditBatch batch={batch} onClose={() => setEditing(false)} />}
    </>
  )
}
