import { useQuery } from '@tanstack/react-query'
import { useI18n } from '../../shared/i18n/index.ts'
import { MethodIcon } from '../../shared/ui/method-icon.tsx'
import { Bone } from '../../shared/ui/states.tsx'
import css from './pay.module.css'
import { device } from './use-pay.ts'

const SIDE_PX = 232

/** A code for the phone's payment app. Drawn here: no other server hears of the order. */
export function ScanToPay({
  gateway,
  name,
  content,
}: {
  readonly gateway: string
  readonly name: string
  readonly content: string
}) {
  const { t } = useI18n()
  const { data: picture } = useQuery({
    queryKey: ['qr', content],
    queryFn: async () => {
      const { toString: draw } = await import('qrcode')
      return await draw(content, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div className={css.scan}>
      <p className={css.chosen}>
        <MethodIcon gateway={gateway} /> {t('pay.scanWith', { name })}
      </p>
      <div className={css.code}>
        {picture ? (
          <img
            src={`data:image/svg+xml;utf8,${encodeURIComponent(picture)}`}
            alt={t('pay.scanCode')}
            width={SIDE_PX}
            height={SIDE_PX}
          />
        ) : (
          <Bone width={SIDE_PX} height={SIDE_PX} radius={8} />
        )}
      </div>
      <p className={css.hint}>{t(device() === 'phone' ? 'pay.scanHintPhone' : 'pay.scanHint')}</p>
    </div>
  )
}
