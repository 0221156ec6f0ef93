import { EllipsisOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useRoleName } from '../../shared/i18n/roles.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { InitialPassword, type OncePassword } from '../../shared/parts/InitialPassword.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { useMay, useMe } from '../../shared/session.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { StaffDialog } from './StaffDialog.tsx'
import { StaffSessions } from './StaffSessions.tsx'
import { staffText } from './text.ts'

export type Staff = Row<'identity.listStaff'>
type Open =
  | { readonly kind: 'edit' | 'sessions'; readonly staff: Staff }
  | { readonly kind: 'new' }
  | { readonly kind: 'password'; readonly once: OncePassword }

/** Who works here, with which roles, and where they are signed in. */
export function StaffListPage() {
  const t = useText(staffText)
  const roleName = useRoleName()
  const me = useMe()
  // The set-up guide comes here with ?new=1.
  const [url, changeUrl] = useUrlState()
  const [open, setOpen] = useState<Open | undefined>(url.new === '1' ? { kind: 'new' } : undefined)
  const close = () => {
    setOpen(undefined)
    if (url.new) changeUrl({ new: undefined })
  }
  const roles = useRead('identity.listRoles', {}, { staleMs: 60_000 }).data?.items ?? []
  return (
    <>
      <ListPage
        id="staff"
        title={t('title')}
        route="identity.listStaff"
        rowKey={(staff) => staff.id}
        exportRoute="identity.exportStaff"
        actions={
          <>
            <Link to="/roles">
              <Button tabIndex={-1}>{t('manageRoles')}</Button>
            </Link>
            <ActionButton
              type="primary"
              icon={<PlusOutlined />}
              permission="staff.manage"
              without="explain"
              onClick={() => setOpen({ kind: 'new' })}
            >
              {t('add')}
            </ActionButton>
          </>
        }
        filters={[
          { kind: 'search', placeholder: t('search') },
          { kind: 'states', name: 'status', label: t('status'), of: 'account', single: true },
          {
            kind: 'select',
            name: 'roleId',
            label: t('role'),
            options: roles.map((role) => ({ value: String(role.id), label: roleName(role) })),
          },
        ]}
        columns={[
          {
            key: 'name',
            title: t('name'),
            sort: true,
            width: 160,
            phone: 'title',
            render: (staff) => (
              <>
                {staff.name} {staff.id === me.id && <Tag color="blue">{t('you')}</Tag>}
              </>
            ),
          },
          { key: 'email', title: t('email'), sort: true, width: 240, render: (staff) => staff.email },
          {
            key: 'roles',
            title: t('roles'),
            width: 200,
            render: (staff) => staff.roles.map((role) => <Tag key={role.id}>{roleName(role)}</Tag>),
          },
          {
            key: 'twoFactor',
            title: t('twoFactor'),
            width: 110,
            render: (staff) => (
              <Typography.Text type={staff.twoFactor ? 'success' : 'warning'}>
                {t(staff.twoFactor ? 'on' : 'off')}
              </Typography.Text>
            ),
          },
          {
            key: 'status',
            title: t('status'),
            width: 140,
            phone: 'extra',
            render: (staff) => (
              <>
                <StateTag kind="account" state={staff.status} />{' '}
                {staff.mustChangePassword && <Tag color="warning">{t('mustChange')}</Tag>}
              </>
            ),
          },
          {
            key: 'lastSeenAt',
            title: t('lastSeen'),
            sort: true,
            width: 130,
            render: (staff) =>
              staff.lastSeenAt ? (
                <Time value={staff.lastSeenAt} relative />
              ) : (
                <Typography.Text type="secondary">{t('never')}</Typography.Text>
              ),
          },
          {
            key: 'createdAt',
            title: t('createdAt'),
            sort: true,
            width: 170,
            hidden: true,
            render: (staff) => <Time value={staff.createdAt} />,
          },
        ]}
        rowActions={(staff) => <RowActions staff={staff} onOpen={setOpen} />}
        rowActionsWidth={110}
        empty={{ title: t('emptyTitle') }}
      />
      <StaffDialog
        staff={open?.kind === 'edit' ? open.staff : undefined}
        open={open?.kind === 'edit' || open?.kind === 'new'}
        roles={roles}
        onClose={close}
        onCreated={(once) => setOpen({ kind: 'password', once })}
      />
      <StaffSessions staff={open?.kind === 'sessions' ? open.staff : undefined} onClose={close} />
      <InitialPassword once={open?.kind === 'password' ? open.once : undefined} onClose={close} />
    </>
  )
}

function RowActions({ staff, onOpen }: { readonly staff: Staff; readonly onOpen: (open: Open) => void }) {
  const t = useText(staffText)
  const common = useText(commonText)
  const may = useMay()
  const me = useMe()
  const confirm = useConfirmDanger()
  const options = { refresh: ['identity.'], done: common('done') }
  const disable = useAction('identity.disableStaff', options)
  const enable = useAction('identity.enableStaff', options)
  const resetTwoFactor = useAction('identity.resetTwoFactor', options)
  const resetPassword = useAction('identity.resetPassword', { refresh: ['identity.'] })
  if (!may('staff.manage')) return null

  const params = { id: staff.id }
  const object = `${staff.name} · ${staff.email}`
  const self = staff.id === me.id
  const deeds: Readonly<Record<string, () => void>> = {
    sessions: () => onOpen({ kind: 'sessions', staff }),
    enable: () => void enable.go({ params }),
    disable: () =>
      confirm({
        title: t('disableTitle'),
        object,
        consequence: t('disableText'),
        askReason: true,
        onConfirm: (reason) => disable.run({ params, body: { reason } }),
      }),
    twoFactor: () =>
      confirm({
        title: t('resetTwoFactor'),
        object,
        consequence: t('resetTwoFactorText'),
        askReason: true,
        onConfirm: (reason) => resetTwoFactor.run({ params, body: { reason } }),
      }),
    password: () =>
      confirm({
        title: t('resetPassword'),
        object,
        consequence: t('resetPasswordText'),
        askReason: true,
        onConfirm: async (reason) => {
          const { initialPassword } = await resetPassword.run({ params, body: { reason } })
          onOpen({ kind: 'password', once: { name: staff.name, email: staff.email, initialPassword } })
        },
      }),
  }
  const own = self ? { disabled: true, title: t('notSelf') } : {}
  return (
    <>
      <Button type="link" onClick={() => onOpen({ kind: 'edit', staff })}>
        {common('edit')}
      </Button>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'sessions', label: t('sessions') },
            { key: 'password', label: t('resetPassword'), ...own },
            { key: 'twoFactor', label: t('resetTwoFactor'), ...own, ...(staff.twoFactor ? {} : { disabled: true }) },
            { type: 'divider' },
            staff.status === 'active'
              ? { key: 'disable', label: t('disable'), danger: true, ...own }
              : { key: 'enable', label: t('enable') },
          ],
          onClick: ({ key }) => deeds[key]?.(),
        }}
      >
        <Button type="link" icon={<EllipsisOutlined />} aria-label={common('more')} />
      </Dropdown>
    </>
  )
}
