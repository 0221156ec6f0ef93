import { Button, Drawer, Skeleton, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import { call, type Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { JsonEditor } from './JsonEditor.tsx'
import { profileText } from './text.ts'

type Profile = Output<'suppliers.readProfile'>

/** Every version with who saved it and why; any may be compared with the one before and taken up again. */
export function VersionsPanel({
  profile,
  onTake,
}: {
  readonly profile: Profile
  /** Undefined: the person may not edit. */
  readonly onTake: ((version: number, source: string) => void) | undefined
}) {
  const t = useText(profileText)
  const notice = useNotice()
  const [compared, setCompared] = useState<number>()
  const take = (version: number) =>
    call('suppliers.readProfileVersion', { params: { profileId: profile.id, version } }).then(
      ({ source }) => onTake?.(version, source),
      notice,
    )
  return (
    <>
      {profile.versions.map(({ version, note, by, at, suppliers }) => (
        <div key={version} className="line-item">
          <span className="line-main">
            <strong>{t('versionNo', { version })}</strong>{' '}
            {version === profile.latest && <Tag color="blue">{t('newest')}</Tag>}
            {suppliers > 0 && <Tag>{t('inUse', { count: suppliers })}</Tag>}
            <div>{note}</div>
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              {by} <Time value={at} />
            </Typography.Text>
          </span>
          {version > 1 && (
            <Button type="link" size="small" onClick={() => setCompared(version)}>
              {t('compare')}
            </Button>
          )}
          {onTake && (
            <Button type="link" size="small" onClick={() => void take(version)}>
              {t('takeUp')}
            </Button>
          )}
        </div>
      ))}
      {compared !== undefined && (
        <Compared profileId={profile.id} version={compared} onClose={() => setCompared(undefined)} />
      )}
    </>
  )
}

function Compared({
  profileId,
  version,
  onClose,
}: {
  readonly profileId: number
  readonly version: number
  readonly onClose: () => void
}) {
  const t = useText(profileText)
  const now = useRead('suppliers.readProfileVersion', { params: { profileId, version } })
  const before = useRead('suppliers.readProfileVersion', { params: { profileId, version: version - 1 } })
  const title = t('comparing', { from: version - 1, to: version })
  const error = now.error ?? before.error
  return (
    <Drawer open size="min(860px, 100vw)" title={title} onClose={onClose}>
      {error && <ErrorState error={error} onRetry={() => void Promise.all([now.refetch(), before.refetch()])} />}
      {!error && !(now.data && before.data) && <Skeleton active />}
      {now.data && before.data && (
        <div className="profile-diff">
          <JsonEditor readOnly value={now.data.source} against={before.data.source} label={title} />
        </div>
      )}
    </Drawer>
  )
}
