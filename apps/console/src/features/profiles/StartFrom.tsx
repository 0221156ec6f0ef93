import { CopyOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Drawer, Skeleton, Typography } from 'antd'
import { useNavigate } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { copyOf } from './copy.ts'
import { FileButton } from './FileButton.tsx'
import { profileText } from './text.ts'

/** The profiles that come with the system, one of them to be copied; or a file. */
export function StartFrom({ onClose }: { readonly onClose: () => void }) {
  const t = useText(profileText)
  const both = useBoth()
  const navigate = useNavigate()
  const { data, error, refetch } = useRead('suppliers.shippedProfiles', {}, { staleMs: 300_000 })
  const start = (source: string) => void navigate('/supplier-profiles/new', { state: { source } })
  return (
    <Drawer open size="min(640px, 100vw)" title={t('startFrom')} onClose={onClose}>
      <Typography.Paragraph type="secondary">{t('startText')}</Typography.Paragraph>
      <FileButton icon={<UploadOutlined />} onText={start}>
        {t('importFile')}
      </FileButton>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton active />}
      <div className="profile-shipped">
        {data?.items.map((profile) => (
          <section key={profile.key} className="profile-card">
            <div className="profile-card-head">
              <strong>{both(profile.nameZh, profile.nameEn)}</strong>
              <Button
                size="small"
                icon={<CopyOutlined />}
                aria-label={`${t('copyThis')} ${both(profile.nameZh, profile.nameEn)}`}
                onClick={() =>
                  start(copyOf(profile.source, (name) => both(t('copyOf', { name }), t('copyOf', { name }))))
                }
              >
                {t('copyThis')}
              </Button>
            </div>
            <Typography.Paragraph type="secondary" style={{ margin: 0, fontSize: 13 }}>
              {both(profile.noteZh, profile.noteEn)}
            </Typography.Paragraph>
          </section>
        ))}
      </div>
    </Drawer>
  )
}
