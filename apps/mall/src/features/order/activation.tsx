import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { AccountDialog, type ShownAccount } from '../../shared/accounts/account-dialog.tsx'
import accountCss from '../../shared/accounts/accounts.module.css'
import { checkAccount } from '../../shared/accounts/check.ts'
import { call, problemOf } from '../../shared/api/client.ts'
import { orderQuery } from '../../shared/api/queries.ts'
import type { FormField, Order, OrderLine } from '../../shared/api/types.ts'
import { type BuyerFault, BuyerQuestion } from '../../shared/buyer-question.tsx'
import { faultOf } from '../../shared/form-check.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { ConfirmDialog } from '../../shared/ui/dialog.tsx'
import { focusFirstFault } from '../../shared/ui/field.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Thumbnail } from '../../shared/ui/picture.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import { Bone, ErrorState, Loading, Notice } from '../../shared/ui/states.tsx'
import css from './top-up.module.css'

type Held = NonNullable<OrderLine['activation']>
type Props = { readonly order: Order; readonly line: OrderLine }

/** A top-up that was bought to be activated later: until when, the form that activates it, and the way back while there is one. */
export function Activation({ order, line, activation }: Props & { readonly activation: Held }) {
  const { t, time } = useI18n()
  const { state, endsAt, onHold } = activation
  const isOpen = state === 'open'
  return (
    <Card>
      <div className={css.head}>
        <Thumbnail url={line.pictureUrl} className={css.picture ?? ''} />
        <div>
          <p className={css.name}>{line.goodsTitle}</p>
          <p className={css.sku}>
            {line.skuTitle} × {line.quantity}
          </p>
        </div>
      </div>
      <p className={classes(css.words, css.later, isOpen && (onHold ? css.failed : css.arrived))} role="status">
        {isOpen
          ? t(`activation.${onHold ?? 'open'}`, { time: time(endsAt) })
          : state === 'lapsed'
            ? t('activation.lapsed', { time: time(endsAt) })
            : t('activation.cancelled')}
      </p>
      {isOpen && !onHold && order.canSeeCodes && <Activate order={order} line={line} />}
      {activation.mayReturn && <GiveBack order={order} line={line} />}
    </Card>
  )
}

/** Asked what was not asked before the payment, and checked in the same way: what is topped up goes to nobody else. */
function Activate(props: Props) {
  const { order, line } = props
  const asked = useQuery({
    queryKey: ['activation', order.no, line.lineNo],
    queryFn: () => call('fulfilment.readActivation', { params: { no: order.no, lineNo: line.lineNo } }),
    staleTime: 60_000,
  })
  if (asked.data) return <ActivationForm {...props} fields={asked.data.formFields} />
  if (asked.isError) return <ErrorState problem={problemOf(asked.error)} onRetry={() => void asked.refetch()} />
  return (
    <Loading>
      <Bone height={120} radius={12} />
    </Loading>
  )
}

type Answers = Readonly<Record<string, string>>

function ActivationForm({ order, line, fields }: Props & { readonly fields: readonly FormField[] }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const form = useRef<HTMLFormElement>(null)
  const [answers, setAnswers] = useState<Answers>({})
  const [repeats, setRepeats] = useState<Answers>({})
  const [tried, setTried] = useState(false)
  const [isChecking, setChecking] = useState(false)
  const [wrong, setWrong] = useState<{ readonly key: string; readonly value: string }>()
  const [asking, setAsking] = useState<ShownAccount>()
  const now = (key: string): string => (answers[key] ?? '').trim()
  const given = Object.fromEntries(
    fields.map(({ key }) => [key, now(key)] as const).filter(([, value]) => value !== ''),
  )
  const twice = fields.filter(({ key, confirmTwice, type }) => confirmTwice && type !== 'select' && key in given)
  const activate = useMutation({
    mutationFn: () =>
      call('fulfilment.activate', {
        params: { no: order.no, lineNo: line.lineNo },
        body: {
          form: given,
          ...(twice.length > 0 && {
            formAgain: Object.fromEntries(twice.map(({ key }) => [key, (repeats[key] ?? '').trim()])),
          }),
        },
      }),
    // Also when it was refused: another tab, or the shop, has done it, and the page should say so.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['rights'] })
      return client.invalidateQueries({ queryKey: orderQuery(order.no).queryKey })
    },
    onError: () => setAsking(undefined),
  })
  const problem = activate.error ? problemOf(activate.error) : undefined
  const faultIn = (field: FormField): BuyerFault | undefined =>
    wrong?.key === field.key && wrong.value === now(field.key) ? 'account' : faultOf(field, answers[field.key] ?? '')
  const differs = ({ key }: FormField): boolean => (repeats[key] ?? '').trim() !== now(key)
  const isGood = fields.every((field) => faultIn(field) === undefined) && !twice.some(differs)
  const showFaults = () => requestAnimationFrame(() => focusFirstFault(form.current))

  async function look(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (!isGood || isChecking) return void showFaults()
    setChecking(true)
    const checked = await checkAccount(line.skuId, given)
    setChecking(false)
    if (checked.verdict === 'invalid') {
      const key = checked.field ?? fields[0]?.key ?? ''
      setWrong({ key, value: now(key) })
      return void showFaults()
    }
    setAsking({
      key: String(line.lineNo),
      title: line.goodsTitle,
      answers: fields.flatMap((field) => (field.key in given ? [{ field, value: now(field.key) }] : [])),
      nickname: checked.nickname,
      isUnchecked: checked.verdict === 'unknown',
    })
  }

  return (
    <form ref={form} className={accountCss.fix} noValidate onSubmit={(event) => void look(event)}>
      {fields.map((field) => (
        <BuyerQuestion
          key={field.key}
          id={`activate-${line.lineNo}-${field.key}`}
          field={field}
          answer={answers[field.key]}
          repeat={repeats[field.key]}
          fault={tried ? faultIn(field) : undefined}
          repeatFault={tried && twice.includes(field) && differs(field) ? 'mismatch' : undefined}
          onAnswer={(value) => setAnswers({ ...answers, [field.key]: value })}
          onRepeat={(value) => setRepeats({ ...repeats, [field.key]: value })}
        />
      ))}
      {line.quantity > 1 && <p className={accountCss.left}>{t('activation.together', { count: line.quantity })}</p>}
      {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
      <Button type="submit" look="primary" size="large" block busy={isChecking || activate.isPending}>
        {isChecking ? t('accounts.checking') : t('activation.activate')}
      </Button>
      {asking && (
        <AccountDialog
          accounts={[asking]}
          yes={t('activation.yes')}
          busy={activate.isPending}
          onBack={() => setAsking(undefined)}
          onYes={() => activate.mutate()}
        />
      )}
    </form>
  )
}

function GiveBack({ order, line }: Props) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const giveBack = useMutation({
    mutationFn: () => call('fulfilment.returnUnactivated', { params: { no: order.no, lineNo: line.lineNo }, body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: orderQuery(order.no).queryKey }),
    onSuccess: () => setAsking(false),
  })
  const problem = giveBack.error ? problemOf(giveBack.error) : undefined
  return (
    <div className={accountCss.giveUp}>
      <Button look="quiet" size="small" onClick={() => setAsking(true)}>
        {t('activation.giveBack')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('activation.giveBackTitle')}
          text={t('activation.giveBackText', { amount: priceText(line.amountFen, line.unitPoints * line.quantity) })}
          yes={t('activation.giveBackYes')}
          no={t('activation.giveBackNo')}
          busy={giveBack.isPending}
          onYes={() => giveBack.mutate()}
          onNo={() => setAsking(false)}
        >
          {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
        </ConfirmDialog>
      )}
    </div>
  )
}
