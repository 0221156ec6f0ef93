import { InboxOutlined } from '@ant-design/icons'
import { Upload } from 'antd'

/** Takes one file by drop or click; what becomes of it is the caller's. */
export function FileDrop({
  accept,
  title,
  hint,
  onFile,
}: {
  /** Endings that the file dialog shows. */
  readonly accept: string
  readonly title: string
  readonly hint: string
  readonly onFile: (file: File) => void
}) {
  return (
    <Upload.Dragger
      accept={accept}
      showUploadList={false}
      maxCount={1}
      beforeUpload={(file) => {
        onFile(file)
        return false
      }}
    >
      <p className="ant-upload-drag-icon" style={{ marginBottom: 4 }}>
        <InboxOutlined />
      </p>
      <p className="ant-upload-text">{title}</p>
      <p className="ant-upload-hint" style={{ paddingInline: 12 }}>
        {hint}
      </p>
    </Upload.Dragger>
  )
}
