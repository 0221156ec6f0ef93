import { PauseCircleFilled } from '@ant-design/icons'
import type { Permission } from '@quanshu/contract'
import { Alert, Typography } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../shared/api/hooks.ts'
import { formatTime } from '../shared/format.ts'
import { useText } from '../shared/i18n/index.ts'
import { useMay } from '../shared/session.tsx'
import { type AppTextKey, appText } from './text.ts'

const LOOK_EVERY_MS = 15_000

/** Where to look after a restore, in the order of the handbook. */
const PLACES: readonly { readonly to: string; readonly text: AppTextKey; readonly permission: Permission }[] = [
  { to: '/batches', text: 'batches', permission: 'stock.read' },
  { to: '/notices', text: 'notices', permission: 'finance.read' },
  { to: '/suppliers', text: 'suppliers', permission: 'suppliers.read' },
  { to: '/exceptions', text: 'exceptions', permission: 'orders.read' },
]

/** Says on every page that nothing is sold, since when and why. It concerns every shop here, so only the command line ends it. */
export function StandstillBanner() {
  const t = useText(appText)
  const may = useMay()
  const { data } = useRead('standstill.get', {}, { refreshMs: LOOK_EVERY_MS })
  const standing = data?.standstill
  if (!standing) return null
  const { kind, words, restoredTo, since } = standing
  const places = PLACES.filter(({ permission }) => may(permission))
  return (
    <Alert
      className="standstill"
      banner
      type="error"
      icon={<PauseCircleFilled />}
      showIcon
      title={t('standstill', { since: formatTime(since) })}
      description={
        <>
          {kind === 'by_hand' && <div className="standstill-words">{words}</div>}
          {kind === 'restored' && (
            <div>{restoredTo ? t('standstillTo', { moment: formatTime(restoredTo) }) : t('standstillRestored')}</div>
          )}
          <div>{t('standstillWhat')}</div>
          {kind === 'restored' && places.length > 0 && (
            <div className="standstill-places">
              {t('standstillLook')}
              {places.map(({ to, text }) => (
                <Link key={to} to={to}>
                  {t(text)}
                </Link>
              ))}
            </div>
          )}
          <div>
            {t('standstillEnd')} <Typography.Text code>npm run cli -- resume</Typography.Text>
          </div>
        </>
      }
    />
  )
}
