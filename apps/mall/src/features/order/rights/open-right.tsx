import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { problemOf } from '../../../shared/api/client.ts'
import { orderQuery } from '../../../shared/api/queries.ts'
import type { Order, Right } from '../../../shared/api/types.ts'
import { useI18n } from '../../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../../shared/ui/button.tsx'
import { Dialog } from '../../../shared/ui/dialog.tsx'
import { Bone, ErrorState, Loading, Notice } from '../../../shared/ui/states.tsx'
import { CodeCard } from '../code-card.tsx'
import { CodeLock } from '../code-lock.tsx'
import { LinkCard } from '../line-links.tsx'
import css from './rights.module.css'

/** The code of a right, asked of its order: whoever may not open it there may not here, and finds the same way in. */
export function OpenRight({ right, onClose }: { readonly right: Right; readonly onClose: () => void }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const order = useQuery(orderQuery(right.orderNo))
  const close = () => {
    // What was done to it here shows in the list.
    void client.invalidateQueries({ queryKey: ['rights'] })
    onClose()
  }
  return (
    <Dialog
      title={right.goodsTitle}
      onClose={close}
      actions={
        <>
          <ButtonLink to={`/orders/${right.orderNo}`}>{t('rights.seeOrder')}</ButtonLink>
          <Button look="primary" onClick={close}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      <div className={css.opened}>
        {order.data ? (
          <Opened order={order.data} right={right} />
        ) : order.isPending ? (
          <Loading>
            <Bone height={120} radius={12} />
          </Loading>
        ) : (
          <ErrorState problem={problemOf(order.error)} onRetry={() => void order.refetch()} />
        )}
      </div>
    </Dialog>
  )
}

function Opened({ order, right }: { readonly order: Order; readonly right: Right }): ReactNode {
  const { t } = useI18n()
  const line = order.lines.find(({ lineNo }) => lineNo === right.lineNo)
  if (line?.lock) return <CodeLock order={order} lock={line.lock} />
  const code = line?.codes?.find(({ grantId }) => grantId === right.id)
  // Taken back meanwhile, or beyond what an order's page carries: its file has them all.
  if (!line || !code) return <Notice tone="info">{t('rights.atTheOrder')}</Notice>
  if (right.kind === 'link') return <LinkCard code={code} title={`${line.goodsTitle} ${line.skuTitle}`} />
  return (
    <>
      <CodeCard order={order} code={code} index={code.piece} />
      {line.guide && <p className={css.guide}>{t('rights.guideAtOrder')}</p>}
    </>
  )
}
