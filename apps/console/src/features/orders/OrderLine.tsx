import { Alert, Button, Typography } from 'antd'
import { Link } from 'react-router'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney, formatTime } from '../../shared/format.ts'
import { type Say, useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useNextStep } from '../../shared/parts/nextStep.ts'
import { useLineNote } from '../../shared/parts/passedOver.ts'
import { LinePurchases } from '../../shared/parts/purchases.tsx'
import { RevealButton } from '../../shared/parts/reveal.tsx'
import { StateDot, StateTag } from '../../shared/parts/StateTag.tsx'
import { Price } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { stateText } from '../../shared/states.ts'
import { ActivationFacts } from './account/Activation.tsx'
import { CorrectAccount } from './account/CorrectAccount.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import { orderText } from './text.ts'

type Order = Output<'orders.detail'>
type Line = Order['lines'][number]
type Grant = Line['grants'][number]

/** The desk shows what is open unless it is asked for more. */
const ALL_TASK_STATES = 'waiting,accepted,asking,answered,done,rejected,cancelled'

/** One line of an order: what it is, what holds or stops it, and the codes that were handed out for it. */
export function OrderLine({ order, line }: { readonly order: Order; readonly line: Line }) {
  const t = useText(orderText)
  const may = useMay()
  const isRecharge = order.purpose === 'recharge'
  const title = isRecharge
    ? t('recharge')
    : line.kind === 'points'
      ? t('points', { count: line.creditPoints })
      : [line.goodsTitle, line.skuTitle].filter(Boolean).join(' / ')
  return (
    <article className="order-line">
      <header className="order-line-head">
        <div className="order-line-title">
          {may('goods.read') && line.goodsId !== null ? <Link to={`/goods/${line.goodsId}`}>{title}</Link> : title}
          <div>
            <Typography.Text type="secondary" className="num">
              {isRecharge ? (
                t('credited', { amount: formatMoney(order.creditFen) })
              ) : line.bundleNo !== null ? (
                t('partOf', { count: line.quantity })
              ) : (
                <>
                  <Price fen={line.unitPriceFen} points={line.unitPoints} /> × {line.quantity}
                </>
              )}
            </Typography.Text>
          </div>
        </div>
        {line.kind === 'service' && may('services.work') && order.paidAt !== null && (
          <Link to={`/services?q=${order.no}&state=${ALL_TASK_STATES}`}>{t('task')}</Link>
        )}
        <StateTag
          kind={isRecharge ? 'rechargeLine' : line.kind === 'service' ? 'serviceLine' : 'line'}
          state={line.state}
        />
        <div className="order-line-money">
          <Price fen={line.amountFen} points={line.unitPoints * line.quantity} strong />
        </div>
      </header>
      <LineFacts line={line} />
      {line.activation && <ActivationFacts no={order.no} lineNo={line.lineNo} activation={line.activation} />}
      {line.kind === 'topup' && order.paidAt !== null && line.state !== 'dormant' && may('orders.read') && (
        <CorrectAccount no={order.no} lineNo={line.lineNo} isRefused={line.exception?.reason === 'account_refused'} />
      )}
      {line.keptAfterBank && line.refundedQuantity < line.quantity && (
        <Alert type="warning" showIcon title={t('keptTitle')} description={t('keptText')} />
      )}
      {line.exception && <Exception order={order} line={line} exception={line.exception} />}
      {!isRecharge && <LinePurchases orderNo={order.no} lineNo={line.lineNo} />}
      {/* Points have no code, and come back by the line. */}
      {line.kind !== 'points' && line.grants.length > 0 && (
        <ul className="grants">
          {line.grants.map((grant) => (
            <GrantRow key={grant.id} order={order} grant={grant} title={title} />
          ))}
        </ul>
      )}
      {line.grants.length > 0 && line.deliveredQuantity > line.grants.length && (
        <div style={{ marginTop: 8 }}>
          <Link to={`/cards?orderNo=${order.no}`}>{t('moreGrants', { shown: line.grants.length })}</Link>
        </div>
      )}
    </article>
  )
}

function LineFacts({ line }: { readonly line: Line }) {
  const t = useText(orderText)
  const answers = useAnswers(line)
  return (
    <div className="order-line-facts">
      {line.state !== 'cancelled' && line.goodsId !== null && (
        <span>{t('deliveredOf', { done: line.deliveredQuantity, total: line.quantity })}</span>
      )}
      {line.pickedNumber !== null && <span className="num">{t('pickedNumber', { number: line.pickedNumber })}</span>}
      {line.heldBack && (line.state === 'waiting' || line.state === 'exception') && <span>{t('heldBack')}</span>}
      {line.costFen !== null && line.costFen > 0 && <span>{t('costOf', { amount: formatMoney(line.costFen) })}</span>}
      {line.refundedFen > 0 && <span>{t('refundedOf', { amount: formatMoney(line.refundedFen) })}</span>}
      {line.refundingFen > line.failedFen && (
        <span>{t('refundingOf', { amount: formatMoney(line.refundingFen - line.failedFen) })}</span>
      )}
      {line.failedFen > 0 && (
        <Typography.Text type="danger" style={{ fontSize: 13 }}>
          {t('failedOf', { amount: formatMoney(line.failedFen) })}
        </Typography.Text>
      )}
      {line.goodsId !== null && line.refundedQuantity > 0 && line.deliveredQuantity > 0 && (
        <span>{t('takenBackOf', { count: line.refundedQuantity })}</span>
      )}
      {line.hold && (
        <span>
          {t('hold')} {holdWords(line.hold, t)}
        </span>
      )}
      {answers.map(({ key, label, value, shown }) => (
        <Typography.Text key={key} type="secondary" copyable={{ text: value }} style={{ fontSize: 13 }}>
          {label}: {shown}
        </Typography.Text>
      ))}
    </div>
  )
}

/** What the buyer answered, in the words of the form; what is copied is what the supplier is sent. */
function useAnswers({ form, formFields }: Line) {
  const both = useBoth()
  return Object.entries(form).map(([key, value]) => {
    const field = formFields.find((one) => one.key === key)
    const option = field?.options?.find((one) => one.value === value)
    return {
      key,
      label: field ? both(field.labelZh, field.labelEn) : key,
      value,
      shown: option ? both(option.labelZh, option.labelEn) : value,
    }
  })
}

function holdWords({ state, expiresAt }: NonNullable<Line['hold']>, t: Say<keyof typeof orderText.keys>): string {
  switch (state) {
    case 'held':
      return t('holdHeld', { time: formatTime(expiresAt) })
    case 'captured':
      return t('holdCaptured')
    case 'released':
      return t('holdReleased')
    case 'expired':
      return t('holdExpired')
    default:
      return state
  }
}

type ExceptionProps = { readonly order: Order; readonly line: Line; readonly exception: NonNullable<Line['exception']> }

function Exception({ order, line, exception }: ExceptionProps) {
  const t = useText(orderText)
  const state = useText(stateText)
  const retry = useAction('fulfilment.retryLine', {
    refresh: REFRESH_AFTER,
    done: ({ lines }) =>
      t(lines.find(({ lineNo }) => lineNo === line.lineNo)?.state === 'delivered' ? 'retried' : 'underWay'),
  })
  const noteOf = useLineNote()
  const nextStep = useNextStep()(exception.reason, line.kind === 'link')
  const retryable = order.actions.includes('retry') && exception.reason !== 'refund_failed'
  return (
    <Alert
      type="error"
      showIcon
      title={
        <>
          {state(`exception.${exception.reason}`)}{' '}
          <Typography.Text type="secondary" style={{ fontSize: 13 }}>
            {[exception.note && noteOf(exception.note), t('exceptionSince', { time: formatTime(exception.since) })]
              .filter(Boolean)
              .join(' · ')}
          </Typography.Text>
        </>
      }
      {...(nextStep ? { description: nextStep } : {})}
      action={
        retryable && (
          <Button
            size="small"
            loading={retry.running}
            onClick={() => void retry.go({ params: { no: order.no, lineNo: line.lineNo }, body: {} })}
          >
            {t('retry')}
          </Button>
        )
      }
    />
  )
}

function GrantRow({ order, grant, title }: { readonly order: Order; readonly grant: Grant; readonly title: string }) {
  const t = useText(orderText)
  const may = useMay()
  const confirm = useConfirmDanger()
  const replace = useAction('fulfilment.replaceGrant', { refresh: REFRESH_AFTER, done: t('replaced') })
  const askReplace = () => {
    const key = newKey()
    confirm({
      title: t('replaceTitle'),
      object: `${title} ${grant.masked}`,
      consequence: t('replaceText'),
      askReason: true,
      onConfirm: (reason) => replace.run({ params: { no: order.no, grantId: grant.id }, body: { reason } }, key),
    })
  }
  return (
    <li className={`grant grant-${grant.state}`}>
      <Typography.Text type="secondary" className="num">
        {t('grantPiece', { piece: grant.piece })}
      </Typography.Text>
      <span className="grant-masked">{grant.masked}</span>
      <StateDot kind="grant" state={grant.state} />
      {grant.batchId !== null && may('stock.read') && (
        <Link to={`/batches/${grant.batchId}`}>{t('batch', { id: grant.batchId })}</Link>
      )}
      {grant.recall && <StateDot kind="buyerRecall" state={grant.recall} />}
      {grant.recall && grant.batchId !== null && may('stock.read') && (
        <Link to={`/batches/${grant.batchId}/recall?q=${order.no}`}>{t('recall')}</Link>
      )}
      {grant.cardId !== null && may('stock.read') && <Link to={`/cards?q=${grant.cardId}`}>{t('history')}</Link>}
      {grant.cardId !== null && <RevealButton card={{ id: grant.cardId, masked: grant.masked }} />}
      {grant.link && may('redeem.read') && (
        <Link className="num" to={`/redeem/${grant.link.batchId}?tab=uses&codeId=${grant.link.codeId}`}>
          {t('linkUses', { used: grant.link.used, uses: grant.link.uses })}
        </Link>
      )}
      {grant.cardId !== null && grant.state === 'active' && order.actions.includes('replace') && (
        <ActionButton type="link" onClick={askReplace}>
          {t('replace')}
        </ActionButton>
      )}
    </li>
  )
}
