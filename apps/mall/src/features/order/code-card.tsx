import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, problemOf } from '../../shared/api/client.ts'
import { rememberOrder } from '../../shared/api/queries.ts'
import type { Code, Order } from '../../shared/api/types.ts'
import { isCalledBack } from '../../shared/called-back.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { CopyButton } from '../../shared/ui/copy.tsx'
import { toast } from '../../shared/ui/toast.tsx'
import { ComplainButton, ComplaintStatus } from './complaint.tsx'
import css from './order.module.css'
import { RecallStatus } from './recall.tsx'

/** Longer texts are links or tokens, which are pasted and not read. */
const LEGIBLE_LENGTH_MAX = 32

/** One code, large enough to be typed from the screen. */
export function CodeCard({
  order,
  code,
  index,
}: {
  readonly order: Order
  readonly code: Code
  readonly index: number
}) {
  const { t } = useI18n()
  const labels = useLabels(code.parts.length)
  const complaint = complaintOf(order, code)
  const recall = recallOf(order, code)
  const calledBack = isCodeCalledBack(order, code)
  return (
    <article className={classes(css.code, calledBack ? css.withheld : code.state !== 'active' && css.spent)}>
      {recall && <RecallStatus recall={recall} />}
      {code.parts.map((part, at) => (
        <div key={labels[at]} className={css.part}>
          <span className={css.partLabel}>{labels[at]}</span>
          <span className={classes(css.partText, part.length > LEGIBLE_LENGTH_MAX && css.long)} translate="no">
            {part}
          </span>
          {!calledBack && <CopyButton text={part} label={t('order.copyPart', { label: labels[at] ?? '' })} />}
        </div>
      ))}
      {calledBack && <p className={css.calledBack}>{t('order.recall.kept')}</p>}
      <CodeFoot order={order} code={code} index={index} calledBack={calledBack} />
      {complaint && <ComplaintStatus order={order} complaint={complaint} />}
    </article>
  )
}

function CodeFoot({
  order,
  code,
  index,
  calledBack,
}: {
  readonly order: Order
  readonly code: Code
  readonly index: number
  readonly calledBack: boolean
}) {
  const { t } = useI18n()
  const client = useQueryClient()
  const mark = useMutation({
    mutationFn: (used: boolean) =>
      call('orders.markGrant', { params: { no: order.no, grantId: code.grantId }, body: { used } }),
    onSuccess: (answer) => rememberOrder(client, answer),
    onError: (error) => toast(problemOf(error).message || t('errors.offlineTitle')),
  })
  if (code.state === 'revoked') {
    return (
      <div className={css.codeFoot}>
        <span className={css.revoked}>
          {t('order.revoked')} · {t('order.revokedHint')}
        </span>
      </div>
    )
  }
  const used = code.state === 'used'
  return (
    <div className={css.codeFoot}>
      <span>{used ? t('order.used') : `# ${index}`}</span>
      <Button look="quiet" size="small" busy={mark.isPending} onClick={() => mark.mutate(!used)}>
        {used ? t('order.unmarkUsed') : t('order.markUsed')}
      </Button>
      {!order.complaints.some((one) => one.grantId === code.grantId && one.state !== 'withdrawn') && (
        <ComplainButton order={order} code={code} />
      )}
      {(calledBack || code.parts.length > 1) && (
        <CopyButton look="quiet" text={code.parts.join('----')} label={t('order.copyOne', { index })}>
          {t(calledBack ? 'order.recall.copy' : 'order.copyWhole')}
        </CopyButton>
      )}
    </div>
  )
}

/** What is said of this code; of one that took a bad one's place, that it did. */
const complaintOf = ({ complaints }: Order, { grantId }: Code) =>
  complaints.find((one) => one.grantId === grantId && one.state !== 'withdrawn') ??
  complaints.find((one) => one.newGrantId === grantId)

/** Whether this code was called back, or stands in the place of one that was. */
const recallOf = ({ recalls }: Order, { grantId }: Code) =>
  recalls.find((one) => one.grantId === grantId) ?? recalls.find((one) => one.newGrantId === grantId)

/** Not to be used today. */
export const isCodeCalledBack = ({ recalls }: Order, { grantId }: Code): boolean =>
  recalls.some((one) => one.grantId === grantId && isCalledBack(one.state))

/** One part is a code, two are number and password; of more, nobody but the supplier knows the names. */
function useLabels(count: number): readonly string[] {
  const { t } = useI18n()
  if (count === 1) return [t('order.cardCode')]
  if (count === 2) return [t('order.cardNumber'), t('order.cardPassword')]
  return Array.from({ length: count }, (_, at) => t('order.cardPart', { index: at + 1 }))
}
