import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { AccountDialog, type ShownAccount } from '../../shared/accounts/account-dialog.tsx'
import css from '../../shared/accounts/accounts.module.css'
import { checkAccount } from '../../shared/accounts/check.ts'
import { call, problemOf } from '../../shared/api/client.ts'
import { orderQuery } from '../../shared/api/queries.ts'
import type { FormField, Order, OrderLine } from '../../shared/api/types.ts'
import { faultOf } from '../../shared/form-check.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { ConfirmDialog } from '../../shared/ui/dialog.tsx'
import { focusFirstFault } from '../../shared/ui/field.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { CorrectedField } from './correction.tsx'

type Answers = Readonly<Record<string, string>>
type Account = NonNullable<NonNullable<OrderLine['supply']>['account']>
type Props = { readonly order: Order; readonly line: OrderLine; readonly account: Account }

/** A supplier refused the account: the buyer corrects it, so often, or wants the money back. */
export function AccountFix(props: Props) {
  const { account } = props
  const { t } = useI18n()
  return (
    <>
      {account.correctionsLeft > 0 ? (
        <Fix {...props} />
      ) : (
        <div className={css.fix}>
          <Notice tone="warn">{t('accounts.noneLeft')}</Notice>
        </div>
      )}
      {account.mayGiveUp && <GiveUp {...props} />}
    </>
  )
}

function Fix({ order, line, account }: Props) {
  const { t } = useI18n()
  const client = useQueryClient()
  const form = useRef<HTMLFormElement>(null)
  const [answers, setAnswers] = useState<Answers>(line.form)
  const [repeats, setRepeats] = useState<Answers>({})
  const [tried, setTried] = useState(false)
  const [isChecking, setChecking] = useState(false)
  const [wrong, setWrong] = useState<{ readonly key: string; readonly value: string }>()
  const [asking, setAsking] = useState<ShownAccount>()
  const fields = line.formFields
  const now = (key: string): string => (answers[key] ?? '').trim()
  const changed = fields.filter(({ key }) => now(key) !== (line.form[key] ?? ''))
  const twice = changed.filter(({ confirmTwice }) => confirmTwice)
  const correct = useMutation({
    mutationFn: () =>
      call('fulfilment.correctAccount', {
        params: { no: order.no, lineNo: line.lineNo },
        body: {
          form: Object.fromEntries(changed.map(({ key }) => [key, now(key)])),
          ...(twice.length > 0 && {
            formAgain: Object.fromEntries(twice.map(({ key }) => [key, (repeats[key] ?? '').trim()])),
          }),
        },
      }),
    onSettled: () => client.invalidateQueries({ queryKey: orderQuery(order.no).queryKey }),
    onError: () => setAsking(undefined),
  })
  const problem = correct.error ? problemOf(correct.error) : undefined
  const differs = ({ key }: FormField): boolean => (repeats[key] ?? '').trim() !== now(key)
  const errorOf = (field: FormField): string | undefined => {
    if (wrong?.key === field.key && wrong.value === now(field.key)) return t('checkout.errors.account')
    const fault = faultOf(field, answers[field.key] ?? '')
    if (fault) return t(fault === 'required' ? 'order.service.required' : 'order.service.badFormat')
    return tried && changed.length === 0 && field === fields[0] ? t('accounts.same') : undefined
  }
  const isGood = changed.length > 0 && fields.every((field) => errorOf(field) === undefined) && !twice.some(differs)

  async function look(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (!isGood || isChecking) return void requestAnimationFrame(() => focusFirstFault(form.current))
    setChecking(true)
    const checked = await checkAccount(
      line.skuId,
      Object.fromEntries(fields.map(({ key }) => [key, now(key)] as const).filter(([, value]) => value !== '')),
    )
    setChecking(false)
    if (checked.verdict === 'invalid') {
      const key = checked.field ?? fields[0]?.key ?? ''
      setWrong({ key, value: now(key) })
      return void requestAnimationFrame(() => focusFirstFault(form.current))
    }
    setAsking({
      key: String(line.lineNo),
      title: line.goodsTitle,
      answers: fields.flatMap((field) => (now(field.key) === '' ? [] : [{ field, value: now(field.key) }])),
      nickname: checked.nickname,
      isUnchecked: checked.verdict === 'unknown',
    })
  }

  return (
    <form ref={form} className={css.fix} noValidate onSubmit={(event) => void look(event)}>
      {fields.map((field) => (
        <CorrectedField
          key={field.key}
          field={field}
          value={answers[field.key] ?? ''}
          error={tried ? errorOf(field) : undefined}
          onChange={(value) => setAnswers({ ...answers, [field.key]: value })}
          repeat={
            twice.includes(field)
              ? {
                  value: repeats[field.key] ?? '',
                  error: tried && differs(field) ? t('order.service.mismatch') : undefined,
                  onChange: (value) => setRepeats({ ...repeats, [field.key]: value }),
                }
              : undefined
          }
        />
      ))}
      {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
      <Button type="submit" look="primary" block busy={isChecking}>
        {isChecking ? t('accounts.checking') : t('accounts.correct')}
      </Button>
      <p className={css.left}>{t('accounts.left', { count: account.correctionsLeft })}</p>
      {asking && (
        <AccountDialog
          accounts={[asking]}
          yes={t('accounts.correctYes')}
          busy={correct.isPending}
          onBack={() => setAsking(undefined)}
          onYes={() => correct.mutate()}
        />
      )}
    </form>
  )
}

function GiveUp({ order, line }: Props) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const giveUp = useMutation({
    mutationFn: () => call('fulfilment.giveUpAccount', { params: { no: order.no, lineNo: line.lineNo }, body: {} }),
    // Also when it was refused: somebody else has decided, and the page should say so.
    onSettled: () => client.invalidateQueries({ queryKey: orderQuery(order.no).queryKey }),
    onSuccess: () => setAsking(false),
  })
  const problem = giveUp.error ? problemOf(giveUp.error) : undefined
  return (
    <div className={css.giveUp}>
      <Button look="quiet" size="small" onClick={() => setAsking(true)}>
        {t('accounts.giveUp')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={t('accounts.giveUpTitle')}
          text={t('accounts.giveUpText', { amount: priceText(line.amountFen, line.unitPoints * line.quantity) })}
          yes={t('accounts.giveUpYes')}
          no={t('accounts.giveUpNo')}
          busy={giveUp.isPending}
          onYes={() => giveUp.mutate()}
          onNo={() => setAsking(false)}
        >
          {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
        </ConfirmDialog>
      )}
    </div>
  )
}
