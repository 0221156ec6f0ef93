import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Image, Spin } from 'antd'
import { useId, useState } from 'react'
import { fileUrl, type Output, upload } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useNotice } from '../../shared/parts/notice.tsx'
import { serviceText } from './text.ts'
import './services.css'

export type Proof = Output<'fulfilment.uploadProof'>
/** As the contract has it; a value from there would bring its schemas into the page. */
export const PICTURES_MAX = 6
const TYPES = 'image/jpeg,image/png,image/webp,image/gif,image/avif'

export const proofUrl = (taskId: number, pictureId: number): string =>
  fileUrl(`/api/console/services/tasks/${taskId}/pictures/${pictureId}`)

type Props = {
  readonly taskId: number
  readonly value?: readonly Proof[]
  readonly onChange?: (pictures: readonly Proof[]) => void
}

/** Pictures that prove a task: sent at once, shown small, taken out again. */
export function ProofField({ taskId, value = [], onChange }: Props) {
  const t = useText(serviceText)
  const notice = useNotice()
  const picker = useId()
  const [sending, setSending] = useState(0)
  const send = async (files: readonly File[]) => {
    const room = files.slice(0, PICTURES_MAX - value.length)
    let pictures = value
    setSending(room.length)
    for (const file of room) {
      try {
        const picture = await upload('fulfilment.uploadProof', { params: { taskId } }, file, {
          method: 'POST',
          fileName: file.name,
        })
        pictures = [...pictures, picture]
        onChange?.(pictures)
      } catch (error) {
        notice(error)
      }
      setSending((left) => left - 1)
    }
  }
  return (
    <div className="proofs">
      {value.map((picture, index) => (
        <div key={picture.id} className="proof">
          <img src={proofUrl(taskId, picture.id)} alt={t('pictureOf', { index: index + 1 })} />
          <Button
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t('removePicture')}
            onClick={() => onChange?.(value.filter(({ id }) => id !== picture.id))}
          />
        </div>
      ))}
      {sending > 0 && (
        <div className="proof proof-add">
          <Spin />
        </div>
      )}
      {value.length + sending < PICTURES_MAX && (
        <label className="proof proof-add" htmlFor={picker}>
          <PlusOutlined /> {t('upload')}
          <input
            id={picker}
            type="file"
            accept={TYPES}
            multiple
            hidden
            onChange={(event) => {
              void send([...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
        </label>
      )}
    </div>
  )
}

/** The same pictures when the task is over; a click shows one at its largest. */
export function Proofs({ taskId, pictures }: { readonly taskId: number; readonly pictures: readonly Proof[] }) {
  const t = useText(serviceText)
  if (pictures.length === 0) return null
  return (
    <Image.PreviewGroup>
      <div className="proofs">
        {pictures.map((picture, index) => (
          <Image
            key={picture.id}
            className="proof-shown"
            src={proofUrl(taskId, picture.id)}
            alt={t('pictureOf', { index: index + 1 })}
          />
        ))}
      </div>
    </Image.PreviewGroup>
  )
}
