import { ShopOutlined } from '@ant-design/icons'
import { Button, ConfigProvider } from 'antd'
import { useRef, useState } from 'react'
import { fileUrl, upload } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { useMay } from '../../shared/session.tsx'
import { settingsText } from './text.ts'

type Props = { readonly value?: string; readonly onChange?: (value: string) => void }

/** One picture by its address. Uploading needs the right to edit goods, whose picture store this is. */
export function LogoField({ value = '', onChange }: Props) {
  const t = useText(settingsText)
  const may = useMay()
  const notice = useNotice()
  const { componentDisabled } = ConfigProvider.useConfig()
  const picker = useRef<HTMLInputElement>(null)
  const [sending, setSending] = useState(false)
  const send = async (file: File | undefined) => {
    if (!file) return
    setSending(true)
    try {
      const { url } = await upload('catalog.uploadPicture', {}, file, { method: 'POST', fileName: file.name })
      // The setting keeps the picture's own address; widths and cache marks are added where it is shown.
      onChange?.(url.split('?')[0] ?? '')
    } catch (error) {
      notice(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <div className="logo-field">
      <span className="thumb logo">{value ? <img src={fileUrl(value)} alt="" /> : <ShopOutlined />}</span>
      {may('goods.write') && (
        <Button
          size="small"
          loading={sending}
          disabled={componentDisabled === true}
          onClick={() => picker.current?.click()}
        >
          {t('upload')}
        </Button>
      )}
      {value !== '' && (
        <Button size="small" type="text" onClick={() => onChange?.('')}>
          {t('removeLogo')}
        </Button>
      )}
      <input
        ref={picker}
        type="file"
        hidden
        accept="image/jpeg,image/png,image/webp,image/gif,image/avif"
        onChange={(event) => {
          void send(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    </div>
  )
}
