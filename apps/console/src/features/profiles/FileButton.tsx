import { App, Button, type ButtonProps } from 'antd'
import { useRef } from 'react'
import { useText } from '../../shared/i18n/index.ts'
import { profileText } from './text.ts'

const SIZE_MAX = 64 * 1024

/** Reads a profile's file as text. */
export function FileButton({ onText, ...button }: ButtonProps & { readonly onText: (text: string) => void }) {
  const t = useText(profileText)
  const { message } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const read = async (file: File | undefined) => {
    if (!file) return
    if (file.size > SIZE_MAX) void message.error(t('fileTooLarge'))
    else onText((await file.text()).replace(/^\ufeff/, ''))
  }
  return (
    <>
      <Button {...button} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        onChange={(event) => {
          void read(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    </>
  )
}

export function saveAsFile(source: string, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([source], { type: 'application/json' }))
  link.download = `${name}.json`
  link.click()
  URL.revokeObjectURL(link.href)
}
