import { SafetyCertificateOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import { formatCount } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { Actor } from './Actor.tsx'
import { AuditDrawer } from './AuditDrawer.tsx'
import { useActionName, useActionOptions } from './actions.ts'
import { ObjectLink } from './ObjectLink.tsx'
import { auditText } from './text.ts'

/** Who did what to what, and whether the chain of it is whole. */
export function AuditListPage() {
  const t = useText(auditText)
  const common = useText(commonText)
  const actionName = useActionName()
  const actions = useActionOptions()
  const [open, setOpen] = useState<number>()
  return (
    <>
      <ListPage
        id="audit"
        title={t('title')}
        hint={t('hint')}
        route="audit.listAudit"
        rowKey={(line) => line.id}
        exportRoute="audit.exportAudit"
        actions={<VerifyButton />}
        filters={[
          { kind: 'range', label: t('range') },
          { kind: 'select', name: 'action', label: t('action'), options: actions },
          {
            kind: 'select',
            name: 'actorKind',
            label: t('actorKind'),
            options: (['staff', 'member', 'guest', 'system'] as const).map((value) => ({ value, label: t(value) })),
          },
          { kind: 'text', name: 'objectId', label: t('objectId') },
        ]}
        columns={[
          { key: 'at', title: t('at'), width: 165, phone: 'extra', render: (line) => <Time value={line.at} /> },
          { key: 'actor', title: t('actor'), width: 170, render: (line) => <Actor line={line} /> },
          { key: 'action', title: t('action'), width: 190, phone: 'title', render: (line) => actionName(line.action) },
          {
            key: 'object',
            title: t('object'),
            width: 220,
            render: (line) => <ObjectLink kind={line.objectKind} id={line.objectId} />,
          },
          {
            key: 'ip',
            title: t('ip'),
            width: 140,
            render: (line) => (line.ip === null ? <Nothing /> : <span className="num">{line.ip}</span>),
          },
          {
            key: 'requestId',
            title: t('requestId'),
            width: 240,
            hidden: true,
            render: (line) => <span className="num">{line.requestId}</span>,
          },
        ]}
        rowActions={(line) => (
          <Button type="link" onClick={() => setOpen(line.id)}>
            {common('detail')}
          </Button>
        )}
        rowActionsWidth={80}
        empty={{ title: t('emptyTitle') }}
      />
      <AuditDrawer id={open} onClose={() => setOpen(undefined)} />
    </>
  )
}

function VerifyButton() {
  const t = useText(auditText)
  const { modal } = App.useApp()
  const verify = useAction('audit.verifyAudit', {
    refresh: ['audit.listAudit'],
    onDone: ({ intact, checked, brokenAt }) => {
      if (intact) modal.success({ title: t('intact'), content: t('intactText', { count: formatCount(checked) }) })
      else modal.error({ title: t('broken'), content: t('brokenText', { id: brokenAt }) })
    },
  })
  return (
    <Button icon={<SafetyCertificateOutlined />} loading={verify.running} onClick={() => void verify.go({})}>
      {t('verify')}
    </Button>
  )
}
