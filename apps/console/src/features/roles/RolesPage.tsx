import { CheckOutlined, EllipsisOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Skeleton, Tag, Typography } from 'antd'
import { Fragment, useState } from 'react'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { permissionText } from '../../shared/i18n/permissions.ts'
import { useRoleName } from '../../shared/i18n/roles.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMay } from '../../shared/session.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { PERMISSION_GROUPS } from './groups.ts'
import { type RoleDraft, RoleDrawer } from './RoleDrawer.tsx'
import { rolesText } from './text.ts'

export type Role = Output<'identity.listRoles'>['items'][number]

/** Who may do what: permissions down, roles across. */
export function RolesPage() {
  const t = useText(rolesText)
  const { data, error, refetch } = useRead('identity.listRoles', {})
  const [draft, setDraft] = useState<RoleDraft>()
  return (
    <PageFrame
      title={t('title')}
      hint={t('hint')}
      back="/staff"
      actions={
        <ActionButton
          type="primary"
          icon={<PlusOutlined />}
          permission="staff.manage"
          without="explain"
          onClick={() => setDraft({ name: '', permissions: [] })}
        >
          {t('add')}
        </ActionButton>
      }
    >
      <Card size="small" styles={{ body: { padding: 0, overflowX: 'auto' } }}>
        {data ? (
          <Matrix roles={data.items} onDraft={setDraft} />
        ) : error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton active style={{ padding: 16 }} />
        )}
      </Card>
      <RoleDrawer draft={draft} onClose={() => setDraft(undefined)} />
    </PageFrame>
  )
}

function Matrix({ roles, onDraft }: { readonly roles: readonly Role[]; readonly onDraft: (draft: RoleDraft) => void }) {
  const t = useText(rolesText)
  const name = useText(permissionText)
  return (
    <table className="matrix">
      <thead>
        <tr>
          <th scope="col">{t('permission')}</th>
          {roles.map((role) => (
            <th key={role.id} scope="col">
              <RoleHead role={role} onDraft={onDraft} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {PERMISSION_GROUPS.map(({ area, permissions }) => (
          <Fragment key={area}>
            <tr className="matrix-group">
              <th scope="rowgroup" colSpan={roles.length + 1}>
                {t(area)}
              </th>
            </tr>
            {permissions.map((permission) => (
              <tr key={permission}>
                <th scope="row">{name(permission)}</th>
                {roles.map((role) => (
                  <td key={role.id}>
                    {role.permissions.includes(permission) ? (
                      <CheckOutlined className="matrix-yes" />
                    ) : (
                      <span className="matrix-no">–</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

function RoleHead({ role, onDraft }: { readonly role: Role; readonly onDraft: (draft: RoleDraft) => void }) {
  const t = useText(rolesText)
  const common = useText(commonText)
  const name = useRoleName()
  const may = useMay()
  const confirm = useConfirmDanger()
  const remove = useAction('identity.deleteRole', { refresh: ['identity.'], done: common('done') })
  const askRemove = () =>
    confirm({ title: t('deleteRole'), object: name(role), onConfirm: () => remove.run({ params: { id: role.id } }) })
  const items = [
    ...(role.builtIn === null ? [{ key: 'edit', label: common('edit') }] : []),
    { key: 'copy', label: t('copy') },
    ...(role.builtIn === null
      ? [
          {
            key: 'remove',
            label: role.staffCount > 0 ? t('inUse', { count: role.staffCount }) : common('remove'),
            danger: true,
            disabled: role.staffCount > 0,
          },
        ]
      : []),
  ]
  return (
    <div className="matrix-role">
      <span>
        <Typography.Text strong>{name(role)}</Typography.Text> {role.builtIn && <Tag>{t('builtIn')}</Tag>}
        {may('staff.manage') && (
          <Dropdown
            trigger={['click']}
            menu={{
              items,
              onClick: ({ key }) => {
                if (key === 'edit') onDraft(role)
                else if (key === 'copy')
                  onDraft({ name: t('copyName', { name: name(role) }), permissions: role.permissions })
                else askRemove()
              },
            }}
          >
            <Button type="text" size="small" icon={<EllipsisOutlined />} aria-label={common('more')} />
          </Dropdown>
        )}
      </span>
      <Link to={`/staff?roleId=${role.id}`} className="figure-foot">
        {t('staffCount', { count: role.staffCount })}
      </Link>
    </div>
  )
}
