import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ChangeEvent, type ReactNode, useRef, useState } from 'react'
import { call, problemOf, upload } from '../../shared/api/client.ts'
import { orderQuery } from '../../shared/api/queries.ts'
import type { Code, Complaint, Order } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, Spinner } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { TextField } from '../../shared/ui/field.tsx'
import { AlertIcon, CheckIcon, ClockIcon } from '../../shared/ui/icons.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { toast } from '../../shared/ui/toast.tsx'
import css from './complaint.module.css'

const REASONS = ['invalid', 'used', 'wrong_amount', 'other'] as const
const NOTE_LENGTH_MAX = 500
const PICTURES_MAX = 3

/** Behind a code: "does not work". A tap on what is wrong sends it; the page hears by itself what becomes of it. */
export function ComplainButton({ order, code }: { readonly order: Order; readonly code: Code }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [note, setNote] = useState('')
  const send = useMutation({
    mutationFn: (reason: (typeof REASONS)[number]) =>
      call('fulfilment.complain', {
        params: { no: order.no, grantId: code.grantId },
        body: { reason, note: note.trim() },
      }),
    onSuccess: () => setAsking(false),
    onSettled: () => client.invalidateQueries({ queryKey: orderQuery(order.no).queryKey }),
  })
  const problem = send.error ? problemOf(send.error) : undefined
  return (
    <>
      <Button look="quiet" size="small" onClick={() => setAsking(true)}>
        {t('order.complaint.button')}
      </Button>
      {asking && (
        <Dialog
          title={t('order.complaint.title')}
          onClose={() => setAsking(false)}
          actions={<Button onClick={() => setAsking(false)}>{t('common.cancel')}</Button>}
        >
          <p className={css.text}>{t('order.complaint.text')}</p>
          <TextField
            label={t('order.complaint.note')}
            optional
            maxLength={NOTE_LENGTH_MAX}
            value={note}
            placeholder={t('order.complaint.noteExample')}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className={css.reasons}>
            {REASONS.map((reason) => (
              <Button
                key={reason}
                block
                busy={send.isPending && send.variables === reason}
                disabled={send.isPending}
                onClick={() => send.mutate(reason)}
              >
                {t(`order.complaint.reasons.${reason}`)}
              </Button>
            ))}
          </div>
          {problem && <Notice>{problem.message || t('errors.offlineText')}</Notice>}
        </Dialog>
      )}
    </>
  )
}

/** How a complaint stands: under its code, or alone when the code was taken back. */
export function ComplaintStatus({ order, complaint }: { readonly order: Order; readonly complaint: Complaint }) {
  const { t } = useI18n()
  const { state, answer } = complaint
  const isWaiting = state === 'reported' || state === 'checking' || state === 'buying'
  return (
    <div
      className={classes(
        css.status,
        (state === 'replaced' || state === 'refunded') && css.good,
        state === 'rejected' && css.bad,
      )}
      role="status"
    >
      <span className={css.sign}>
        <Sign state={state} />
      </span>
      <div>
        <b>{t(`order.complaint.states.${state}`)}</b>
        <p>
          {state === 'rejected' ? (
            <span className={css.answer}>{answer}</span>
          ) : (
            t(`order.complaint.texts.${state}`, { piece: complaint.piece })
          )}
        </p>
        <div className={css.actions}>
          {complaint.mayContest && <Contest order={order} complaint={complaint} />}
          {state === 'rejected' && !complaint.mayContest && (
            <span className={css.hint}>{t('order.complaint.final')}</span>
          )}
          {(isWaiting || state === 'person') && complaint.pictures < PICTURES_MAX && (
            <AddPicture order={order} complaint={complaint} />
          )}
          {complaint.mayWithdraw && state !== 'checking' && <Withdraw order={order} complaint={complaint} />}
        </div>
      </div>
    </div>
  )
}

function Sign({ state }: Pick<Complaint, 'state'>): ReactNode {
  if (state === 'replaced' || state === 'refunded' || state === 'settled') return <CheckIcon />
  if (state === 'rejected') return <AlertIcon />
  return state === 'person' || state === 'withdrawn' ? <ClockIcon /> : <Spinner />
}

type Props = { readonly order: Order; readonly complaint: Complaint }

function useAct<V>({ no }: Order, act: (value: V) => Promise<unknown>) {
  const { t } = useI18n()
  const client = useQueryClient()
  return useMutation({
    mutationFn: act,
    onError: (error) => toast(problemOf(error).message || t('errors.offlineTitle')),
    onSettled: () => client.invalidateQueries({ queryKey: orderQuery(no).queryKey }),
  })
}

function Withdraw({ order, complaint }: Props) {
  const { t } = useI18n()
  const withdraw = useAct<void>(order, () =>
    call('fulfilment.withdrawComplaint', { params: { no: order.no, complaintId: complaint.id }, body: {} }),
  )
  return (
    <Button look="quiet" size="small" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
      {t('order.complaint.withdraw')}
    </Button>
  )
}

function AddPicture({ order, complaint }: Props) {
  const { t } = useI18n()
  const input = useRef<HTMLInputElement>(null)
  const add = useAct<File>(order, (file) =>
    upload('fulfilment.uploadComplaintPicture', { params: { no: order.no, complaintId: complaint.id } }, file, {
      fileName: file.name,
    }),
  )
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const [file] = event.target.files ?? []
    event.target.value = ''
    if (file) add.mutate(file)
  }
  return (
    <>
      <input ref={input} type="file" accept="image/png,image/jpeg,image/webp" hidden onChange={choose} />
      <Button look="quiet" size="small" busy={add.isPending} onClick={() => input.current?.click()}>
        {complaint.pictures > 0
          ? t('order.complaint.morePictures', { count: complaint.pictures })
          : t('order.complaint.picture')}
      </Button>
    </>
  )
}

function Contest({ order, complaint }: Props) {
  const { t } = useI18n()
  const [asking, setAsking] = useState(false)
  const [note, setNote] = useState('')
  const contest = useAct<void>(order, () =>
    call('fulfilment.contestComplaint', {
      params: { no: order.no, complaintId: complaint.id },
      body: { note: note.trim() },
    }).then(() => setAsking(false)),
  )
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        {t('order.complaint.contest')}
      </Button>
      {asking && (
        <Dialog
          title={t('order.complaint.contest')}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t('common.cancel')}</Button>
              <Button
                look="primary"
                busy={contest.isPending}
                disabled={note.trim() === ''}
                onClick={() => contest.mutate()}
              >
                {t('order.complaint.send')}
              </Button>
            </>
          }
        >
          <p className={css.text}>{t('order.complaint.contestText')}</p>
          <TextField
            label={t('order.complaint.contestNote')}
            maxLength={NOTE_LENGTH_MAX}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </Dialog>
      )}
    </>
  )
}
