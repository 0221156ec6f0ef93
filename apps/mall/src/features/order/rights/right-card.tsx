import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { call, problemOf } from '../../../shared/api/client.ts'
import { rememberOrder } from '../../../shared/api/queries.ts'
import type { Right } from '../../../shared/api/types.ts'
import { isCalledBack } from '../../../shared/called-back.ts'
import { useI18n } from '../../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../../shared/ui/button.tsx'
import { classes } from '../../../shared/ui/classes.ts'
import { ClockIcon } from '../../../shared/ui/icons.tsx'
import { Card } from '../../../shared/ui/page.tsx'
import { Thumbnail } from '../../../shared/ui/picture.tsx'
import { toast } from '../../../shared/ui/toast.tsx'
import type { RightGroup } from './groups.ts'
import { OpenRight } from './open-right.tsx'
import css from './rights.module.css'

/** Pieces that are shown before the others are asked for. */
const PIECES_SHOWN = 3

/** What a purchase brought: what it is, how it stands, whence and until when, and what can be done with each piece. */
export function RightCard({ group: { rights } }: { readonly group: RightGroup }) {
  const { t, day } = useI18n()
  const [isOpen, setOpen] = useState(false)
  const [right] = rights
  const count = rights.length
  const isMixed = rights.some(({ standing }) => standing !== right.standing)
  const isGone = rights.every(isOver)
  const hidden = count - PIECES_SHOWN
  return (
    <Card className={classes(css.right, isGone && css.gone)}>
      <div className={css.head}>
        <Thumbnail url={right.pictureUrl} className={css.picture ?? ''} />
        <div>
          <h2 className={css.name}>{right.goodsTitle}</h2>
          <p className={css.sku}>
            {right.points === null ? right.skuTitle : t('common.points', { count: right.points })}
            {count > 1 && ` ${t('common.piece', { count })}`}
          </p>
        </div>
        {!isMixed && <Standing right={right} />}
      </div>
      <p className={css.facts}>
        <span>{t(`rights.source.${right.source}`)}</span>
        <span>{t('rights.grantedAt', { day: day(right.grantedAt) })}</span>
        <Link to={`/orders/${right.orderNo}`}>{t('rights.order', { no: right.orderNo })}</Link>
      </p>
      <Validity right={rights.find((one) => !isOver(one)) ?? right} />
      {count === 1 ? (
        <Piece right={right} />
      ) : (
        <ol className={css.pieces}>
          {(isOpen ? rights : rights.slice(0, PIECES_SHOWN)).map((piece) => (
            <li key={piece.id}>
              <Piece right={piece} label={`# ${piece.piece}`} isMixed={isMixed} />
            </li>
          ))}
        </ol>
      )}
      {hidden > 0 && (
        <Button look="quiet" size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t('rights.fold') : t('rights.unfold', { count: hidden })}
        </Button>
      )}
    </Card>
  )
}

const isOver = ({ standing }: Right): boolean => standing === 'revoked' || standing === 'expired' || standing === 'used'

function Standing({ right }: { readonly right: Right }) {
  const { t } = useI18n()
  const { standing, isReplaced } = right
  // Whether it may be used is for the recall to say.
  if (isCalledBack(right.recall)) return null
  const words =
    standing === 'arrived'
      ? t(`rights.arrived.${arrivedAs(right)}`)
      : right.activation !== null
        ? t(`rights.activation.${right.activation}`)
        : t(`rights.standing.${standing === 'revoked' && isReplaced ? 'replaced' : standing}`)
  return (
    <span className={css.standing} data-standing={standing}>
      {words}
    </span>
  )
}

const arrivedAs = ({ kind }: Right) => (kind === 'points' || kind === 'service' ? kind : 'topup')

/** Until when, loud when that is soon; of what is over, since when. */
function Validity({ right: { standing, validUntil, endsSoon, endedAt, link } }: { readonly right: Right }) {
  const { t, time } = useI18n()
  const paused = standing === 'usable' && (link?.standing === 'suspended' || link?.standing === 'not_yet')
  return (
    <>
      {standing === 'usable' && validUntil !== null && (
        <p className={classes(css.until, endsSoon && css.soon)}>
          <ClockIcon />
          {endsSoon ? t('rights.endsSoon', { time: time(validUntil) }) : t('rights.until', { time: time(validUntil) })}
        </p>
      )}
      {standing === 'expired' && validUntil !== null && (
        <p className={css.until}>{t('rights.expiredAt', { time: time(validUntil) })}</p>
      )}
      {(standing === 'used' || standing === 'revoked') && endedAt !== null && (
        <p className={css.until}>{t('rights.endedAt', { time: time(endedAt) })}</p>
      )}
      {link && link.uses > 1 && standing === 'usable' && (
        <p className={css.until}>{t('redeem.ofUses', { left: link.uses - link.used, uses: link.uses })}</p>
      )}
      {paused && <p className={classes(css.until, css.soon)}>{t(`redeem.standing.${link.standing}`)}</p>}
    </>
  )
}

/** One piece and what can be done with it. Its code is opened by the rules of its order. */
function Piece({
  right,
  label,
  isMixed = false,
}: {
  readonly right: Right
  readonly label?: string
  /** Its card tells of pieces that stand otherwise. */
  readonly isMixed?: boolean
}) {
  const { t } = useI18n()
  const [isOpening, setOpening] = useState(false)
  const { kind, standing, complaint, recall, pickedNumber } = right
  const hasCode = (kind === 'card' || kind === 'link') && standing !== 'revoked'
  const name = [right.goodsTitle, right.skuTitle, label].filter(Boolean).join(' ')
  return (
    <div className={css.piece}>
      <span className={css.label}>
        {label}
        {pickedNumber !== null && <span translate="no">{pickedNumber}</span>}
        {isMixed && <Standing right={right} />}
        {recall && (
          <span className={recall === 'cleared' ? css.cleared : css.complaint}>
            {t(`order.recall.states.${recall}`)}
          </span>
        )}
        {complaint && <span className={css.complaint}>{t(`order.complaint.states.${complaint}`)}</span>}
      </span>
      <div className={css.actions}>
        {kind === 'card' && standing !== 'revoked' && <Mark right={right} name={name} />}
        {hasCode ? (
          <Button
            look={standing === 'usable' ? 'primary' : 'plain'}
            size="small"
            aria-label={`${t('rights.open')} ${name}`}
            onClick={() => setOpening(true)}
          >
            {t('rights.open')}
          </Button>
        ) : (
          // What is activated is activated as a whole, on its order's page.
          (label === undefined || (right.activation === 'open' && right.piece === 1)) && (
            <ButtonLink
              size="small"
              {...(right.activation === 'open' && { look: 'primary' as const })}
              to={`/orders/${right.orderNo}`}
            >
              {t(right.activation === 'open' ? 'rights.activate' : 'rights.seeOrder')}
            </ButtonLink>
          )
        )}
      </div>
      {isOpening && <OpenRight right={right} onClose={() => setOpening(false)} />}
    </div>
  )
}

function Mark({ right, name }: { readonly right: Right; readonly name: string }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const used = right.standing === 'used'
  const mark = useMutation({
    mutationFn: () =>
      call('orders.markGrant', { params: { no: right.orderNo, grantId: right.id }, body: { used: !used } }),
    onSuccess: (order) => {
      rememberOrder(client, order)
      toast(used ? t('rights.unmarked') : t('rights.marked'))
    },
    onError: (error) => toast(problemOf(error).message || t('errors.offlineTitle')),
    onSettled: () => client.invalidateQueries({ queryKey: ['rights'] }),
  })
  const words = used ? t('order.unmarkUsed') : t('order.markUsed')
  return (
    <Button
      look="quiet"
      size="small"
      busy={mark.isPending}
      aria-label={`${words} ${name}`}
      onClick={() => mark.mutate()}
    >
      {words}
    </Button>
  )
}
