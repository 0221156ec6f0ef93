import { Empty, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { profileText } from './text.ts'

type Profile = Output<'suppliers.readProfile'>

/** The suppliers that are spoken to by a profile, each in its version, and how they come to another one. */
export function UsersPanel({ profile }: { readonly profile: Profile }) {
  const t = useText(profileText)
  const confirm = useConfirmDanger()
  const adopt = useAction('suppliers.adoptProfile', { showProblem: false, refresh: ['suppliers.'], done: t('adopted') })
  const move = (user: Profile['users'][number], version: number) => {
    const title = version === profile.latest ? t('useNewest', { version }) : t('useOlder', { version })
    confirm({
      title,
      object: user.name,
      consequence: t('adoptText'),
      confirmText: title,
      danger: false,
      onConfirm: () => adopt.run({ params: { profileId: profile.id }, body: { supplierId: user.id, version } }),
    })
  }
  if (profile.users.length === 0) {
    return (
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noUsers')}>
        <Link to="/suppliers/new">{t('join')}</Link>
      </Empty>
    )
  }
  return profile.users.map((user) => (
    <div key={user.id} className="line-item">
      <span className="line-main">
        <Link to={`/suppliers/${user.id}`}>{user.name}</Link>
        <div>
          <Typography.Text type="secondary">{t('versionNo', { version: user.version })}</Typography.Text>
        </div>
      </span>
      {user.version < profile.latest ? (
        <ActionButton size="small" permission="suppliers.manage" onClick={() => move(user, profile.latest)}>
          {t('useNewest', { version: profile.latest })}
        </ActionButton>
      ) : (
        user.version > 1 && (
          <ActionButton
            type="link"
            size="small"
            permission="suppliers.manage"
            onClick={() => move(user, user.version - 1)}
          >
            {t('useOlder', { version: user.version - 1 })}
          </ActionButton>
        )
      )}
    </div>
  ))
}
