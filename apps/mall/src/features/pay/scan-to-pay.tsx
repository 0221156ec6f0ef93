import { useQuery } from '@tanstack/react-query'
import { toString as drawCode } from 'qrcode'
import { useMethods } from '../../shared/api/queries.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { MethodIcon } from '../../shared/ui/method-icon.tsx'
import { Bone } from '../../shared/ui/states.tsx'
import css from './pay.module.css'

/** A code for the phone's payment app. Drawn here: no other server hears of the order. */
export function ScanToPay({
  gateway,
  content,
  onBack,
}: {
  readonly gateway: string
  readonly content: string
  readonly onBack: () => void
}) {
  const { t, own } = useI18n()
  const { data: methods = [] } = useMethods()
  const method = methods.find((candidate) => candidate.gateway === gateway)
  const name = method ? own(method.name, method.nameEn) : gateway
  const { data: picture } = useQuery({
    queryKey: ['qr', content],
    queryFn: () => drawCode(content, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div className={css.scan}>
      <p className={css.scanTitle}>
        <MethodIcon gateway={gateway} /> {t('pay.scanWith', { name })}
      </p>
      {picture ? (
        <img
          className={css.code}
          src={`data:image/svg+xml;utf8,${encodeURIComponent(picture)}`}
          alt={t('pay.scanCode')}
          width={220}
          height={220}
        />
      ) : (
        <Bone width={220} height={220} radius={12} />
      )}
      <p className={css.hint}>{t('pay.scanHint')}</p>
      <Button look="plain" onClick={onBack}>
        {t('pay.scanBack')}
      </Button>
    </div>
  )
}
