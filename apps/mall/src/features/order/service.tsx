import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { orderQuery } from '../../shared/api/queries.ts'
import type { Order, OrderLine } from '../../shared/api/types.ts'
import { useDuration } from '../../shared/duration.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { assetUrl } from '../../shared/site.ts'
import { Button } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { ConfirmDialog } from '../../shared/ui/dialog.tsx'
import { AlertIcon, CheckIcon } from '../../shared/ui/icons.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Thumbnail } from '../../shared/ui/picture.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { Correction } from './correction.tsx'
import css from './service.module.css'
import track from './top-up.module.css'
import { Account } from './top-up.tsx'

export type ServiceState = NonNullable<OrderLine['service']>
export type ServiceProps = { readonly order: Order; readonly line: OrderLine; readonly service: ServiceState }

const STEPS = ['waiting', 'accepted', 'done'] as const

/** A line that a person of the shop works on: how far it is, until when it is promised, what is asked, and the proof. */
export function Service(props: ServiceProps) {
  const { order, line, service } = props
  const { t } = useI18n()
  return (
    <Card>
      <div className={track.head}>
        <Thumbnail url={line.pictureUrl} className={track.picture ?? ''} />
        <div>
          <p className={track.name}>{line.goodsTitle}</p>
          <p className={track.sku}>
            {line.skuTitle} × {line.quantity}
          </p>
        </div>
      </div>
      <Steps service={service} />
      {service.state !== 'asking' && (
        <p
          className={classes(
            track.words,
            service.state === 'done' && track.arrived,
            (service.isOverdue || service.state === 'rejected') && service.state !== 'done' && track.failed,
          )}
          role="status"
        >
          <Words order={order} service={service} />
        </p>
      )}
      {service.question !== null && <Correction {...props} question={service.question} />}
      {service.state === 'done' && <Proof order={order} service={service} />}
      {order.canSeeCodes && <Account line={line} label={t('order.service.account')} />}
      {service.mayCancel && <Cancel {...props} />}
    </Card>
  )
}

function Steps({ service: { state } }: { readonly service: ServiceState }) {
  const { t } = useI18n()
  const stuck = state === 'asking' || state === 'rejected' || state === 'cancelled'
  const at = state === 'done' ? 2 : state === 'waiting' ? 0 : 1
  return (
    <ol className={track.steps}>
      {STEPS.map((step, index) => {
        const here = index === at
        const done = index < at || state === 'done'
        return (
          <li
            key={step}
            className={classes(track.step, done && track.done, here && !done && (stuck ? track.stuck : track.now))}
            {...(here ? { 'aria-current': 'step' } : {})}
          >
            <span className={track.dot}>{done ? <CheckIcon /> : here && stuck ? <AlertIcon /> : null}</span>
            {t(`order.service.progress.${here ? state : index < at && step === 'waiting' ? 'taken' : step}`)}
          </li>
        )
      })}
    </ol>
  )
}

/** What was promised, what is usual, and that it is late when it is. */
function Words({ order, service }: { readonly order: Order; readonly service: ServiceState }) {
  const { t, time } = useI18n()
  const duration = useDuration()
  const { state, dueAt, usuallySeconds, slowSeconds, endedAt } = service
  if (state === 'cancelled') return t('order.service.cancelled')
  if (state === 'rejected') {
    return service.proof ? t('order.service.rejected', { reason: service.proof }) : t('order.service.rejectedLocked')
  }
  if (state === 'done') {
    return [
      endedAt && t('order.service.doneAt', { time: time(endedAt) }),
      !order.canSeeCodes && t('order.service.locked'),
    ]
      .filter(Boolean)
      .join(' ')
  }
  if (service.isOverdue) return t('order.service.late')
  return [
    dueAt && t('order.service.promised', { time: time(dueAt) }),
    usuallySeconds !== null &&
      slowSeconds !== null &&
      t('order.service.usual', {
        usually: duration(Math.max(1, Math.ceil(usuallySeconds))),
        slow: duration(Math.max(1, Math.ceil(slowSeconds))),
      }),
  ]
    .filter(Boolean)
    .join(' ')
}

function Proof({ order, service }: Pick<ServiceProps, 'order' | 'service'>) {
  const { t } = useI18n()
  if (!service.proof) return null
  return (
    <div className={css.proof}>
      <h3>{t('order.service.proof')}</h3>
      <p>{service.proof}</p>
      {service.pictures.length > 0 && (
        <ul className={css.pictures}>
          {service.pictures.map(({ id, width, height }, index) => {
            const url = assetUrl(`/api/mall/orders/${order.no}/proof/${id}`)
            return (
              <li key={id}>
                <a href={url} target="_blank" rel="noreferrer">
                  <img
                    src={url}
                    width={width}
                    height={height}
                    alt={t('order.service.picture', { index: index + 1 })}
                    loading="lazy"
                  />
                </a>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}

function Cancel({ order, line }: ServiceProps) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const cancel = useMutation({
    mutationFn: () => call('fulfilment.cancelTask', { params: { no: order.no, lineNo: line.lineNo }, body: {} }),
    // Also when it was refused: somebody has begun, and the page should say so.
    onSettled: () => client.invalidateQueries({ queryKey: orderQuery(order.no).queryKey }),
    onSuccess: () => setAsking(false),
  })
  const problem = cancel.error ? problemOf(cancel.error) : undefined
  return (
    <div className={css.cancel}>
      <Button look="quiet" size="small" onClick={() => setAsking(true)}>
        {t('order.service.cancel')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('order.service.cancelTitle')}
          text={t('order.service.cancelText', { amount: priceText(line.amountFen, line.unitPoints * line.quantity) })}
          yes={t('order.service.cancelYes')}
          no={t('order.service.cancelNo')}
          busy={cancel.isPending}
          onYes={() => cancel.mutate()}
          onNo={() => setAsking(false)}
        >
          {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
        </ConfirmDialog>
      )}
    </div>
  )
}
