import { Alert, Button, Form, Switch, Tag } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useAction, useRead } from '../../../shared/api/hooks.ts'
import { download, type Row } from '../../../shared/api/index.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { ActionButton } from '../../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../../shared/parts/danger.tsx'
import { useNotice } from '../../../shared/parts/notice.tsx'
import { ListPage } from '../../../shared/templates/ListPage.tsx'
import { PaperDrawer, type Renewed } from './PaperDrawer.tsx'
import { paperColumns } from './parts.tsx'
import { paperText } from './text.ts'

type Paper = Row<'suppliers.listPapers'>
const REFRESH = ['suppliers.'] as const

/** Contracts and licences of one supplier, with what follows when one ends. */
export function SupplierPapersPage() {
  const t = useText(paperText)
  const supplierId = Number(useParams().id)
  const supplier = useRead('suppliers.read', { params: { supplierId } }, { staleMs: 60_000 })
  const [adding, setAdding] = useState<{ readonly renews?: Renewed }>()
  return (
    <>
      <ListPage
        id="supplierPapers"
        title={t('title', { supplier: supplier.data?.name ?? '' })}
        hint={t('hint')}
        back={`/suppliers/${supplierId}`}
        route="suppliers.listPapers"
        params={{ supplierId }}
        rowKey={(paper) => paper.id}
        actions={
          <ActionButton type="primary" permission="suppliers.manage" onClick={() => setAdding({})}>
            {t('add')}
          </ActionButton>
        }
        filters={[{ kind: 'states', name: 'state', label: t('state'), of: 'paper' }]}
        summary={({ isStopped, stopsOn }) =>
          isStopped ? (
            <Alert
              type="error"
              showIcon
              title={t('stoppedTitle')}
              description={t('stoppedText')}
              style={{ marginBottom: 16 }}
            />
          ) : (
            stopsOn && (
              <Alert type="info" showIcon title={t('stopsOn', { day: stopsOn })} style={{ marginBottom: 16 }} />
            )
          )
        }
        columns={paperColumns(t).toSpliced(
          4,
          0,
          {
            key: 'stops',
            title: t('stopsShort'),
            width: 110,
            render: (paper) =>
              (paper as Paper).stopsBuying ? <Tag color="warning">{t('stopsShort')}</Tag> : t('stopsOff'),
          },
          { key: 'by', title: t('by'), width: 110, render: (paper) => (paper as Paper).keptBy },
        )}
        rowActions={(paper) => <Actions paper={paper} onRenew={() => setAdding({ renews: paper })} />}
        rowActionsWidth={300}
        empty={{ title: t('empty'), text: t('hint') }}
      />
      {adding && <PaperDrawer supplierId={supplierId} renews={adding.renews} onClose={() => setAdding(undefined)} />}
    </>
  )
}

function Actions({ paper, onRenew }: { readonly paper: Paper; readonly onRenew: () => void }) {
  const t = useText(paperText)
  const confirm = useConfirmDanger()
  const notice = useNotice()
  const decide = useAction('suppliers.decidePaper', { refresh: REFRESH, showProblem: false })
  const rule = useAction('suppliers.setPaperRule', { refresh: REFRESH, done: t('ruleSaved'), showProblem: false })
  const end = useAction('suppliers.endPaper', { refresh: REFRESH, done: t('ended'), showProblem: false })
  const params = { paperId: paper.id }
  const object = `${paper.title} · ${t('version', { version: paper.version })}`
  const judge = (accept: boolean) =>
    confirm({
      title: t(accept ? 'accept' : 'decline'),
      object,
      consequence: t(accept ? 'acceptText' : 'declineText'),
      askReason: true,
      danger: !accept,
      initialValues: { stopsBuying: paper.stoppedBefore },
      ...(accept &&
        (paper.validTo !== null || paper.stoppedBefore) && {
          extra: (
            <Form.Item
              name="stopsBuying"
              label={t('stops')}
              extra={t(paper.stoppedBefore ? 'stopsKept' : 'stopsHint')}
              valuePropName="checked"
            >
              <Switch />
            </Form.Item>
          ),
        }),
      onConfirm: (reason, { stopsBuying }) =>
        decide.run({ params, body: { accept, stopsBuying: accept && stopsBuying === true, reason } }),
    })
  const turn = () =>
    confirm({
      title: t(paper.stopsBuying ? 'ruleOff' : 'ruleOn'),
      object,
      consequence: t(paper.stopsBuying ? 'ruleOffText' : 'ruleText'),
      askReason: true,
      danger: false,
      onConfirm: (reason) => rule.run({ params, body: { stopsBuying: !paper.stopsBuying, reason } }),
    })
  const close = () =>
    confirm({
      title: t('end'),
      object,
      consequence: t('endText'),
      askReason: true,
      onConfirm: (reason) => end.run({ params, body: { reason } }),
    })
  return (
    <>
      <Button type="link" onClick={() => void download('suppliers.exportPaper', { params }).catch(notice)}>
        {t('download')}
      </Button>
      {paper.state === 'offered' && (
        <>
          <ActionButton type="link" permission="suppliers.manage" onClick={() => judge(true)}>
            {t('accept')}
          </ActionButton>
          <ActionButton type="link" permission="suppliers.manage" danger onClick={() => judge(false)}>
            {t('decline')}
          </ActionButton>
        </>
      )}
      {paper.state === 'current' && (
        <>
          <ActionButton type="link" permission="suppliers.manage" onClick={onRenew}>
            {t('renew')}
          </ActionButton>
          {paper.validTo !== null && (
            <ActionButton type="link" permission="suppliers.manage" onClick={turn}>
              {t(paper.stopsBuying ? 'ruleOff' : 'ruleOn')}
            </ActionButton>
          )}
          <ActionButton type="link" permission="suppliers.manage" danger onClick={close}>
            {t('end')}
          </ActionButton>
        </>
      )}
    </>
  )
}
