import { Alert, App, Form, Input, Modal, Radio } from 'antd'
import { useState } from 'react'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import { formatMoney } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Price, usePriceText } from '../../shared/parts/values.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { PieceChoice } from './PieceChoice.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import {
  ALL,
  creditOf,
  type How,
  isGift,
  isRefundable,
  type Line,
  leftOf,
  needsApproval,
  type Order,
  ownedPieces,
  pointsLeft,
  shareOf,
  waysOf,
  wholeOf,
} from './refundPlan.ts'
import { orderText } from './text.ts'

type T = Say<keyof typeof orderText.keys>
type PriceText = ReturnType<typeof usePriceText>
type Values = {
  readonly what: number
  readonly how: How
  readonly pieces?: readonly number[]
  readonly amountFen?: number | null
  readonly to: 'source' | 'balance'
  readonly reason: string
}

/** Refunds the order, a line, some of its codes or an amount: says how much, where it goes, what is taken back, and asks why. */
export function RefundDialog({ order, onClose }: { readonly order: Order; readonly onClose: () => void }) {
  const t = useText(orderText)
  const common = useText(commonText)
  const priceText = usePriceText()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  // One decision, one refund: pressing again after a lost answer repeats it and does not double it.
  const [key] = useState(newKey)
  const refund = useAction('orders.refund', { refresh: REFRESH_AFTER, showProblem: false })
  const gift = isGift(order)
  const refundable = order.lines.filter((line) => isRefundable(line, gift))
  const first = refundable.length === 1 ? refundable[0] : undefined
  const values = Form.useWatch([], form) as Partial<Values> | undefined
  const what = values?.what ?? first?.lineNo ?? ALL
  const line = refundable.find(({ lineNo }) => lineNo === what)
  const how = values?.how ?? firstWay(first, gift)
  const chosen = decided(refundable, line, how, values ?? {})
  const byBalance = order.gateway === 'balance'
  const isRecharge = order.purpose === 'recharge'
  const to = values?.to ?? 'source'
  // A failed refund of a recharge may be undone: what it took from the balance goes back there.
  const putsBack = isRecharge && how === 'again' && to === 'balance'
  // When a payer’s bank has had it all, codes are taken back for nothing.
  const takesForNothing = how === 'pieces' && values?.amountFen === 0 && chosen.takenBack > 0
  const waits = needsApproval(order, how, chosen.amountFen, chosen.points)

  const save = async ({ to, reason, pieces, amountFen }: Values) => {
    const body = {
      lineNo: line?.lineNo ?? null,
      ...(how === 'pieces' ? { pieces: [...(pieces ?? [])] } : {}),
      ...((how === 'pieces' || how === 'amount') && typeof amountFen === 'number' ? { amountFen } : {}),
      ...(how === 'again' ? { again: true } : {}),
      to,
      reason,
    }
    await refund.run({ params: { no: order.no }, body }, key)
    void message.success(t(gift ? 'giftDone' : putsBack ? 'putBackDone' : waits ? 'refundAwaits' : 'refundDone'))
    onClose()
  }
  const choose = (changed: Partial<Values>) => {
    if (changed.what !== undefined) {
      form.setFieldsValue({
        how: firstWay(
          refundable.find(({ lineNo }) => lineNo === changed.what),
          gift,
        ),
        pieces: [],
      })
    }
    if (changed.what !== undefined || changed.how !== undefined) form.setFieldsValue({ amountFen: null })
    if (isRecharge && changed.how !== undefined) form.setFieldsValue({ to: 'source' })
  }
  return (
    <Modal
      open
      title={t(gift ? 'endGift' : 'refund')}
      onCancel={onClose}
      onOk={() => void submit(save)}
      okText={t(gift ? 'endGift' : putsBack ? 'putBackConfirm' : waits ? 'refundAsk' : 'refundConfirm', {
        amount: priceText(chosen.amountFen, chosen.points),
      })}
      okButtonProps={{ danger: true, disabled: chosen.amountFen + chosen.points === 0 && !takesForNothing && !gift }}
      confirmLoading={saving}
      width={520}
    >
      <Form
        form={form}
        layout="vertical"
        disabled={saving}
        onValuesChange={choose}
        initialValues={{
          what: first?.lineNo ?? ALL,
          how: firstWay(first, gift),
          pieces: [],
          to: byBalance ? 'balance' : 'source',
        }}
      >
        <dl className="facts">
          <dt>{common('object')}</dt>
          <dd>{t('order', { no: order.no })}</dd>
          {!gift && (
            <>
              <dt>{t('refundAmount')}</dt>
              <dd>
                <Price fen={chosen.amountFen} points={chosen.points} strong />
              </dd>
            </>
          )}
        </dl>
        {gift && <Alert type="info" showIcon title={t('giftNoMoney')} style={{ marginBlock: 12 }} />}
        <Form.Item name="what" label={t(gift ? 'giftWhat' : 'refundWhat')} hidden={first !== undefined}>
          <Radio.Group
            vertical
            options={gift ? giftsToChoose(refundable, t) : linesToChoose(refundable, priceText, t)}
          />
        </Form.Item>
        <Form.Item name="how" label={t(gift ? 'giftHow' : 'refundHow')} hidden={line === undefined}>
          <Radio.Group
            vertical
            options={(line ? waysOf(line, gift) : (['line'] as const)).map((way) => ({
              value: way,
              label: gift
                ? t(way === 'pieces' ? 'giftPieces' : 'giftLine')
                : isRecharge
                  ? rechargeWayName(way, line, priceText, t)
                  : wayName(way, line, priceText, t),
            }))}
          />
        </Form.Item>
        {line && how === 'pieces' && (
          <Form.Item name="pieces" label={t('refundPieces')} rules={[{ required: true, message: t('choosePieces') }]}>
            <PieceChoice line={line} />
          </Form.Item>
        )}
        {line && !gift && (how === 'pieces' || how === 'amount') && (
          <Form.Item
            name="amountFen"
            label={t(how === 'pieces' ? 'otherAmount' : 'goodwillAmount')}
            extra={t(isRecharge ? 'leftOfRecharge' : 'leftOfLine', { amount: formatMoney(leftOf(line)) })}
            rules={[{ required: how === 'amount', message: t('amountRequired') }]}
          >
            <MoneyInput min={how === 'pieces' ? 0 : 0.01} max={leftOf(line) / 100} style={{ width: 200 }} />
          </Form.Item>
        )}
        <Form.Item
          name="to"
          label={t('refundTo')}
          hidden={gift || (isRecharge && how !== 'again')}
          {...toHint(order, byBalance, t)}
        >
          <Radio.Group
            options={[
              { value: 'source', label: t('refundToSource'), disabled: byBalance },
              {
                value: 'balance',
                label: t(isRecharge ? 'toBalanceAgain' : 'refundToBalance'),
                disabled: order.member === null,
              },
            ]}
          />
        </Form.Item>
        {waits && (
          <Alert
            type="info"
            showIcon
            title={t('refundNeedsApproval', { most: mostText(order, priceText, t) })}
            style={{ marginBottom: 16 }}
          />
        )}
        {isRecharge ? (
          line && (
            <RechargeEffect order={order} line={line} how={how} amountFen={chosen.amountFen} putsBack={putsBack} />
          )
        ) : chosen.takenBack > 0 ? (
          <Alert
            type="warning"
            title={t(waits ? 'refundWillTakeBack' : 'refundTakesBack', { count: chosen.takenBack })}
            style={{ marginBottom: 16 }}
          />
        ) : (
          how === 'amount' && <Alert type="info" title={t('refundKeepsCodes')} style={{ marginBottom: 16 }} />
        )}
        <Form.Item
          name="reason"
          label={common('reason')}
          extra={common('reasonHint')}
          rules={[{ required: true, whitespace: true, message: common('reasonRequired') }]}
        >
          <Input.TextArea maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

/** What happens to the member's balance. What failed before has been taken from it then. */
function RechargeEffect({
  order,
  line,
  how,
  amountFen,
  putsBack,
}: {
  readonly order: Order
  readonly line: Line
  readonly how: How
  readonly amountFen: number
  readonly putsBack: boolean
}) {
  const t = useText(orderText)
  const failed = order.refunds.filter(
    ({ state, isReplaced, lineNo }) => state === 'failed' && !isReplaced && lineNo !== null,
  )
  const failedCredit = failed.reduce((sum, refund) => sum + refund.creditFen, 0)
  const fresh = how === 'line' ? amountFen - line.failedFen : amountFen
  if (putsBack) {
    return (
      <Alert
        type="info"
        title={t('rechargePutBack', { amount: formatMoney(failedCredit) })}
        style={{ marginBottom: 16 }}
      />
    )
  }
  if (how === 'again' || fresh <= 0) return null
  return (
    <Alert
      type="warning"
      title={t('rechargeTakes', { amount: formatMoney(creditOf(order, line, fresh)) })}
      style={{ marginBottom: 16 }}
    />
  )
}

function rechargeWayName(way: How, line: Line | undefined, priceText: PriceText, t: T): string {
  if (way === 'amount') return t('howPartOfRecharge')
  return way === 'line'
    ? t('howWholeRecharge', { amount: formatMoney(line ? wholeOf(line) : 0) })
    : wayName(way, line, priceText, t)
}

/** What one person alone may give back of an order: `¥500.00 或 1,000 积分`. */
const mostText = (order: Order, priceText: PriceText, t: T): string =>
  [
    order.refundApprovalAboveFen > 0 && formatMoney(order.refundApprovalAboveFen),
    order.refundApprovalAbovePoints > 0 && priceText(0, order.refundApprovalAbovePoints),
  ]
    .filter((most) => most !== false)
    .join(` ${t('or')} `)

const firstWay = (line: Line | undefined, gift: boolean): How => (line && waysOf(line, gift)[0]) ?? 'line'

/** How much goes back and how many codes are taken, as far as it is filled in. */
function decided(
  all: readonly Line[],
  line: Line | undefined,
  how: How,
  { pieces = [], amountFen }: Partial<Values>,
): { readonly amountFen: number; readonly points: number; readonly takenBack: number } {
  const lines = line ? [line] : all
  const sum = (value: (line: Line) => number) => lines.reduce((total, one) => total + value(one), 0)
  if (how === 'again') return { amountFen: sum((one) => one.failedFen), points: 0, takenBack: 0 }
  if (!line || how === 'line') return { amountFen: sum(wholeOf), points: sum(pointsLeft), takenBack: sum(ownedPieces) }
  if (how === 'amount') return { amountFen: amountFen ?? 0, points: 0, takenBack: 0 }
  return {
    amountFen: pieces.length === 0 ? 0 : (amountFen ?? shareOf(line, pieces.length)),
    points: pieces.length * line.unitPoints,
    takenBack: pieces.length,
  }
}

function linesToChoose(lines: readonly Line[], priceText: PriceText, t: T) {
  const fen = lines.reduce((sum, line) => sum + wholeOf(line), 0)
  const points = lines.reduce((sum, line) => sum + pointsLeft(line), 0)
  return [
    { value: ALL, label: `${t('refundAll')} ${priceText(fen, points)}` },
    ...lines.map((line) => ({ value: line.lineNo, label: lineName(line, priceText) })),
  ]
}

/** A gift has no prices. */
const giftsToChoose = (lines: readonly Line[], t: T) => [
  { value: ALL, label: t('giftAll') },
  ...lines.map(({ lineNo, goodsTitle, skuTitle, quantity }) => ({
    value: lineNo,
    label: `${goodsTitle} ${skuTitle} × ${quantity}`,
  })),
]

function wayName(way: How, line: Line | undefined, priceText: PriceText, t: T): string {
  switch (way) {
    case 'again':
      return t('howAgain', { amount: formatMoney(line?.failedFen ?? 0) })
    case 'line':
      return t('howLine', { amount: line ? priceText(wholeOf(line), pointsLeft(line)) : '' })
    case 'pieces':
      return t('howPieces')
    case 'amount':
      return t('howAmount')
  }
}

const lineName = (line: Line, priceText: PriceText): string =>
  `${line.goodsTitle} ${line.skuTitle} × ${line.quantity} ${priceText(wholeOf(line), pointsLeft(line))}`

function toHint(
  order: Order,
  byBalance: boolean,
  t: (key: 'guestNoBalance' | 'paidByBalance') => string,
): { readonly extra?: string } {
  if (byBalance) return { extra: t('paidByBalance') }
  return order.member === null ? { extra: t('guestNoBalance') } : {}
}
