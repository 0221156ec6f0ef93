import type { Recall } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Spinner } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { AlertIcon, CheckIcon } from '../../shared/ui/icons.tsx'
import css from './complaint.module.css'

/** What a code that the shop called back means to its buyer: above the code, or alone when it was taken back. */
export function RecallStatus({ recall: { state, piece } }: { readonly recall: Recall }) {
  const { t } = useI18n()
  const isUnderWay = state === 'replacing' || state === 'refunding'
  return (
    <div
      className={classes(css.status, (state === 'recalled' || isUnderWay) && css.bad, state === 'cleared' && css.good)}
      role="status"
    >
      <span className={css.sign}>
        {state === 'recalled' ? <AlertIcon /> : isUnderWay ? <Spinner /> : <CheckIcon />}
      </span>
      <div>
        <b>{t(`order.recall.states.${state}`)}</b>
        <p>{t(`order.recall.texts.${state}`, { piece })}</p>
      </div>
    </div>
  )
}
