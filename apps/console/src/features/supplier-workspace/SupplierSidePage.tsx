import { Form, Input, Modal, Typography } from 'antd'
import { useEffect, useState } from 'react'
import { useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output, Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { InitialPassword, type OncePassword } from '../../shared/parts/InitialPassword.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Hao, OneLine, Time } from '../../shared/parts/values.tsx'
import { DetailPage, Section } from '../../shared/templates/DetailPage.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { ByHandOnly } from './ByHandOnly.tsx'
import { workspaceText } from './text.ts'
import { TaskTime } from './time.tsx'
import './workspace.css'

type Person = Output<'workspace.listPeople'>['items'][number]
type Task = Row<'workspace.listSupplierTasks'>
type T = Say<keyof typeof workspaceText.keys>

/** The shop's side of a supplier's workspace: who may enter it, and how its orders stand. */
export function SupplierSidePage() {
  const t = useText(workspaceText)
  const supplierId = Number(useParams().id)
  const supplier = useRead('suppliers.read', { params: { supplierId } })
  return (
    <DetailPage
      read={supplier}
      back={`/suppliers/${supplierId}`}
      title={(read) => t('sideTitle', { supplier: read?.name ?? '' })}
      tags={(read) => <StateTag kind="supplier" state={read.state} />}
    >
      {(read) => (
        <ByHandOnly supplier={read}>
          <People supplierId={supplierId} />
          <div>
            <Typography.Title level={2} style={{ fontSize: 16 }}>
              {t('supplierTasks')}
            </Typography.Title>
            <Tasks supplierId={supplierId} />
          </div>
        </ByHandOnly>
      )}
    </DetailPage>
  )
}

function People({ supplierId }: { readonly supplierId: number }) {
  const t = useText(workspaceText)
  const read = useRead('workspace.listPeople', { params: { supplierId } })
  const [inviting, setInviting] = useState(false)
  const [once, setOnce] = useState<OncePassword>()
  const people = read.data?.items ?? []
  return (
    <Section
      title={t('peopleTitle')}
      extra={
        <ActionButton type="primary" permission="suppliers.manage" onClick={() => setInviting(true)}>
          {t('invite')}
        </ActionButton>
      }
    >
      <Typography.Paragraph type="secondary">{t('peopleHint')}</Typography.Paragraph>
      {read.data && people.length === 0 && <Typography.Text>{t('noPeople')}</Typography.Text>}
      {people.map((person) => (
        <PersonLine key={person.id} supplierId={supplierId} person={person} onPassword={setOnce} />
      ))}
      <Invite supplierId={supplierId} open={inviting} onClose={() => setInviting(false)} onInvited={setOnce} />
      <InitialPassword once={once} onClose={() => setOnce(undefined)} />
    </Section>
  )
}

function PersonLine({
  supplierId,
  person,
  onPassword,
}: {
  readonly supplierId: number
  readonly person: Person
  readonly onPassword: (once: OncePassword) => void
}) {
  const t = useText(workspaceText)
  const confirm = useConfirmDanger()
  const refresh = ['workspace.listPeople'] as const
  const set = useAction('workspace.setPerson', { refresh, done: t('personSaved'), showProblem: false })
  const reset = useAction('workspace.resetPerson', { refresh, showProblem: false })
  const params = { supplierId, personId: person.id }
  const object = `${person.name} · ${person.email}`
  const turn = (status: Person['status']) =>
    confirm({
      title: t(status === 'disabled' ? 'disable' : 'enable'),
      object,
      consequence: t(status === 'disabled' ? 'disableText' : 'enableText'),
      askReason: true,
      danger: status === 'disabled',
      onConfirm: (reason) => set.run({ params, body: { status, reason } }),
    })
  const renew = () =>
    confirm({
      title: t('reset'),
      object,
      consequence: t('resetText'),
      askReason: true,
      onConfirm: async (reason) => {
        const { initialPassword } = await reset.run({ params, body: { reason } })
        onPassword({ name: person.name, email: person.email, initialPassword })
      },
    })
  return (
    <div className="line-item workspace-person">
      <span className="line-main">
        {person.name} <Typography.Text type="secondary">{person.email}</Typography.Text>
      </span>
      <StateTag kind="account" state={person.status} />
      <Typography.Text type="secondary">
        {person.lastSeenAt ? <Time value={person.lastSeenAt} relative /> : t('never')}
      </Typography.Text>
      <ActionButton type="link" size="small" permission="suppliers.manage" onClick={renew}>
        {t('reset')}
      </ActionButton>
      <ActionButton
        type="link"
        size="small"
        permission="suppliers.manage"
        danger={person.status === 'active'}
        onClick={() => turn(person.status === 'active' ? 'disabled' : 'active')}
      >
        {t(person.status === 'active' ? 'disable' : 'enable')}
      </ActionButton>
    </div>
  )
}

type Invited = { readonly name: string; readonly email: string }

function Invite({
  supplierId,
  open,
  onClose,
  onInvited,
}: {
  readonly supplierId: number
  readonly open: boolean
  readonly onClose: () => void
  readonly onInvited: (once: OncePassword) => void
}) {
  const t = useText(workspaceText)
  const [form] = Form.useForm<Invited>()
  const { submit, saving } = useSubmit(form)
  const invite = useAction('workspace.invitePerson', { refresh: ['workspace.listPeople'], showProblem: false })
  useEffect(() => {
    if (open) form.resetFields()
  }, [open, form])
  const save = async ({ name, email }: Invited) => {
    const body = { name, email: email.trim() }
    const { initialPassword } = await invite.run({ params: { supplierId }, body })
    onClose()
    onInvited({ ...body, initialPassword })
  }
  return (
    <Modal
      open={open}
      title={t('invite')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      confirmLoading={saving}
      okText={t('invite')}
      width={440}
      forceRender
    >
      <Form form={form} layout="vertical" autoComplete="off" onFinish={() => void submit(save)}>
        <Form.Item
          name="name"
          label={t('person')}
          rules={[{ required: true, whitespace: true, message: t('required') }]}
        >
          <Input maxLength={40} />
        </Form.Item>
        <Form.Item name="email" label={t('email')} rules={[{ required: true, type: 'email', message: t('badEmail') }]}>
          <Input maxLength={254} inputMode="email" />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}

function Tasks({ supplierId }: { readonly supplierId: number }) {
  const t = useText(workspaceText)
  const confirm = useConfirmDanger()
  const withdraw = useAction('workspace.withdrawTask', {
    refresh: ['workspace.', 'suppliers.'],
    done: t('withdrawn'),
    showProblem: false,
  })
  const takeBack = (task: Task) =>
    confirm({
      title: t('withdraw'),
      object: `${task.product} × ${formatCount(task.quantity)} · ${task.no}`,
      consequence: t('withdrawText'),
      askReason: true,
      onConfirm: (reason) => withdraw.run({ params: { workTaskId: task.id }, body: { reason } }),
    })
  return (
    <ListPage
      id="supplierTasks"
      title={t('supplierTasks')}
      embedded
      route="workspace.listSupplierTasks"
      params={{ supplierId }}
      rowKey={(task) => task.id}
      refreshMs={10_000}
      filters={[{ kind: 'states', name: 'state', label: t('state'), of: 'supplyTask' }]}
      columns={columnsOf(t)}
      rowActions={(task) =>
        task.state === 'waiting' ? (
          <ActionButton type="link" permission="suppliers.manage" onClick={() => takeBack(task)}>
            {t('withdraw')}
          </ActionButton>
        ) : null
      }
      rowActionsWidth={80}
      empty={{ title: t('noSupplierTasks') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Task>[] {
  return [
    {
      key: 'product',
      title: t('product'),
      width: 200,
      phone: 'title',
      render: (task) => <OneLine width={190}>{`${task.product} × ${formatCount(task.quantity)}`}</OneLine>,
    },
    {
      key: 'state',
      title: t('state'),
      width: 120,
      phone: 'extra',
      render: (task) => <StateTag kind="supplyTask" state={task.state} />,
    },
    { key: 'time', title: t('timeLeft'), width: 150, render: (task) => <TaskTime task={task} /> },
    { key: 'holder', title: t('holder'), width: 100, render: (task) => task.staffName },
    { key: 'no', title: t('no'), width: 220, render: (task) => <Copyable text={task.no} /> },
    {
      key: 'amount',
      title: t('amount'),
      width: 110,
      align: 'right',
      render: (task) => <Hao hao={task.costHao * (task.state === 'done' ? task.arrived : task.quantity)} />,
    },
    { key: 'note', title: t('note'), width: 160, render: (task) => task.note },
  ]
}
