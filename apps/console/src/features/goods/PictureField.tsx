import { DeleteOutlined, LeftOutlined, PictureOutlined, PlusOutlined, RightOutlined } from '@ant-design/icons'
import { App, Button, ConfigProvider, Progress, Tag, Tooltip } from 'antd'
import { type DragEvent, useId, useRef, useState } from 'react'
import { newKey } from '../../shared/api/hooks.ts'
import { pictureUrl, upload } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { PictureLibrary } from './PictureLibrary.tsx'
import { goodsText } from './text.ts'
import type { Picture } from './values.ts'

const PICTURES_MAX = 10
const BYTES_MAX = 10 * 1024 * 1024
const TYPES = 'image/jpeg,image/png,image/webp,image/gif,image/avif'

type Props = { readonly value?: readonly Picture[]; readonly onChange?: (pictures: readonly Picture[]) => void }
type Sending = { readonly key: string; readonly name: string; readonly percent: number }

/** Pictures in order: dropped, picked, from the library; sent at once, with progress; dragged or stepped into place. */
export function PictureField({ value = [], onChange }: Props) {
  const t = useText(goodsText)
  // `Form` locks the whole editor for those who may only look.
  const { componentDisabled: disabled } = ConfigProvider.useConfig()
  const [library, setLibrary] = useState(false)
  const [dragged, setDragged] = useState<number>()
  const { sending, send } = useSending(value, onChange)
  const picker = useId()
  const move = (from: number, to: number) => {
    const next = [...value]
    const [picture] = next.splice(from, 1)
    if (picture) next.splice(to, 0, picture)
    onChange?.(next)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    if (event.dataTransfer.files.length > 0) send([...event.dataTransfer.files])
  }
  const full = value.length + sending.length >= PICTURES_MAX
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop files on; the buttons inside do the same
    <div className="pictures" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {value.map((picture, index) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: dragging has its twin in the two arrow buttons
        <div
          key={picture.id}
          className="picture"
          draggable
          style={{ background: picture.color }}
          onDragStart={() => setDragged(index)}
          onDragEnd={() => setDragged(undefined)}
          onDragEnter={() => {
            if (dragged === undefined || dragged === index) return
            move(dragged, index)
            setDragged(index)
          }}
        >
          <img src={pictureUrl(picture.url, 320)} alt="" draggable={false} />
          {index === 0 && <Tag className="picture-cover">{t('cover')}</Tag>}
          <div className="picture-tools">
            <Tool
              title={t('moveLeft')}
              icon={<LeftOutlined />}
              disabled={disabled || index === 0}
              onClick={() => move(index, index - 1)}
            />
            <Tool
              title={t('takeAway')}
              icon={<DeleteOutlined />}
              disabled={disabled}
              onClick={() => onChange?.(value.filter(({ id }) => id !== picture.id))}
            />
            <Tool
              title={t('moveRight')}
              icon={<RightOutlined />}
              disabled={disabled || index === value.length - 1}
              onClick={() => move(index, index + 1)}
            />
          </div>
        </div>
      ))}
      {sending.map(({ key, name, percent }) => (
        <div key={key} className="picture picture-sending" title={name}>
          <Progress aria-label={t('upload')} type="circle" size={48} percent={percent} />
        </div>
      ))}
      {!full && !disabled && (
        <div className="picture picture-add">
          <label htmlFor={picker}>
            <PlusOutlined /> {t('upload')}
          </label>
          <button type="button" onClick={() => setLibrary(true)}>
            <PictureOutlined /> {t('fromLibrary')}
          </button>
          <input
            id={picker}
            type="file"
            accept={TYPES}
            multiple
            hidden
            onChange={(event) => {
              send([...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
        </div>
      )}
      <PictureLibrary
        open={library}
        chosen={value.map(({ id }) => id)}
        onClose={() => setLibrary(false)}
        onPick={(picture) => onChange?.([...value, picture].slice(0, PICTURES_MAX))}
      />
    </div>
  )
}

function Tool({
  title,
  ...button
}: {
  readonly title: string
  readonly icon: React.ReactNode
  readonly disabled: boolean
  readonly onClick: () => void
}) {
  return (
    <Tooltip title={title}>
      <Button size="small" type="text" aria-label={title} {...button} />
    </Tooltip>
  )
}

/** Sends files one after another, each added when it has arrived. */
function useSending(value: readonly Picture[], onChange: Props['onChange']) {
  const t = useText(goodsText)
  const notice = useNotice()
  const { message } = App.useApp()
  const [sending, setSending] = useState<readonly Sending[]>([])
  // Uploads end after later renders; they must add to the list as it is then.
  const current = useRef(value)
  current.current = value
  const queue = useRef<Promise<unknown>>(Promise.resolve())

  const sendOne = async (file: File, key: string) => {
    const progress = (sent: number, total: number) =>
      setSending((all) =>
        all.map((one) => (one.key === key ? { ...one, percent: Math.round((sent / total) * 100) } : one)),
      )
    try {
      const picture = await upload('catalog.uploadPicture', {}, file, {
        method: 'POST',
        fileName: file.name,
        onProgress: progress,
      })
      if (!current.current.some(({ id }) => id === picture.id)) {
        current.current = [...current.current, picture]
        onChange?.(current.current)
      }
    } catch (error) {
      notice(error)
    } finally {
      setSending((all) => all.filter((one) => one.key !== key))
    }
  }
  const send = (files: readonly File[]) => {
    const room = PICTURES_MAX - value.length - sending.length
    if (files.length > room) void message.warning(t('tooMany'))
    for (const file of files.slice(0, Math.max(0, room))) {
      if (file.size > BYTES_MAX) {
        void message.warning(t('tooBig', { name: file.name }))
        continue
      }
      const key = newKey()
      setSending((all) => [...all, { key, name: file.name, percent: 0 }])
      queue.current = queue.current.then(() => sendOne(file, key))
    }
  }
  return { sending, send }
}
