import { Alert, Button, Drawer } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../../shared/api/hooks.ts'
import type { Row } from '../../../shared/api/index.ts'
import { formatBytes, formatCount } from '../../../shared/format.ts'
import { type Say, useText } from '../../../shared/i18n/index.ts'
import { ActionButton } from '../../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../../shared/parts/danger.tsx'
import { StateTag } from '../../../shared/parts/StateTag.tsx'
import { Copyable, OneLine, Time } from '../../../shared/parts/values.tsx'
import { Facts } from '../../../shared/templates/DetailPage.tsx'
import { type ListColumn, ListPage } from '../../../shared/templates/ListPage.tsx'
import { FileReview } from '../FileReview.tsx'
import { Report } from '../Report.tsx'
import { inboxText } from './text.ts'

type Intake = Row<'workspace.listIntakes'>
type T = Say<keyof typeof inboxText.keys>

/** Lists that came by mail or folder, and deciding about one that waits. */
export function Intakes({ supplierId }: { readonly supplierId: number }) {
  const t = useText(inboxText)
  const confirm = useConfirmDanger()
  const [looked, setLooked] = useState<Intake>()
  const [decided, setDecided] = useState<Intake>()
  const discard = useAction('workspace.discardIntake', {
    refresh: ['workspace.'],
    done: t('discarded'),
    showProblem: false,
  })
  const putAside = ({ id, name }: Intake) =>
    confirm({
      title: t('discard'),
      object: name,
      consequence: t('discardText'),
      askReason: true,
      onConfirm: (reason) => discard.run({ params: { intakeId: id }, body: { reason } }),
    })
  return (
    <>
      <ListPage
        id="supplierIntakes"
        title={t('lists')}
        embedded
        route="workspace.listIntakes"
        params={{ supplierId }}
        rowKey={(intake) => intake.id}
        refreshMs={15_000}
        filters={[
          { kind: 'search', placeholder: t('search') },
          { kind: 'states', name: 'state', label: t('state'), of: 'intake' },
        ]}
        columns={columnsOf(t)}
        rowActions={(intake) =>
          intake.state === 'waiting' ? (
            <>
              <ActionButton type="link" permission="suppliers.manage" onClick={() => setDecided(intake)}>
                {t('decide')}
              </ActionButton>
              <ActionButton type="link" permission="suppliers.manage" danger onClick={() => putAside(intake)}>
                {t('discard')}
              </ActionButton>
            </>
          ) : (
            <Button type="link" onClick={() => setLooked(intake)}>
              {t('look')}
            </Button>
          )
        }
        rowActionsWidth={150}
        empty={{ title: t('noLists'), text: t('noListsText') }}
      />
      {looked && <Detail intake={looked} onClose={() => setLooked(undefined)} />}
      {decided && <Decide intakeId={decided.id} onClose={() => setDecided(undefined)} />}
    </>
  )
}

function Decide({ intakeId, onClose }: { readonly intakeId: number; readonly onClose: () => void }) {
  const { data } = useRead('workspace.readIntake', { params: { intakeId } })
  return data?.file ? <FileReview read={data.file} intakeId={intakeId} onClose={onClose} /> : null
}

function Detail({ intake, onClose }: { readonly intake: Intake; readonly onClose: () => void }) {
  const t = useText(inboxText)
  const { data } = useRead('workspace.readIntake', { params: { intakeId: intake.id } })
  const shown = data ?? intake
  const { bytes, hash, sender, signature, cameAt, decidedBy, problem, state } = shown
  return (
    <Drawer
      open
      size="min(640px, 100vw)"
      title={intake.name}
      extra={<StateTag kind="intake" state={state} />}
      onClose={onClose}
    >
      {problem && (
        <Alert
          type={state === 'refused' ? 'error' : 'warning'}
          showIcon
          title={problem.message}
          style={{ marginBottom: 16 }}
        />
      )}
      <Facts
        items={[
          [t('from'), sender === '' ? t('byFolder') : sender],
          ...(signature ? [[t('signature'), t(`signature_${signature}`)] as [string, string]] : []),
          ...(['spf', 'dmarc', 'arc'] as const).flatMap((check) => {
            const said = shown[check]
            return said ? [[t(check), t(`check_${said}`)] as [string, string]] : []
          }),
          [t('came'), <Time key="came" value={cameAt} />],
          [t('size'), formatBytes(bytes)],
          ...(hash ? [[t('hash'), <Copyable key="hash" text={hash} />] as [string, React.ReactNode]] : []),
          ...(decidedBy ? [[t('decidedBy'), decidedBy] as [string, string]] : []),
        ]}
      />
      {data?.file?.report && <Report report={data.file.report} />}
    </Drawer>
  )
}

function columnsOf(t: T): readonly ListColumn<Intake>[] {
  return [
    {
      key: 'name',
      title: t('file'),
      width: 200,
      phone: 'title',
      render: ({ name }) => <OneLine width={190}>{name}</OneLine>,
    },
    {
      key: 'state',
      title: t('state'),
      width: 100,
      phone: 'extra',
      render: ({ state }) => <StateTag kind="intake" state={state} />,
    },
    {
      key: 'from',
      title: t('from'),
      width: 200,
      render: ({ sender }) => <OneLine width={190}>{sender === '' ? t('byFolder') : sender}</OneLine>,
    },
    {
      key: 'outcome',
      title: t('outcome'),
      width: 300,
      render: ({ counts, problem }) =>
        problem
          ? problem.message
          : counts &&
            t('counts', {
              changed: formatCount(counts.changed),
              same: formatCount(counts.same),
              held: formatCount(counts.held),
              invalid: formatCount(counts.invalid),
            }),
    },
    { key: 'came', title: t('came'), width: 170, render: ({ cameAt }) => <Time value={cameAt} /> },
  ]
}
