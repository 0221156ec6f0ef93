import { useEffect, useState } from 'react'
import { useI18n } from '../i18n/index.ts'
import { Button } from './button.tsx'
import { CheckIcon, CopyIcon } from './icons.tsx'
import { toast } from './toast.tsx'

/** Copies a text and says so. `label` is what is copied, for those who hear the page. */
export function CopyButton({
  text,
  label,
  children,
  look = 'soft',
  size = 'small',
}: {
  readonly text: string
  readonly label?: string
  readonly children?: React.ReactNode
  readonly look?: 'primary' | 'plain' | 'soft' | 'quiet'
  readonly size?: 'small' | 'normal'
}) {
  const { t } = useI18n()
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = window.setTimeout(() => setDone(false), 2_000)
    return () => window.clearTimeout(timer)
  }, [done])

  return (
    <Button
      look={look}
      size={size}
      {...(label ? { 'aria-label': label } : {})}
      onClick={async () => {
        const copied = await copyText(text)
        setDone(copied)
        toast(copied ? t('common.copied') : t('common.copyFailed'))
      }}
    >
      {done ? <CheckIcon /> : <CopyIcon />}
      {children ?? t('common.copy')}
    </Button>
  )
}

/** The clipboard API exists on https and localhost only; shops on plain http copy through a hidden text field. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const field = document.createElement('textarea')
    field.value = text
    field.readOnly = true
    field.style.position = 'fixed'
    field.style.opacity = '0'
    document.body.append(field)
    field.select()
    const copied = document.execCommand('copy')
    field.remove()
    return copied
  }
}
