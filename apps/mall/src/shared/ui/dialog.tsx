import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useI18n } from '../i18n/index.ts'
import { Button } from './button.tsx'
import css from './dialog.module.css'

/**
 * A question over the page. The browser's own modal dialog: it keeps the focus inside, closes with Escape, and gives the
 * focus back.
 */
export function Dialog({
  title,
  children,
  actions,
  onClose,
}: {
  readonly title: string
  readonly children: ReactNode
  readonly actions: ReactNode
  readonly onClose: () => void
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className={css.dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <div className={css.body}>
        <h2 id={titleId}>{title}</h2>
        {children}
        <div className={css.actions}>{actions}</div>
      </div>
    </dialog>
  )
}

/** Yes or no before something that cannot be taken back; `text` names the object and the amount. */
export function ConfirmDialog({
  title,
  text,
  yes,
  no,
  busy = false,
  onYes,
  onNo,
  children,
}: {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly no?: string
  readonly busy?: boolean
  readonly onYes: () => void
  readonly onNo: () => void
  readonly children?: ReactNode
}) {
  const { t } = useI18n()
  return (
    <Dialog
      title={title}
      onClose={onNo}
      actions={
        <>
          <Button onClick={onNo}>{no ?? t('common.cancel')}</Button>
          <Button look="danger" busy={busy} onClick={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      <p>{text}</p>
      {children}
    </Dialog>
  )
}
