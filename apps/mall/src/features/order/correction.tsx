import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { orderQuery } from '../../shared/api/queries.ts'
import type { FormField } from '../../shared/api/types.ts'
import { FORM_VALUE_LENGTH_MAX, faultOf } from '../../shared/form-check.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { SelectField, TextField } from '../../shared/ui/field.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import css from './service.module.css'
import type { ServiceProps } from './service.tsx'

const NOTE_LENGTH_MAX = 500
type Answers = Readonly<Record<string, string>>

/** What the shop asks, and the fields that may be corrected; sent once. What is typed twice when ordering is so here too. */
export function Correction({ order, line, service, question }: ServiceProps & { readonly question: string }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [answers, setAnswers] = useState<Answers>(line.form)
  const [repeats, setRepeats] = useState<Answers>({})
  const [note, setNote] = useState('')
  const [tried, setTried] = useState(false)
  const fields = line.formFields.filter(({ key }) => service.questionFields.includes(key))
  const changed = Object.fromEntries(
    fields.flatMap(({ key }) => {
      const value = (answers[key] ?? '').trim()
      return value === (line.form[key] ?? '') ? [] : [[key, value]]
    }),
  )
  const send = useMutation({
    mutationFn: () =>
      call('fulfilment.answerTask', {
        params: { no: order.no, lineNo: line.lineNo },
        body: { form: changed, note: note.trim() },
      }),
    onSettled: () => client.invalidateQueries({ queryKey: orderQuery(order.no).queryKey }),
  })
  const problem = send.error ? problemOf(send.error) : undefined
  const faultIn = (field: FormField): string | undefined => {
    const fault = faultOf(field, answers[field.key] ?? '')
    return fault && t(fault === 'required' ? 'order.service.required' : 'order.service.badFormat')
  }
  const differs = ({ key, confirmTwice }: FormField): boolean =>
    confirmTwice && key in changed && (repeats[key] ?? '').trim() !== changed[key]
  const isEmpty = Object.keys(changed).length === 0 && note.trim() === ''
  const isGood = !isEmpty && fields.every((field) => faultIn(field) === undefined && !differs(field))
  return (
    <form
      className={css.ask}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        setTried(true)
        if (isGood) send.mutate()
      }}
    >
      <Notice tone="warn">
        <b>{t('order.service.ask')}</b>
        <p className={css.question}>{question}</p>
      </Notice>
      {fields.map((field) => (
        <CorrectedField
          key={field.key}
          field={field}
          value={answers[field.key] ?? ''}
          error={tried ? faultIn(field) : undefined}
          onChange={(value) => setAnswers({ ...answers, [field.key]: value })}
          repeat={
            field.confirmTwice && field.key in changed
              ? {
                  value: repeats[field.key] ?? '',
                  error: tried && differs(field) ? t('order.service.mismatch') : undefined,
                  onChange: (value) => setRepeats({ ...repeats, [field.key]: value }),
                }
              : undefined
          }
        />
      ))}
      <TextField
        label={t('order.service.note')}
        hint={fields.length > 0 ? t('order.service.noteHint') : undefined}
        error={tried && isEmpty ? t('order.service.noteNeeded') : undefined}
        maxLength={NOTE_LENGTH_MAX}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
      <Button type="submit" look="primary" block busy={send.isPending}>
        {t('order.service.send')}
      </Button>
    </form>
  )
}

type Input = {
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (value: string) => void
}

/** A field that is corrected, typed twice where ordering asks for that. */
export function CorrectedField({
  field,
  repeat,
  ...input
}: Input & { readonly field: FormField; readonly repeat: Input | undefined }) {
  const { t, own } = useI18n()
  const label = own(field.labelZh, field.labelEn)
  if (field.type === 'select') {
    return (
      <SelectField
        label={label}
        error={input.error}
        placeholder={t('checkout.choose')}
        options={(field.options ?? []).map(({ value, labelZh, labelEn }) => ({ value, label: own(labelZh, labelEn) }))}
        value={input.value}
        onChange={(event) => input.onChange(event.target.value)}
      />
    )
  }
  return (
    <>
      <TextField
        label={label}
        error={input.error}
        maxLength={FORM_VALUE_LENGTH_MAX}
        value={input.value}
        onChange={(event) => input.onChange(event.target.value)}
      />
      {repeat && (
        <TextField
          label={t('order.service.again', { label })}
          error={repeat.error}
          autoComplete="off"
          maxLength={FORM_VALUE_LENGTH_MAX}
          value={repeat.value}
          onChange={(event) => repeat.onChange(event.target.value)}
          // The second typing is a check; a pasted copy of the first would check nothing.
          onPaste={(event) => event.preventDefault()}
        />
      )}
    </>
  )
}
