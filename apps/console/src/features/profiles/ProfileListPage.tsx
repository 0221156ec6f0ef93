import { PlusOutlined } from '@ant-design/icons'
import { Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Count, Time } from '../../shared/parts/values.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { StartFrom } from './StartFrom.tsx'
import { profileText } from './text.ts'
import './profiles.css'

/** The shop's own profiles; a new one is started from one that comes with the system, or from a file. */
export function ProfileListPage() {
  const t = useText(profileText)
  const both = useBoth()
  const [starting, setStarting] = useState(false)
  const add = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="suppliers.manage"
      onClick={() => setStarting(true)}
    >
      {t('add')}
    </ActionButton>
  )
  return (
    <>
      <ListPage
        id="supplier-profiles"
        title={t('title')}
        hint={t('hint')}
        route="suppliers.listProfiles"
        rowKey={(profile) => profile.id}
        href={(profile) => `/supplier-profiles/${profile.id}`}
        actions={add}
        filters={[{ kind: 'search', placeholder: t('search') }]}
        columns={[
          {
            key: 'name',
            title: t('name'),
            phone: 'title',
            render: (profile) => (
              <Link to={`/supplier-profiles/${profile.id}`}>{both(profile.nameZh, profile.nameEn)}</Link>
            ),
          },
          {
            key: 'key',
            title: t('key'),
            width: 200,
            render: (profile) => <Typography.Text code>{profile.key}</Typography.Text>,
          },
          {
            key: 'latest',
            title: t('latest'),
            width: 110,
            phone: 'extra',
            render: (profile) => t('versionNo', { version: profile.latest }),
          },
          {
            key: 'suppliers',
            title: t('suppliers'),
            width: 100,
            align: 'right',
            render: (profile) => <Count value={profile.suppliers} />,
          },
          {
            key: 'updatedAt',
            title: t('updatedAt'),
            width: 220,
            render: (profile) => (
              <>
                <Time value={profile.updatedAt} relative />{' '}
                <Typography.Text type="secondary">{profile.updatedBy}</Typography.Text>
              </>
            ),
          },
        ]}
        empty={{ title: t('emptyTitle'), text: t('emptyText'), action: add }}
      />
      {starting && <StartFrom onClose={() => setStarting(false)} />}
    </>
  )
}
